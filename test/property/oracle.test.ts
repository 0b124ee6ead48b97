import { describe, expect, test } from '@jest/globals'
import { main } from '../trials/oracle.ts'
import { inThisProcess } from './engines.ts'

describe('the k-witness oracle', () => {
  test('finds nothing wrong with any released cell of two hundred random statements', async () => {
    const { answered, cells, withheld, faults, refused } = await main(1, 200)
    expect({ faults, refused }).toEqual({ faults: [], refused })
    // Neither refusing everything nor withholding everything would be a proof.
    expect(answered).toBeGreaterThan(150)
    expect(withheld).toBeGreaterThan(50)
    expect(cells - withheld).toBeGreaterThan(500)
  }, 300_000)

  // A killer test has a negative control.
  test.each([
    ['k', { k: 9, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }, /persons|contribute|differ/],
    ['dominance', { k: 11, p: 0, twoShare: 1, degreesOfFreedom: 10 }, /dominated/],
  ])(
    'sees a weaker %s',
    async (_, thresholds, fault) => {
      const { faults } = await main(3, 60, { thresholds, engines: inThisProcess })
      expect(faults.flatMap((one) => one.faults).join('\n')).toMatch(fault)
    },
    60_000,
  )
})
