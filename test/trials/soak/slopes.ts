/** Whether a figure that is read again and again grows: a straight line through it, and how sure that line is. */

export interface Reading {
  /** Since the first reading. */
  readonly hours: number
  readonly value: number
}

export interface Slope {
  readonly perHour: number
  /** Two standard errors. Readings that follow each other are alike, and are counted for the fewer that they are worth. */
  readonly error: number
  /** `flat` and `growing` with that certainty, else `undecided`: a longer run decides. */
  readonly verdict: 'flat' | 'growing' | 'undecided'
}

/** So few say nothing of how alike they are. */
const fewest = 60

/** Least squares; `limit` is the growth in an hour that is still none. */
export function slopeOf(readings: readonly Reading[], limit: number): Slope {
  const { length } = readings
  const mean = (of: (one: Reading) => number) => readings.reduce((sum, one) => sum + of(one), 0) / length
  const [meanHours, meanValue] = [mean(({ hours }) => hours), mean(({ value }) => value)]
  const spread = readings.reduce((sum, { hours }) => sum + (hours - meanHours) ** 2, 0)
  const together = readings.reduce(
    (sum, { hours, value }) => sum + (hours - meanHours) * (value - meanValue),
    0,
  )
  if (length < fewest || spread === 0)
    return { perHour: 0, error: Number.POSITIVE_INFINITY, verdict: 'undecided' }
  const perHour = together / spread
  const rest = readings.map(({ hours, value }) => value - meanValue - perHour * (hours - meanHours))
  const variance = rest.reduce((sum, one) => sum + one * one, 0) / (length - 2)
  const error = 2 * Math.sqrt((variance * inflation(rest)) / spread)
  return { perHour, error, verdict: verdictOf(perHour, error, limit) }
}

function verdictOf(perHour: number, error: number, limit: number): Slope['verdict'] {
  if (perHour + error < limit) return 'flat'
  return perHour - error > limit ? 'growing' : 'undecided'
}

/** By how much the variance of a mean is larger where each reading resembles the one before (first-order autocorrelation). */
function inflation(rest: readonly number[]): number {
  const all = rest.reduce((sum, one) => sum + one * one, 0)
  if (all === 0) return 1
  const next = rest.slice(1).reduce((sum, one, i) => sum + one * (rest[i] ?? 0), 0)
  // What is estimated from few readings is too low by about this (Kendall).
  const alike = next / all + (2 + 4 * (next / all)) / rest.length
  const bounded = Math.min(Math.max(alike, 0), 0.98)
  return (1 + bounded) / (1 - bounded)
}
