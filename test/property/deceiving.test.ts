import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Disclosed } from '../../services/query/disclosure/disclose.ts'
import { type Cohort, type Row, writeBulle } from './cohort.ts'
import { openPipeline, type Pipeline, standard } from './pipeline.ts'
import { type Comparer, openComparer } from './plans.ts'

const size = 4096
const persons = Array.from({ length: size }, (_, i) => ({ pid: `P${i}` }))

/** Stays of one ward, of the persons from one on: `cost` of each, in as many rows as it has values. */
const ward = (name: string, count: number, cost: (i: number) => readonly (number | null)[]): Row[] =>
  Array.from({ length: count }, (_, i) =>
    cost(i).map((value) => ({
      pid: `P${i}`,
      ward: name,
      cost: value,
      hours: i,
      day: Math.trunc((value ?? 0) % 1000),
    })),
  ).flat()

const wards: Row[] = [
  ...ward('plain', 2000, (i) => [i % 97]),
  ...ward('ten persons of many rows', 10, () => Array.from({ length: 60 }, (_, n) => n + 1)),
  // Their keys leave the same rest: they share one bit of the mask.
  ...ward('eleven persons of one bit', 2817, (i) => (i % 256 === 0 ? [i + 1, i + 2] : [])),
  ...ward('all alike but one', 2000, (i) => [i === 7 ? 5000 : 100]),
  ...ward('two rows that always make a hundred', 2000, (i) => [i % 50, 100 - (i % 50)]),
  ...ward('one who is nearly all of it', 2000, (i) => (i === 7 ? [1e9] : [i % 97])),
  ...ward('one of many small rows', 1000, (i) =>
    i === 7 ? Array.from({ length: 5000 }, () => 100) : [i % 9],
  ),
  ...ward('two who are nearly all of it', 2000, (i) => (i < 2 ? [1e9] : [i % 97])),
  // Their keys leave the same rest: they are in one quarter.
  ...ward('two who cancel out', 2000, (i) => (i === 7 ? [1e9] : i === 11 ? [-1e9] : [i % 97])),
  ...ward('nobody within bounds', 2000, (i) => [1e16 + i * 1e13]),
  ...ward('hardly any number', 2000, (i) => [i < 5 ? i : null]),
  ...ward('nothing but zeros, for all but ten', 2000, (i) => [i < 10 ? i + 1 : 0]),
  ...ward('as much below zero as above', 2000, (i) => [i % 2 === 0 ? 1000 + i : -1000 - i]),
]

const cohort: Cohort = {
  persons: persons.map(({ pid }) => ({ pid, sex: 'F', region: 'r0', born: 1950, score: 1 })),
  stays: wards.map((row, i) => ({ sid: `S${i}`, ...row })),
  events: [],
  regions: [],
}

/** Label → what is shown of it: nothing when the group is absent, null when the cell is withheld. */
function shown({ table }: Disclosed, measures = 1): Record<string, unknown> {
  return Object.fromEntries(
    table.data.rows.map(([label, ...rest]) => [
      label,
      rest.slice(0, measures).map((value, i) => (rest[measures + i] ? 'withheld' : Number(value) > 0)),
    ]),
  )
}

