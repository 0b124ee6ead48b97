import { expect, test } from '@jest/globals'
import { main as depositKills } from '../trials/deposit-kills.ts'

test('a node that is killed while deposits arrive leaves the old version or the new one, and no stray file', async () => {
  const { faults, moments } = await depositKills({ seed: 11, kills: 2, rows: 2000 })
  expect(faults).toEqual([])
  expect(Object.values(moments).reduce((sum, count) => sum + count, 0)).toBe(2)
}, 240_000)
