import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { prepare } from '../../services/query/prepare.ts'
import { bulle, type Clinic, openClinic, today } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
  await clinic.native('CREATE TABLE clinic.tiny AS SELECT CAST(0.5 AS DECIMAL(38,37)) AS x')
  await clinic.native(
    "INSERT INTO clinic.stays SELECT 'far' || i, 'p1', 'A', 'far', DATE '5870000-01-01', DATE '5870000-01-01', 'x', (i + 1) * 1e300, 101 FROM range(3) r(i)",
  )
})
afterAll(() => clinic.close())

/** A public table of one number, whose type fits no whole number above 9. */
const withTiny: Bulle = {
  ...bulle,
  tables: [
    ...bulle.tables,
    {
      ...{ dataset: 'clinic', name: 'tiny', class: 'public', unique: false, rows: 1, magnitude: 0 },
      columns: [{ name: 'x', type: 'DECIMAL(38,37)' }],
      mount: { schema: 'clinic', name: 'tiny', file: '' },
    },
  ],
}

const perPerson = (aggregate: string) =>
  `SELECT count(m) FROM (SELECT patient_id, ${aggregate} AS m FROM stays WHERE ward = 'far' GROUP BY 1)`
const inWindow = (window: string) =>
  `SELECT count(*) FROM (SELECT ${window} AS m FROM stays WHERE ward = 'far') WHERE m IS NOT NULL`
const byPerson = 'PARTITION BY patient_id ORDER BY'

