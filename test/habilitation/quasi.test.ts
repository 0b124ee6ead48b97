/** Quasi-identifiers asked for are justified, and more than one is decided upon. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { missing } from '../../services/habilitation/completeness.ts'
import { crossed } from '../../services/habilitation/quasi.ts'
import { patched } from '../../services/habilitation/request.ts'
import type { OpenRulebook } from '../../services/habilitation/rulebook.ts'
import { datasets, facts } from './catalogued.ts'
import { leastBody, openRoom, rulebook } from './fixtures.ts'
import { act, type Step, walked } from './walk.ts'

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

const asking = (columns: unknown, more: object = {}) => ({
  ...leastBody,
  lines: [{ dataset: 'pmsi-demo', justification: 'x', tables: { patients: { columns } } }],
  ...more,
})

function paths(body: object): readonly string[] {
  const around = { vocabularies: rules.vocabularies, facts, today: '2026-11-21' }
  return missing(patched({}, body), around, () => null).map(({ path }) => path)
}

const at = (column: string) => `lines[0].tables.patients.justifications.${column}`

describe('a justification', () => {
  test('is asked of a column that its holder tagged, whatever the form of the list', () => {
    expect(paths(asking('*'))).toEqual([at('birth'), at('commune')])
    expect(paths(asking(['patient_id', 'commune']))).toEqual([at('commune')])
    expect(paths(asking(['patient_id', 'sex']))).toEqual([])
  })

  test('is given at the column, or under the code of the vocabulary', () => {
    const own = [{ name: 'commune', justification: 'Distances to care.' }]
    expect(paths(asking(own))).toEqual([])
    expect(paths(asking([{ name: 'commune', justification: '  ' }]))).toEqual([at('commune')])
    const quasiIdentifiers = [{ code: 'COMMUNE_RESIDENCE', justification: 'Distances to care.' }]
    expect(paths(asking(['commune'], { quasiIdentifiers }))).toEqual([])
    const other = [{ code: 'COMMUNE_DECES', justification: 'Elsewhere.' }]
    expect(paths(asking(['commune'], { quasiIdentifiers: other }))).toEqual([at('commune')])
  })

  test('is asked of every column of a table of which one has one, and of none in the plain list of the contract', () => {
    const detailed = [{ name: 'sex', justification: 'Compared.' }, 'department', { name: 'job' }]
    expect(paths(asking(detailed))).toEqual([at('job'), at('department')])
    expect(paths(asking(['sex', 'department', 'job']))).toEqual([])
  })

  test('is read into one form, which can be sent again', () => {
    const once = patched({}, asking([{ name: 'sex', justification: 'Compared.' }, 'job']))
    const [line] = once.lines ?? []
    expect(line?.tables).toEqual({
      patients: { columns: ['sex', 'job'], justifications: { sex: 'Compared.' } },
    })
    expect(patched({}, once)).toEqual(once)
  })
})

describe('more than one', () => {
  test('is counted over tags, codes that the lead names, and detailed columns', () => {
    const of = (body: object) => crossed(patched({}, body), facts)
    expect(of(asking('*'))).toEqual(['COMMUNE_RESIDENCE', 'NAISSANCE_MOIS_ANNEE'])
    expect(of(asking(['job', 'height']))).toEqual([])
    const said = [
      { name: 'job', justification: 'x' },
      { name: 'height', justification: 'x' },
    ]
    expect(of(asking(said))).toEqual(['pmsi-demo.patients.height', 'pmsi-demo.patients.job'])
    const quasiIdentifiers = [{ code: 'COMMUNE_RESIDENCE', justification: 'x' }]
    expect(of(asking(['commune'], { quasiIdentifiers }))).toEqual(['COMMUNE_RESIDENCE'])
  })

  const decide = (more: object): Step => [
    'claire',
    { type: 'decision', decision: 'grant', reasons: 'x', conditions: [], ...more },
  ]
  const both = [
    { name: 'birth', justification: 'Age.' },
    { name: 'commune', justification: 'Distances.' },
  ]

  test('is not granted without a word on crossing them, and the word is kept', async () => {
    const room = await openRoom({ datasets })
    const id = await walked(room, 'countersignatures', asking(both))
    await expect(act(room, id, decide({}))).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'crossed' }] },
    })
    expect(await act(room, id, decide({ crossed: false }))).toMatchObject({
      proposal: { decision: 'grant', crossed: false },
    })
  })

  test('is refused without one, and one alone is granted without one', async () => {
    const room = await openRoom({ datasets })
    const id = await walked(room, 'countersignatures', asking(both))
    const refused = await act(room, id, decide({ decision: 'refuse' }))
    expect(refused.proposal).toMatchObject({ decision: 'refuse' })
    const other = await walked(room, 'countersignatures', asking(both.slice(0, 1)))
    expect((await act(room, other, decide({}))).proposal).toMatchObject({ decision: 'grant' })
  })
})
