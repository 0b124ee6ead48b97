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

test('an identifier that is a number is no number', async () => {
  const numbered = {
    ...bulle,
    tables: bulle.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) =>
        column.name === 'stay_id' ? { ...column, type: 'BIGINT' } : column,
      ),
    })),
  }
  for (const measure of ['sum(stay_id)', 'avg(stay_id)'])
    await expect(draft(`SELECT ${measure} FROM stays`, numbered)).rejects.toMatchObject({
      code: 'IDENTIFIER_COMPUTED',
    })
  await expect(draft('SELECT count(DISTINCT stay_id) FROM stays', numbered)).resolves.toBeDefined()
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
      'IDENTIFIER_COMPARED',
      'SELECT count(*) FROM stays s JOIN stays t ON s.patient_id = t.patient_id WHERE s.stay_id < t.stay_id',
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
      'STATEMENT_NOT_ALLOWED',
      'SELECT count(*) FROM patients p, (stays s CROSS JOIN LATERAL (SELECT p.birth_year AS y) x) WHERE s.patient_id = p.patient_id',
    ],
    ...[
      'SELECT * FROM stays s WHERE s.ward = p.sex LIMIT 1',
      'SELECT ward FROM stays s WHERE s.patient_id = p.patient_id QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY cost) > 1 LIMIT 1',
      'SELECT DISTINCT ward FROM stays s WHERE s.patient_id = p.patient_id LIMIT 1',
      'SELECT ward FROM stays s WHERE s.patient_id = p.patient_id LIMIT (1 + 1)',
    ].map((rows) => ['ROW_LIMIT', `SELECT count(*) FROM patients p, LATERAL (${rows}) x`] as const),
    ...[
      'cume_dist(cost) OVER (ORDER BY cost)',
      'sum(1) OVER (ORDER BY cost)',
      'avg(cost) OVER (PARTITION BY ward ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)',
    ].map(
      (window) =>
        [
          'CROSS_PATIENT_WINDOW',
          `SELECT count(*) FROM (SELECT ${window} AS t FROM stays) WHERE t > 3`,
        ] as const,
    ),
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
    [
      'JOIN_NOT_ALLOWED',
      'SELECT count(*) FROM stays s ASOF RIGHT JOIN ref_dep d ON s.ward = d.dep AND s.cost >= d.population',
    ],
    [
      'RECURSION',
      'WITH RECURSIVE r AS (SELECT ward AS w FROM stays UNION SELECT d.label FROM ref_dep d WHERE EXISTS (SELECT 1 FROM r WHERE r.w = d.dep)) SELECT count(*) FROM r',
    ],
    [
      'STATEMENT_NOT_ALLOWED',
      "PIVOT ref_dep ON dep IN ('14') USING sum(population) FILTER (WHERE population > 3)",
    ],
    [
      'TYPE_ERROR',
      'WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a, a FROM r WHERE a < 3) SELECT * FROM r',
    ],
    ['TYPE_ERROR', 'SELECT dep FROM ref_dep UNION ALL SELECT dep, label FROM ref_dep'],
    ['COLUMN_UNKNOWN', "SELECT COLUMNS(['dep', 'zzz']) FROM ref_dep"],
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
    // What an outer join may fill with NULL ties nobody on its two sides together, and WHERE does not undo it.
    ...[
      '(patients p CROSS JOIN stays s) JOIN (diagnoses d FULL JOIN stays t ON d.patient_id = t.patient_id) ON p.patient_id = d.patient_id AND s.patient_id = t.patient_id',
      '(patients p CROSS JOIN stays s) JOIN (diagnoses d RIGHT JOIN stays t ON d.patient_id = t.patient_id) ON p.patient_id = d.patient_id AND s.patient_id = t.patient_id',
      'patients p LEFT JOIN (stays s CROSS JOIN diagnoses d) ON s.patient_id = p.patient_id WHERE s.patient_id = d.patient_id',
      '(patients p CROSS JOIN stays s) RIGHT JOIN diagnoses d ON d.patient_id = p.patient_id WHERE s.patient_id = p.patient_id',
    ].map((from) => ['CROSS_PATIENT_JOIN', `SELECT count(*) FROM ${from}`] as const),
    [
      'COLUMN_UNKNOWN',
      'SELECT count(*) FROM ref_dep a JOIN ref_dep b ON a.population < b.population JOIN ref_dep c USING (dep)',
    ],
    // PIVOT names its columns by values.
    [
      'COLUMN_UNKNOWN',
      "WITH x AS (FROM (PIVOT ref_dep ON dep IN ('__a') USING count(*) GROUP BY label)) SELECT count(*) FROM x JOIN x y USING (__a)",
    ],
    ['STATEMENT_NOT_ALLOWED', 'SELECT label FROM ref_dep LIMIT population'],
    ['STATEMENT_NOT_ALLOWED', 'SELECT label FROM ref_dep LIMIT (SELECT 2)'],
    ['STATEMENT_NOT_ALLOWED', 'SELECT ward, count(*) AS n FROM stays GROUP BY ward LIMIT n'],
    ['STATEMENT_NOT_ALLOWED', 'SELECT 1 UNION SELECT 2 LIMIT (SELECT 1)'],
  ])('%s: %s', async (code, sql) => {
    await expect(draft(sql)).rejects.toMatchObject({ code })
  })
})