describe('no value of a row makes a statement fail', () => {
  test.each([
    ...['median(entry_date)', 'mad(entry_date)', 'quantile_cont(entry_date, 0.5)', 'avg(entry_date)'],
    ...[
      'median(entry_date + 1)',
      'stddev(cost)',
      'sum(cost * cost)',
      "avg(date_diff('day', entry_date, exit_date))",
    ],
  ])('%s within the person', async (aggregate) => {
    await expect(clinic.answer(perPerson(aggregate))).resolves.toBeDefined()
  })

  test.each([
    `lag(entry_date, 1, ward) OVER (${byPerson} stay_id)`,
    `lag(cost, 1, 0) OVER (${byPerson} stay_id)`,
    `median(entry_date) OVER (${byPerson} stay_id)`,
    `count(*) OVER (${byPerson} entry_date RANGE BETWEEN INTERVAL 30 DAY PRECEDING AND INTERVAL '2 months' FOLLOWING)`,
    `count(*) OVER (${byPerson} cost RANGE BETWEEN 5 PRECEDING AND 2.5 FOLLOWING)`,
    `nth_value(ward, 2) OVER (${byPerson} stay_id)`,
    `ntile(4) OVER (${byPerson} stay_id)`,
  ])('%s', async (window) => {
    await expect(clinic.answer(inWindow(window))).resolves.toBeDefined()
  })

  test.each([
    'SELECT sum(x) FROM tiny',
    'SELECT sum(x + 0) FROM tiny',
    'SELECT sum(x) OVER () FROM tiny',
    'SELECT x FROM tiny',
    'SELECT greatest(x, 0) FROM tiny',
  ])('a column of many digits beside rows, as %s', async (value) => {
    const sql = `SELECT count(*) FROM patients WHERE birth_year > (${value})`
    const { leaves } = prepare(await clinic.tree(sql), { sql, bulle: withTiny, today })
    const text = await clinic.text(leaves[0]?.level1 ?? {})
    await expect(clinic.native(text)).resolves.toBeDefined()
  })

  test('numbers out of bounds have no distance from each other', async () => {
    const near = `count(*) OVER (${byPerson} cost RANGE BETWEEN 5 PRECEDING AND CURRENT ROW)`
    const { rows } = await clinic.answer(
      `SELECT n, count(*) FROM (SELECT ${near} AS n FROM stays WHERE ward = 'far') GROUP BY n`,
    )
    expect(rows.map(([n, times]) => [n, times])).toEqual([['3', '3']])
  })

  test.each([
    ['TYPE_ERROR', perPerson('avg(CAST(ward AS INTERVAL))')],
    ['TYPE_ERROR', perPerson('max(cost, CAST(cost AS INTEGER))')],
    ['TYPE_ERROR', inWindow(`ntile(0) OVER (${byPerson} stay_id)`)],
    ['TYPE_ERROR', inWindow(`ntile(CAST(cost AS INTEGER)) OVER (${byPerson} stay_id)`)],
    ['TYPE_ERROR', inWindow(`nth_value(ward, 0) OVER (${byPerson} stay_id)`)],
    ['TYPE_ERROR', inWindow(`lag(entry_date + 1, 1, ward) OVER (${byPerson} stay_id)`)],
    ['FUNCTION_NOT_ALLOWED', inWindow(`fill(cost) OVER (${byPerson} entry_date)`)],
    ...[
      "entry_date RANGE BETWEEN INTERVAL '5000000' YEAR PRECEDING AND CURRENT ROW",
      'entry_date + INTERVAL 200000 YEAR RANGE BETWEEN INTERVAL 5 YEAR PRECEDING AND CURRENT ROW',
      'cost RANGE BETWEEN -1 PRECEDING AND CURRENT ROW',
    ].map((frame) => ['STATEMENT_NOT_ALLOWED', inWindow(`count(*) OVER (${byPerson} ${frame})`)] as const),
  ])('%s: %s', async (code, sql) => {
    await expect(clinic.draft(sql)).rejects.toMatchObject({ code })
  })

  test('a sum of what is not surely a number is one of DOUBLEs, which does not overflow', async () => {
    const { leaves } = await clinic.draft(
      'SELECT sum(greatest(birth_year, 2)) FROM patients JOIN stays USING (patient_id)',
    )
    const columns = await clinic.native(`DESCRIBE ${await clinic.text(leaves[0]?.level1 ?? {})}`)
    expect(columns.find(([name]) => name === 's1')?.[1]).toBe('DOUBLE')
  })

  test('moments are of what is finite and bearable', async () => {
    const told = async (x: string) => {
      const { leaves } = await clinic.draft(
        `SELECT stddev(x) FROM (SELECT patient_id, ${x} AS x FROM patients)`,
      )
      const moments = await clinic.text(leaves[0]?.values[0]?.tree ?? {})
      const [[rows]] = (await clinic.native(`SELECT count(x0) FROM (${moments})`)) as [[string]]
      return Number(rows)
    }
    expect(await told('birth_year')).toBeGreaterThan(0)
    expect(await told("CASE WHEN dep = '14' THEN 1e300 ELSE exp(birth_year) END")).toBe(0)
  })
})

describe('public rows beside those of a person do not multiply without bound', () => {
  test.each([
    'patients p CROSS JOIN range(10000) a CROSS JOIN range(10000) b',
    '(SELECT p.* FROM patients p, range(10000)) q, range(10000) b',
    'patients p JOIN (SELECT a.range AS x FROM range(10000) a, range(10000) b) d ON d.x = p.birth_year',
    'patients p, range(100) a, range(2000) b WHERE b.range * 0 = p.birth_year * 0',
  ])('COST: %s', async (from) => {
    await expect(clinic.draft(`SELECT count(*) FROM ${from}`)).rejects.toMatchObject({ code: 'COST' })
  })

  test.each([
    'patients p, range(10000) a',
    'patients p, range(100) a, range(2000) b WHERE b.range = p.birth_year',
    'patients p JOIN big_list b ON b.weight = p.birth_year JOIN big_list c ON c.code = b.code',
  ])('accepted: %s', async (from) => {
    await expect(clinic.draft(`SELECT count(*) FROM ${from}`)).resolves.toBeDefined()
  })
})

