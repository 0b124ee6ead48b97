import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Clinic, openClinic } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

const list = (length: number, item: (index: number) => string) =>
  Array.from({ length }, (_, i) => item(i)).join(', ')

test.each([
  ['relations', `SELECT count(*) FROM ${list(65, () => 'ref_dep')}`],
  ['nodes', `SELECT ${list(6100, () => '1')}`],
  ['depth', `SELECT ${'abs('.repeat(70)}1${')'.repeat(70)}`],
  [
    'relations once tables are written out',
    `WITH a AS (FROM ref_dep x, ref_dep y), ${list(8, (i) => `a${i} AS (SELECT 1 FROM ${i === 0 ? 'a' : `a${i - 1}`} x, ${i === 0 ? 'a' : `a${i - 1}`} y)`)} SELECT count(*) FROM a7`,
  ],
  [
    'text behind tables of values',
    `WITH a0 AS (VALUES (1)), ${list(30, (i) => `a${i + 1} AS (SELECT 1 FROM a${i} x, a${i} y)`)} SELECT count(*) FROM a30`,
  ],
  [
    'text behind totals beside rows',
    `SELECT count(*) FROM (SELECT ${list(60, (i) => `avg(cost) OVER (PARTITION BY ward, cost + ${i}) AS t${i}`)} FROM (SELECT patient_id, cost, ward, ${list(300, (i) => `cost * ${i} + 1 AS c${i}`)} FROM stays))`,
  ],
  ['text behind names of the list', `SELECT 1 + 1 AS a0, ${list(40, (i) => `a${i} + a${i} AS a${i + 1}`)}`],
])('more %s than the limit is COMPLEXITY', async (_, sql) => {
  await expect(clinic.draft(sql)).rejects.toMatchObject({ code: 'COMPLEXITY' })
})

test('a large statement that is within the limits is understood in little time', async () => {
  const columns = list(
    300,
    (i) => `sum(CASE WHEN cost > ${i} AND ward = 'w${i}' THEN cost ELSE ${i} END) AS s${i}`,
  )
  const sql = `SELECT ward, ${columns} FROM stays GROUP BY ward`
  await clinic.draft(sql)
  // Time of the processor: what else runs on this machine is no matter of ours.
  const before = process.cpuUsage()
  expect((await clinic.draft(sql)).leaves[0]?.measures).toHaveLength(300)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(2000)
})

test('a lambda cannot name what our own text names', async () => {
  await expect(
    clinic.draft(
      'SELECT count(*) FROM patients WHERE list_transform([1], lambda __r1: __r1.patient_id)[1] IS NULL',
    ),
  ).resolves.toMatchObject({ leaves: [{ total: true }] })
  const { leaves } = await clinic.draft(
    'SELECT count(*) FROM patients WHERE list_transform([1], lambda __r1: __r1 + 1)[1] = 2',
  )
  const text = await clinic.text(leaves[0]?.level1 ?? {})
  expect(text).not.toContain('lambda __r1:')
  expect(text).toMatch(/\((__r\d+) -> TRY\(\(\1 \+ 1/)
})
