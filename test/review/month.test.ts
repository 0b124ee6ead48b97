/** The inbox of a month, on a real log and a real database. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { type Findings, type KeptFinding, openFindings } from '../../services/review/findings.ts'
import { openIncidents } from '../../services/review/incidents.ts'
import { reindex } from '../../services/review/indexing.ts'
import { closeFinding, type ReviewNeeds, readMonth, sentenceOf } from '../../services/review/month.ts'
import { act, intent, release, sha } from '../audit/open-log.ts'
import { person, rulebook } from '../habilitation/fixtures.ts'
import { useLoggedHouse } from './house.ts'

const house = useLoggedHouse()
const month = '2026-03'
let needs: ReviewNeeds
let findings: Findings

beforeEach(async () => {
  findings = openFindings(house.store)
  const rules = await rulebook()
  const { audit, auditIndex, store } = house
  const on = { audit, auditIndex, clock: house.home.clock, rulebook: rules }
  needs = { ...on, findings, incidents: openIncidents(store), thresholds: rules.review }
})

async function refuse(times: number, code: string): Promise<void> {
  for (let at = 0; at < times; at += 1) {
    await house.audit.append({ type: 'query.refused', query: `r${at}`, code }, act('alice', 'P0'))
  }
}

async function raised(): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const { body } of house.audit.entries(0, house.audit.size)) {
    if (body.type === 'anomaly.raised') ids.push(body.anomaly)
  }
  return ids
}

const close = (id: string) =>
  closeFinding(needs, person('nadia'), { id, conclusion: 'explained', reason: 'Une formation.' })

async function found(): Promise<KeptFinding> {
  await refuse(5, 'EXPIRED')
  const [one] = await readMonth(needs, month)
  if (one === undefined) throw new Error('nothing was found')
  return one
}

describe('a month', () => {
  test('in which nothing unusual happened has no finding', async () => {
    expect(await readMonth(needs, month)).toEqual([])
    expect(await raised()).toEqual([])
  })

  test('has its findings once, however often and by however many it is read', async () => {
    await refuse(5, 'EXPIRED')
    const [first, second] = await Promise.all([readMonth(needs, month), readMonth(needs, month)])
    expect(first).toHaveLength(1)
    expect(first).toEqual(second)
    expect(await readMonth(needs, month)).toEqual(first)
    expect(await raised()).toEqual([first[0]?.id])
    expect(first[0]).toMatchObject({
      family: 'A4',
      concern: { actor: 'alice', day: '2026-03-01' },
      count: 5,
      closed: null,
    })
    expect(await readMonth(needs, '2026-02')).toEqual([])
  })

  test('shows the entries behind a finding, and says it as a sentence', async () => {
    const one = await found()
    const codes = await Promise.all(one.entries.map(({ seq, shard }) => house.audit.entry(seq, shard)))
    expect(codes.map((entry) => entry?.body)).toEqual(
      Array(5).fill(expect.objectContaining({ type: 'query.refused', code: 'EXPIRED' })),
    )
    expect(sentenceOf(one, 'fr')).toBe('alice a été refusé 5 fois faute d’habilitation, le 2026-03-01.')
  })

  test('gives an open finding its new count', async () => {
    const { id } = await found()
    await refuse(1, 'REVOKED')
    expect(await readMonth(needs, month)).toMatchObject([{ id, count: 6 }])
    expect(await raised()).toHaveLength(1)
  })

  test('reads what the log says of queries: near-identical ones, rows, stops, rules and deposits', async () => {
    for (let at = 0; at < 15; at += 1) {
      const statement = at.toString(16).repeat(64)
      const { seq } = await house.audit.append({ ...intent(`n${at}`), statement }, act('paul', 'P0'))
      const answer = release(`n${at}`, seq)
      await house.audit.append({ ...answer, shape: { ...answer.shape, rows: 7_000 } }, act('paul', 'P0'))
    }
    for (let at = 0; at < 5; at += 1)
      await house.audit.append({ type: 'query.abort', query: 'q', cause: 'deadline' }, { project: 'P0' })
    await house.audit.append({ type: 'policy.loaded', sha256: sha }, {})
    await house.audit.append({ type: 'policy.loaded', sha256: 'b'.repeat(64) }, {})
    for (const deposit of ['one', 'two'])
      await house.audit.append({ type: 'deposit.refused', dataset: 'pmsi', deposit, findings: 1 }, {})
    const detectors = (await readMonth(needs, month)).map(({ detector }) => detector)
    expect(detectors).toEqual([
      'deadlines',
      'policy-changed',
      'near-differencing',
      'deposits-failed',
      'rows-released',
    ])
  })

  test('finds a permit that nobody uses, and somebody who was long away, unless the permit has ended', async () => {
    const granted = (habilitation: string) =>
      ({ type: 'habilitation.granted', habilitation, state: 'ACTIVE' }) as const
    await house.audit.append(granted('D1'), { project: 'P8' })
    await house.audit.append(granted('D2'), { project: 'P9' })
    await house.audit.append({ ...granted('D2'), type: 'habilitation.revoked' }, { project: 'P9' })
    house.home.clock.set('2026-07-15T09:00:00.000Z')
    await house.audit.append(intent('back'), act('ines', 'P0'))
    const found = await readMonth(needs, '2026-07')
    expect(found.map(({ detector, concern }) => ({ detector, concern }))).toEqual([
      { detector: 'unused-grant', concern: { project: 'P8' } },
      { detector: 'dormant-account', concern: { actor: 'ines', day: '2026-07-15' } },
    ])
  })
})

describe('closing a finding', () => {
  test('is an entry with the conclusion, the reason sealed, before the state changes', async () => {
    const { id } = await found()
    const { finding, receipt } = await close(id)
    expect(finding.closed).toMatchObject({ conclusion: 'explained', by: 'nadia' })
    expect((await house.audit.entry(receipt.seq))?.body).toEqual({
      type: 'anomaly.closed',
      anomaly: id,
      conclusion: 'explained',
    })
    expect(await house.audit.unseal(receipt.seq)).toEqual({ reason: 'Une formation.' })
    expect(await readMonth(needs, month)).toMatchObject([{ id, closed: { conclusion: 'explained' } }])
  })

  test('changes nothing when the log cannot be written', async () => {
    const { id } = await found()
    await house.audit.close()
    await expect(close(id)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await findings.ofMonth(month)).toMatchObject([{ id, closed: null }])
  })

  test('is done once, also when two do it at the same time', async () => {
    const { id } = await found()
    const both = await Promise.allSettled([close(id), close(id)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(close(id)).rejects.toMatchObject({ code: 'CONFLICT', facts: { rule: 'review.closed' } })
    const { entries } = await house.auditIndex.search({ type: 'anomaly.closed' })
    expect(entries).toHaveLength(1)
  })

  test('is not possible for what was not found', async () => {
    await expect(close('2026-03/A4/off-hours/0123456789ab')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('outlives the table: the log says what was raised and closed', async () => {
    const { id } = await found()
    await close(id)
    await house.store.db.deleteFrom('review_finding').execute()
    expect(await readMonth(needs, month)).toMatchObject([
      { id, closed: { conclusion: 'explained', by: 'nadia' } },
    ])
    expect(await raised()).toEqual([id])
  })

  test('follows the log where a crash came between the entry and the state', async () => {
    const { id } = await found()
    const entry = { type: 'anomaly.closed', anomaly: id, conclusion: 'mistaken' } as const
    await house.audit.append(entry, { by: person('nadia') })
    await expect(close(id)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await findings.ofMonth(month)).toMatchObject([{ id, closed: { conclusion: 'mistaken' } }])
  })
})

test('the index is filled again from the log, whatever it had become', async () => {
  await house.auditIndex.flush()
  await house.store.db.deleteFrom('audit_index').where('seq', '>', 3).execute()
  await house.store.db.updateTable('audit_index').set({ code: 'ROW_LEVEL' }).execute()
  expect(await reindex(house.audit, house.auditIndex)).toBe(house.audit.size)
  const { entries } = await house.auditIndex.search({ limit: 1_000 })
  expect(entries).toHaveLength(house.audit.size)
  expect(entries.filter(({ code }) => code !== undefined)).toEqual([])
})
