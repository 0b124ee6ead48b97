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

const types: Readonly<Record<string, string>> = { sum: 'DOUBLE', avg: 'DOUBLE' }
type Shape = Measure['shape']

/** One group of 60 persons of two rows each; the second measure takes the first `taken` of them, by `part` rows. */
function leafOf([first, second]: readonly [Shape, Shape], taken: number, about: Partial<Leaf> = {}): Leaf {
  const [rows, value] = [about.plan === 'U' ? 1 : 2, 'CAST(range + 5 AS DOUBLE)']
  const isIn = `range < ${taken}`
  const part = (shape: Shape, condition: string) => {
    const count = `CASE WHEN ${condition} THEN ${rows} ELSE 0 END::BIGINT`
    return shape in types ? `${count}, CASE WHEN ${condition} THEN ${value} END` : count
  }
  return {
    name: 'leaf_0',
    level1: template(
      `SELECT 'g', range::UINTEGER, ${rows}::BIGINT, ${part(first, 'true')}, ${part(second, isIn)} FROM range(60)`,
    ),
    values: [],
    keys: [{ name: 'g0', type: 'VARCHAR' }],
    measures: [first, second].map((shape, i) => ({
      name: `m${i + 1}`,
      shape,
      type: types[shape] ?? 'BIGINT',
      label: shape,
    })),
    plan: 'X',
    framed: false,
    total: false,
    reads: [],
    ...about,
  }
}

/** Whether the two cells of the only group are withheld. */
async function withheld(leaf: Leaf): Promise<unknown> {
  const { table } = await release(session, leaf, thresholds)
  return table.data.rows.map((row) => row.slice(3))
}

describe('two cells of one group whose difference rests on fewer than k persons', () => {
  test.each([
    ['presence', 'filtered'],
    ['filtered', 'filtered'],
    ['persons', 'persons'],
    ['keys', 'keys'],
    ['sum', 'sum'],
    ['sum', 'avg'],
    ['avg', 'avg'],
  ] as const)('%s and %s: the one of fewer persons is withheld', async (first, second) => {
    expect(await withheld(leafOf([first, second], 59))).toEqual([[false, true]])
    expect(await withheld(leafOf([first, second], 50))).toEqual([[false, true]])
  })

  test('are shown when k persons make the difference, and when nobody does', async () => {
    expect(await withheld(leafOf(['presence', 'filtered'], 49))).toEqual([[false, false]])
    expect(await withheld(leafOf(['presence', 'filtered'], 60))).toEqual([[false, false]])
    expect(await withheld(leafOf(['sum', 'avg'], 60))).toEqual([[false, false]])
  })

  test('are means of the same sum over other rows', async () => {
    const counted = (few: number) =>
      template(
        `SELECT 'g', range::UINTEGER, 2::BIGINT, 2::BIGINT, (range + 5)::DOUBLE, CASE WHEN range < ${few} THEN 1 ELSE 2 END::BIGINT, (range + 5)::DOUBLE FROM range(60)`,
      )
    const means = (few: number) => leafOf(['avg', 'avg'], 60, { level1: counted(few) })
    expect(await withheld(means(3))).toEqual([[false, true]])
    expect(await withheld(means(0))).toEqual([[false, false]])
    expect(await withheld(means(11))).toEqual([[false, false]])
  })

  test('are persons and rows only where each person has one row', async () => {
    expect(await withheld(leafOf(['persons', 'filtered'], 55, { plan: 'U' }))).toEqual([[false, true]])
    expect(await withheld(leafOf(['persons', 'filtered'], 55))).toEqual([[false, false]])
  })

  test('covers for nothing when the whole is known: another cell of the same column goes with it', async () => {
    const leaf = leafOf(['presence', 'filtered'], 59)
    const more = `SELECT 'h', range::UINTEGER, 2, 2, CASE WHEN range < 200 THEN 2 ELSE 0 END FROM range(100, 240)`
    const most = `SELECT 'i', range::UINTEGER, 2, 2, CASE WHEN range < 500 THEN 2 ELSE 0 END FROM range(300, 540)`
    const level1 = template(`${leaf.level1} UNION ALL ${more} UNION ALL ${most}`)
    expect(await withheld({ ...leaf, level1 })).toEqual([
      [false, true],
      [false, true],
      [false, false],
    ])
  })

  test('are withheld in the only row of a total too', async () => {
    const total = leafOf(['presence', 'filtered'], 59, { keys: [], total: true })
    const level1 = template(total.level1.replace("'g', ", ''))
    const { table } = await release(session, { ...total, level1 }, thresholds)
    expect(table.data.rows.map((row) => row.slice(2))).toEqual([[false, true]])
  })
})
