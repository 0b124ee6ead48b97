/** The cells that the rules withhold, put back for checkers: the true ones, at their place, and no others. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { DuckDBInstance } from 'duckdb'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { isExactGranted } from '../../services/query/exact.ts'
import type { QueryNeeds } from '../../services/query/question.ts'
import { replay } from '../../services/query/replay.ts'
import { runExact, runQuery } from '../../services/query/run.ts'
import { person, QueryHouse } from './house.ts'

const house = new QueryHouse()
let needs: QueryNeeds & { readonly bulle: Bulle }
beforeAll(async () => {
  needs = await house.open()
})
afterAll(() => house.close())
beforeEach(() => {
  house.entries.length = 0
  house.isExact = true
})

const alice = person('alice')
const record = async () => {
  house.entries.push({ body: { type: 'state.aborted', of: 0 }, about: {} })
}
const exactly = (sql: string) => runExact(needs, alice, { question: { project: 'p', sql }, record })

/** What the statement answers on the rows themselves. */
async function truth(sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  for (const { name, mount } of needs.bulle.tables)
    await connection.run(`CREATE VIEW ${name} AS SELECT * FROM read_parquet('${mount.file}')`)
  const rows = (await connection.runAndReadAll(sql)).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return rows.map((row) => row.map(String))
}

const csv = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString()
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(','))

const few = 'count(*) FILTER (WHERE score > 95)'
const groups = `FROM persons WHERE sex IS NOT NULL GROUP BY sex`

describe('withheld cells', () => {
  test.each([
    ['of groups', `SELECT sex, ${few} AS n ${groups} ORDER BY sex`],
    [
      'in another order, with other columns between',
      `SELECT ${few} AS n, count(*) AS m, sex ${groups} ORDER BY sex DESC`,
    ],
    [
      'of a query in FROM',
      `WITH w AS (SELECT sex, ${few} AS n ${groups}) SELECT n AS few, sex AS s FROM w ORDER BY s`,
    ],
    ['of all persons', 'SELECT count(*) AS n, avg(score) AS mean FROM persons WHERE score > 98.5'],
    [
      'of groups that stay',
      'SELECT r.label, count(p.pid) AS n FROM regions r LEFT JOIN persons p ON p.region = r.region AND p.score > 95 GROUP BY r.label ORDER BY r.label',
    ],
  ])('%s are the true ones, at their place', async (_, sql) => {
    const { exact, suppressed, body } = await exactly(sql)
    expect(suppressed.length).toBeGreaterThan(0)
    expect(exact.cells.map(({ row, column }) => [row, column])).toEqual(suppressed)
    const [shown, all, rows] = [csv(body?.bytes ?? Buffer.alloc(0)), csv(exact.bytes), await truth(sql)]
    for (const { row, column, isGiven } of exact.cells) {
      expect(shown[row]?.[column]).toBe('')
      const value = all[row]?.[column] ?? ''
      expect(isGiven ? Number(value) : value).toBe(isGiven ? Number(rows[row]?.[column]) : '')
    }
    const others = (one: readonly (readonly string[])[]) =>
      one.map((cells, r) =>
        cells.filter((_cell, c) => !suppressed.some(([row, column]) => row === r && column === c)),
      )
    expect(others(all)).toEqual(others(shown))
  })

  test('come with the persons behind them and the rules, exact where bounds would do for the answer', async () => {
    const from = 'FROM stays GROUP BY ward ORDER BY ward'
    const { exact } = await exactly(`SELECT ward, count(*) FILTER (WHERE cost > 430) AS n ${from}`)
    const rows = await truth(`SELECT ward, count(DISTINCT pid) FILTER (WHERE cost > 430) ${from}`)
    expect(exact.cells.length).toBeGreaterThan(1)
    for (const { row, persons, rules } of exact.cells) {
      expect(persons).toBe(Number(rows[row]?.[1]))
      expect(rules).toEqual(persons < 11 ? ['T1'] : ['secondary'])
    }
    expect(exact.datasets).toEqual(['care'])
  })

  test('are not asked of what is made of others, of groups that are read twice or not shown, nor of public rows', async () => {
    for (const sql of [
      `WITH w AS (SELECT sex, ${few} AS n ${groups}) SELECT a.sex, b.n FROM w a JOIN w b ON a.sex <> b.sex`,
      `SELECT sex, 1 + ${few} AS n ${groups}`,
      `SELECT ${few} AS n ${groups}`,
      `SELECT sex, ${few} AS n FROM persons GROUP BY ROLLUP (sex)`,
      'SELECT region, label FROM regions',
    ])
      await expect(exactly(sql)).rejects.toMatchObject({
        code: 'INVALID',
        facts: { rule: 'query.exactForm' },
      })
  })

  test('of one or two persons are a value of theirs, unless they are counted', async () => {
    const [[two = 0] = []] = await truth(
      'SELECT max(score) FROM (SELECT score FROM persons WHERE score IS NOT NULL ORDER BY score DESC LIMIT 2 OFFSET 1)',
    )
    const { exact } = await exactly(
      `SELECT count(*) AS n, sum(score) AS s, avg(score) AS a FROM persons WHERE score >= ${two}`,
    )
    const persons = exact.cells.map((cell) => cell.persons)
    expect(Math.max(...persons)).toBe(2)
    expect(exact.cells.map(({ isGiven }) => isGiven)).toEqual([true, false, false])
  })

  test('are in no answer, and the answer is that of the same question', async () => {
    const sql = `SELECT sex, ${few} AS n, count(*) AS m ${groups} ORDER BY sex`
    const { exact: _, receipt: __, id: ___, ...answer } = await exactly(sql)
    const plain = await runQuery(needs, alice, { project: 'p', sql, format: 'csv' })
    const { receipt: ____, id: _____, ...asked } = plain
    expect(answer).toEqual(asked)
  })
})

describe('what is refused', () => {
  test('is refused by the permit before anything is recorded as asked or read of the rows', async () => {
    house.isExact = false
    await expect(exactly(`SELECT sex, ${few} AS n ${groups}`)).rejects.toMatchObject({
      code: 'DOOR_NOT_GRANTED',
      facts: { rule: 'query.exact' },
    })
    expect(house.types()).toEqual(['query.refused'])
  })

  test('is no decision on the question, and is not decided again as one', async () => {
    const entry = { shard: '2026', seq: 0, ts: '', leaf: '', isSealed: true, numbers: {} }
    const refused = { type: 'query.refused', query: 'q', code: 'DOOR_NOT_GRANTED' } as const
    const again = (rule: string) =>
      replay({ ...needs, rulebook: async () => null }, { ...entry, body: { ...refused, rule } }, {})
    expect(await again('query.exact')).toBeNull()
    expect(await again('another')).toEqual({ outcome: 'lost', what: 'sealed' })
  })

  test('and what is not is recorded between the intent and the rows', async () => {
    await exactly(`SELECT sex, ${few} AS n ${groups}`)
    expect(house.types()).toEqual(['query.intent', 'state.aborted', 'query.release'])
  })

  test('takes the agreement of every line of persons that is read', () => {
    const agreed = { dataset: 'a', exact: 'checked' } as const
    expect(isExactGranted([agreed], ['a'])).toBe(true)
    expect(isExactGranted([agreed, { dataset: 'b' }], ['a', 'b'])).toBe(false)
    expect(isExactGranted([agreed], ['a', 'b'])).toBe(false)
  })
})
