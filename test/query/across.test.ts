import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf } from '../../services/query/plan.ts'
import { halves, leafOf, type Shape, shownOf } from './compared.ts'
import { openInProcess } from './vault-in-process.ts'

let session: Awaited<ReturnType<typeof openInProcess>>
beforeAll(async () => {
  session = await openInProcess([])
})
afterAll(() => session.close())

const shown = (...leaves: readonly Leaf[]) => shownOf(session, leaves)

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

  test('a number that is hardly another', async () => {
    const near = 'CASE WHEN range = 7 THEN 12.000001 ELSE range + 5 END'
    for (const shape of ['sum', 'avg'] as const)
      expect(await shown(leafOf({ shape }), leafOf({ shape, value: near }))).toEqual([['*'], []])
  })

  test('rows of which a few persons have more', async () => {
    const more = 'CASE WHEN range < 5 THEN 3 ELSE 2 END'
    expect(await shown(leafOf(), leafOf({ rows: more }))).toEqual([['*'], []])
  })

  test('the second number of two', async () => {
    const relation = (other: string) => leafOf({ shape: 'relation', other })
    const near = relation('CASE WHEN range = 7 THEN 58 ELSE range * 37 % 101 END')
    expect(await shown(relation('range * 37 % 101'), near)).toEqual([['*'], []])
  })

  test('rows of nobody in both of them are no persons', async () => {
    for (const shape of ['presence', 'avg', 'quantile', 'spread'] as const) {
      const one = (where: string) => leafOf({ shape, where, nobody: true })
      expect(await shown(one('true'), one('range >= 10'))).toEqual([['*'], []])
    }
  })

  test('sums, whoever adds nothing to them', async () => {
    const value = 'CASE WHEN range < 20 THEN 0 ELSE range END'
    const sum = (where: string) => leafOf({ shape: 'sum', value, where })
    expect(await shown(sum('true'), sum('range >= 23'))).toEqual([['*'], []])
    expect(await shown(sum('true'), sum('range >= 31'))).toEqual([['*'], ['*']])
  })

  test('of which one has just enough persons to be looked at by a sample', async () => {
    const but = (where: string) => leafOf({ size: 165, where })
    expect(await shown(but('true'), but('range <> 160'))).toEqual([['*'], []])
    expect(await shown(but('range <> 160'), but('true'))).toEqual([['*'], []])
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

  test('that add up to nothing for some persons are a number of the others', async () => {
    const both: Leaf = {
      ...leafOf({ shape: 'sum', group: halves }),
      level1: template(
        `SELECT ${halves} AS g, range::UINTEGER, 1::BIGINT, 1::BIGINT, (range + 5)::DOUBLE FROM range(100) UNION ALL SELECT CASE WHEN range < 50 THEN 'high' ELSE 'low' END, range::UINTEGER, 1, 1, -(range + 5)::DOUBLE FROM range(100) WHERE range BETWEEN 40 AND 59`,
      ),
    }
    const others = (where: string) =>
      leafOf({ shape: 'sum', rows: 1, where: `range NOT BETWEEN 40 AND 59 AND ${where}` })
    expect(await shown(both, others('range >= 3'))).toEqual([['high', 'low'], []])
    expect(await shown(both, others('range >= 11'))).toEqual([['high', 'low'], ['*']])
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