describe('data made to deceive bounds', () => {
  let comparer: Comparer
  beforeAll(async () => {
    comparer = await openComparer(cohort, 'deceiving')
  })
  afterAll(() => comparer.close())

  const both = async (sql: string) => {
    const outcome = await comparer.compare(sql)
    if (!outcome) throw new Error('another plan than M')
    expect(outcome.fast).toEqual(outcome.exact)
    return outcome
  }

  test('persons are counted, not rows and not bits of a mask', async () => {
    const { fast, ways } = await both('SELECT ward, count(*) AS n FROM stays GROUP BY ward')
    expect(shown(fast)).not.toHaveProperty('ten persons of many rows')
    expect([...ways]).toEqual(['chosen'])
  })

  test('a sum is shown where all tests hold, by whatever its bounds say', async () => {
    const { fast } = await both(
      `SELECT ward, sum(cost) AS s FROM stays WHERE ward NOT LIKE '%eleven%' AND ward NOT LIKE 'ten%' GROUP BY ward`,
    )
    expect(shown(fast)).toEqual({
      plain: [true],
      'all alike but one': ['withheld'],
      'two rows that always make a hundred': ['withheld'],
      'one who is nearly all of it': ['withheld'],
      'one of many small rows': ['withheld'],
      'two who are nearly all of it': ['withheld'],
      'two who cancel out': ['withheld'],
      'nobody within bounds': ['withheld'],
      'hardly any number': ['withheld'],
      'nothing but zeros, for all but ten': ['withheld'],
      'as much below zero as above': [false],
    })
  })

  test.each([
    ['plain', [true]],
    ['all alike but one', ['withheld']],
    ['two rows that always make a hundred', ['withheld']],
    ['one who is nearly all of it', ['withheld']],
    ['one of many small rows', ['withheld']],
    ['two who are nearly all of it', ['withheld']],
    ['nothing but zeros, for all but ten', ['withheld']],
  ])('as a total too: %s', async (name, expected) => {
    const { fast } = await both(`SELECT avg(cost) AS m FROM stays WHERE ward = '${name}'`)
    expect(Object.values(shown({ ...fast, table: labelled(fast) }))).toEqual([expected])
  })

  test('what is counted is counted where it is, and in one selection', async () => {
    const { fast } = await both(
      "SELECT ward, count(cost) AS n FROM stays WHERE ward IN ('plain', 'all alike but one', 'hardly any number') GROUP BY ward",
    )
    expect(shown(fast)).toMatchObject({ 'hardly any number': ['withheld'] })
    for (const mean of [
      'avg(cost) FILTER (WHERE hours <> 7)',
      'avg(CASE WHEN hours = 7 THEN cost + 1 ELSE cost END)',
    ]) {
      const few = await both(
        `SELECT ward, sum(cost) AS s, ${mean} AS m FROM stays WHERE ward = 'plain' GROUP BY ward`,
      )
      expect(shown(few.fast, 2)).toEqual({ plain: [true, 'withheld'] })
    }
  })

  test('what is no number is in no sum', async () => {
    const endless = "CASE WHEN hours = 7 THEN CAST('infinity' AS DOUBLE) ELSE cost END"
    const { fast } = await both(
      `SELECT ward, sum(${endless}) AS s FROM stays WHERE ward = 'plain' GROUP BY ward`,
    )
    expect(shown(fast)).toEqual({ plain: [true] })
    expect(Number(fast.table.data.rows[0]?.[1])).toBeLessThan(200_000)
  })

  test('there are bounds of counts, sums and means, and of nothing else', async () => {
    for (const other of ['count(DISTINCT pid)', 'count(DISTINCT hours)', 'max(cost)', 'var_pop(cost)'])
      expect(await comparer.compare(`SELECT ward, ${other} AS n FROM stays GROUP BY ward`)).toBeUndefined()
  })

  test('rows of nobody make nobody smaller', async () => {
    const rows = "(SELECT * FROM stays WHERE ward = 'one who is nearly all of it') s"
    const { fast } = await both(
      `SELECT sum(coalesce(s.cost, v.x)) AS s FROM ${rows} FULL JOIN (SELECT 'nobody there' AS w, 1e12 AS x) v ON s.ward = v.w`,
    )
    expect(Object.values(shown({ ...fast, table: labelled(fast) }))).toEqual([['withheld']])
  })

  test('one pass is enough for counts of many persons', async () => {
    const { ways } = await both(
      `SELECT ward, count(*) AS n FROM stays WHERE ward IN ('plain', 'all alike but one') GROUP BY ward`,
    )
    expect([...ways]).toEqual(['onePass'])
  })

  test('a slice of the persons is enough for sums of many, beside their means', async () => {
    const { ways, fast } = await both(
      `SELECT hours % 3 AS third, sum(cost) AS s, avg(cost) AS m FROM stays WHERE ward = 'plain' GROUP BY third`,
    )
    expect([...ways]).toEqual(['slice'])
    expect(Object.values(shown(fast, 2))).toEqual([
      [true, true],
      [true, true],
      [true, true],
    ])
  })

  test.each([
    ['a median', 'median(day) AS m'],
    ['a median beside other measures', 'count(*) AS n, avg(cost) AS d, median(day) AS m'],
    ['a share near an end', 'quantile_cont(day, 0.9) AS m'],
    ['a median of some rows', 'median(CAST(hours % 3 AS INTEGER)) FILTER (WHERE cost > 0) AS m'],
    ['a median of values that few hold', 'median(hours) AS m'],
  ])('%s is the same by both plans', async (_, select) => {
    const { fast, ways } = await both(`SELECT ward, ${select} FROM stays GROUP BY ward`)
    expect(fast.table.data.rows.length).toBeGreaterThan(7)
    expect(ways.has('chosen') || ways.has('everything')).toBe(true)
  })

  test('one pass is enough for a median of many persons', async () => {
    const { fast, ways } = await both(
      `SELECT ward, median(day) AS m FROM stays WHERE ward = 'plain' AND day < 5 GROUP BY ward`,
    )
    expect([...ways]).toEqual(['onePass'])
    expect(shown(fast)).toEqual({ plain: [true] })
  })

  test('two counts that differ by a few persons are not both shown', async () => {
    const few = `SELECT ward, count(*) AS n, count(*) FILTER (WHERE hours <> 7) AS others FROM stays WHERE ward IN ('plain', 'all alike but one') GROUP BY ward`
    expect(shown((await both(few)).fast, 2)).toEqual({
      plain: [true, 'withheld'],
      'all alike but one': [true, 'withheld'],
    })
  })

  test('a group is withheld beside a small one, and it is the smallest', async () => {
    const { fast, ways } = await both(
      `SELECT hours // 95 AS part, count(*) AS n FROM stays WHERE ward = 'plain' GROUP BY part`,
    )
    // 2 000 persons in parts of 95: the last part has 5, the one before it is not smaller than the others.
    expect(fast.table.data.rows).toHaveLength(20)
    expect(ways.has('onePass')).toBe(false)
  })
})

