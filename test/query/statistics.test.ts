import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf, Measure } from '../../services/query/plan.ts'
import { release } from './release.ts'
import { openInProcess } from './vault-in-process.ts'

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }

let session: Awaited<ReturnType<typeof openInProcess>>
beforeAll(async () => {
  session = await openInProcess([])
})
afterAll(() => session.close())

/** One row of a person: `x`, for relations `y`, and how often. */
interface Held {
  readonly group: string
  readonly p: number | null
  readonly x: string | number
  readonly y?: number
  readonly c?: number
}

function leafOf(held: readonly Held[], about: Partial<Measure> & Pick<Measure, 'shape'>): Leaf {
  const measure: Measure = { name: 'm1', type: 'DOUBLE', label: '', ...about }
  const text = (x: string | number) => (typeof x === 'number' ? `${x}::DOUBLE` : x)
  const rows = held.map(({ group, p, x, y, c = 1 }) => {
    const numbers = [text(x), ...(measure.shape === 'relation' ? [text(y ?? 0)] : [])].join(', ')
    return `('${group}', ${p === null ? 'NULL' : p}::UINTEGER, ${numbers}, ${c}::BIGINT)`
  })
  const persons = [
    ...new Set(held.map(({ group, p }) => `('${group}', ${p ?? 'NULL'}::UINTEGER, 1::BIGINT)`)),
  ]
  return {
    name: 'leaf_0',
    level1: template(`SELECT * FROM (VALUES ${persons.join(', ')})`),
    values: [{ measure: 'm1', statement: template(`SELECT * FROM (VALUES ${rows.join(', ')})`) }],
    keys: [{ name: 'g0', type: 'VARCHAR' }],
    measures: [measure],
    plan: 'X',
    framed: false,
    total: false,
    reads: [],
  }
}

/** Label → what is shown of it. Persons of different groups are different. */
async function shown(leaf: Leaf, rules = thresholds): Promise<Record<string, unknown>> {
  const { table } = await release(session, leaf, rules)
  return Object.fromEntries(table.data.rows.map(([label, value, mark]) => [label, mark ? 'withheld' : value]))
}

let next = 0
const group = (name: string, values: readonly (number | string)[]): Held[] =>
  values.map((x) => {
    next += 1
    return { group: name, p: next, x }
  })
const upTo = (size: number, of: (i: number) => number = (i) => i + 1) =>
  Array.from({ length: size }, (_, i) => of(i))

describe('extremes', () => {
  test('are those of the k-th person from that end, of 2k persons', async () => {
    const held = [...group('a', upTo(22)), ...group('b', upTo(21)), ...group('c', upTo(40))]
    expect(await shown(leafOf(held, { shape: 'max' }))).toEqual({ a: 12, b: 'withheld', c: 30 })
    expect(await shown(leafOf(held, { shape: 'min' }))).toEqual({ a: 11, b: 'withheld', c: 11 })
  })

  test('count a person once, by their own extreme', async () => {
    const rows = [...group('a', upTo(30)), ...upTo(20).map((i) => ({ group: 'a', p: 9999, x: 1000 + i }))]
    expect(await shown(leafOf(rows, { shape: 'max' }))).toEqual({ a: 21 })
  })

  test('of days are months', async () => {
    const days = group(
      'a',
      upTo(40).map((i) => `DATE '2024-01-01' + ${i * 5}`),
    )
    // The eleventh from the end is day 150 after the first of January: the thirtieth of May.
    expect(await shown(leafOf(days, { shape: 'max', type: 'DATE' }))).toEqual({ a: '2024-05-01' })
    const forever = group('a', [
      ...upTo(11).map(() => "'infinity'::DATE"),
      ...upTo(30).map(() => "DATE '2024-03-09'"),
    ])
    expect(await shown(leafOf(forever, { shape: 'max', type: 'DATE' }))).toEqual({ a: '2024-03-01' })
  })

  test('rows that are nobody’s count for nothing', async () => {
    const nobody = upTo(30).map((x) => ({ group: 'a', p: null, x: x + 500 }))
    expect(await shown(leafOf([...group('a', upTo(22)), ...nobody], { shape: 'max' }))).toEqual({ a: 12 })
    expect(await shown(leafOf([...group('a', upTo(21)), ...nobody], { shape: 'max' }))).toEqual({
      a: 'withheld',
    })
  })
})

