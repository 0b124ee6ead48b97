import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openRelease } from '../../services/query/disclosure/across.ts'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf } from '../../services/query/plan.ts'
import { leafOf, type Shape, shownOf, thresholds } from './compared.ts'
import { openInProcess } from './vault-in-process.ts'

let session: Awaited<ReturnType<typeof openInProcess>>
beforeAll(async () => {
  session = await openInProcess([])
})
afterAll(() => session.close())

const shown = (...leaves: readonly Leaf[]) => shownOf(session, leaves)

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
    const rows = `SELECT unnest(CASE WHEN range = 7 THEN ['all'] ELSE ['all', 'rest'] END) AS g, range::UINTEGER AS p FROM range(100)`
    const leaf = shared("['all']")
    const [first] = leaf.measures
    const twice: Leaf = {
      ...leaf,
      level1: template(
        `SELECT g, p, 1::BIGINT, (g = 'all' OR p < 30)::BIGINT, (g = 'rest' OR p < 50)::BIGINT FROM (${rows})`,
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
    expect(table.data.rows.map(([label, , , ...marks]) => [label, ...marks])).toEqual([
      ['all', false, true],
      ['rest', false, true],
    ])
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
    values: [
      ...first.values,
      ...second.values.map((one) => ({ ...one, measure: `m${first.measures.length + 1}` })),
    ],
  })
  const marks = async (leaf: Leaf) => {
    const answer = openRelease(session, thresholds, [leaf])
    const { table } = await answer.release(leaf)
    await answer.close()
    return table.data.rows.map((row) => row.slice(-leaf.measures.length))
  }

  test.each(['spread', 'relation', 'quantile', 'min', 'max'] as const)(
    '%s: the one of fewer persons is withheld',
    async (shape) => {
      const of = (where: string) => beside(leafOf({ shape }), leafOf({ shape, where }))
      for (const few of ['range <> 7', 'range >= 10']) expect(await marks(of(few))).toEqual([[false, true]])
      expect(await marks(of('range >= 11'))).toEqual([[false, false]])
      expect(await marks(of('range >= 0'))).toEqual([[false, false]])
    },
  )

  test('a mean is compared with a variance, which is made of it', async () => {
    const of = (where: string) => beside(leafOf({ shape: 'avg' }), leafOf({ shape: 'spread', where }))
    expect(await marks(of('range <> 7'))).toEqual([[false, true]])
    expect(await marks(of('range >= 11'))).toEqual([[false, false]])
  })

  test('of three each is compared with each', async () => {
    const max = (where: string) => leafOf({ shape: 'max', where })
    const three = beside(beside(max('true'), max('range <> 7')), max('range <> 8'))
    expect(await marks(three)).toEqual([[false, true, true]])
  })
})
