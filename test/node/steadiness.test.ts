import { expect, test } from '@jest/globals'
import { silentLog } from '../../services/kernel/log.ts'
import { steadiness } from '../../services/node/steadiness.ts'

const minute = 60_000
const hour = 60 * minute
const year = 365 * 24 * hour

function moved(...moves: readonly (readonly [passed: number, set: number])[]): boolean[] {
  const time = { now: 1_000 * year, elapsed: 0 }
  const isSteady = steadiness({ now: () => time.now, elapsed: () => time.elapsed }, silentLog)
  isSteady()
  return moves.map(([passed, set]) => {
    time.now += passed + set
    time.elapsed += passed
    return isSteady()
  })
}

test('time that passes, and a clock that is set a little, end what they end', () => {
  expect(moved([minute, 0], [year, 0], [minute, 4 * minute], [minute, -4 * minute])).not.toContain(false)
})

test('a clock that is set forward ends nothing for an hour', () => {
  expect(moved([minute, year], [59 * minute, 0], [minute, 0])).toEqual([false, false, true])
})

test('a clock that is set right again holds nothing up any more', () => {
  expect(moved([minute, year], [minute, -year], [minute, year])).toEqual([false, true, false])
})

test('a clock that cannot be told to have jumped holds nothing up', () => {
  expect(steadiness({ now: () => 0 }, silentLog)()).toBe(true)
})
