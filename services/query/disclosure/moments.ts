/** Statistics from moments, which never leave: corrected sums about the mean, taken in two passes (Chan, Golub and LeVeque 1983). Pure. */
import type { RelationStatistic, SpreadStatistic } from '../plan.ts'

/** Of one number over the rows of a group. */
export interface Moment {
  /** The mean about which the rest was summed, as near as floating numbers came. */
  readonly mean: number
  /** Sum of deviations from it: zero but for rounding, and what rounding did to the squares is corrected with it. */
  readonly deviations: number
  readonly squares: number
}

export interface Moments {
  readonly rows: number
  readonly x: Moment
}

export interface PairMoments extends Moments {
  readonly y: Moment
  /** Sum of the products of both deviations. */
  readonly products: number
}

/** Squares smaller than what the rounding of the mean alone makes are those of a constant. */
function squaresAbout({ mean, deviations, squares }: Moment, rows: number): number {
  const corrected = squares - deviations ** 2 / rows
  return corrected <= rows * (mean * 2 ** -50) ** 2 ? 0 : corrected
}

/** Null where the statistic does not exist. */
export function spreadOf(statistic: SpreadStatistic, { rows, x }: Moments): number | null {
  if (rows === 0) return null
  const squares = squaresAbout(x, rows)
  const sample = rows > 1 ? squares / (rows - 1) : null
  switch (statistic) {
    case 'var_pop':
      return squares / rows
    case 'stddev_pop':
      return Math.sqrt(squares / rows)
    case 'sem':
      return Math.sqrt(squares / rows) / Math.sqrt(rows)
    case 'var_samp':
      return sample
    case 'stddev_samp':
      return sample === null ? null : Math.sqrt(sample)
  }
}

interface About {
  readonly rows: number
  readonly xx: number
  readonly yy: number
  readonly xy: number
}

const relations: Readonly<Record<RelationStatistic, (about: About, moments: PairMoments) => number>> = {
  covar_pop: ({ xy, rows }) => xy / rows,
  covar_samp: ({ xy, rows }) => xy / (rows - 1),
  corr: correlation,
  regr_slope: ({ xx, xy }) => xy / xx,
  regr_intercept: ({ rows, xx, xy }, { x, y }) => centre(y, rows) - (xy / xx) * centre(x, rows),
  regr_r2: (about) => (about.xx > 0 && about.yy === 0 ? 1 : correlation(about) ** 2),
}

/** y explained by x. Null where the statistic does not exist: a number that does not vary correlates with nothing. */
export function relationOf(statistic: RelationStatistic, moments: PairMoments): number | null {
  const { rows, x, y } = moments
  const [xx, yy] = [squaresAbout(x, rows), squaresAbout(y, rows)]
  const xy = moments.products - (x.deviations * y.deviations) / rows
  const value = relations[statistic]({ rows, xx, yy, xy }, moments)
  return Number.isFinite(value) ? value : null
}

function correlation({ xx, yy, xy }: About): number {
  return Math.min(1, Math.max(-1, xy / (Math.sqrt(xx) * Math.sqrt(yy))))
}

function centre({ mean, deviations }: Moment, rows: number): number {
  return mean + deviations / rows
}
