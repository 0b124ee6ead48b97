/** Counts by Paris days and hours, on both days of clock change. */
import { expect, test } from '@jest/globals'
import { act, reading } from '../audit/open-log.ts'
import { useLoggedHouse } from './house.ts'

const house = useLoggedHouse()
/** Without what the log writes of itself, such as the seal of each day. */
const acts = <T extends { readonly outcome: string }>(rows: readonly T[]) =>
  rows.filter(({ outcome }) => outcome !== 'done')
const march = { from: Date.parse('2026-03-27T23:00:00Z'), to: Date.parse('2026-04-01T00:00:00Z') }

/** One reading and one refusal of alice at each instant. */
async function at(...instants: readonly string[]): Promise<void> {
  for (const instant of instants) {
    house.home.clock.set(instant)
    await house.audit.append(reading, act('alice', 'P0'))
    await house.audit.append({ type: 'query.refused', query: 'q', code: 'ROW_LEVEL' }, act('alice', 'P1'))
  }
}

test('a day is that of Paris, in winter and in summer', async () => {
  await at(
    '2026-03-28T22:59:59.999Z',
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T21:59:59.999Z',
    '2026-03-29T22:00:00.000Z',
  )
  const { days, types, codes, projects, actors } = await house.auditIndex.statistics(march)
  const day = (name: string, entries: number) =>
    ['allowed', 'refused'].map((outcome) => ({ day: name, outcome, entries }))
  expect(acts(days)).toEqual([...day('2026-03-28', 1), ...day('2026-03-29', 2), ...day('2026-03-30', 1)])
  expect(types.filter(({ name }) => !name.startsWith('log.'))).toEqual([
    { name: 'access.read', entries: 4 },
    { name: 'query.refused', entries: 4 },
  ])
  expect(codes).toEqual([{ name: 'ROW_LEVEL', entries: 4 }])
  expect(projects).toEqual([
    { name: 'P0', entries: 4 },
    { name: 'P1', entries: 4 },
  ])
  expect(actors).toEqual([{ name: 'alice', entries: 8 }])
})

test('an entry counts for each dataset that it is about', async () => {
  house.home.clock.set('2026-03-29T10:00:00.000Z')
  await house.audit.append({ ...reading, dataset: 'visits' }, act('alice', 'P0'))
  await house.audit.append({ ...reading, dataset: 'stays' }, act('alice', 'P0'))
  await house.audit.append({ ...reading, dataset: 'stays' }, act('bruno', 'P0'))
  const { datasets } = await house.auditIndex.statistics(march)
  expect(datasets).toEqual([
    { name: 'stays', entries: 2 },
    { name: 'visits', entries: 1 },
  ])
})

test('a period includes its first instant and not its last', async () => {
  await at('2026-03-28T10:00:00.000Z', '2026-03-28T11:00:00.000Z')
  const [from, to] = [Date.parse('2026-03-28T10:00:00Z'), Date.parse('2026-03-28T11:00:00Z')]
  const { days } = await house.auditIndex.statistics({ from, to })
  expect(acts(days).map(({ entries }) => entries)).toEqual([1, 1])
})

test('activity is counted per hour of Paris, person, project, outcome and code', async () => {
  await at('2026-03-29T00:30:00.000Z', '2026-03-29T00:40:00.000Z', '2026-03-29T01:30:00.000Z')
  const rows = await house.auditIndex.activity(march)
  const common = { day: '2026-03-29', actor: 'alice' }
  const read = { ...common, project: 'P0', type: 'access.read', outcome: 'allowed', code: null }
  const refused = { ...common, project: 'P1', type: 'query.refused', outcome: 'refused', code: 'ROW_LEVEL' }
  expect(acts(rows)).toEqual([
    { ...read, hour: 1, entries: 2 },
    { ...refused, hour: 1, entries: 2 },
    { ...read, hour: 3, entries: 1 },
    { ...refused, hour: 3, entries: 1 },
  ])
})

test('releases are counted per month of Paris', async () => {
  const period = { from: Date.parse('2026-01-01T00:00:00Z'), to: Date.parse('2027-01-01T00:00:00Z') }
  const releases = await house.auditIndex.releases(period)
  expect(releases.map(({ month, project, releases: count }) => `${month} ${project} ${count}`)).toEqual(
    expect.arrayContaining(['2026-03 P0 2']),
  )
  expect(releases.reduce((sum, { releases: count }) => sum + count, 0)).toBe(6)
})

test('entries are counted per month of Paris, project and type, and per dataset', async () => {
  await at('2026-03-31T21:59:59.999Z', '2026-03-31T22:00:00.000Z')
  const period = { from: Date.parse('2026-03-31T21:00:00Z'), to: Date.parse('2026-03-31T22:00:00.001Z') }
  const monthly = await house.auditIndex.monthly(period)
  expect(monthly.filter(({ project }) => project !== null)).toEqual([
    { month: '2026-03', project: 'P0', type: 'access.read', entries: 1 },
    { month: '2026-03', project: 'P1', type: 'query.refused', entries: 1 },
    { month: '2026-04', project: 'P0', type: 'access.read', entries: 1 },
    { month: '2026-04', project: 'P1', type: 'query.refused', entries: 1 },
  ])
  expect(await house.auditIndex.byDataset(period)).toEqual([])
  const filled = { from: Date.parse('2026-03-01T09:00:00Z'), to: Date.parse('2026-03-01T09:00:00.001Z') }
  expect(await house.auditIndex.byDataset(filled)).toEqual([
    { dataset: 'pmsi-demo', type: 'query.intent', entries: 8 },
  ])
})
