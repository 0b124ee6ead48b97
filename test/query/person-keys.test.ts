/** A person is known by the hidden key: the text of the pseudonym is compared only where it says something else. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openParser } from '../../services/engine/parser.ts'
import { understand } from '../../services/query/understand.ts'
import { bulle, type Clinic, openClinic, today } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

async function levelOne(sql: string): Promise<string> {
  const [leaf] = (await clinic.draft(sql)).leaves
  if (!leaf) throw new Error('a leaf is missing')
  return clinic.text(leaf.level1)
}

const on = 's.patient_id = p.patient_id'
const numbered = (from: string) =>
  levelOne(
    `SELECT n, count(*) FROM (SELECT row_number() OVER (PARTITION BY s.patient_id) AS n FROM ${from}) GROUP BY n`,
  )

test.each([
  'JOIN stays s USING (patient_id)',
  `JOIN stays s ON ${on}`,
  `LEFT JOIN stays s ON p.patient_id = s.patient_id`,
])('persons of sealed tables are matched by it alone: %s', async (join) => {
  expect(await levelOne(`SELECT count(*) FROM patients p ${join}`)).toMatch(
    / JOIN clinic\.stays AS __r2 ON \(+__r1\.__pix = __r2\.__pix\)/,
  )
})

test('what else a join compares stays', async () => {
  expect(
    await levelOne(`SELECT count(*) FROM patients p JOIN stays s ON ${on} AND s.cost > p.birth_year`),
  ).toMatch(/ON .*cost.*birth_year.*__r1\.__pix = __r2\.__pix/)
})

test('the pseudonym of what comes out of a query is compared too', async () => {
  expect(
    await levelOne(`SELECT count(*) FROM patients p JOIN (SELECT patient_id FROM stays) s ON ${on}`),
  ).toMatch(/ON \(+__r\d+\.patient_id = __r1\.patient_id\) AND \(__r1\.__pix = __r\d+\.__pix/)
})

test('what is made of a pseudonym and of something else parts rows too', async () => {
  const parts = "s.patient_id, CASE WHEN s.patient_id IS NULL THEN 'none' ELSE s.ward END"
  expect(
    await levelOne(
      `SELECT n, count(*) FROM (SELECT row_number() OVER (PARTITION BY ${parts}) AS n FROM stays s) GROUP BY n`,
    ),
  ).toMatch(/PARTITION BY CASE .*ward.*__r1\.__pix/)
})

test('rows of a person are parted by it alone, and the pseudonym orders nothing', async () => {
  const text = await numbered('stays s')
  expect(text).toContain('OVER (PARTITION BY __r1.__pix)')
})

test.each([
  ['may be missing beside the person of the row', `patients p LEFT JOIN stays s ON ${on}`],
  ['comes out of a query', '(SELECT patient_id FROM stays) s'],
])('a pseudonym that %s parts rows too', async (_, from) => {
  expect(await numbered(from)).toMatch(/PARTITION BY __r\d\.patient_id, __r\d\.__pix /)
})

test('a pseudonym of a derived table parts rows too: what made it may have left it out', async () => {
  const parser = await openParser({ processes: 1 })
  const derived = { reads: [], k: 11 }
  const tables = bulle.tables.map((table) => (table.name === 'stays' ? { ...table, derived } : table))
  const sql =
    'SELECT n, count(*) FROM (SELECT row_number() OVER (PARTITION BY patient_id) AS n FROM stays) GROUP BY n'
  try {
    const { leaves } = await understand(parser, { ...bulle, tables }, { sql, today })
    expect(leaves[0]?.level1).toContain('PARTITION BY __r1.patient_id, __r1.__pix ')
  } finally {
    await parser.close()
  }
})
