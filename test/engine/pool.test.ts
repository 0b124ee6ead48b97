/** Places for processes: one that dies has a successor before anybody asks, and one that has done enough too. */
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, jest, test } from '@jest/globals'
import { Pool } from '../../services/engine/pool.ts'
import type { Process } from '../../services/engine/process.ts'

afterEach(() => {
  jest.useRealTimers()
})

/** A process of this one, so that its death is on the minute. */
class Fake implements Process {
  readonly facts = {}
  readonly closed: Promise<void>
  alive = true
  readonly number: number
  #gone = () => {}

  constructor(number: number) {
    this.number = number
    this.closed = new Promise((resolve) => {
      this.#gone = resolve
    })
  }

  call = () => Promise.resolve(this.number)

  kill() {
    this.alive = false
    this.#gone()
  }
}

async function open(options: { size: number; maxUses?: number }) {
  const started: Fake[] = []
  const pool = await Pool.open(options, async () => {
    const one = new Fake(started.length)
    started.push(one)
    return one
  })
  const ask = () => pool.use((process) => process.call('', null, { timeoutMs: 1 }))
  return { pool, started, ask }
}

test('a process that died while nobody used it is replaced before anybody does', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
  const { started } = await open({ size: 1 })
  jest.advanceTimersByTime(5000)
  started[0]?.kill()
  await setImmediate()
  expect(started).toHaveLength(2)
})

test('a process that dies as soon as it is up is replaced by the next use alone', async () => {
  const { started, ask } = await open({ size: 1 })
  started[0]?.kill()
  await setImmediate()
  expect(started).toHaveLength(1)
  expect(await ask()).toBe(1)
})

test('a process that has served as often as it may goes, and its successor begins to count', async () => {
  const { pool, started, ask } = await open({ size: 1, maxUses: 3 })
  const served = []
  for (let times = 0; times < 7; times += 1) served.push(await ask())
  expect(served).toEqual([0, 0, 0, 1, 1, 1, 2])
  expect(started.map(({ alive }) => alive)).toEqual([false, false, true])
  await pool.close()
})

test('a process that dies at work is replaced once, whoever sees it first', async () => {
  const { pool, started, ask } = await open({ size: 1 })
  await pool.use(async (process) => {
    process.kill()
    await process.closed
  })
  await setImmediate()
  expect(started).toHaveLength(2)
  expect(await ask()).toBe(1)
})

test('nobody is started in a pool that is closed', async () => {
  const { pool, started, ask } = await open({ size: 2 })
  await pool.close()
  await setImmediate()
  expect(started).toHaveLength(2)
  await expect(ask()).rejects.toMatchObject({ code: 'QUERY_FAILED' })
})
