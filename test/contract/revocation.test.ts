import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { round, study } from './revocation.ts'
import { type System, startSystem } from './system.ts'

let system: System
beforeAll(async () => {
  system = await startSystem()
}, 120_000)
afterAll(async () => system?.remove(), 60_000)

test('a revocation ends all fifty queries that run or wait, and refuses the next', async () => {
  const { others, aborted, ended } = await round(system, await study(system), 50)
  expect(others).toEqual([])
  expect(ended).toHaveLength(50)
  expect(aborted).toBe(50)
}, 300_000)
