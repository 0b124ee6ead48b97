import { expect, test } from '@jest/globals'
import { main } from '../trials/mutants.ts'

test('a statement written otherwise has the same decision and the same cells', async () => {
  const { differences, variants } = await main(3, { honest: 20, share: 0.25, several: 3 })
  expect(differences).toEqual([])
  expect(variants).toBeGreaterThan(300)
}, 120_000)
