/** Queries whose node, or a part of it, goes away while they run: each has one end in the log, and the list says the same. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Refusal } from '../../services/kernel/refusal.ts'
import { abandonQueries } from '../../services/query/abandon.ts'
import type { QueryNeeds, Question } from '../../services/query/question.ts'
import { listQueries, runQuery } from '../../services/query/run.ts'
import { openRunning } from '../../services/query/running.ts'
import { person, QueryHouse } from './house.ts'

const house = new QueryHouse()
let needs: QueryNeeds
const alice = person('alice')
const sql = 'SELECT sex, count(*) AS n FROM persons WHERE sex IS NOT NULL GROUP BY sex ORDER BY sex'
const ask = (question: Partial<Question> = {}, asked = needs) =>
  runQuery(asked, alice, { project: 'p', sql, ...question })
const listed = async (id: string) => (await listQueries(needs, alice, 'p')).find((run) => run.id === id)

beforeAll(async () => {
  needs = await house.open()
})
afterAll(() => house.close())
beforeEach(() => {
  house.entries.length = 0
  house.onEntry = () => {}
})

describe('a start', () => {
  test('writes down the queries that the last stop cut, once', async () => {
    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0004'
    await needs.registry.begin({ id, project: 'p', by: alice }, 1)
    await abandonQueries(needs, house.past())
    await abandonQueries(needs, house.past())
    expect(house.entries.map(({ body }) => body)).toEqual([
      { type: 'query.abort', query: id, cause: 'restart' },
    ])
    expect(await listed(id)).toMatchObject({ outcome: 'aborted' })
  })

  test('gives a query whose end is in the log that end, and writes no second one', async () => {
    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0007'
    const { receipt } = await ask({ id })
    const run = house.runs.get(id)
    if (run) house.runs.set(id, { ...run, outcome: 'running', endedAt: null, seq: null })
    const before = house.entries.length
    await abandonQueries(needs, house.past())
    expect(house.entries.length).toBe(before)
    expect(await listed(id)).toMatchObject({ outcome: 'released', seq: receipt.seq })
  })

  test('finds the refusal and the abort of a query as well, far back in the log', async () => {
    const ids = ['6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f000a', '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f000b'] as const
    for (const id of ids) await needs.registry.begin({ id, project: 'p', by: alice }, house.now)
    const about = { by: alice, project: 'p' }
    await needs.audit.append({ type: 'query.refused', query: ids[0], code: 'SUSPENDED' }, about)
    await needs.audit.append({ type: 'query.abort', query: ids[1], cause: 'memory' }, about)
    for (let i = 0; i < 1500; i += 1) await needs.audit.append({ type: 'audit.read', entries: 0 }, {})
    const before = house.entries.length
    await abandonQueries(needs, house.past())
    expect(house.entries.length).toBe(before)
    expect(await listed(ids[0])).toMatchObject({ outcome: 'refused', code: 'SUSPENDED', seq: 0 })
    expect(await listed(ids[1])).toMatchObject({ outcome: 'aborted', seq: 1 })
  })
})

describe('a part that goes away', () => {
  test('while a query runs leaves an end of it in the log', async () => {
    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0008'
    const vault = { ...needs.vault, open: () => Promise.reject(new Refusal('UNAVAILABLE')) }
    await expect(ask({ id }, { ...needs, vault })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(house.entries.map(({ body }) => body)).toEqual([
      expect.objectContaining({ type: 'query.intent', query: id }),
      { type: 'query.abort', query: id, of: 0, cause: 'failed' },
    ])
  })

  test('with the node itself is told as such, and nothing starts any more', async () => {
    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0009'
    const running = openRunning(needs.clock)
    const stopped = { ...needs, running }
    house.onEntry = ({ type }) => {
      if (type === 'query.intent') running.close()
    }
    await expect(ask({ id }, stopped)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await running.idle()
    expect(house.entries.at(-1)?.body).toEqual({ type: 'query.abort', query: id, of: 0, cause: 'restart' })
    const rule = 'query.restart'
    await expect(ask({}, stopped)).rejects.toMatchObject({ code: 'UNAVAILABLE', facts: { rule } })
  })
})
