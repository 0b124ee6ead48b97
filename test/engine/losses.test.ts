/** The short form of `npm run trials -- boxes`: a worker is lost once in every way, and states are looked at, not times. */
import { existsSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { main } from '../trials/boxes.ts'

// Which worker is at work is read from /proc.
const watched = existsSync('/proc/self/status') ? test : test.skip

watched(
  'whatever a worker is lost by, its caller is told QUERY_FAILED and its place serves again',
  async () => {
    const { back, faults } = await main(42, { times: 1 })
    expect(faults).toEqual([])
    expect(Object.keys(back).length).toBe(10)
  },
  120_000,
)
