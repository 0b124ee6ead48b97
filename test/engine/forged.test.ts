/** What a worker returns is hostile: each forgery ends its process and one call, and the next call is served by another. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { failureOf } from '../../services/engine/failure.ts'
import { Pool } from '../../services/engine/pool.ts'
import { startProcess } from '../../services/engine/process.ts'
import { MIB } from './fixture.ts'

const entry = new URL('./forging-worker.ts', import.meta.url)
const soon = { timeoutMs: 10_000 }

let pool: Pool
beforeAll(async () => {
  const memoryBytes = 64 * MIB
  const start = () => startProcess({ entry, name: 'forging', memoryBytes, maxAnswerBytes: 8 * MIB })
  pool = await Pool.open({ size: 1 }, start)
})
afterAll(() => pool.close())

const echo = (word: string) => pool.use((process) => process.call('echo', word, soon))

const forgeries = [
  ...['noise instead of frames', 'another magic', 'a kind that is none', 'a flag that is none'],
  ...[
    'a call of its own',
    'an interrupt',
    'a second start',
    'an answer to nobody',
    'a fault that quotes a row',
  ],
  ...['a length beyond a frame', 'a JSON that is none', 'a JSON longer than its frame'],
  ...['an attachment beyond its end', 'a number of a million digits', 'two answers in one'],
  ...['parts without end', 'parts without bytes and without end', 'progress without end', 'more than it may'],
]

describe('a worker that sends', () => {
  test.each(forgeries)('%s is killed, and its place serves again', async (forgery) => {
    const failed: unknown = await pool
      .use((process) => process.call(forgery, null, soon))
      .catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'QUERY_FAILED', facts: {} })
    expect(failureOf(failed)).toBe('crash')
    expect(await echo('here')).toBe('here')
  })

  test('half a frame and no more is ended by its deadline', async () => {
    const failed: unknown = await pool
      .use((process) => process.call('half a frame, for ever', null, { timeoutMs: 50 }))
      .catch((error: unknown) => error)
    expect([failed, failureOf(failed)]).toEqual([
      expect.objectContaining({ code: 'QUERY_FAILED' }),
      'deadline',
    ])
    expect(await echo('here')).toBe('here')
  })
})
