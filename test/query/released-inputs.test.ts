/** What one leaf releases and a later one reads, through the whole walk of a query (disclosure.md section 21, example 16). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Refusal } from '../../services/kernel/refusal.ts'
import type { QueryNeeds } from '../../services/query/question.ts'
import { runQuery } from '../../services/query/run.ts'
import { person, QueryHouse } from './house.ts'

const house = new QueryHouse()
let needs: QueryNeeds
const alice = person('alice')
const ask = (sql: string, asked = needs) => runQuery(asked, alice, { project: 'p', sql })
const number = async (sql: string) => Number((await ask(sql)).rows[0]?.[0])

beforeAll(async () => {
  needs = await house.open()
})
afterAll(() => house.close())
beforeEach(() => {
  house.entries.length = 0
})

describe('a mean used as a filter', () => {
  const mean = "SELECT 0.5 * avg(cost) AS m FROM stays WHERE ward = 'icu'"
  const filtered = (by: string) =>
    `SELECT ward, count(*) AS dear FROM stays WHERE cost > ${by} GROUP BY ward ORDER BY ward`

  test('filters as the number does that the mean is released as', async () => {
    const m = await number(mean)
    expect(m).toBeGreaterThan(0)
    const { rows, disclosure } = await ask(filtered(`(${mean})`))
    expect(rows).toEqual((await ask(filtered(String(m)))).rows)
    expect(rows.length).toBeGreaterThan(2)
    expect(disclosure.rules).toEqual(expect.arrayContaining(['T1', 'T2', 'T3', 'T4', 'secondary']))
  })

  test('that is withheld filters everything away, and the answer says that it is partial', async () => {
    const few = 'SELECT avg(cost) FROM stays WHERE cost > 20000'
    const { rows, disclosure } = await ask(filtered(`(${few})`))
    expect(rows).toEqual([])
    expect(disclosure).toMatchObject({ groupsWithheld: true, rules: expect.arrayContaining(['partial']) })
    const whole = await ask(`SELECT count(*) AS n FROM stays WHERE cost > (${few})`)
    expect(whole).toMatchObject({ rows: [[null]], suppressed: [[0, 0]] })
  })

  test('is written down with all that either of them reads', async () => {
    await ask(
      'SELECT sex, count(*) AS n FROM persons WHERE born > (SELECT avg(day) * 10 FROM stays) GROUP BY sex',
    )
    expect(house.types()).toEqual(['query.intent', 'query.release'])
    expect(house.entries[0]?.body).toMatchObject({
      datasets: [{ columns: expect.arrayContaining(['persons.sex', 'persons.born', 'stays.day']) }],
    })
  })
})

describe('a table used beside rows', () => {
  const byWard = 'SELECT ward, count(*) AS n, avg(cost) AS mean FROM stays GROUP BY ward'
  const dear = 'SELECT ward, count(*) AS n, count_if(cost > 420) AS dear FROM stays GROUP BY ward'

  test('has NULL where a cell was withheld, and none of the groups that are absent', async () => {
    const { rows, suppressed } = await ask(`${dear} ORDER BY ward`)
    const known = rows.filter(([, , n]) => n !== null).map(([ward]) => ward)
    expect(suppressed.length).toBeGreaterThan(0)
    expect(known.length).toBeGreaterThan(0)
    const beside = await ask(
      `SELECT s.ward, count(*) AS n FROM stays s JOIN (${dear}) w ON w.ward = s.ward WHERE w.dear IS NOT NULL GROUP BY s.ward ORDER BY s.ward`,
    )
    expect(beside.rows.map(([ward]) => ward)).toEqual(known)
    expect(beside.disclosure.rules).toContain('partial')
  })

  test('is made once, however often the text names it', async () => {
    let takes = 0
    const statements: string[] = []
    const vault: QueryNeeds['vault'] = {
      ...needs.vault,
      open: async (bulle, options) => {
        const session = await needs.vault.open(bulle, options)
        const take: typeof session.take = (table) => {
          takes += 1
          return session.take(table)
        }
        const run: typeof session.run = (statement) => {
          statements.push(statement)
          return session.run(statement)
        }
        return { take, run, close: () => session.close() }
      },
    }
    const uses = Array.from({ length: 12 }, (_, i) => `s.ward IN (SELECT ward FROM w WHERE n > ${i})`)
    const { rows } = await ask(
      `WITH w AS (${byWard}) SELECT count(*) AS n FROM stays s WHERE ${uses.join(' AND ')}`,
      { ...needs, vault },
    )
    expect(takes).toBe(1)
    expect(statements.at(-1)).toBe('DROP TABLE "input_0"')
    expect(rows[0]?.[0]).toBeGreaterThan(100)
  })

  test('of more rows than may go back fails, and nothing says how many there were', async () => {
    const many = 'SELECT a.i + 100 * b.i AS x FROM range(101) a(i), range(101) b(i)'
    const failed = await ask(
      `SELECT count(*) AS n FROM (SELECT x, max(n) AS n FROM (${many}), (SELECT count(*) AS n FROM stays) GROUP BY x) r JOIN persons p ON r.x = p.born`,
      // However many rows an answer may have.
      { ...needs, limits: { ...needs.limits, maxRows: 100_000 } },
    ).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(Refusal)
    expect(failed).toMatchObject({ code: 'QUERY_FAILED', facts: {} })
  })

  // No whole number fits the type of this literal: bringing the number of a row to it would raise, and tell that there is a row.
  const tiny = '0.0000000000000000000000000000000000001'
  const labelled = `(SELECT sex, count(*) AS n, ${tiny} AS x FROM persons GROUP BY sex)`
  test.each([
    ['as it is', `(SELECT CASE WHEN count(*) > 3 THEN ${tiny} END FROM stays)`],
    ['in a sum', `(SELECT sum(x) FROM ${labelled})`],
    ['in a sum of its own', `(SELECT s FROM (SELECT sum(x) AS s FROM ${labelled}))`],
  ])('is the number that it was written as, however many digits it had: %s', async (_, value) => {
    expect(await number(`SELECT count(*) FROM persons WHERE born > ${value}`)).toBe(
      await number('SELECT count(*) FROM persons WHERE born > 0'),
    )
  })

  test('holds text of any shape', async () => {
    const odd = `'; DROP TABLE x; -- "é`
    const quoted = `'${odd.replaceAll("'", "''")}'`
    const { rows } = await ask(
      `SELECT r.t, count(*) AS n FROM persons p JOIN (SELECT ${quoted} AS t, max(n) AS n FROM (SELECT sex, count(*) AS n FROM persons GROUP BY sex)) r ON r.n > 0 GROUP BY 1`,
    )
    expect(rows.map(([text]) => text)).toEqual([odd])
  })
})

test('a total beside rows is the released one', async () => {
  const n = (condition: string, from: string) =>
    number(`SELECT count(*) AS n FROM ${from} WHERE ${condition}`)
  const mean = await number("SELECT avg(cost) AS m FROM stays WHERE ward = 'icu'")
  const over = '(SELECT ward, cost, avg(cost) OVER (PARTITION BY ward) AS m FROM stays)'
  expect(await n("ward = 'icu' AND cost > m", over)).toBe(await n(`ward = 'icu' AND cost > ${mean}`, 'stays'))
})
