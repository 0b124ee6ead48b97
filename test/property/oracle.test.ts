import { describe, expect, test } from '@jest/globals'
import { main } from '../trials/oracle.ts'
import { inThisProcess } from './engines.ts'

describe('the k-witness oracle', () => {
  test('finds nothing wrong with any released cell of 120 random statements', async () => {
    const { answered, cells, withheld, faults, refused } = await main(1, 120, { engines: inThisProcess })
    expect({ faults, refused }).toEqual({ faults: [], refused })
    // Neither refusing everything nor withholding everything would be a proof.
    expect(answered).toBeGreaterThan(90)
    expect(withheld).toBeGreaterThan(50)
    expect(cells - withheld).toBeGreaterThan(500)
  }, 300_000)

  test('finds nothing wrong with what comes through the processes of the house', async () => {
    const { answered, faults } = await main(2, 24)
    expect(faults).toEqual([])
    expect(answered).toBeGreaterThan(15)
  }, 120_000)

  // A killer test has a negative control.
  test.each([
    ['k', { k: 9, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }, /persons|contribute|differ/],
    ['dominance', { k: 11, p: 0, twoShare: 1, degreesOfFreedom: 10 }, /dominated/],
  ])(
    'sees a weaker %s',
    async (_, thresholds, fault) => {
      const { faults } = await main(3, 60, { thresholds, engines: inThisProcess, isEndedByFirst: true })
      expect(faults.flatMap((one) => one.faults).join('\n')).toMatch(fault)
    },
    60_000,
  )
})
