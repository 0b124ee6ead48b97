/** Counting value by value tells what counting row by row does. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Connection, rowsOf } from '../../services/dataset/asking.ts'
import { byRow, byValue, isRepeated, spreadsOf } from '../../services/dataset/column-values.ts'
import { openBare } from '../../services/engine/duckdb.ts'

let connection: Connection
let close: () => void
beforeAll(async () => {
  const database = await openBare({ threads: 1, memoryBytes: 256 * 1024 ** 2 })
  connection = await database.connect()
  close = () => connection.closeSync()
  await connection.run(`CREATE TABLE "t" AS SELECT i AS n, -i AS below,
    CASE WHEN i % 10 > 0 THEN 'é' || (i % 7) END AS "code" FROM range(1000) r(i)`)
})
afterAll(() => close?.())

test('a spread tells rows with a value, about how many differ, and the length of the longest', async () => {
  const spreads = await spreadsOf(connection, '"t"', ['n', 'below', 'code'])
  expect(spreads.get('code')).toMatchObject({ filled: 900, longest: 3 })
  expect([spreads.get('n')?.longest, spreads.get('below')?.longest]).toEqual([3, 4])
  const isSo = ['n', 'code'].map((column) => isRepeated(spreads.get(column) ?? empty))
  expect(isSo).toEqual([false, true])
})

const empty = { filled: 0, distinct: 0, longest: 0 }

describe('a condition on one column', () => {
  test.each([
    '"code" IS NOT NULL',
    '"code" IS NULL',
    `"code" > 'é3'`,
    `contains("code", '5')`,
    'true',
    'false',
  ])('%s has the same cases both ways', async (condition) => {
    const counted = await Promise.all(
      [byRow('"t"'), byValue('"t"', '"code"')].map(async ({ count, distinct, from }) => {
        const [row = []] = await rowsOf(
          connection,
          `SELECT ${count(condition)}, ${distinct('"code"', condition)}, ${distinct('"code"')} FROM ${from}`,
        )
        return row.map(Number)
      }),
    )
    expect(counted[1]).toEqual(counted[0])
    expect(counted[0]?.[2]).toBe(7)
  })
})
