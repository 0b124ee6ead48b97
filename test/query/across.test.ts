import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openRelease } from '../../services/query/disclosure/across.ts'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf, Measure } from '../../services/query/plan.ts'
import { openInProcess } from './vault-in-process.ts'

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }

let session: Awaited<ReturnType<typeof openInProcess>>
beforeAll(async () => {
  session = await openInProcess([])
})
afterAll(() => session.close())

type Shape = Measure['shape']

interface About {
  readonly shape?: Shape
  /** SQL: the group of a person of 0 to 99, NULL for none. */
  readonly group?: string
  /** SQL: who is there. */
  readonly where?: string
  readonly value?: string
  readonly type?: string
  readonly plan?: Leaf['plan']
  readonly rows?: number
  readonly size?: number
}

let made = 0

/** A leaf with one measure over a hundred persons, who have two rows each; a total unless it has groups. */
function leafOf(about: About = {}): Leaf {
  const {
    shape = 'presence',
    group,
    where = 'true',
    value = 'range + 5',
    type = 'DOUBLE',
    rows = 2,
    size = 100,
  } = about
  const key = group === undefined ? '' : `${group}, `
  const x = `CAST(${value} AS ${type})`
  const atLevelOne =
    shape === 'sum' || shape === 'avg'
      ? `, ${rows}::BIGINT, ${rows} * ${x}`
      : ['presence', 'filtered', 'persons', 'keys'].includes(shape)
        ? `, ${rows}::BIGINT`
        : ''
  const from = `FROM range(${size}) WHERE (${where})`
  const held = {
    values: x,
    relation: `${x}, (range * 37 % 101)::DOUBLE, ${rows}::BIGINT`,
  }
  const own = shape in held ? held[shape as keyof typeof held] : `${x}, ${rows}::BIGINT`
  const name = `leaf_${made++}`
  const statistic = { spread: 'var_samp', relation: 'covar_samp' } as const
  return {
    name,
    level1: template(`SELECT ${key}range::UINTEGER, ${rows}::BIGINT${atLevelOne} ${from}`),
    values:
      atLevelOne === ''
        ? [{ measure: 'm1', statement: template(`SELECT ${key}range::UINTEGER, ${own} ${from}`) }]
        : [],
    keys: group === undefined ? [] : [{ name: 'g0', type: 'VARCHAR' }],
    measures: [
      {
        name: 'm1',
        shape,
        type,
        label: '',
        ...(shape === 'quantile' ? { q: 0.5 } : {}),
        ...(shape in statistic ? { statistic: statistic[shape as keyof typeof statistic] } : {}),
      },
    ],
    plan: about.plan ?? 'X',
    framed: false,
    total: group === undefined,
    reads: [],
  }
}

/** Per leaf, the labels (or '*') of what is shown. */
async function shown(...leaves: readonly Leaf[]): Promise<readonly (readonly unknown[])[]> {
  const answer = openRelease(session, thresholds, leaves)
  const seen = []
  for (const leaf of leaves) {
    const { table } = await answer.release(leaf)
    const open = table.data.rows.filter((row) => row.at(-1) === false)
    seen.push(open.map((row) => (leaf.total ? '*' : row[0])))
  }
  await answer.close()
  return seen
}

const halves = `CASE WHEN range < 50 THEN 'low' ELSE 'high' END`

