import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf, Measure } from '../../services/query/plan.ts'
import { release } from './release.ts'
import { openInProcess } from './vault-in-process.ts'

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }

/** Level 1 of a leaf written by hand: groups of so many persons, each with the contributions given. */
type Person = {
  readonly group: string
  readonly s: number | null
  readonly c?: number
  readonly rows?: number
}

let session: Awaited<ReturnType<typeof openInProcess>>
beforeAll(async () => {
  session = await openInProcess([])
})
afterAll(() => session.close())

const measure = (shape: Measure['shape'], i = 1): Measure => ({
  name: `m${i}`,
  shape,
  type: shape === 'sum' || shape === 'avg' ? 'DOUBLE' : 'BIGINT',
  label: shape,
})

function leafOf(persons: readonly Person[], shape: Measure['shape'], about: Partial<Leaf> = {}): Leaf {
  const isSum = shape === 'sum' || shape === 'avg'
  const rows = persons.map(({ group, s, c, rows = 1 }, i) => {
    const contribution = isSum ? `, ${s ?? 'NULL'}::DOUBLE` : ''
    return `('${group}', ${i}::UINTEGER, ${rows}::BIGINT, ${c ?? (s === null ? 0 : 1)}::BIGINT${contribution})`
  })
  return {
    name: 'leaf_0',
    level1: template(`SELECT * FROM (VALUES ${rows.join(', ')})`),
    values: [],
    keys: [{ name: 'g0', type: 'VARCHAR' }],
    measures: [measure(shape)],
    plan: 'X',
    framed: false,
    total: false,
    reads: [],
    ...about,
  }
}

const group = (name: string, size: number, s: (i: number) => number | null = (i) => i + 1): Person[] =>
  Array.from({ length: size }, (_, i) => ({ group: name, s: s(i) }))

/** Label → what is shown of it; a withheld cell is 'withheld', an absent group is not there. */
async function shown(leaf: Leaf): Promise<Record<string, unknown>> {
  const { table } = await release(session, leaf, thresholds)
  const entries = table.data.rows.map(([label, value, mark]) => [label, mark ? 'withheld' : value])
  return Object.fromEntries(entries)
}

describe('groups', () => {
  test('of fewer than k persons are absent, of k persons are shown', async () => {
    const persons = [
      ...group('ten', 10),
      ...group('other ten', 10),
      ...group('eleven', 11),
      ...group('many', 40),
    ]
    expect(await shown(leafOf(persons, 'presence'))).toEqual({ eleven: 11, many: 40 })
  })

  test('a few absent persons take the smallest group with them', async () => {
    const persons = [...group('a', 40), ...group('b', 23), ...group('c', 6)]
    expect(await shown(leafOf(persons, 'presence'))).toEqual({ a: 40 })
  })

  test('when the only group goes with the absent ones, nothing is shown', async () => {
    expect(await shown(leafOf([...group('a', 40), ...group('b', 1)], 'presence'))).toEqual({})
  })

  test('rows do not count as persons', async () => {
    const persons = group('few', 10).map((person) => ({ ...person, rows: 5, c: 5 }))
    expect(await shown(leafOf([...persons, ...group('x', 12), ...group('y', 12)], 'presence'))).toEqual({
      y: 12,
    })
  })

  test('rows that are nobody’s do not make up the number', async () => {
    const rows = `SELECT 'few', range::UINTEGER, 1::BIGINT, 1::BIGINT FROM range(10) UNION ALL SELECT 'few', NULL, 9, 9 UNION ALL SELECT 'many', range::UINTEGER, 1, 1 FROM range(10, 40) UNION ALL SELECT 'most', range::UINTEGER, 1, 1 FROM range(40, 90)`
    expect(await shown(leafOf([], 'presence', { level1: template(rows) }))).toEqual({ most: 50 })
  })

  test('without a label are groups like others', async () => {
    const rows = `SELECT NULL::VARCHAR, range::UINTEGER, 1::BIGINT, 1::BIGINT FROM range(6) UNION ALL SELECT 'a', range::UINTEGER, 1, 1 FROM range(6, 30) UNION ALL SELECT 'b', range::UINTEGER, 1, 1 FROM range(30, 90)`
    expect(await shown(leafOf([], 'presence', { level1: template(rows) }))).toEqual({ b: 60 })
  })

  test('rows of a public frame keep their label, count as nobody, and show 0 and few alike', async () => {
    const frame = `SELECT * FROM (VALUES ('none', NULL::UINTEGER, 1::BIGINT, 0::BIGINT)) UNION ALL SELECT 'few', range::UINTEGER, 1, 1 FROM range(10) UNION ALL SELECT 'few too', range::UINTEGER, 1, 1 FROM range(10, 20) UNION ALL SELECT 'enough', range::UINTEGER, 1, 1 FROM range(20, 40)`
    const leaf = leafOf([], 'filtered', { level1: template(frame), framed: true })
    expect(await shown(leaf)).toEqual({
      none: 'withheld',
      few: 'withheld',
      'few too': 'withheld',
      enough: 20,
    })
  })

  test('a lone mark in a public frame says neither nobody nor few: another one goes with it', async () => {
    const frame = (few: number) =>
      leafOf([], 'filtered', {
        level1: template(
          `SELECT * FROM (VALUES ('few', NULL::UINTEGER, 1::BIGINT, 0::BIGINT)) UNION ALL SELECT 'few', range::UINTEGER, 1, 1 FROM range(${few}) UNION ALL SELECT 'enough', range::UINTEGER, 1, 1 FROM range(10, 40) UNION ALL SELECT 'most', range::UINTEGER, 1, 1 FROM range(40, 90)`,
        ),
        framed: true,
      })
    const marked = { few: 'withheld', enough: 'withheld', most: 50 }
    for (const few of [0, 1, 10]) expect(await shown(frame(few))).toEqual(marked)
  })

  test('a total always has its row, withheld below k', async () => {
    const total = (size: number) =>
      release(
        session,
        leafOf([], 'presence', {
          level1: template(`SELECT range::UINTEGER, 1::BIGINT, 1::BIGINT FROM range(${size})`),
          keys: [],
          total: true,
        }),
        thresholds,
      )
    expect((await total(0)).table.data.rows).toEqual([[null, true]])
    expect((await total(10)).table.data.rows).toEqual([[null, true]])
    expect((await total(11)).table.data.rows).toEqual([[11, false]])
  })

  test('say that groups were withheld only when they hold k persons together', async () => {
    const many = await release(
      session,
      leafOf([...group('a', 20), ...group('b', 8), ...group('c', 8)], 'presence'),
      thresholds,
    )
    expect(many.groupsWithheld).toBe(true)
    const none = await release(
      session,
      leafOf([...group('a', 20), ...group('b', 12)], 'presence'),
      thresholds,
    )
    expect(none.groupsWithheld).toBe(false)
  })
})

