/** What a request lacks, item by item: each check stops something that passes without its fault. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { missing, warnings } from '../../services/habilitation/completeness.ts'
import { isWorkingDay } from '../../services/habilitation/durations.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import { mergePatch, patched } from '../../services/habilitation/request.ts'
import type { OpenRulebook } from '../../services/habilitation/rulebook.ts'
import { facts, leastBody, openRoom, person, rulebook, secondLine } from './fixtures.ts'
import { act, granted, walked } from './walk.ts'

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

function paths(patch: unknown): readonly string[] {
  const body = patched({}, mergePatch(leastBody, patch))
  const around = { vocabularies: rules.vocabularies, facts, today: '2026-11-21' }
  return missing(body, around, ({ path, filter }) =>
    filter === 'wrong' ? { path, message: 'x' } : null,
  ).map(({ path }) => path)
}

const [line] = leastBody.lines
const withLine = (change: object) => ({ lines: [{ ...line, ...change }] })

describe('the least body', () => {
  test('lacks nothing', () => {
    expect(paths({})).toEqual([])
  })

  test.each([
    'title',
    'summaryLay',
    'publicInterest',
    'aim',
    'kind',
    'route',
    'routeReference',
    'purposes',
    'objectives',
    'lines',
    'persons',
    'accessPeriod',
    'prohibitions',
    'disclosure',
  ])('lacks %s when it is taken away', (field) => {
    expect(paths({ [field]: null })).toContain(field)
  })

  const faults: readonly (readonly [string, unknown, string])[] = [
    ['a blank text', { aim: '  ' }, 'aim'],
    ['an empty list', { persons: [] }, 'persons'],
    ['an unknown route', { route: 'MR_999' }, 'route'],
    ['a route that is not for this kind', { kind: 'SECTOR_USEFUL' }, 'kind'],
    ['an unknown purpose', { purposes: ['SNDS-III-9'] }, 'purposes[0]'],
    ['a purpose of the other law', { purposes: ['EHDS-53-1-e'] }, 'purposes'],
    ['purposes that are no neighbours', { purposes: ['SNDS-III-6', 'EHDS-53-1-f'] }, 'purposes'],
    ['a reserved purpose without mandate', { purposes: ['SNDS-III-5', 'EHDS-53-1-a'] }, 'mandate'],
    [
      'an unknown prohibition',
      { prohibitions: [{ code: 'SNDS-V-9', answer: 'no' }] },
      'prohibitions[0].code',
    ],
    ['a prohibition without answer', { prohibitions: [{ code: 'SNDS-V-1', answer: 'no' }] }, 'prohibitions'],
    ['an end before the start', { accessPeriod: { until: '2026-10-31' } }, 'accessPeriod.until'],
    ['six years on MR_007', { route: 'MR_007', accessPeriod: { until: '2031-11-01' } }, 'accessPeriod.until'],
    ['a person named twice', { persons: [leastBody.persons[0], leastBody.persons[0]] }, 'persons[1]'],
    [
      'an objective named twice',
      { objectives: [leastBody.objectives[0], leastBody.objectives[0]] },
      'objectives[1].id',
    ],
    ['an objective without words', { objectives: [{ id: 'O1', label: ' ' }] }, 'objectives[0].label'],
    [
      'consent to show single units where they are persons',
      withLine({ establishmentLevel: 'consented' }),
      'lines[0].establishmentLevel',
    ],
    ['an unknown dataset', withLine({ dataset: 'nowhere' }), 'lines[0].dataset'],
    ['a dataset asked twice', { lines: [line, line] }, 'lines[1].dataset'],
    ['no justification', withLine({ justification: '' }), 'lines[0].justification'],
    ['no table', withLine({ tables: {} }), 'lines[0].tables'],
    ['an unknown table', withLine({ tables: { ghosts: { columns: '*' } } }), 'lines[0].tables.ghosts'],
    [
      'a table of the language',
      withLine({ tables: { constructor: { columns: '*' } } }),
      'lines[0].tables.constructor',
    ],
    [
      'an unknown column',
      withLine({ tables: { stays: { columns: ['stay_id', 'name'] } } }),
      'lines[0].tables.stays.columns[1]',
    ],
    [
      'a population of an unknown table',
      withLine({ population: { table: 'ghosts', filter: 'true' } }),
      'lines[0].population.table',
    ],
    [
      'a filter that is none',
      withLine({ tables: { stays: { columns: '*', filter: 'wrong' } } }),
      'lines[0].tables.stays.filter',
    ],
    ['an unknown kind of organisation', { organisationKind: 'CLUB' }, 'organisationKind'],
    [
      'an intermediary who is nobody',
      { organisationKind: 'ASSUREUR', extraDuty: { mode: 'INTERMEDIAIRE_INDEPENDANT', evidence: 'x' } },
      'implementer',
    ],
    [
      'an extra duty of no mode',
      { organisationKind: 'ASSUREUR', extraDuty: { mode: 'PROMESSE', evidence: 'x' } },
      'extraDuty.mode',
    ],
    [
      'an unknown quasi-identifier',
      { quasiIdentifiers: [{ code: 'TAILLE', justification: 'x' }] },
      'quasiIdentifiers[0].code',
    ],
  ]
  test.each(faults)('with %s lacks something', (_, patch, path) => {
    expect(paths(patch)).toContain(path)
  })

  test.each([
    ['exactly five years on MR_007', { route: 'MR_007', accessPeriod: { until: '2031-10-31' } }],
    ['purposes of both laws that are neighbours', { purposes: ['SNDS-III-6', 'EHDS-53-1-e'] }],
    ['two datasets', { lines: [line, secondLine] }],
    ['a start that is past', { accessPeriod: { from: '2020-01-01' } }],
    ['a reason for having no summary', { summaryLay: null, summaryWithheldReason: 'Secret.' }],
  ])('with %s lacks nothing', (_, patch) => {
    expect(paths(patch)).toEqual([])
  })
})

test('a length is advice and stops nothing', () => {
  const wordy = {
    title: 'x'.repeat(201),
    summaryLay: 'x'.repeat(3001),
    accessPeriod: { until: '2026-11-20' },
  }
  expect(paths(wordy)).toEqual([])
  const body = patched({}, mergePatch(leastBody, wordy))
  expect(warnings(body, '2026-11-21').map(({ path }) => path)).toEqual([
    'title',
    'summaryLay',
    'accessPeriod.until',
  ])
  expect(warnings(patched({}, leastBody), '2026-11-21').map(({ path }) => path)).toEqual(['summaryLay'])
})

describe('a merge patch', () => {
  test('is RFC 7396: null removes, objects merge, lists are replaced', () => {
    expect(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } })).toEqual({
      a: 'z',
      c: { d: 'e' },
    })
    expect(mergePatch({ a: [{ b: 'c' }] }, { a: [1] })).toEqual({ a: [1] })
    expect(mergePatch(['a'], { b: null, c: 1 })).toEqual({ c: 1 })
    expect(mergePatch({ e: null }, { a: 1 })).toEqual({ e: null, a: 1 })
  })

  test.each([[null], ['text'], [[1]], [{ title: 3 }], [{ __proto__x: 1 }]])(
    'that is %j is refused',
    (patch) => {
      expect(() => patched({}, patch === null ? 'null' : patch)).toThrow(
        expect.objectContaining({ code: 'INVALID' }),
      )
    },
  )

  test('cannot reach the prototype of anything', () => {
    const patch: unknown = JSON.parse('{"__proto__": {"polluted": true}}')
    expect(() => patched({}, patch)).toThrow(expect.objectContaining({ code: 'INVALID' }))
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('clocks', () => {
  test('working days leave out weekends and the holidays of France, Easter among them', () => {
    const off = [
      '2026-11-21',
      '2026-11-22',
      '2026-11-11',
      '2027-03-29',
      '2027-05-06',
      '2027-05-17',
      '2027-07-14',
    ]
    expect(off.filter(isWorkingDay)).toEqual([])
    expect(
      ['2026-11-23', '2027-03-30', '2027-05-07', '2027-05-18'].filter((day) => !isWorkingDay(day)),
    ).toEqual([])
  })

  test('run from the submission, then from completeness, then to the end of access', async () => {
    const room = await openRoom()
    const id = await walked(room, 'submission')
    const read = async (one: string) => (await readHabilitation(room, person('paul'), one)).clocks
    // Saturday 21 November plus seven working days is Tuesday 1 December, in Paris.
    expect(await read(id)).toMatchObject([
      { id: 'completeness.target', dueAt: '2026-12-01T23:00:00.000Z', late: false },
    ])
    await act(room, id, ['lucie', { type: 'completeness', complete: true }])
    expect(await read(id)).toMatchObject([{ id: 'decision', dueAt: '2027-02-21T23:00:00.000Z' }])
    await act(room, id, ['claire', { type: 'extension', reason: 'x' }])
    expect(await read(id)).toMatchObject([{ id: 'decision', dueAt: '2027-05-21T22:00:00.000Z' }])
    room.time.now = Date.parse('2027-05-21T22:00:00.001Z')
    expect(await read(id)).toMatchObject([{ id: 'decision', late: true }])
    const later = await openRoom()
    const { id: other } = await granted(later)
    const ids = (await readHabilitation(later, person('paul'), other)).clocks.map((clock) => clock.id)
    expect(ids).toEqual(['renewal.ask', 'access.end', 'review.grant', 'delete.bulle', 'results.publish'])
  })
})