describe('two leaves of one answer that differ by fewer than k persons', () => {
  const shapes: readonly (readonly [Shape, Shape])[] = [
    ['presence', 'presence'],
    ['presence', 'filtered'],
    ['persons', 'persons'],
    ['keys', 'keys'],
    ['sum', 'sum'],
    ['sum', 'avg'],
    ['avg', 'avg'],
    ['avg', 'spread'],
    ['sum', 'relation'],
    ['spread', 'relation'],
    ['relation', 'relation'],
    ['quantile', 'quantile'],
    ['min', 'min'],
    ['max', 'max'],
  ]
  test.each(shapes)('%s and %s: the later one is withheld', async (first, second) => {
    for (const where of ['range <> 7', 'range >= 10'])
      expect(await shown(leafOf({ shape: first }), leafOf({ shape: second, where }))).toEqual([['*'], []])
  })

  test.each(shapes)(
    '%s and %s: both are shown when k persons, or nobody, make the difference',
    async (first, second) => {
      for (const where of ['range >= 11', 'range >= 0'])
        expect(await shown(leafOf({ shape: first }), leafOf({ shape: second, where }))).toEqual([
          ['*'],
          ['*'],
        ])
    },
  )

  test('whichever of the two is the smaller', async () => {
    expect(await shown(leafOf({ where: 'range <> 7' }), leafOf())).toEqual([['*'], []])
  })

  test('the commonest value, flags and numbers of values', async () => {
    const ward = { value: 'range % 3', type: 'VARCHAR' }
    for (const about of [
      { ...ward, shape: 'mode' },
      { ...ward, shape: 'values' },
      { shape: 'any', value: 'range % 2', type: 'BOOLEAN' },
    ] as const) {
      expect(await shown(leafOf(about), leafOf({ ...about, where: 'range <> 7' }))).toEqual([['*'], []])
      expect(await shown(leafOf(about), leafOf({ ...about, where: 'range < 60' }))).toEqual([['*'], ['*']])
    }
    const [any, all] = [
      leafOf({ shape: 'any', value: 'range % 2', type: 'BOOLEAN' }),
      leafOf({ shape: 'all', value: 'range % 2', type: 'BOOLEAN', where: 'range <> 7' }),
    ]
    expect(await shown(any, all)).toEqual([['*'], []])
  })

  test('a sum of which one person’s part is another', async () => {
    const other = 'CASE WHEN range = 7 THEN 0 ELSE range + 5 END'
    for (const shape of ['sum', 'avg', 'spread', 'quantile'] as const)
      expect(await shown(leafOf({ shape }), leafOf({ shape, value: other }))).toEqual([['*'], []])
    const exact = { shape: 'sum', type: 'HUGEINT' } as const
    const far = '(range + 5)::HUGEINT + (1::HUGEINT << 70)'
    const near = `${far} + CASE WHEN range = 7 THEN 1 ELSE 0 END`
    expect(await shown(leafOf({ ...exact, value: far }), leafOf({ ...exact, value: near }))).toEqual([
      ['*'],
      [],
    ])
  })

  test('counts of persons where each has one row, but not rows beside persons', async () => {
    const unique = { plan: 'U', rows: 1 } as const
    expect(await shown(leafOf(unique), leafOf({ shape: 'persons', where: 'range <> 7' }))).toEqual([
      ['*'],
      [],
    ])
    expect(await shown(leafOf(), leafOf({ shape: 'persons', where: 'range <> 7' }))).toEqual([['*'], ['*']])
  })

  test('the same text twice is shown twice, and no table is made to compare them', async () => {
    const leaf = leafOf()
    session.seen.length = 0
    expect(await shown(leaf, { ...leaf, name: 'again' })).toEqual([['*'], ['*']])
    expect(session.seen.filter((text) => text.includes('_part_'))).toEqual([])
  })

  test('persons are not looked at where the sizes alone say enough', async () => {
    session.seen.length = 0
    expect(await shown(leafOf(), leafOf({ where: 'range < 60' }))).toEqual([['*'], ['*']])
    expect(session.seen.filter((text) => text.includes('any_value'))).toEqual([])
  })

  test('what is withheld of the first does not withhold the second', async () => {
    const few = leafOf({ where: 'range < 10' })
    expect(await shown(few, leafOf({ where: 'range < 11' }))).toEqual([[], ['*']])
    const chain = ['range >= 0', 'range >= 6', 'range >= 12'].map((where) => leafOf({ where }))
    expect(await shown(...chain)).toEqual([['*'], [], ['*']])
  })
})