describe('quantiles', () => {
  const median = { shape: 'quantile', q: 0.5 } as const

  test('are the mean of the k persons nearest to the rank', async () => {
    // 41 values: rank 21, and five on either side of it.
    expect(
      await shown(
        leafOf(
          group(
            'a',
            upTo(41, (i) => i * i),
          ),
          median,
        ),
      ),
    ).toEqual({
      a:
        (15 ** 2 +
          16 ** 2 +
          17 ** 2 +
          18 ** 2 +
          19 ** 2 +
          20 ** 2 +
          21 ** 2 +
          22 ** 2 +
          23 ** 2 +
          24 ** 2 +
          25 ** 2) /
        11,
    })
  })

  test('need k persons beyond them', async () => {
    const held = [...group('a', upTo(22)), ...group('b', upTo(21)), ...group('c', upTo(50))]
    expect(await shown(leafOf(held, median))).toMatchObject({ a: 11.5, b: 'withheld' })
    const many = [...group('a', upTo(110)), ...group('b', upTo(109))]
    expect(await shown(leafOf(many, { shape: 'quantile', q: 0.9 }))).toMatchObject({ b: 'withheld' })
    expect(await shown(leafOf(many.slice(0, 110), { shape: 'quantile', q: 0.9 }))).toEqual({
      a: expect.closeTo(99.1, 0),
    })
  })

  test('take equal values together, whoever holds them', async () => {
    expect(
      await shown(
        leafOf(
          group(
            'a',
            upTo(40, (i) => (i < 30 ? 7 : 100)),
          ),
          median,
        ),
      ),
    ).toEqual({ a: 7 })
  })

  test('a person of many rows is one person in the window', async () => {
    // Ranks are those of rows: all but a few are of one person, and the window must reach ten others.
    const one = { group: 'a', p: 9998, x: 50, c: 1000 }
    const others = group(
      'a',
      upTo(30, (i) => (i < 20 ? 40 + i / 10 : 60 + i)),
    )
    const near = upTo(10, (i) => 40 + (i + 10) / 10)
    const value = near.reduce((sum, x) => sum + x, 50) / 11
    expect(await shown(leafOf([one, ...others], median))).toEqual({ a: expect.closeTo(value, 9) })
  })

  test('that one person of the window makes up are withheld', async () => {
    const held = group('a', [
      ...upTo(11, () => -1000),
      ...upTo(5, () => 0),
      500,
      ...upTo(5, () => 0),
      ...upTo(11, () => 1000),
    ])
    expect(await shown(leafOf(held.with(16, { group: 'a', p: 1e6, x: 1e-3 }), median))).toEqual({
      a: 'withheld',
    })
    expect(await shown(leafOf(held.with(16, { group: 'a', p: 1e6, x: 0 }), median))).toEqual({ a: 0 })
  })

  test('of days are months', async () => {
    const days = group(
      'a',
      upTo(41).map((i) => `DATE '2024-01-01' + ${i}`),
    )
    expect(await shown(leafOf(days, { ...median, type: 'DATE' }))).toEqual({ a: '2024-01-01' })
    const times = group(
      'a',
      upTo(41).map((i) => `TIMESTAMP '1969-12-20 10:00:00' + INTERVAL ${i} DAY`),
    )
    expect(await shown(leafOf(times, { ...median, type: 'TIMESTAMP' }))).toEqual({ a: '1970-01-01T00:00:00' })
  })
})

describe('the commonest value', () => {
  test('is shown when k persons hold it', async () => {
    const words = (common: number, others: number) => [
      ...upTo(common).map(() => "'flu'"),
      ...upTo(others).map((i) => `'x${i}'`),
    ]
    const held = [...group('a', words(11, 20)), ...group('b', words(10, 20)), ...group('c', words(12, 0))]
    const mode = { shape: 'mode', type: 'VARCHAR' } as const
    expect(await shown(leafOf(held, mode))).toEqual({ a: 'flu', b: 'withheld', c: 'flu' })
  })

  test('on many rows of few persons is not', async () => {
    const held = [
      ...group(
        'a',
        upTo(20, () => 3),
      ),
      { group: 'a', p: 7777, x: 4, c: 50 },
    ]
    expect(await shown(leafOf(held, { shape: 'mode' }))).toEqual({ a: 'withheld' })
  })
})