describe('a label shows without persons only when it is public', () => {
  const frame = 'SELECT d.dep, count(*) FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep'
  test.each([
    [true, `${frame} GROUP BY d.dep`],
    [false, `${frame} JOIN (VALUES ('F')) v(sex) USING (sex) GROUP BY d.dep`],
    [false, `${frame} NATURAL JOIN (SELECT 'F' AS sex) v GROUP BY d.dep`],
    [
      false,
      `${frame} GROUP BY d.dep, EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id AND s.ward = 'uro')`,
    ],
  ])('%s: %s', async (isFramed, sql) => {
    expect((await clinic.draft(sql)).leaves.map(({ framed }) => framed)).toEqual([isFramed])
  })

  test('a column kept from grouping is not grouped by through EXISTS', async () => {
    const sql = `SELECT count(*) FROM patients p GROUP BY EXISTS (SELECT 1 FROM ref_dep r WHERE r.label = p.commune)`
    await expect(clinic.draft(sql)).rejects.toMatchObject({ code: 'COLUMN_RESTRICTED' })
  })
})

test('where a group may be withheld, an outer join shows nothing in its place', async () => {
  const sql =
    'SELECT d.dep, coalesce(n, 0) AS n FROM ref_dep d LEFT JOIN (SELECT dep, count(*) AS n FROM patients GROUP BY 1) x USING (dep) ORDER BY 1'
  const { rows } = await clinic.answer(sql)
  expect(rows[2]).toEqual(['61', null, false, true])
  expect(rows[0]).toEqual(['14', '4', false, false])
})

test.each([
  ['SELECT 1 FROM stays HAVING true', [[1]]],
  ['SELECT NULL AS k, count(*) FROM patients GROUP BY k', [[null, '12']]],
  ["SELECT 'all' AS k, count(*) FROM patients GROUP BY 1", [['all', '12']]],
  [
    "SELECT 'all' AS k, sex, count(*) FROM patients GROUP BY 1, 2 ORDER BY 1, 2",
    [
      ['all', 'F', '4'],
      ['all', 'M', '8'],
    ],
  ],
  [
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT * FROM stays s WHERE s.patient_id = p.patient_id LIMIT 1)',
    [['10']],
  ],
])('ordinary SQL: %s', async (sql, expected) => {
  const { columns, rows } = await clinic.answer(sql)
  expect(rows.map((row) => row.slice(0, columns.length))).toEqual(expected)
})

describe('an answer that rests on groups that may be withheld says so', () => {
  const inner = 'SELECT ward, count(*) AS n FROM stays GROUP BY ward'

  test.each([
    ['the number of groups', `SELECT count(*), max(ward) FROM (${inner})`],
    ['NOT IN', `SELECT dep FROM ref_dep WHERE dep NOT IN (SELECT ward FROM (${inner}))`],
    ['an ANTI join', `SELECT d.dep FROM ref_dep d ANTI JOIN (${inner}) m ON m.ward = d.dep`],
    ['a condition', `SELECT ward FROM (${inner}) WHERE n > 3`],
    ['HAVING', 'SELECT ward FROM stays GROUP BY ward HAVING count(*) > 3'],
    ['QUALIFY', 'SELECT ward, count(*) n FROM stays GROUP BY ward QUALIFY n > 3'],
  ])('%s is partial: groups may be withheld whole', async (_, sql) => {
    expect((await clinic.draft(sql)).partial).toBe(true)
  })

  test.each([
    [
      'one row that is always there',
      'SELECT sum(n) IS NULL FROM (SELECT 1 AS n FROM stays HAVING true)',
      false,
    ],
    [
      'public labels',
      'SELECT count(*) FROM (SELECT d.dep FROM ref_dep d LEFT JOIN patients p USING (dep) GROUP BY 1)',
      false,
    ],
    ['the label of a group', `SELECT ward FROM (${inner}) WHERE ward = 'uro'`, false],
  ])('%s: partial only where something can be missing', async (_, sql, isPartial) => {
    expect((await clinic.draft(sql)).partial).toBe(isPartial)
  })
})
