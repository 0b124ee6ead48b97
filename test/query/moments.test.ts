import { describe, expect, test } from '@jest/globals'
import {
  type Moment,
  type PairMoments,
  relationOf,
  spreadOf,
} from '../../services/query/disclosure/moments.ts'

/** What the vault would say, about a mean that may be off as rounding makes it. */
function about(values: readonly number[], mean: number): Moment {
  const from = values.map((value) => value - mean)
  return {
    mean,
    deviations: from.reduce((sum, one) => sum + one, 0),
    squares: from.reduce((sum, one) => sum + one * one, 0),
  }
}

function pair(
  xs: readonly number[],
  ys: readonly number[],
  [mx, my]: readonly [number, number],
): PairMoments {
  const products = xs.reduce((sum, x, i) => sum + (x - mx) * ((ys[i] ?? 0) - my), 0)
  return { rows: xs.length, x: about(xs, mx), y: about(ys, my), products }
}

// Anscombe (1973), "Graphs in Statistical Analysis", first set.
const xs = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
const ys = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]

describe('the spread of one number', () => {
  const moments = { rows: xs.length, x: about(xs, 9) }

  test.each([
    ['var_samp', 11],
    ['var_pop', 10],
    ['stddev_samp', Math.sqrt(11)],
    ['stddev_pop', Math.sqrt(10)],
    ['sem', Math.sqrt(10 / 11)],
  ] as const)('%s', (statistic, expected) => expect(spreadOf(statistic, moments)).toBeCloseTo(expected, 12))

  test('is that about the mean, though the sums were taken a little beside it', () => {
    expect(spreadOf('var_samp', { rows: xs.length, x: about(xs, 9.25) })).toBeCloseTo(11, 12)
  })

  test('survives an offset that would drown it in a sum of squares', () => {
    const far = xs.map((x) => x + 1e14)
    const naive = far.reduce((sum, x) => sum + x * x, 0) / 11 - (far.reduce((sum, x) => sum + x, 0) / 11) ** 2
    expect(Math.abs(naive - 10)).toBeGreaterThan(1)
    expect(spreadOf('var_pop', { rows: 11, x: about(far, 1e14 + 9) })).toBe(10)
  })

  test('of a constant is nothing, whatever the rounding of its mean', () => {
    const constant = Array.from({ length: 30 }, () => 0.1)
    expect(spreadOf('stddev_samp', { rows: 30, x: about(constant, 0.10000000000000002) })).toBe(0)
  })

  test('does not exist without rows, nor a sample of one', () => {
    expect(spreadOf('var_pop', { rows: 0, x: about([], 0) })).toBeNull()
    expect(spreadOf('var_samp', { rows: 1, x: about([4], 4) })).toBeNull()
    expect(spreadOf('stddev_samp', { rows: 1, x: about([4], 4) })).toBeNull()
  })
})

describe('the relation of two numbers', () => {
  // Published to so many digits: slope 0.500, intercept 3.00, r squared 0.667.
  test.each([
    ['covar_samp', 5.501, 3],
    ['covar_pop', 5.001, 3],
    ['corr', 0.8164205, 7],
    ['regr_slope', 0.5000909, 7],
    ['regr_intercept', 3.0000909, 7],
    ['regr_r2', 0.6665425, 7],
  ] as const)('%s', (statistic, expected, digits) => {
    expect(relationOf(statistic, pair(xs, ys, [9, 7.5]))).toBeCloseTo(expected, digits)
    expect(relationOf(statistic, pair(xs, ys, [9.3, 7.1]))).toBeCloseTo(expected, digits)
  })

  test('with what does not vary does not exist, but for what SQL defines', () => {
    const flat = xs.map(() => 3)
    for (const statistic of ['corr', 'regr_slope', 'regr_intercept', 'regr_r2'] as const)
      expect(relationOf(statistic, pair(flat, ys, [3, 7.5]))).toBeNull()
    expect(relationOf('corr', pair(xs, flat, [9, 3]))).toBeNull()
    expect(relationOf('regr_r2', pair(xs, flat, [9, 3]))).toBe(1)
    expect(relationOf('covar_samp', { ...pair(xs, ys, [9, 7.5]), rows: 1 })).toBeNull()
  })

  test('never correlates more than perfectly', () => {
    const moments = pair(xs, xs, [9, 9])
    expect(relationOf('corr', { ...moments, products: moments.products * (1 + 1e-15) })).toBe(1)
  })
})