/** Persons of one bit in sixteen of the mask: a hundred of them look like sixteen. */
const alikeInMask = Array.from({ length: 100 }, (_, i) => (i % 16) + 256 * Math.floor(i / 16))
const people = (name: string, pixes: readonly number[], cost: (i: number) => number): Row[] =>
  pixes.map((pix, i) => ({ pid: `P${pix}`, ward: name, cost: cost(i), hours: i, day: i }))
const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i)
/** Nine persons of nine bits. */
const spread = (first: number) => from(0, 9).map((i) => first + 4 * i)

describe('what is withheld beside something else', () => {
  let comparer: Comparer
  beforeAll(async () => {
    const rows = [
      ...people('a hundred', alikeInMask, (i) => i + 1),
      ...people('sixty', from(300, 60), (i) => i + 1),
      ...people('five', from(400, 5), (i) => i + 1),
      ...people('five of two hundred', from(500, 200), (i) => (i < 5 ? 1 : 0)),
      ...people('large', from(0, 1500), (i) => (i % 50) + 1),
      ...people('larger', from(0, 2000), (i) => (i % 50) + 1),
      ...people('nine', spread(0), (i) => i + 1),
      ...people('the same nine', spread(0), (i) => i + 1),
      ...people('six', from(40, 6), (i) => i + 1),
      ...people('the same six', from(40, 6), (i) => i + 1),
      ...people('another nine', spread(64), (i) => (i === 3 ? 1000 : i + 1)),
    ]
    const stays = rows.map((row, i) => ({ sid: `S${i}`, ...row }))
    comparer = await openComparer({ ...cohort, stays }, 'beside')
  })
  afterAll(() => comparer.close())

  const both = async (select: string, among: readonly string[]) => {
    const list = among.map((name) => `'${name}'`).join(', ')
    const outcome = await comparer.compare(
      `SELECT ward, ${select} FROM stays WHERE ward IN (${list}) GROUP BY ward`,
    )
    if (!outcome) throw new Error('another plan than M')
    expect(outcome.fast).toEqual(outcome.exact)
    return outcome
  }

  test('is the group of the fewest persons, not of the fewest bits', async () => {
    const { fast } = await both('count(*) AS n', ['a hundred', 'sixty', 'five'])
    expect(Object.keys(shown(fast))).toEqual(['a hundred'])
  })

  test('is the cell of the fewest persons, not of the fewest bits', async () => {
    const among = ['a hundred', 'sixty', 'five of two hundred']
    const { fast } = await both('count(*) FILTER (WHERE cost > 0) AS n', among)
    expect(shown(fast)).toEqual({
      'a hundred': [true],
      sixty: ['withheld'],
      'five of two hundred': ['withheld'],
    })
  })

  test('is the smaller sum, when a known total would give somebody’s value away', async () => {
    const { fast } = await both('sum(cost) AS s', ['large', 'larger', 'nine', 'another nine'])
    expect(shown(fast)).toEqual({ large: ['withheld'], larger: [true] })
  })

  test('is another group, when the same few persons stand behind all that is absent', async () => {
    const { fast } = await both('count(*) AS n', ['large', 'larger', 'six', 'the same six'])
    expect(shown(fast)).toEqual({ larger: [true] })
    const nine = await both('count(*) AS n', ['large', 'larger', 'nine', 'the same nine'])
    expect(shown(nine.fast)).toEqual({ larger: [true] })
  })

  test('is nothing, when enough persons stand behind what is absent', async () => {
    const { fast, ways } = await both('count(*) AS n', ['large', 'larger', 'nine', 'another nine'])
    expect(shown(fast)).toEqual({ large: [true], larger: [true] })
    expect(fast.groupsWithheld).toBe(true)
    expect([...ways]).toEqual(['onePass'])
  })
})