describe('whether any, whether all', () => {
  test('a side of fewer than k persons is taken as nobody', async () => {
    const sides = (yes: number, no: number) => [
      ...upTo(yes).map(() => 'true'),
      ...upTo(no).map(() => 'false'),
    ]
    const held = [
      ...group('both', sides(11, 11)),
      ...group('hardly', sides(10, 30)),
      ...group('never', sides(0, 30)),
      ...group('nearly', sides(30, 10)),
      ...group('ever', sides(30, 0)),
      ...group('unclear', sides(10, 10)),
    ]
    expect(await shown(leafOf(held, { shape: 'any', type: 'BOOLEAN' }))).toEqual({
      both: true,
      hardly: false,
      never: false,
      nearly: true,
      ever: true,
      unclear: 'withheld',
    })
    expect(await shown(leafOf(held, { shape: 'all', type: 'BOOLEAN' }))).toEqual({
      both: false,
      hardly: false,
      never: false,
      nearly: true,
      ever: true,
      unclear: 'withheld',
    })
  })
})

describe('moments', () => {
  const spread = { shape: 'spread', statistic: 'var_pop' } as const
  const good = (size: number) => group('good', upTo(size))

  test('a variance is that of the rows', async () => {
    const held = [...good(30), { group: 'good', p: 5555, x: 16, c: 3 }]
    const values = [...upTo(30), 16, 16, 16]
    const mean = values.reduce((sum, x) => sum + x, 0) / 33
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 33
    expect(await shown(leafOf(held, spread))).toEqual({ good: Number(variance.toPrecision(12)) })
  })

  test.each([
    ['T1', upTo(10)],
    ['T2', [...upTo(10), ...upTo(30, () => 0)]],
    ['T3', [...upTo(10), ...upTo(30, () => 100)]],
    ['T4', [1e4, ...upTo(30)]],
    // The sum is nobody's, the spread is one person's.
    ['T4 about the mean', [1200, ...upTo(30, (i) => 1000 + i / 100)]],
  ])('that fail %s are withheld', async (_, values) => {
    const held = [...group('bad', values), ...good(40)]
    const answer = await shown(leafOf(held, spread))
    expect(answer.bad === undefined || answer.bad === 'withheld').toBe(true)
  })

  test('leave degrees of freedom, one less for a line', async () => {
    const line = upTo(40).map((i) => ({ group: 'a', p: i, x: i % 13, y: (i * 7) % 17 }))
    const relation = { shape: 'relation', statistic: 'corr' } as const
    for (const [degreesOfFreedom, size, isShown] of [
      [20, 21, true],
      [20, 20, false],
    ] as const) {
      const answer = await shown(leafOf(group('a', upTo(size)), spread), { ...thresholds, degreesOfFreedom })
      expect(answer.a !== 'withheld').toBe(isShown)
    }
    for (const [degreesOfFreedom, isShown] of [
      [38, true],
      [39, false],
    ] as const) {
      const answer = await shown(leafOf(line, relation), { ...thresholds, degreesOfFreedom })
      expect(answer.a !== 'withheld').toBe(isShown)
    }
  })

  test('of two numbers both pass, and so do their products', async () => {
    const relation = { shape: 'relation', statistic: 'covar_pop' } as const
    const rows = (y: (i: number) => number) => upTo(40).map((i) => ({ group: 'a', p: i, x: i, y: y(i) }))
    const [mx, my] = [20.5, upTo(40).reduce((sum, i) => sum + ((i * 7) % 17), 0) / 40]
    const covariance = upTo(40).reduce((sum, i) => sum + (i - mx) * (((i * 7) % 17) - my), 0) / 40
    expect(
      await shown(
        leafOf(
          rows((i) => (i * 7) % 17),
          relation,
        ),
      ),
    ).toEqual({ a: expect.closeTo(covariance, 9) })
    expect(
      await shown(
        leafOf(
          rows((i) => (i > 10 ? 5 : i / 10)),
          relation,
        ),
      ),
    ).toEqual({ a: 'withheld' })
    expect(
      await shown(
        leafOf(
          rows((i) => (i === 40 ? 1e5 : 50 + (i % 7))),
          relation,
        ),
      ),
    ).toEqual({ a: 'withheld' })
  })

  test('that a known total would give back are withheld with those that fail', async () => {
    const held = [...group('bad', [1e6, ...upTo(30)]), ...group('a', upTo(30)), ...group('b', upTo(31))]
    const none = { bad: 'withheld', a: 'withheld', b: 'withheld' }
    expect(await shown(leafOf(held, spread))).toEqual(none)
    const second = held.map((row) => ({ ...row, x: 1 + (Number(row.p) % 17), y: Number(row.x) }))
    expect(await shown(leafOf(second, { shape: 'relation', statistic: 'corr' }))).toEqual(none)
  })

  test('no table stays behind', async () => {
    await shown(leafOf(good(30), spread))
    expect((await session.run(template('SELECT count(*) FROM duckdb_tables()'))).rows).toEqual([[0]])
  })
})
