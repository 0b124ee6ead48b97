/** The search of the catalogue: words whatever their accents, ranking, choices and how many each would leave. */
import { describe, expect, test } from '@jest/globals'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { type DatasetFilter, searchDatasets } from '../../services/dataset/search.ts'

const dataset = (name: string, more: object = {}) => ({
  descriptor: descriptorSchema.parse({
    ...{ name, kind: 'personal', holder: 'chu-rouen' },
    resources: [
      { name: 'stays', schema: { fields: [{ name: 'id', role: 'unit' }, { name: 'creatinine' }] } },
    ],
    ...more,
  }),
})

const all = [
  dataset('a-column', {
    resources: [
      {
        name: 't',
        schema: {
          fields: [
            { name: 'id', role: 'unit' },
            { name: 'x', title: 'Diabète' },
          ],
        },
      },
    ],
  }),
  dataset('b-described', { description: 'Suivi du diabète', holder: 'gh-havre', keywords: ['Santé'] }),
  dataset('c-within', { title: 'Prédiabète', keywords: ['santé', 'cohorte'] }),
  dataset('d-titled', {
    title: 'Diabète en Normandie',
    kind: 'non-personal',
    resources: [{ name: 't', schema: { fields: [{ name: 'x' }] } }],
  }),
  dataset('e-other'),
]
const nameOf = (id: string) => (id === 'gh-havre' ? 'Groupe hospitalier du Havre' : id)
const namesOf = (filter: DatasetFilter) =>
  searchDatasets(all, filter, nameOf).datasets.map(({ descriptor }) => descriptor.name)

describe('the search', () => {
  test('without words finds everything by name', () => {
    expect(namesOf({})).toEqual(['a-column', 'b-described', 'c-within', 'd-titled', 'e-other'])
  })

  test('ranks a word of the title before one within a word, the description and the columns', () => {
    expect(namesOf({ q: 'diabete' })).toEqual(['d-titled', 'c-within', 'b-described', 'a-column'])
  })

  test.each(['DIABÈTE', 'diabe\u0301te', '  diabete  '])('finds %j alike', (q) => {
    expect(namesOf({ q })).toHaveLength(4)
  })

  test('needs every word, in any order', () => {
    expect(namesOf({ q: 'normandie diabète' })).toEqual(['d-titled'])
    expect(namesOf({ q: 'normandie cohorte' })).toEqual([])
  })

  test('finds a holder by the name of the organisation', () => {
    expect(namesOf({ q: 'havre' })).toEqual(['b-described'])
  })

  test('takes choices together', () => {
    expect(namesOf({ theme: 'sante' })).toEqual(['b-described', 'c-within'])
    expect(namesOf({ theme: 'santé', holder: 'gh-havre' })).toEqual(['b-described'])
    expect(namesOf({ kind: 'non-personal' })).toEqual(['d-titled'])
  })

  test('says of each choice how many it would leave, whatever stands in its own place', () => {
    const { facets } = searchDatasets(all, { q: 'diabete', holder: 'gh-havre' }, nameOf)
    expect(facets.holder).toEqual([
      { value: 'chu-rouen', count: 3 },
      { value: 'gh-havre', count: 1 },
    ])
    expect(facets.kind).toEqual([{ value: 'personal', count: 1 }])
    expect(facets.theme).toEqual([{ value: 'Santé', count: 1 }])
  })
})
