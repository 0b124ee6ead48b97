import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Draft } from '../../services/query/plan.ts'
import { type Clinic, openClinic } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

async function only(sql: string) {
  const { leaves } = await clinic.draft(sql)
  const [leaf] = leaves
  if (!leaf || leaves.length !== 1) throw new Error(`${leaves.length} leaves: ${sql}`)
  return { ...leaf, text: await clinic.text(leaf.level1), shapes: leaf.measures.map(({ shape }) => shape) }
}

describe('what an aggregate across persons becomes', () => {
  test.each([
    ['count(*)', ['presence']],
    ['count(*) FILTER (WHERE cost > 3)', ['filtered']],
    ['count(cost)', ['filtered']],
    ['count_if(cost > 3)', ['filtered']],
    ['sum(CASE WHEN cost > 3 THEN 1 ELSE 0 END)', ['filtered']],
    ['sum(CASE WHEN cost > 3 THEN 1 END)', ['filtered']],
    ['avg(CASE WHEN cost > 3 THEN 1 ELSE 0 END)', ['filtered', 'presence']],
    ['avg(CASE WHEN cost > 3 THEN 1 END)', ['avg']],
    ['sum(CASE WHEN cost > 3 THEN 1 ELSE 2 END)', ['sum']],
    ['count(DISTINCT patient_id)', ['persons']],
    ['count(DISTINCT stay_id)', ['keys']],
    ['count(DISTINCT ward)', ['values']],
    ['sum(cost)', ['sum']],
    ['avg(cost)', ['avg']],
    ['count(*) + count(*)', ['presence']],
    ['max(cost) - min(cost) + max(cost)', ['max', 'min']],
    ['median(cost) + quantile_cont(cost, 0.5) + quantile_disc(cost, 0.9)', ['quantile', 'quantile']],
    ['quantile_cont(cost, [0.25, 0.5]) || [median(cost)]', ['quantile', 'quantile']],
    ['percentile_cont(0.9) WITHIN GROUP (ORDER BY cost DESC) + quantile_cont(cost, 0.1)', ['quantile']],
    ['mode(ward)', ['mode']],
    ['mode() WITHIN GROUP (ORDER BY ward)', ['mode']],
    ['bool_or(cost > 3) AND bool_and(cost > 3)', ['any', 'all']],
    ['stddev(cost) + stddev_samp(cost) + variance(cost) + sem(cost)', ['spread', 'spread', 'spread']],
    ['corr(cost, day(entry_date)) + regr_r2(cost, day(entry_date))', ['relation', 'relation']],
    ['regr_avgx(cost, 1) + regr_count(cost, 1)', ['avg', 'filtered']],
  ])('%s is %j', async (aggregate, shapes) => {
    expect((await only(`SELECT ${aggregate} FROM stays`)).shapes).toEqual(shapes)
  })
})

