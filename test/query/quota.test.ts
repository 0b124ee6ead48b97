/** What a permit limits: queries of a Paris day, seconds, rows of an answer. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { QueryNeeds, Question } from '../../services/query/question.ts'
import { openQuota } from '../../services/query/quota.ts'
import { checkQuery, runQuery } from '../../services/query/run.ts'
import { openTestStore, type TestStore } from '../stored.ts'
import { person, QueryHouse } from './house.ts'

const house = new QueryHouse()
const noon = house.now
let needs: QueryNeeds
let store: TestStore
const sql = 'SELECT sex, count(*) AS n FROM persons WHERE sex IS NOT NULL GROUP BY sex ORDER BY sex'
const ask = (question: Partial<Question> = {}) =>
  runQuery(needs, person('alice'), { project: 'p', sql, ...question })

beforeAll(async () => {
  store = await openTestStore()
  needs = { ...(await house.open()), quota: openQuota(store) }
})
afterAll(async () => {
  await house.close()
  await store.close()
})
beforeEach(async () => {
  house.now = noon
  house.limits = undefined
  house.entries.length = 0
  await store.db.deleteFrom('query_quota').execute()
})

describe('the daily quota', () => {
  test('lets 500 queries through and refuses the 501st, however many ask at once', async () => {
    const quota = openQuota(store)
    const taken = await Promise.all(Array.from({ length: 520 }, () => quota.take('p', '2026-11-21', 500)))
    expect(taken.filter(Boolean)).toHaveLength(500)
    expect(await quota.take('p', '2026-11-21', 500)).toBe(false)
    expect(await quota.take('another', '2026-11-21', 500)).toBe(true)
    expect(await quota.take('p', '2026-11-22', 500)).toBe(true)
    expect(await quota.used('p', '2026-11-21')).toBe(500)
    expect(await quota.used('p', '2026-11-23')).toBe(0)
  })

  test('is that of the permit: of five that ask at once two are answered, the others are told why', async () => {
    house.limits = { queriesPerDay: 2 }
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => ask()))
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toHaveLength(3)
    expect(refused[0]).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      facts: { rule: 'quota.queries-per-day', fact: { key: 'fact.quota', with: { granted: 2 } } },
    })
    expect(house.types().filter((type) => type === 'query.intent')).toHaveLength(2)
  })

  test('is over a restart what it was before, and new after midnight in Paris', async () => {
    house.limits = { queriesPerDay: 1 }
    house.now = Date.parse('2026-11-21T22:59:59.999Z')
    await ask()
    needs = { ...needs, quota: openQuota(store) }
    await expect(ask()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    house.now += 1
    await ask()
  })

  test('is not used by a text that is refused, nor by a check, and is used by a derived table', async () => {
    house.limits = { queriesPerDay: 1 }
    await expect(ask({ sql: 'SELECT nonsense FROM persons' })).rejects.toMatchObject({
      code: 'COLUMN_UNKNOWN',
    })
    await checkQuery(needs, person('alice'), { project: 'p', sql })
    await ask({ sql: `CREATE TABLE quota_table AS ${sql}` })
    await expect(ask()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    house.limits = undefined
    await ask({ sql: 'DROP TABLE quota_table' })
  })

  test('counts what is asked, not what is found: an answer without a row is one query', async () => {
    house.limits = { queriesPerDay: 1 }
    const answer = await ask({
      sql: "SELECT sex, count(*) AS n FROM persons WHERE sex = 'none' GROUP BY sex",
    })
    expect(answer.rows).toEqual([])
    await expect(ask()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  })
})

describe('the rows of an answer', () => {
  test('are cut where the permit says, in the order of the question, with a mark', async () => {
    const whole = await ask()
    house.limits = { rowsPerAnswer: 1 }
    const cut = await ask()
    expect(whole.rows.length).toBeGreaterThan(1)
    expect(cut.rows).toEqual(whole.rows.slice(0, 1))
    expect(cut.disclosure).toMatchObject({ rowsCutAt: 1 })
    expect(cut.suppressed.every(([row]) => row < 1)).toBe(true)
    expect(house.entries.at(-1)?.body).toMatchObject({ type: 'query.release', shape: { rows: 1 } })
  })

  test('bear no mark when as many are granted as there are', async () => {
    const { rows } = await ask()
    house.limits = { rowsPerAnswer: rows.length }
    const answer = await ask()
    expect(answer.rows).toHaveLength(rows.length)
    expect(answer.disclosure).not.toHaveProperty('rowsCutAt')
  })

  test('are cut in the bytes of a file as well', async () => {
    house.limits = { rowsPerAnswer: 1 }
    const { body } = await ask({ format: 'csv' })
    expect(
      Buffer.from(body?.bytes ?? [])
        .toString()
        .trim()
        .split('\n'),
    ).toHaveLength(2)
  })
})

test('a query has the seconds of the permit where they are fewer than those of the node', async () => {
  const timed: number[] = []
  const { running } = needs
  const watched = {
    ...needs,
    running: {
      ...running,
      start: (start: Parameters<typeof running.start>[0]) => {
        timed.push(start.timeoutMs)
        return running.start(start)
      },
    },
  }
  for (const seconds of [undefined, 3, 3600]) {
    house.limits = seconds === undefined ? undefined : { seconds }
    await runQuery(watched, person('alice'), { project: 'p', sql })
  }
  expect(timed).toEqual([20_000, 3_000, 20_000])
})
