/** The short form of `npm run trials -- boxes`: a worker is lost once in every way, and states are looked at, not times. */
import { existsSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { main } from '../trials/boxes.ts'

test('whatever a worker is lost by, its caller is told QUERY_FAILED and its place serves again', async () => {
  // Which worker is at work is read from /proc.
  if (!existsSync('/proc/self/stat')) return
  const { back, faults } = await main(42, { times: 1 })
  expect(faults).toEqual([])
  expect(Object.keys(back)).toHaveLength(10)
}, 120_000)
