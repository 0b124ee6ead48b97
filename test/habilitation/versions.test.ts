/** What a version changes, and what its narrower scope would have refused. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { changesBetween } from '../../services/habilitation/changes.ts'
import { readHabilitation, recheckPast } from '../../services/habilitation/read.ts'
import type { PastQuery } from '../../services/habilitation/recheck.ts'
import type { Body } from '../../services/habilitation/request.ts'
import { leastBody, openRoom, person, type Room } from './fixtures.ts'
import { act, granted } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

const body = leastBody as unknown as Body
const [line] = leastBody.lines
const narrower = {
  lines: [{ ...line, tables: { stays: { columns: ['stay_id', 'admission_date'] } } }],
} as const

describe('the changes of a version', () => {
  test('are none between equals', () => {
    expect(changesBetween(body, body)).toEqual([])
  })

  test('name each clause with what comes and what goes', () => {
    const after = {
      ...body,
      persons: [{ issuer: 'demo', subject: 'bruno', profile: 'analyst' }],
      accessPeriod: { from: '2026-11-01', until: '2027-06-30' },
      ...narrower,
    } as unknown as Body
    expect(changesBetween(body, after)).toEqual([
      { path: 'accessPeriod.until', before: '2027-10-31', after: '2027-06-30' },
      { path: 'lines[pmsi-demo].tables', added: [], removed: ['patients'] },
      { path: 'lines[pmsi-demo].tables.patients.columns', added: [], removed: ['*'] },
      { path: 'lines[pmsi-demo].tables.stays.columns', added: [], removed: ['patient_id'] },
      { path: 'lines[pmsi-demo].tables.stays.filter', before: "admission_date >= DATE '2022-01-01'" },
      { path: 'persons', added: ['demo:bruno'], removed: ['demo:alice'] },
      { path: 'persons[demo:alice]', before: { profile: 'analyst' } },
      { path: 'persons[demo:bruno]', after: { profile: 'analyst' } },
    ])
  })

  test('are shown while the amendment is in hand, and kept by the version that it becomes', async () => {
    const { id } = await granted(room)
    const until = { accessPeriod: { from: '2026-11-01', until: '2027-06-30' } }
    const asked = await act(room, id, ['paul', { type: 'amendment', patch: until }])
    const changes = [{ path: 'accessPeriod.until', before: '2027-10-31', after: '2027-06-30' }]
    expect(asked.amendment?.changes).toEqual(changes)
    expect(asked.permit).toMatchObject({ version: 1 })
    const decided = await act(room, id, [
      'claire',
      { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] },
    ])
    expect(decided.versions).toMatchObject([
      { version: 1, changes: [] },
      { version: 2, changes },
    ])
  })
})

describe('past queries', () => {
  const query = (about: Partial<PastQuery>): PastQuery => ({
    ...{
      shard: '2026',
      seq: 1,
      at: '2026-11-21T09:00:00.000Z',
      query: 'q',
      purpose: 'SNDS-III-6',
      objective: 'O1',
    },
    datasets: [{ name: 'pmsi-demo', columns: ['stays.stay_id'] }],
    ...about,
  })
  const told = async (id: string, ...past: PastQuery[]) => {
    const found = await recheckPast({ ...room, past: async () => past }, person('nadia'), id)
    return found.map(({ seq, refused }) => [seq, ...refused.map(({ rule, fact }) => `${rule} ${fact}`)])
  }

  test('within the permit are not listed', async () => {
    const { id } = await granted(room)
    expect(await told(id, query({}))).toEqual([])
  })

  test('outside the amendment in hand are listed with what no longer covers them', async () => {
    const { id } = await granted(room)
    await act(room, id, ['paul', { type: 'amendment', patch: narrower }])
    const asked = (seq: number, about: Partial<PastQuery>) => query({ seq, ...about })
    const columns = (...names: string[]) => ({ datasets: [{ name: 'pmsi-demo', columns: names }] })
    expect(
      await told(
        id,
        asked(1, columns('stays.stay_id')),
        asked(2, columns('stays.patient_id', 'patients.sex')),
        asked(3, { purpose: 'SNDS-III-5' }),
        asked(4, { objective: 'O9' }),
        asked(5, { datasets: [{ name: 'lab-demo', columns: [] }] }),
      ),
    ).toEqual([
      [2, 'column-not-granted pmsi-demo.stays.patient_id', 'column-not-granted pmsi-demo.patients.sex'],
      [3, 'purpose-not-granted SNDS-III-5'],
      [4, 'objective-not-granted O9'],
      [5, 'line-closed lab-demo'],
    ])
  })

  test('on a line that its holder took back are listed', async () => {
    const { id } = await granted(room)
    await act(room, id, ['rouen', { type: 'recall', line: 'pmsi-demo', reason: 'x' }])
    expect(await told(id, query({}))).toEqual([[1, 'line-closed pmsi-demo']])
  })

  test('are for the DPO and the authority, and leave the request as it was', async () => {
    const { id } = await granted(room)
    const needs = { ...room, past: async () => [] }
    await expect(recheckPast(needs, person('paul'), id)).rejects.toMatchObject({ code: 'ROLE' })
    expect(await readHabilitation(room, person('nadia'), id)).toMatchObject({ state: 'active' })
  })
})
