import { describe, expect, test } from '@jest/globals'
import { seeded } from '../audit/seeded.ts'
import { restingOf } from '../trials/soak/rests.ts'
import { type Reading, slopeOf } from '../trials/soak/slopes.ts'

/** An hour, read each two seconds: something that grows by `perHour`, with noise in which each reading resembles the last. */
function series(perHour: number, seed: number, { hours = 1, noise = 1 } = {}): Reading[] {
  const random = seeded(seed)
  let drift = 0
  return Array.from({ length: Math.round(hours * 1800) }, (_, i) => {
    drift = 0.9 * drift + noise * (random() - 0.5)
    const at = i / 1800
    return { hours: at, value: 300 + perHour * at + drift }
  })
}
const seeds = Array.from({ length: 40 }, (_, i) => i + 1)

describe('the judge of growth', () => {
  test('says of an hour without growth that it is flat, and of one with 5 MB that it grows', () => {
    expect(seeds.map((seed) => slopeOf(series(0, seed), 1).verdict)).toEqual(seeds.map(() => 'flat'))
    expect(seeds.map((seed) => slopeOf(series(5, seed), 1).verdict)).toEqual(seeds.map(() => 'growing'))
  })

  test('names no growth that is not there, and misses none, also in three minutes', () => {
    const short = (perHour: number) =>
      seeds.map((seed) => slopeOf(series(perHour, seed, { hours: 3 / 60 }), 1).verdict)
    expect(short(0).filter((verdict) => verdict === 'growing').length).toBeLessThanOrEqual(2)
    expect(short(2000)).toEqual(seeds.map(() => 'growing'))
    expect(short(3).filter((verdict) => verdict === 'flat').length).toBeLessThanOrEqual(2)
  })

  test('has the true slope within its error nearly always', () => {
    const isWithin = (seed: number) => {
      const { perHour, error } = slopeOf(series(3, seed), 1)
      return Math.abs(perHour - 3) <= error
    }
    expect(seeds.filter(isWithin).length).toBeGreaterThanOrEqual(34)
  })

  test('decides nothing on a handful of readings, and knows a figure that never moves', () => {
    expect(slopeOf(series(9, 1).slice(0, 59), 1).verdict).toBe('undecided')
    const same = Array.from({ length: 60 }, (_, i) => ({ hours: i / 60, value: 31 }))
    expect(slopeOf(same, 1)).toEqual({ perHour: 0, error: 0, verdict: 'flat' })
  })
})

test('of readings those count that were the last of a rest', () => {
  const readings = [1_000, 9_000, 12_000, 14_500, 20_000].map((at) => ({ at }))
  expect(restingOf(readings, [10_000, 30_000])).toEqual([{ at: 14_500 }])
})