describe('groups of one leaf that may share rows', () => {
  /** Persons 0 to 99, each in the groups that the list names. */
  const shared = (
    list: string,
    overlaps: 'rows' | 'days' | 'none' = 'rows',
    shape: Shape = 'presence',
  ): Leaf => ({
    ...leafOf({ group: `unnest(${list})`, shape }),
    ...(overlaps === 'none' ? {} : { overlaps }),
  })
  const but = (who: string, many = "'low', 'all', 'rest'") =>
    `CASE WHEN ${who} THEN list_filter([${many}], x -> x <> 'rest') ELSE [${many}] END`

  test('of two that differ by fewer than k persons the later one is withheld, and another one with it', async () => {
    for (const shape of ['presence', 'persons', 'sum', 'avg', 'spread', 'median'] as const) {
      const measure = shape === 'median' ? 'quantile' : shape
      const few = shared(but('range = 7', "'all', 'low', 'rest'"), 'rows', measure)
      expect(await shown(few)).not.toEqual([['all', 'low', 'rest']])
      expect((await shown(few)).flat()).not.toContain('rest')
    }
  })

  test('both are shown when k persons make the difference, or nobody', async () => {
    for (const who of ['range < 11', 'false'])
      expect(await shown(shared(but(who, "'all', 'rest'")))).toEqual([['all', 'rest']])
  })

  test('those that share no rows are not compared: visits of the same persons, one each year', async () => {
    session.seen.length = 0
    expect(await shown(shared(but('range = 7', "'all', 'rest'"), 'none'))).toEqual([['all', 'rest']])
    expect(session.seen.filter((text) => text.includes('_part_'))).toEqual([])
  })

  test('what is withheld of one withholds no other', async () => {
    const steps = `list_filter(['a', 'b', 'c'], x -> range >= CASE x WHEN 'a' THEN 0 WHEN 'b' THEN 6 ELSE 12 END)`
    const [seen = []] = await shown(shared(steps))
    expect(seen).toContain('a')
    expect(seen).not.toContain('b')
  })

  test('two measures, each of another group', async () => {
    const leaf = shared(`CASE WHEN range = 7 THEN ['all'] ELSE ['all', 'rest'] END`)
    const [first] = leaf.measures
    const twice: Leaf = {
      ...leaf,
      level1: template(
        `SELECT g, p, 1::BIGINT, CASE g WHEN 'all' THEN 1 ELSE 0 END::BIGINT, CASE g WHEN 'rest' THEN 1 ELSE 0 END::BIGINT FROM (SELECT unnest(CASE WHEN range = 7 THEN ['all'] ELSE ['all', 'rest'] END) AS g, range::UINTEGER AS p FROM range(100))`,
      ),
      measures: first
        ? [
            { ...first, shape: 'filtered' },
            { ...first, name: 'm2', shape: 'filtered' },
          ]
        : [],
    }
    const answer = openRelease(session, thresholds, [twice])
    const { table } = await answer.release(twice)
    await answer.close()
    expect(table.data.rows.find(([label]) => label === 'rest')?.slice(-2)).toEqual([true, true])
  })

  describe('as days of a calendar', () => {
    const days = (second: string) =>
      shared(
        `list_concat(CASE WHEN range < 50 THEN ['1'] ELSE [] END, CASE WHEN ${second} THEN ['2'] ELSE [] END)`,
        'days',
      )

    test('are shown when some came and some left', async () => {
      expect(await shown(days('range BETWEEN 3 AND 52'))).toEqual([['1', '2']])
    })

    test('are withheld when some only came, or only left', async () => {
      for (const second of ['range < 51', 'range < 49'])
        expect((await shown(days(second))).flat()).not.toContain('2')
    })
  })
})

describe('statistics of one group of one leaf', () => {
  /** A leaf with the measures of both. */
  const beside = (first: Leaf, second: Leaf): Leaf => ({
    ...first,
    measures: [...first.measures, ...second.measures].map((measure, i) => ({
      ...measure,
      name: `m${i + 1}`,
    })),
    values: [...first.values, ...second.values].map((one, i) => ({ ...one, measure: `m${i + 1}` })),
  })
  const marks = async (leaf: Leaf) => {
    const answer = openRelease(session, thresholds, [leaf])
    const { table } = await answer.release(leaf)
    await answer.close()
    return table.data.rows.map((row) => row.slice(-2))
  }

  test.each(['spread', 'relation', 'quantile', 'min', 'max'] as const)(
    '%s: the one of fewer persons is withheld',
    async (shape) => {
      const of = (where: string) => beside(leafOf({ shape }), leafOf({ shape, where }))
      expect(await marks(of('range <> 7'))).toEqual([[false, true]])
      expect(await marks(of('range >= 11'))).toEqual([[false, false]])
      expect(await marks(of('range >= 0'))).toEqual([[false, false]])
    },
  )
})