describe('an answer of several leaves', () => {
  let fastest: Pipeline
  let exact: Pipeline
  let made: Awaited<ReturnType<typeof writeBulle>>
  beforeAll(async () => {
    made = await writeBulle(cohort, 'leaves')
    fastest = await openPipeline(standard)
    exact = await openPipeline({ ...standard, plan: 'exact' })
  })
  afterAll(async () => {
    await fastest.close()
    await exact.close()
    await rm(made.folder, { recursive: true })
  })

  const plain = "FROM stays WHERE ward = 'plain'"
  test.each([
    [
      'that are compared',
      `SELECT (SELECT count(*) ${plain}) - (SELECT count(*) ${plain} AND hours <> 7) AS n`,
    ],
    ['of the same text', `SELECT (SELECT count(*) ${plain}) + (SELECT count(*) ${plain}) AS n`],
    ['of other kinds', `SELECT (SELECT count(*) ${plain}) + (SELECT sum(cost) ${plain}) AS n`],
    [
      'whose groups share rows',
      "SELECT v.x, count(*) AS n FROM stays s, (VALUES (0), (1)) v(x) WHERE s.ward = 'plain' AND (v.x = 0 OR s.hours <> 7) GROUP BY v.x ORDER BY 1",
    ],
    [
      'of which one reads another',
      `SELECT ward, count(*) AS n FROM stays WHERE cost > (SELECT avg(cost) ${plain}) GROUP BY ward ORDER BY ward`,
    ],
  ])('%s is the same by both plans', async (_, sql) => {
    const { plan, ...answer } = await fastest.ask(made.bulle, sql)
    expect(plan.leaves.map((leaf) => leaf.plan)).toContain('M')
    const { plan: _plan, ...other } = await exact.ask(made.bulle, sql)
    expect(answer).toEqual(other)
  })
})

/** A total has no label: it gets one here. */
function labelled({ table }: Disclosed): Disclosed['table'] {
  return { ...table, data: { ...table.data, rows: table.data.rows.map((row) => ['total', ...row]) } }
}