describe('level 1', () => {
  test('has keys, person, rows, then the columns of each measure', async () => {
    const sql = 'SELECT ward, count(*), sum(cost), count(DISTINCT site), avg(cost) FROM stays GROUP BY ward'
    const { text, values, keys, measures } = await only(sql)
    const rows = await clinic.native(`DESCRIBE ${text}`)
    expect(rows.map(([name]) => name)).toEqual(['g0', '__pix', 'c0', 'c1', 'c2', 's2', 'c4', 's4'])
    expect(keys).toEqual(['g0'])
    expect(measures.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3', 'm4'])
    const [value] = values
    expect(value?.measure).toBe('m3')
    const distinct = await clinic.native(`DESCRIBE ${await clinic.text(value?.tree ?? {})}`)
    expect(distinct.map(([name]) => name)).toEqual(['g0', '__pix', 'x'])
  })

  test('of at most one row per person does not group, and gives what a grouped one would', async () => {
    const unique = await only(
      "SELECT sex, sum(birth_year), avg(birth_year) FILTER (WHERE dep = '14') FROM patients GROUP BY sex",
    )
    const many = await only(
      "SELECT p.sex, sum(p.birth_year), avg(p.birth_year) FILTER (WHERE p.dep = '14') FROM patients p JOIN stays s USING (patient_id) GROUP BY p.sex",
    )
    expect([unique.plan, many.plan]).toEqual(['U', 'M'])
    expect(unique.text).not.toContain('GROUP BY')
    const types = async (text: string) => (await clinic.native(`DESCRIBE ${text}`)).map(([, type]) => type)
    expect(await types(unique.text)).toEqual(await types(many.text))
  })

  test.each([
    ['a fan-out', 'SELECT count(*) FROM patients JOIN stays USING (patient_id)'],
    ['a join to a public table', 'SELECT count(*) FROM patients JOIN ref_dep USING (dep)'],
    ['several rows per person', 'SELECT count(*) FROM stays'],
  ])('groups by the person after %s', async (_, sql) => {
    const { plan, text } = await only(sql)
    expect(plan).toBe('M')
    expect(text).toMatch(/GROUP BY (i\.g\d+, )*i\.__pix$/)
  })

  test('joins persons on the hidden key as well as on what the text says', async () => {
    const { text } = await only('SELECT count(*) FROM stays s JOIN diagnoses d ON d.stay_id = s.stay_id')
    expect(text).toMatch(/__r2\.stay_id = __r1\.stay_id\) AND \(__r1\.__pix = __r2\.__pix/)
  })

  test('compares the hidden key in IN and EXISTS', async () => {
    for (const condition of [
      'patient_id IN (SELECT patient_id FROM stays)',
      'EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id)',
    ]) {
      const { text } = await only(`SELECT count(*) FROM patients p WHERE ${condition}`)
      expect(text).toMatch(/row"\(__r1\.patient_id, __r1\.__pix\) = ANY\(SELECT __r\d+\.\w+, __r\d+\.__pix/)
    }
    const sql =
      'SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id AND s.entry_date > p.death_date)'
    expect((await only(sql)).text).toContain(
      '(__r2.patient_id = __r1.patient_id) AND (__r2.__pix = __r1.__pix)',
    )
  })

  test('partitions and groups by the hidden key within the person, with a last sort key', async () => {
    const window = await only(
      'SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY patient_id ORDER BY entry_date) AS rn, ward FROM stays) WHERE rn = 1 GROUP BY ward',
    )
    expect(window.text).toMatch(/PARTITION BY __r1\.__pix ORDER BY __r1\.entry_date, __r1\.ward NULLS LAST\)/)
    const group = await only(
      'SELECT n, count(*) FROM (SELECT patient_id, count(*) AS n FROM stays GROUP BY patient_id) GROUP BY n',
    )
    expect(group.text).toContain('GROUP BY __r1.patient_id, __r1.__pix')
  })

  test('does not add a sort key where tied rows are peers', async () => {
    for (const window of [
      'rank() OVER (PARTITION BY patient_id ORDER BY entry_date)',
      'sum(cost) OVER (PARTITION BY patient_id ORDER BY entry_date)',
    ]) {
      const { text } = await only(`SELECT r, count(*) FROM (SELECT ${window} AS r FROM stays) GROUP BY r`)
      expect(text).toContain('ORDER BY __r1.entry_date)')
    }
  })
})

describe('nothing that can raise runs on patient rows', () => {
  test.each([
    ['a cast', 'CAST(dep AS INTEGER) > 3', 'TRY_CAST'],
    ['a function', 'sqrt(birth_year) > 3', 'TRY(sqrt'],
    ['arithmetic', '100 // (birth_year - 1930) > 1', 'TRY('],
    ['a comparison of text and number', 'dep > 20', 'TRY((__r1.dep > 20))'],
    ['text as a condition', 'sex', 'TRY_CAST(__r1.sex AS BOOLEAN)'],
  ])('%s is tried', async (_, condition, expected) => {
    const { text } = await only(`SELECT count(*) FROM patients WHERE ${condition}`)
    expect(text).toContain(expected)
  })

  test.each([
    ["entry_date >= '2023-01-01'", "entry_date >= '2023-01-01'"],
    ["entry_date >= DATE '2023-01-01'", "entry_date >= CAST('2023-01-01' AS DATE)"],
    ["ward = 'uro' AND cost > 3.5", "(__r1.ward = 'uro') AND (__r1.\"cost\" > CAST('3.5' AS DOUBLE))"],
  ])('what cannot raise is left as it is: %s', async (condition, expected) => {
    const { text } = await only(`SELECT count(*) FROM stays WHERE ${condition}`)
    expect(text).toContain(expected)
    expect(text).not.toContain('TRY')
  })

  const tiny = '0.0000000000000000000000000000000000001'
  test.each([
    ['a comparison', `SELECT count(*) FROM patients WHERE birth_year > ${tiny}`],
    ['BETWEEN', `SELECT count(*) FROM patients WHERE birth_year BETWEEN ${tiny} AND 3000`],
    ['IN', `SELECT count(*) FROM patients WHERE birth_year IN (${tiny}, 1950)`],
    ['coalesce', `SELECT count(coalesce(birth_year, ${tiny})) FROM patients`],
    ['CASE', `SELECT sum(CASE WHEN sex = 'F' THEN birth_year ELSE ${tiny} END) FROM patients`],
    [
      'a product of decimals',
      'SELECT count(*) FROM patients WHERE birth_year > 0.0000000001 * 0.0000000001 * 0.0000000001',
    ],
    ['a cast', 'SELECT count(greatest(birth_year, CAST(0 AS DECIMAL(38,37)))) FROM patients'],
    ['a sum', 'SELECT sum(CAST(9999999 AS DECIMAL(38,31))) FROM patients, range(100)'],
    [
      'a union',
      `SELECT count(*) FROM (SELECT patient_id, birth_year AS x FROM patients UNION ALL SELECT patient_id, ${tiny} FROM patients)`,
    ],
    ['a list', `SELECT count(list_value(birth_year, ${tiny})) FROM patients`],
  ])('no decimal with too few digits meets a row: %s', async (_, sql) => {
    const { rows } = await clinic.answer(sql)
    expect(rows).toHaveLength(1)
    const { text } = await only(sql)
    expect(text).not.toMatch(/DECIMAL|[^']0\.0000/)
  })

  test.each([
    ['1e4', '10000.0'],
    ['1.5e3', '1500.0'],
    ['-0.25', '-0.25'],
    ['12345678901234567890123.5', '1.2345678901234568e+22'],
  ])('the number %s is the number that was written', async (written, value) => {
    const { rows } = await clinic.answer(
      `SELECT sex, max(x) AS x FROM (SELECT sex, count(*) AS n, ${written} AS x FROM patients GROUP BY sex) GROUP BY sex`,
    )
    expect(Number(rows[0]?.[1])).toBe(Number(value))
  })

  test('a sum takes finite values of bearable size', async () => {
    const { rows } = await clinic.answer(
      "SELECT sum(x), count(*) FROM (SELECT patient_id, CASE WHEN dep = '14' THEN 1e300 ELSE exp(birth_year) END AS x FROM patients)",
    )
    expect(rows[0]?.slice(0, 2)).toEqual([null, '12'])
  })

  test('a scalar subquery of several rows is NULL, not an error', async () => {
    const { rows } = await clinic.answer(
      'SELECT count(*) FROM patients WHERE birth_year < (SELECT population FROM ref_dep)',
    )
    expect(rows[0]?.[0]).toBe('0')
  })
})

describe('the frame', () => {
  test.each([
    [
      'SELECT d.label, count(p.patient_id) FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep GROUP BY d.label',
      true,
    ],
    [
      'SELECT d.label, count(p.patient_id) FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep LEFT JOIN stays s ON s.patient_id = p.patient_id GROUP BY d.label',
      true,
    ],
    ['SELECT p.sex, count(*) FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep GROUP BY p.sex', false],
    [
      "SELECT d.label, count(*) FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep WHERE p.sex = 'F' GROUP BY d.label",
      false,
    ],
    ['SELECT d.label, count(*) FROM patients p LEFT JOIN ref_dep d ON p.dep = d.dep GROUP BY d.label', false],
    ['SELECT d.label, count(*) FROM ref_dep d JOIN patients p ON p.dep = d.dep GROUP BY d.label', false],
    [
      'SELECT d.label, count(*) FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep JOIN stays s ON s.patient_id = p.patient_id GROUP BY d.label',
      false,
    ],
    ['SELECT count(*) FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep', false],
  ])('%s: %s', async (sql, framed) => {
    expect((await only(sql)).framed).toBe(framed)
  })
})

describe('what is withheld stays withheld above', () => {
  const inner = 'SELECT ward, count(*) AS n FROM stays GROUP BY ward'
  let held: Clinic
  beforeAll(async () => {
    held = await openClinic()
    held.withhold('m1', "g0 = 'uro'")
  })
  afterAll(() => held.close())

  test.each([
    [
      'its own cell',
      `SELECT * FROM (${inner}) ORDER BY ward`,
      [
        ['cardio', '10', false, false],
        ['neuro', '10', false, false],
        ['uro', null, false, true],
      ],
    ],
    [
      'an expression',
      `SELECT ward, coalesce(n, 0) + 1 AS x FROM (${inner}) WHERE ward = 'uro'`,
      [['uro', null, false, true]],
    ],
    [
      'a condition',
      `SELECT ward FROM (${inner}) WHERE n > 0 ORDER BY ward`,
      [
        ['cardio', false],
        ['neuro', false],
      ],
    ],
    [
      'an order, both ways',
      `SELECT ward, n FROM (${inner}) ORDER BY n DESC NULLS FIRST, ward LIMIT 1`,
      [['cardio', '10', false, false]],
    ],
    ['a scalar', `SELECT (SELECT n FROM (${inner}) WHERE ward = 'uro') AS x`, [[null, true]]],
    [
      'a union',
      `${inner} UNION ALL SELECT 'x', 1 ORDER BY ward DESC LIMIT 2`,
      [
        ['x', '1', false, false],
        ['uro', null, false, true],
      ],
    ],
    [
      'a label made of it',
      `SELECT n IS NULL AS l, count(*) AS c FROM (${inner}) GROUP BY l ORDER BY c LIMIT 1`,
      [[null, '1', true, false]],
    ],
    [
      'a join',
      `SELECT d.ward, m.n FROM (VALUES ('uro'), ('none')) d(ward) LEFT JOIN (${inner}) m USING (ward) ORDER BY 1`,
      [
        ['none', null, false, true],
        ['uro', null, false, true],
      ],
    ],
  ])('%s', async (_, sql, expected) => {
    expect((await held.answer(sql)).rows).toEqual(expected)
  })

  test.each([
    ['an aggregate', `SELECT sum(n) FROM (${inner})`],
    ['a window', `SELECT ward, sum(n) OVER () FROM (${inner})`],
    ['IN', `SELECT ward FROM (${inner}) WHERE n IN (SELECT n FROM (${inner}))`],
  ])('%s over it is partial', async (_, sql) => {
    expect((await held.draft(sql)).partial).toBe(true)
  })
})

test('what is read is listed, with the columns used', async () => {
  const sql =
    "SELECT d.label, count(*) FROM stays s JOIN patients p USING (patient_id) JOIN ref_dep d ON d.dep = p.dep WHERE s.ward = 'uro' GROUP BY 1"
  const { leaves, reads } = await clinic.draft(sql)
  const expected = [
    { dataset: 'clinic', table: 'stays', class: 'personal', columns: ['patient_id', 'ward'] },
    { dataset: 'clinic', table: 'patients', class: 'personal', columns: ['patient_id', 'dep'] },
    { dataset: 'clinic', table: 'ref_dep', class: 'public', columns: ['dep', 'label'] },
  ]
  expect(reads).toEqual(expected)
  expect(leaves[0]?.reads).toEqual(expected)
})

test('a leaf does not read what is behind the released rows beside it', async () => {
  const { leaves, reads } = await clinic.draft(
    'SELECT count(*) FROM patients WHERE birth_year > (SELECT avg(cost) FROM stays)',
  )
  const tables = (of: typeof reads) => of.map(({ table }) => table)
  expect(leaves.map((leaf) => tables(leaf.reads))).toEqual([['stays'], ['patients']])
  expect(tables(reads)).toEqual(['patients', 'stays'])
})

test('a statement over public relations has no leaf', async () => {
  expect((await clinic.draft('SELECT label FROM ref_dep')).leaves).toEqual([])
})

test('a common table expression used twice is one leaf', async () => {
  const { leaves } = await clinic.draft(
    'WITH m AS (SELECT ward, count(*) AS n FROM stays GROUP BY ward) SELECT a.ward, a.n - b.n FROM m a JOIN m b ON a.ward > b.ward',
  )
  expect(leaves).toHaveLength(1)
})

test('the day of the request answers now(), today() and current_date', async () => {
  const { rows } = await clinic.answer(
    'SELECT today(), current_date, now(), count(*) FROM patients WHERE death_date < current_date',
  )
  expect(rows[0]?.slice(0, 4)).toEqual(['2026-11-21', '2026-11-21', '2026-11-21 00:00:00', '3'])
})

test('parameters are typed literals of the tree', async () => {
  const count = async (sql: string, parameters: unknown) =>
    (await clinic.answer(sql, parameters)).rows[0]?.[0]
  expect(await count('SELECT count(*) FROM patients WHERE sex = ? AND birth_year > $2', ['F', 1950])).toBe(
    '2',
  )
  expect(
    await count('SELECT count(*) FROM stays WHERE entry_date > $since AND cost > $cost', {
      since: '2023-02-01',
      cost: 10.5,
    }),
  ).toBe('18')
  const quoted = "F' OR sex = 'M"
  expect(await count('SELECT count(*) FROM patients WHERE sex = ?', [quoted])).toBe('0')
})

describe('texts that say the same are understood the same', () => {
  const seed =
    'SELECT p.sex, count(*) AS n FROM patients p JOIN stays s ON p.patient_id = s.patient_id WHERE s.cost > 10 GROUP BY p.sex ORDER BY p.sex'
  const variants = [
    'select P.SEX, COUNT(*) as N from PATIENTS as P join STAYS as S on P.PATIENT_ID = S.PATIENT_ID where S.COST > 10 group by P.SEX order by P.SEX',
    'SELECT /* a */ p.sex, count(*) AS n -- b\nFROM patients p JOIN stays s ON p.patient_id = s.patient_id WHERE s.cost > 10 GROUP BY p.sex ORDER BY p.sex',
    'SELECT x.sex, count(*) AS n FROM patients x JOIN stays y ON x.patient_id = y.patient_id WHERE y.cost > 10 GROUP BY x.sex ORDER BY x.sex',
    'SELECT sex, count(*) AS n FROM patients JOIN stays USING (patient_id) WHERE cost > 10 GROUP BY ALL ORDER BY 1',
    'SELECT sex, count() AS n FROM patients NATURAL JOIN stays WHERE cost > 10 GROUP BY 1 ORDER BY ALL',
    'SELECT p.sex, count(*) AS n FROM patients p, stays s WHERE p.patient_id = s.patient_id AND s.cost > 10 GROUP BY p.sex ORDER BY p.sex',
    'SELECT p.sex, count(*) AS n FROM stays s JOIN patients p ON s.patient_id = p.patient_id WHERE 10 < s.cost GROUP BY p.sex ORDER BY p.sex',
    'WITH a AS (SELECT * FROM patients), b AS (SELECT patient_id AS i, cost FROM stays) SELECT a.sex, count(*) AS n FROM a JOIN b ON a.patient_id = b.i WHERE b.cost > 10 GROUP BY a.sex ORDER BY a.sex',
    'SELECT sex, n FROM (SELECT p.sex, count(*) AS n FROM patients p JOIN (SELECT * FROM stays WHERE cost > 10) s USING (patient_id) GROUP BY p.sex) ORDER BY sex',
    'SELECT p.sex AS sex, count(*) FILTER (WHERE true) AS n FROM "clinic".patients p JOIN "clinic".stays s ON p.patient_id = s.patient_id WHERE s.cost > 10 GROUP BY sex ORDER BY sex',
  ]
  const shape = ({ leaves }: Draft) =>
    leaves.map(({ plan, keys, framed, total }) => ({ plan, keys, framed, total }))

  test.each(variants)('%s', async (variant) => {
    const [mine, other] = [await clinic.draft(seed), await clinic.draft(variant)]
    expect(shape(other)).toEqual(shape(mine))
    const [one, two] = [await clinic.answer(seed), await clinic.answer(variant)]
    expect(two.rows).toEqual(one.rows)
  })

  test('the hash leaves out places, and nothing else', async () => {
    const hash = async (sql: string) => (await clinic.draft(sql)).sha256
    expect(await hash('SELECT   count(*) /* x */ FROM patients')).toBe(
      await hash('SELECT count(*) FROM patients'),
    )
    expect(await hash("SELECT count(*) FROM patients WHERE sex = 'F'")).not.toBe(
      await hash("SELECT count(*) FROM patients WHERE sex = 'M'"),
    )
  })
})