describe('groups of two leaves', () => {
  test('a group that differs from one of the other leaf goes, and another with it', async () => {
    const wards = `CASE WHEN range < 30 THEN 'a' WHEN range < 60 THEN 'b' ELSE 'c' END`
    const other = leafOf({ group: wards, where: 'NOT (range >= 60 AND range % 2 = 0) AND range <> 7' })
    expect(await shown(leafOf({ group: wards }), other)).toEqual([['a', 'b', 'c'], ['b']])
  })

  test('of many persons are compared like those of few', async () => {
    const sides = `CASE WHEN range < 600 THEN 'left' ELSE 'right' END`
    const turned = `CASE WHEN range < 600 THEN 'one' ELSE 'two' END`
    const of = (group: string, where = 'true') => leafOf({ group, where, size: 1200 })
    expect(await shown(of(sides), of(turned))).toEqual([
      ['left', 'right'],
      ['one', 'two'],
    ])
    expect(await shown(of(sides), of(turned, 'range NOT IN (7, 1100)'))).toEqual([['left', 'right'], []])
    expect(await shown(of(sides), of(turned, 'range NOT BETWEEN 5 AND 15'))).toEqual([
      ['left', 'right'],
      ['one', 'two'],
    ])
    expect(await shown(of(sides, 'range < 700'), of(turned, 'range < 690'))).toEqual([['left', 'right'], []])
    expect(await shown(leafOf({ size: 1200, where: 'range < 400' }), of(turned, 'range >= 200'))).toEqual([
      ['*'],
      ['one', 'two'],
    ])
  })

  test('of other labels are compared all the same', async () => {
    const parity = `CASE WHEN range < 50 OR range = 77 THEN 'first' ELSE 'second' END`
    expect(await shown(leafOf({ group: halves }), leafOf({ group: parity }))).toEqual([['high', 'low'], []])
  })

  test('that add up to a number of the other leaf but for few persons lose one of them', async () => {
    const minusOne = leafOf({ group: halves, where: 'range <> 7' })
    expect(await shown(leafOf(), minusOne)).toEqual([['*'], ['high']])
    expect(await shown(minusOne, leafOf())).toEqual([['high', 'low'], []])
  })

  test('that add up to what the groups of the other leaf add up to, but for few', async () => {
    const thirds = `['a', 'b', 'c'][1 + range % 3]`
    const [first, second] = await shown(
      leafOf({ group: halves }),
      leafOf({ group: thirds, where: 'range <> 7' }),
    )
    expect(first).toHaveLength(2)
    expect(second).toHaveLength(2)
  })

  test('and a total of the same persons: a few in an absent group take another group with them', async () => {
    const wards = `CASE WHEN range < 6 THEN 'c' WHEN range < 30 THEN 'b' ELSE 'a' END`
    expect(await shown(leafOf({ group: wards }), leafOf())).toEqual([['a'], ['*']])
    expect(await shown(leafOf(), leafOf({ group: wards }))).toEqual([['*'], ['a']])
  })

  test('of grouping sets count by what each set adds up to', async () => {
    const sets = (where: string): Leaf => ({
      ...leafOf({ group: halves, where }),
      level1: template(
        `SELECT ${halves} AS g, 0 AS s, range::UINTEGER, 1::BIGINT, 1::BIGINT FROM range(100) WHERE ${where} UNION ALL SELECT NULL, 1, range::UINTEGER, 1, 1 FROM range(100) WHERE ${where}`,
      ),
      keys: ['VARCHAR', 'INTEGER'].map((type, i) => ({ name: `g${i}`, type })),
      sets: [[0], []],
    })
    const total = leafOf({ rows: 1 })
    expect(await shown(total, sets('range >= 0'))).toEqual([['*'], ['high', 'low', null]])
    expect(await shown(total, sets('range <> 7'))).toEqual([['*'], []])
  })
})

describe('what runs near the rows', () => {
  test('is gone when the last leaf has been decided', async () => {
    await shown(leafOf(), leafOf({ where: 'range <> 7' }))
    const tables = await session.run(template('SELECT count(*) FROM duckdb_tables()'))
    expect(tables.rows).toEqual([[0]])
  })
})
