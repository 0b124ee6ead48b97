import { expect, test } from '@jest/globals'
import { keepNewest } from '../../services/kernel/newest.ts'

test('what was set longest ago goes first, and nothing goes below the bound', () => {
  const kept = new Map([1, 2, 3, 4].map((key) => [key, key]))
  keepNewest(kept, 4)
  expect([...kept.keys()]).toEqual([1, 2, 3, 4])
  keepNewest(kept, 2)
  expect([...kept.keys()]).toEqual([3, 4])
})
