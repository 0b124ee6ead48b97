/** The synthetic twin: made from the descriptor alone, in its types, bounds, codes and keys. */
import { describe, expect, test } from '@jest/globals'
import { type Descriptor, descriptorSchema } from '../../services/dataset/descriptor.ts'
import { dictionaryHeads, dictionaryRows } from '../../services/dataset/dictionary.ts'
import { pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'
import { twinOf } from '../../services/dataset/twin.ts'

const tableOf = (descriptor: Descriptor, name: string) => {
  const resource = descriptor.resources.find((one) => one.name === name)
  if (resource === undefined) throw new Error(name)
  const { header, rows } = twinOf(descriptor, resource)
  return { rows, column: (of: string) => rows.map((row) => row[header.indexOf(of)]) }
}
const fields = [
  { name: 'id', role: 'unit' },
  { name: 'sex', type: 'integer', categories: [{ value: 1, label: 'homme' }, { value: 2 }] },
  { name: 'ward', categories: ['A', 'B'] },
  { name: 'age', type: 'integer', bounds: [18, 21] },
  { name: 'cost', type: 'number', bounds: [-5, 5] },
  { name: 'dead', type: 'boolean' },
  { name: 'born', type: 'date' },
  { name: 'seen', type: 'datetime' },
  { name: 'at', type: 'time' },
]
const typed = descriptorSchema.parse({
  ...{ name: 'typed', kind: 'personal', holder: 'chu-rouen' },
  resources: [{ name: 't', schema: { fields } }],
})
const demo = descriptorSchema.parse(pmsiDemo)

describe('the twin', () => {
  test('has values of the declared types, within bounds and codes', () => {
    const { column } = tableOf(typed, 't')
    expect([...new Set(column('sex'))].sort()).toEqual([1, 2])
    expect([...new Set(column('ward'))].sort()).toEqual(['A', 'B'])
    expect([...new Set(column('age'))].sort()).toEqual([18, 19, 20, 21])
    expect(column('cost').every((one) => typeof one === 'number' && one >= -5 && one <= 5)).toBe(true)
    expect([...new Set(column('dead'))].sort()).toEqual(['false', 'true'])
    expect(column('born')).toEqual(column('born').map(() => expect.stringMatching(/^\d{4}-\d\d-\d\d$/)))
    expect(column('seen')).toEqual(
      column('seen').map(() => expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)),
    )
    expect(column('at')).toEqual(column('at').map(() => expect.stringMatching(/^\d\d:\d\d:\d\d$/)))
  })

  test('has primary keys that name one row, and foreign keys that lead to one', () => {
    const patients = tableOf(demo, 'patients').column('patient_id')
    const stays = tableOf(demo, 'stays')
    expect(new Set(patients).size).toBe(patients.length)
    expect(new Set(stays.column('stay_id')).size).toBe(stays.rows.length)
    expect(patients).toEqual(expect.arrayContaining(stays.column('patient_id')))
    expect(stays.column('stay_id')).toEqual(
      expect.arrayContaining(tableOf(demo, 'diagnoses').column('stay_id')),
    )
    expect(new Set(stays.column('patient_id')).size).toBeLessThan(stays.rows.length)
  })

  test('keeps the fields of a composed key together', () => {
    const pair = { fields: ['a', 'b'], reference: { resource: 'all', fields: ['a', 'b'] } }
    const columns = [
      { name: 'a', type: 'integer' },
      { name: 'b', type: 'integer' },
    ]
    const composed = descriptorSchema.parse({
      ...{ name: 'composed', kind: 'non-personal', holder: 'chu-rouen' },
      resources: [
        { name: 'all', schema: { primaryKey: ['a', 'b'], fields: columns } },
        { name: 'some', schema: { foreignKeys: [pair], fields: columns } },
      ],
    })
    const all = tableOf(composed, 'all').rows
    expect(all).toEqual(expect.arrayContaining([...tableOf(composed, 'some').rows]))
  })

  test('is the same each time, and another for another dataset', () => {
    expect(tableOf(typed, 't').rows).toEqual(tableOf(typed, 't').rows)
    expect(tableOf({ ...typed, name: 'other' }, 't').rows).not.toEqual(tableOf(typed, 't').rows)
  })

  test('ends where tables refer to each other in a circle, and stays small where a table is wide', () => {
    const circle = (to: string) => ({
      foreignKeys: [{ fields: ['x'], reference: { resource: to, fields: ['x'] } }],
      fields: [{ name: 'x', type: 'integer' }],
    })
    const wide = Array.from({ length: 10_000 }, (_, i) => ({ name: `c${i}`, type: 'integer' }))
    const descriptor = descriptorSchema.parse({
      ...{ name: 'circle', kind: 'non-personal', holder: 'chu-rouen' },
      resources: [
        { name: 'a', schema: circle('b') },
        { name: 'b', schema: circle('a') },
        { name: 'wide', schema: { fields: wide } },
      ],
    })
    expect(tableOf(descriptor, 'a').rows).toHaveLength(200)
    expect(tableOf(descriptor, 'wide').rows).toHaveLength(4)
  })
})

test('the dictionary has a row per column, with its codes', () => {
  const rows = dictionaryRows(typed)
  expect(rows.every((row) => row.length === dictionaryHeads.length)).toBe(true)
  expect(rows[1]).toEqual(['t', 'sex', 'integer', '', '', '', '', '', '', 'false', '1=homme | 2='])
})
