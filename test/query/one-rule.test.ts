/** Statements that one rule alone refuses: with it taken away they would be understood, or refused for another reason. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulle, BulleTable } from '../../services/dataset/bulle.ts'
import { prepare } from '../../services/query/prepare.ts'
import { bulle, type Clinic, openClinic, today } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

async function draft(sql: string, granted: Bulle = bulle) {
  return prepare(await clinic.tree(sql), { sql, bulle: granted, today })
}

describe('what the holder keeps of a column, one thing at a time', () => {
  const keeping = (restriction: 'filter' | 'group-by' | 'output'): Bulle => ({
    ...bulle,
    tables: bulle.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) =>
        column.name === 'ward' ? { ...column, restrict: [restriction] } : column,
      ),
    })),
  })
  const asked = {
    filter: "SELECT count(*) FROM stays WHERE ward = 'uro'",
    condition: "SELECT count(*) FILTER (WHERE ward = 'uro') FROM stays",
    group: 'SELECT ward, count(*) FROM stays GROUP BY ward',
    distinct: 'SELECT DISTINCT ward FROM stays',
    total: 'SELECT count(*) FROM (SELECT count(*) OVER (PARTITION BY ward) AS n FROM stays) WHERE n > 1',
    values: 'SELECT count(DISTINCT ward) FROM stays',
    sum: 'SELECT sum(length(ward)) FROM stays',
    median: 'SELECT median(length(ward)) FROM stays',
    computed: 'SELECT x.l, count(*) FROM stays s, LATERAL (VALUES (upper(s.ward))) x(l) GROUP BY x.l',
    carried: 'SELECT l, count(*) FROM (SELECT upper(ward) AS l FROM stays) GROUP BY l',
    branch:
      'SELECT w, count(*) FROM (SELECT patient_id, site AS w FROM stays UNION ALL SELECT patient_id, ward FROM stays) GROUP BY w',
    inside:
      'SELECT count(*) FROM patients p WHERE (SELECT max(s.ward) FROM stays s WHERE s.patient_id = p.patient_id AND s.cost > p.birth_year) IS NULL',
    first:
      'SELECT count(*) FROM (SELECT DISTINCT ON (patient_id) patient_id, cost FROM stays ORDER BY ward) WHERE cost > 1',
  } as const
  type Name = keyof typeof asked
  const refusals: readonly (readonly ['filter' | 'group-by' | 'output', readonly Name[]])[] = [
    ['filter', ['filter', 'condition', 'inside', 'first']],
    ['group-by', ['group', 'distinct', 'total', 'computed', 'carried', 'branch']],
    ['output', ['group', 'distinct', 'total', 'values', 'sum', 'median', 'computed', 'carried', 'branch']],
  ]

  test.each(refusals)('%s', async (restriction, names) => {
    const found = []
    for (const name of Object.keys(asked) as Name[]) {
      const refusal = await draft(asked[name], keeping(restriction)).catch((error: unknown) => error)
      if (refusal instanceof Error) expect(refusal).toMatchObject({ code: 'COLUMN_RESTRICTED' })
      if (refusal instanceof Error) found.push(name)
    }
    expect(found).toEqual(names)
  })
})

test('a series that a row begins has an end, however far the text would have it', async () => {
  const members = async (end: number) => {
    const sql = `SELECT count(*) FROM patients WHERE len(range(birth_year, ${end})) > 0`
    return (await clinic.answer(sql)).rows[0]?.[0]
  }
  expect(await members(2000)).toBe('12')
  expect(await members(20_000)).toBe('0')
})

describe('identifiers are one where all of it is the same', () => {
  const changed = (change: (table: BulleTable) => BulleTable): Bulle => ({
    ...bulle,
    tables: bulle.tables.map((table) => (table.name === 'diagnoses' ? change(table) : table)),
  })
  const ofPersons = 'SELECT count(*) FROM stays s JOIN diagnoses d ON d.patient_id = s.patient_id'
  const ofStays = 'SELECT count(*) FROM stays s JOIN diagnoses d ON d.stay_id = s.stay_id'

  test('the domain', async () => {
    const elsewhere = changed((table) => ({ ...table, domain: 'bretagne' }))
    for (const sql of [ofPersons, ofStays]) {
      await expect(draft(sql)).resolves.toBeDefined()
      await expect(draft(sql, elsewhere)).rejects.toMatchObject({ code: 'IDENTIFIER_COMPARED' })
    }
  })

  test('the key', async () => {
    const ofActs = changed((table) => ({
      ...table,
      columns: table.columns.map((column) =>
        column.name === 'stay_id' ? { ...column, key: 'act_id' } : column,
      ),
    }))
    await expect(draft(ofPersons, ofActs)).resolves.toBeDefined()
    await expect(draft(ofStays, ofActs)).rejects.toMatchObject({ code: 'IDENTIFIER_COMPARED' })
  })
})

describe('what one rule alone refuses', () => {
  test.each([
    [
      'FUNCTION_NOT_ALLOWED',
      'SELECT count(*) FROM (SELECT patient_id, approx_quantile(cost, 0.5) AS q FROM stays GROUP BY patient_id)',
    ],
    ['FUNCTION_NOT_ALLOWED', 'SELECT approx_count_distinct(label) FROM ref_dep'],
    [
      'FUNCTION_NOT_ALLOWED',
      'SELECT count(*) FROM (SELECT approx_quantile(cost, 0.5) OVER (PARTITION BY patient_id) AS q FROM stays)',
    ],
    [
      'IDENTIFIER_OUTPUT',
      'SELECT count(*) FROM (SELECT case_id, count(*) AS n FROM patients GROUP BY case_id)',
    ],
    [
      'STATEMENT_NOT_ALLOWED',
      'SELECT count(*) FROM stays WHERE ln(CASE WHEN ward IN (SELECT label FROM ref_dep) THEN cost ELSE 0 END) > 1',
    ],
    [
      'STATEMENT_NOT_ALLOWED',
      "SELECT count(*) FROM (SELECT patient_id, string_agg(ward, (SELECT ',')) AS t FROM stays GROUP BY patient_id)",
    ],
    [
      'STATEMENT_NOT_ALLOWED',
      'SELECT count(*) FROM (SELECT patient_id, string_agg(ward, site) AS t FROM stays GROUP BY patient_id)',
    ],
    [
      'ROW_LIMIT',
      'SELECT count(*) FROM patients p, LATERAL (SELECT ward FROM stays s WHERE s.patient_id = p.patient_id AND s.cost > p.birth_year ORDER BY cost LIMIT 1) x',
    ],
    [
      'CROSS_PATIENT_SUBQUERY',
      'SELECT p.sex, sum(x.n) FROM patients p, LATERAL (SELECT count(*) AS n FROM stays s WHERE s.patient_id = p.patient_id AND s.cost > p.birth_year) x GROUP BY p.sex',
    ],
    [
      'CROSS_PATIENT_SUBQUERY',
      'SELECT count(*) FROM patients p WHERE (SELECT 1 + count(*) FROM stays s WHERE s.patient_id = p.patient_id AND s.cost > p.birth_year) > 1',
    ],
    [
      'COLUMN_RESTRICTED',
      'SELECT (SELECT max(s.cost) FROM stays s WHERE s.patient_id = p.patient_id AND s.ward < p.commune) AS v, count(*) FROM patients p GROUP BY v',
    ],
    [
      'STATEMENT_NOT_ALLOWED',
      'SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM ref_dep d WHERE d.dep = p.dep AND d.population IN (SELECT label FROM ref_dep))',
    ],
    ['COLUMN_UNKNOWN', 'SELECT r.label, b.weight FROM ref_dep r SEMI JOIN big_list b ON b.code = r.dep'],
    ['COLUMN_UNKNOWN', 'SELECT label || x AS x FROM ref_dep'],
    ['COST', 'SELECT count(*) FROM range(1, 1, 0)'],
    ['COST', "SELECT count(*) FROM range(DATE '2020-01-01', DATE '2020-01-01', INTERVAL 0 DAY)"],
    ['COST', 'SELECT count(*) FROM patients WHERE len(range(20000)) > 1'],
    ['COST', 'SELECT count(*) FROM patients WHERE len(range(birth_year, sex)) > 1'],
    ['COST', 'SELECT count(*) FROM stays WHERE len(range(entry_date + 1, exit_date, INTERVAL 1 DAY)) > 1'],
    ['COST', 'SELECT count(*) FROM stays WHERE len(range(entry_date, exit_date, INTERVAL 0 DAY)) > 1'],
    ['COST', 'SELECT count(*) FROM patients WHERE len(range(birth_year, 2000, 0)) > 1'],
    ['COST', 'SELECT count(*) FROM patients WHERE len(range(birth_year, 1000, -1)) > 1'],
    ['FUNCTION_NOT_ALLOWED', 'SELECT unnest([1], recursive := true) FROM ref_dep'],
    ['IDENTIFIER_COMPUTED', 'SELECT count(*) FROM (SELECT unnest([patient_id]) AS x FROM patients)'],
    ['COST', 'SELECT unnest(range(5000)) FROM (SELECT unnest(range(5000)) FROM ref_dep)'],
    [
      'CROSS_PATIENT_WINDOW',
      'SELECT count(*) FROM (SELECT ntile(21) OVER (ORDER BY cost) AS t FROM stays) WHERE t = 1',
    ],
    [
      'CROSS_PATIENT_WINDOW',
      'SELECT count(*) FROM (SELECT ntile(birth_year) OVER (ORDER BY birth_year) AS t FROM patients) WHERE t = 1',
    ],
    [
      'IDENTIFIER_COMPUTED',
      'SELECT count(*) FROM (SELECT ntile(4) OVER (PARTITION BY case_id ORDER BY birth_year) AS t FROM patients) WHERE t = 1',
    ],
    ['STATEMENT_NOT_ALLOWED', 'SELECT label FROM ref_dep LIMIT population'],
    ['STATEMENT_NOT_ALLOWED', 'SELECT label FROM ref_dep LIMIT (SELECT 2)'],
    ['STATEMENT_NOT_ALLOWED', 'SELECT ward, count(*) AS n FROM stays GROUP BY ward LIMIT n'],
    ['STATEMENT_NOT_ALLOWED', 'SELECT 1 UNION SELECT 2 LIMIT (SELECT 1)'],
  ])('%s: %s', async (code, sql) => {
    await expect(draft(sql)).rejects.toMatchObject({ code })
  })
})