describe('what is withheld', () => {
  const byWard = 'SELECT ward, count(*) AS n FROM stays GROUP BY ward'
  let held: Clinic
  beforeAll(async () => {
    held = await openClinic()
    held.withhold('m1', "g0 = 'cardio'")
  })
  afterAll(() => held.close())

  test.each([
    `${byWard} ORDER BY n NULLS FIRST`,
    `${byWard} ORDER BY n DESC NULLS FIRST`,
    `${byWard} UNION ALL SELECT 'none', 0 ORDER BY n NULLS FIRST`,
  ])('is last, whatever the order: %s', async (sql) => {
    const { rows } = await held.answer(sql)
    expect(rows.at(-1)).toEqual(['cardio', null, false, true])
  })

  test('is withheld in what is made of it', async () => {
    const { rows } = await held.answer(`SELECT ward, n IS NULL AS l FROM (${byWard}) ORDER BY ward`)
    expect(rows.map(([ward, l, , mark]) => [ward, l, mark])).toEqual([
      ['cardio', null, true],
      ['neuro', false, false],
      ['uro', false, false],
    ])
  })

  test('is withheld beside what UNPIVOT makes rows of', async () => {
    const measures = 'SELECT ward, count(*) AS n, sum(cost) AS m FROM stays GROUP BY ward'
    const { rows } = await held.answer(
      `SELECT ward, n FROM (${measures}) UNPIVOT (v FOR what IN (m)) ORDER BY ward`,
    )
    expect(rows[0]).toEqual(['cardio', null, false, true])
  })

  test.each([
    'SELECT count(*) FROM (SELECT cost > avg(cost) OVER (PARTITION BY ward) AS d FROM stays) WHERE d',
    `SELECT ward FROM (${byWard}) WHERE n > 3`,
    `SELECT sum(n) FROM (${byWard})`,
    `SELECT dep FROM ref_dep WHERE dep NOT IN (SELECT ward FROM (${byWard}))`,
    `SELECT d.dep FROM ref_dep d ANTI JOIN (${byWard}) w ON w.ward = d.dep`,
    'SELECT count(*) FROM stays WHERE cost > (SELECT avg(cost) FROM stays)',
  ])('makes an answer partial: %s', async (sql) => {
    expect((await draft(sql)).partial).toBe(true)
  })

  test.each([
    ['on the right', 'ref_dep d LEFT JOIN x ON d.dep = x.dep'],
    ['on the left', 'x RIGHT JOIN ref_dep d ON d.dep = x.dep'],
    ['on either side', 'x FULL JOIN ref_dep d ON d.dep = x.dep'],
  ])('is not told apart from what an outer join does not find %s', async (_, from) => {
    const sql = `WITH x AS (SELECT dep, count(*) AS n FROM patients GROUP BY dep) SELECT d.dep, x.n FROM ${from} ORDER BY 1`
    const { rows } = await clinic.answer(sql)
    expect(rows.filter(([, n]) => n === null)).toEqual([['61', null, false, true]])
  })
})
