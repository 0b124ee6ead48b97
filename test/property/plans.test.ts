import { describe, expect, test } from '@jest/globals'
import { main } from './plans.ts'

describe('the fast plan and the exact one', () => {
  test.each([
    ['a small cohort, where every group is near the threshold', 400],
    ['a larger one, where a slice of the persons decides', 4000],
  ])(
    'release the same of %s',
    async (_, size) => {
      const { different, compared, cells, withheld, ways } = await main(21, 40, size)
      expect(different).toEqual([])
      expect(compared).toBe(40)
      // Neither withholding everything nor always looking at everything would show anything.
      expect(cells - withheld).toBeGreaterThan(100)
      expect(withheld).toBeGreaterThan(50)
      expect(ways.onePass + ways.slice).toBeGreaterThan(10)
      expect(ways.chosen).toBeGreaterThan(0)
      expect(ways.everything).toBeGreaterThan(0)
    },
    300_000,
  )
})
