/** A query that waits for its turn: it can be seen, given up and stopped like one that runs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { QueryNeeds } from '../../services/query/question.ts'
import { listQueries, runQuery } from '../../services/query/run.ts'
import { openQueryTurns, type Turn } from '../../services/query/turns.ts'
import { person, QueryHouse } from './house.ts'

const alice = person('alice')
const house = new QueryHouse()
const question = { project: 'p', sql: 'SELECT count(*) AS n FROM care.persons' }
let needs: QueryNeeds

beforeAll(async () => {
  needs = await house.open()
})

afterAll(() => house.close())

/** Alice has one query that runs; one more may wait. */
function occupied(waitMs = 60_000): { readonly waiting: QueryNeeds; readonly held: Turn } {
  const turns = openQueryTurns({ runningPerPerson: 1, waitingPerPerson: 1, runningPerProject: 4, waitMs })
  return { waiting: { ...needs, turns }, held: turns.enter({ id: 'held', project: 'p', by: alice }) }
}

/** When the query is in the list, it has come as far as its turn. */
async function listed(waiting: QueryNeeds, id: string) {
  for (;;) {
    const run = (await listQueries(waiting, alice, 'p')).find((one) => one.id === id)
    if (run?.waiting) return run
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const last = () => house.entries.at(-1)?.body

describe('a query that waits', () => {
  test('is in the list as one that waits, reaches no row before its turn, and then answers', async () => {
    const { waiting, held } = occupied()
    const id = '00000000-0000-4000-8000-000000000001'
    const before = house.entries.length
    const asked = runQuery(waiting, alice, { ...question, id })
    expect(await listed(waiting, id)).toMatchObject({ outcome: 'running', waiting: true })
    expect(house.entries).toHaveLength(before)
    held.end()
    expect((await asked).rows).toHaveLength(1)
    expect((await listQueries(waiting, alice, 'p')).find((one) => one.id === id)).not.toHaveProperty(
      'waiting',
    )
  })

  test('ends when its client goes, with its entry, and leaves no place behind', async () => {
    const { waiting, held } = occupied()
    const client = new AbortController()
    const id = '00000000-0000-4000-8000-000000000002'
    const asked = runQuery(waiting, alice, { ...question, id, signal: client.signal })
    await listed(waiting, id)
    client.abort()
    await expect(asked).rejects.toMatchObject({ code: 'QUERY_FAILED', facts: { rule: 'query.client' } })
    expect(last()).toMatchObject({ type: 'query.refused', query: id })
    expect(waiting.turns.isWaiting(id)).toBe(false)
    held.end()
  })

  test('ends with its permit', async () => {
    const { waiting, held } = occupied()
    const id = '00000000-0000-4000-8000-000000000003'
    const asked = runQuery(waiting, alice, { ...question, id })
    await listed(waiting, id)
    waiting.running.stop('p', 'SUSPENDED')
    await expect(asked).rejects.toMatchObject({ code: 'SUSPENDED' })
    held.end()
  })

  test('beyond the limit is refused at once and recorded; the one that waits is not disturbed', async () => {
    const { waiting, held } = occupied()
    const id = '00000000-0000-4000-8000-000000000004'
    const asked = runQuery(waiting, alice, { ...question, id })
    await listed(waiting, id)
    await expect(runQuery(waiting, alice, question)).rejects.toMatchObject({ code: 'RATE' })
    expect(last()).toMatchObject({ type: 'query.refused', code: 'RATE', rule: 'query.waiting' })
    held.end()
    expect((await asked).rows).toHaveLength(1)
  })

  test('for longer than the node lets it is refused', async () => {
    const { waiting, held } = occupied(20)
    await expect(runQuery(waiting, alice, question)).rejects.toMatchObject({
      facts: { rule: 'query.waited' },
    })
    expect(last()).toMatchObject({ type: 'query.refused', code: 'RATE', rule: 'query.waited' })
    held.end()
  })
})
