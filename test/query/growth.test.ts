/** Texts and lists that could exhaust the memory for one person are refused by the text, whatever the rows. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { prepareRows } from '../../services/query/prepare.ts'
import { accepted } from './accepted-statements.ts'
import { bulle, type Clinic, openClinic, today } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

const doubled = (times: number): string =>
  times === 0 ? 'SELECT sex AS x FROM patients' : `SELECT x || x AS x FROM (${doubled(times - 1)})`
const thrice = 'repeat(repeat(repeat(sex, 1000), 1000), 900)'

describe('a text that could become too long', () => {
  test.each([
    `SELECT count(*) FROM patients WHERE length(${thrice}) > 3`,
    `SELECT length(${thrice}), count(*) FROM patients GROUP BY 1`,
    `SELECT count(*) FILTER (WHERE length(${thrice}) > 3) FROM patients`,
    `SELECT count(*) FROM patients p JOIN stays s ON p.patient_id = s.patient_id AND length(${thrice}) > 3`,
    `SELECT sum(x) FROM (SELECT CASE WHEN birth_year = 1950 THEN length(${thrice}) END AS x FROM patients)`,
    'SELECT count(*) FROM (SELECT repeat(x, 1000) AS x FROM (SELECT repeat(repeat(sex, 1000), 1000) AS x FROM patients)) WHERE length(x) > 3',
    `SELECT count(*) FROM (${doubled(20)}) WHERE length(x) > 3`,
    "SELECT count(*) FROM patients WHERE length(replace(replace(repeat(sex, 1000), 'x', repeat('y', 1000)), 'y', repeat('z', 1000))) > 3",
    'SELECT count(*) FROM patients WHERE len(flatten(list_transform(list_resize([sex], 1000, sex), x -> list_resize([x], 1000, x)))) > 3',
    "SELECT count(*) FROM (SELECT patient_id, string_agg(repeat(repeat(ward, 1000), 2), ',') AS t FROM stays GROUP BY patient_id) WHERE length(t) > 3",
    `SELECT count(*) FROM patients WHERE length(replace(repeat(sex, 1000), 'x', '${'y'.repeat(200)}')) > 3`,
    'SELECT count(*) FROM patients WHERE len(list_transform(list_resize([sex], 1000, sex), x -> repeat(x, 1000))) > 3',
    "SELECT count(*) FROM patients WHERE len(list_transform(list_resize([sex], 1000, sex), (x, i) -> struct_extract(struct_pack(a := repeat(x, 1000)), 'a'))) > 3",
    `SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id AND length(repeat(repeat(repeat(ward, 1000), 1000), 900)) > 3)`,
  ])('is refused: %s', async (sql) => {
    await expect(clinic.draft(sql)).rejects.toMatchObject({
      code: 'COST',
      facts: { hint: { key: 'hint.growth' } },
    })
  })
})

test('a list comprehension takes parts of elements, which makes nothing longer', async () => {
  const some =
    'SELECT patient_id, len([x FOR x IN list(cost) IF x > 100]) AS n FROM stays GROUP BY patient_id'
  await expect(clinic.draft(`SELECT sum(n) FROM (${some})`)).resolves.toBeDefined()
  const long = some
    .replace('[x FOR', '[repeat(ward, 1000) FOR')
    .replace('BY patient_id', 'BY patient_id, ward')
  await expect(clinic.draft(`SELECT sum(n) FROM (${long})`)).rejects.toMatchObject({ code: 'COST' })
})

describe('rows that are kept', () => {
  test.each([
    ['of themselves', `SELECT patient_id, ${thrice} AS long FROM patients`],
    [
      'in what they are compared with',
      `SELECT patient_id FROM patients WHERE birth_year > (SELECT sum(length(${thrice})) FROM patients)`,
    ],
  ])('may not be too long %s', async (_, sql) => {
    const tree = await clinic.tree(sql)
    expect(() => prepareRows(tree, { sql, bulle, today })).toThrow(expect.objectContaining({ code: 'COST' }))
  })
})

test('a deep expression is reckoned part by part', async () => {
  const deep = `${'upper('.repeat(58)}sex${')'.repeat(58)}`
  await expect(clinic.draft(`SELECT count(*) FROM patients WHERE ${deep} = 'x'`)).resolves.toBeDefined()
})

describe('a text of bearable length', () => {
  test.each([
    "SELECT count(*) FROM patients WHERE lpad(sex, 1000, '0') > rpad(repeat('x', 1000), 1000, 'y')",
    `SELECT count(*) FROM (${doubled(10)}) WHERE length(x) > 3`,
    "SELECT count(*) FROM stays WHERE regexp_replace(replace(replace(replace(replace(ward, 'é', 'e'), 'è', 'e'), ' ', ''), '-', ' '), '[^a-z]+', ' ', 'g') = 'x'",
    "SELECT route, count(*) FROM (SELECT patient_id, string_agg(ward, '>' ORDER BY entry_date) AS route FROM stays GROUP BY patient_id) GROUP BY route",
    ...accepted.map(([sql]) => sql),
  ])('is not: %s', async (sql) => {
    await expect(clinic.draft(sql)).resolves.toBeDefined()
  })
})