describe('cells', () => {
  test('rest on k persons of their own selection', async () => {
    const some = (size: number, of: number) => group('g', of, (i) => (i < size ? 1 : null))
    const leaf = (size: number) =>
      leafOf([...some(size, 40), ...group('h', 40, () => 1), ...group('i', 50, () => 1)], 'filtered')
    expect(await shown(leaf(11))).toMatchObject({ g: 11, h: 40 })
    expect(await shown(leaf(10))).toEqual({ g: 'withheld', h: 'withheld', i: 50 })
    expect(await shown(leaf(0))).toEqual({ g: 'withheld', h: 'withheld', i: 50 })
  })

  test.each([
    ['T1', (i: number) => (i < 10 ? 5 + i : null)],
    ['T2', (i: number) => (i < 10 ? 5 + i : 0)],
    ['T3', (i: number) => (i < 10 ? 5 + i : 100)],
    ['T4, one person', (i: number) => (i === 0 ? 1000 : 1 + i / 1000)],
    ['T4, two persons', (i: number) => (i < 2 ? 600 : 1 + i / 1000)],
    ['T4 with a negative value', (i: number) => (i === 0 ? -1000 : 1 + i / 1000)],
  ])('that fail %s are withheld', async (_, s) => {
    const persons = [...group('bad', 40, s), ...group('good', 40), ...group('better', 50)]
    expect(await shown(leafOf(persons, 'sum'))).toMatchObject({ bad: 'withheld', better: (50 * 51) / 2 })
    expect(await shown(leafOf(persons, 'avg'))).toMatchObject({ bad: 'withheld', better: 51 / 2 })
  })

  test('at the edge of each rule are shown', async () => {
    const edge = (i: number) => (i < 11 ? 5 + i : 100)
    const zeros = (i: number) => (i < 11 ? 5 + i : 0)
    const persons = [...group('T3', 40, edge), ...group('T2', 40, zeros)]
    const values = await shown(leafOf(persons, 'sum'))
    expect(values).toEqual({ T3: 55 + 55 + 2900, T2: 55 + 55 })
  })

  test('that a dominated cell would give back by subtraction are withheld too', async () => {
    const persons = [
      ...group('bad', 40, (i) => (i === 0 ? 1e6 : 1 + i)),
      ...group('a', 30),
      ...group('b', 31),
    ]
    expect(await shown(leafOf(persons, 'sum'))).toEqual({ bad: 'withheld', a: 'withheld', b: 'withheld' })
  })

  test('of floating sums have 12 significant digits', async () => {
    const persons = [...group('a', 30, (i) => 0.1 + i / 7)]
    const { a } = await shown(leafOf(persons, 'sum'))
    expect(String(a).replaceAll(/[^0-9]/g, '').length).toBeLessThanOrEqual(13)
  })
})

describe('distinct values', () => {
  test('are counted when k persons hold each, and rest on k persons', async () => {
    const values = `SELECT 'g' AS g0, range::UINTEGER AS p, 'common' AS x FROM range(11) UNION ALL SELECT 'g', range::UINTEGER, 'rare' FROM range(11, 21)`
    const leaf = leafOf(group('g', 30), 'values', {
      level1: template(`SELECT 'g', range::UINTEGER, 1::BIGINT FROM range(30)`),
      values: [{ measure: 'm1', statement: template(values) }],
    })
    expect(await shown(leaf)).toEqual({ g: 1 })
    const few = {
      ...leaf,
      values: [{ measure: 'm1', statement: template(`SELECT 'g', range::UINTEGER, 'x' FROM range(10)`) }],
    }
    expect(await shown(few)).toEqual({ g: 'withheld' })
  })
})

describe('what runs near the rows', () => {
  test('reads level 1 once and leaves no table behind', async () => {
    session.seen.length = 0
    await release(session, leafOf(group('a', 30), 'sum'), thresholds)
    expect(session.seen.filter((text) => text.includes('VALUES'))).toHaveLength(1)
    const tables = await session.run(template('SELECT count(*) FROM duckdb_tables()'))
    expect(tables.rows).toEqual([[0]])
  })
})
