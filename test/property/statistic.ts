/**
 * Order statistics, flags and moments, slowly and by the book of the policy: every row on its own, no table of counts, no shared code.
 * Each answers what should be shown and what is wrong with showing it.
 */
import { type Cell, k } from './cohort.ts'
import type { GeneratedMeasure } from './generator.ts'

export interface Taken {
  readonly person: Cell
  readonly value: Cell
  readonly other: Cell
}

export interface Expected {
  readonly value: Cell
  readonly faults: readonly string[]
}

type Numbers = readonly (readonly [person: Cell, value: number])[]

const personsOf = (rows: readonly { readonly person: Cell }[]) =>
  new Set(rows.map(({ person }) => person)).size

export function statisticOf(measure: GeneratedMeasure, rows: readonly Taken[]): Expected {
  const numbers: Numbers = rows.map(({ person, value }) => [person, Number(value)])
  switch (measure.kind) {
    case 'min':
      return extreme(numbers, (a, b) => a - b)
    case 'max':
      return extreme(numbers, (a, b) => b - a)
    case 'quantile':
      return quantile(numbers, measure.q ?? 0)
    case 'mode':
      return mode(rows)
    case 'any':
    case 'all':
      return sides(measure.kind, rows)
    default:
      return moments(measure, rows)
  }
}

function grouped(numbers: Numbers): ReadonlyMap<Cell, readonly number[]> {
  const byPerson = new Map<Cell, number[]>()
  for (const [person, value] of numbers) byPerson.set(person, [...(byPerson.get(person) ?? []), value])
  return byPerson
}

function extreme(numbers: Numbers, order: (a: number, b: number) => number): Expected {
  const own = [...grouped(numbers).values()].map((values) => values.toSorted(order)[0] ?? Number.NaN)
  const faults = own.length < 2 * k ? [`order: ${own.length} persons for an extreme`] : []
  return { value: own.toSorted(order)[k - 1] ?? null, faults }
}

/** How far a value stands from the rank asked for: no distance when the rank falls among its equals. */
function distances(numbers: Numbers, q: number): readonly number[] {
  const rank = 1 + q * (numbers.length - 1)
  const sorted = numbers.map(([, value]) => value).toSorted((a, b) => a - b)
  const far = new Map(
    [...new Set(sorted)].map((value) => {
      const [first, last] = [sorted.indexOf(value) + 1, sorted.lastIndexOf(value) + 1]
      return [value, Math.max(0, first - rank, rank - last)]
    }),
  )
  return numbers.map(([, value]) => far.get(value) ?? Number.NaN)
}

function quantile(numbers: Numbers, q: number): Expected {
  const persons = grouped(numbers).size
  const beyond = Math.floor(persons * Math.min(q, 1 - q) + 1e-9)
  const faults = beyond < k ? [`order: ${beyond} persons beyond a quantile`] : []
  const far = distances(numbers, q)
  for (const radius of [...new Set(far)].toSorted((a, b) => a - b)) {
    const isInside = (i: number) => (far[i] ?? Number.POSITIVE_INFINITY) <= radius
    if (new Set(numbers.flatMap(([person], i) => (isInside(i) ? [person] : []))).size < k) continue
    const inside = grouped(numbers.filter((_, i) => isInside(i)))
    const means = [...inside.values()].map(
      (values) => values.reduce((sum, one) => sum + one, 0) / values.length,
    )
    const value = means.reduce((sum, one) => sum + one, 0) / means.length
    return { value, faults: dominates(means) ? [...faults, 'T4: window dominated'] : faults }
  }
  return { value: null, faults: [...faults, 'order: no window'] }
}

/** A hair of tolerance: the engine adds in another order. */
export function dominates(contributions: readonly number[]): boolean {
  const [largest = 0, second = 0, ...others] = contributions.map(Math.abs).toSorted((a, b) => b - a)
  const rest = others.reduce((sum, size) => sum + size, 0)
  const isClose = rest < 0.1 * largest * (1 - 1e-9)
  return largest > 0 && (isClose || (largest + second) * (1 - 1e-9) > 0.9 * (rest + largest + second))
}

function mode(rows: readonly Taken[]): Expected {
  const values = [...new Set(rows.map(({ value }) => value))]
  const counted = values.map((value) => {
    const holding = rows.filter((row) => row.value === value)
    return { value, rows: holding.length, persons: personsOf(holding) }
  })
  const isLess = (a: Cell, b: Cell) => (a ?? '') < (b ?? '')
  const [best] = counted.toSorted(
    (a, b) => b.rows - a.rows || b.persons - a.persons || (isLess(a.value, b.value) ? -1 : 1),
  )
  const faults = (best?.persons ?? 0) < k ? [`order: ${best?.persons} persons hold the mode`] : []
  return { value: best?.value ?? null, faults }
}

function sides(kind: 'any' | 'all', rows: readonly Taken[]): Expected {
  const yes = personsOf(rows.filter(({ value }) => value === 1))
  const no = personsOf(rows.filter(({ value }) => value === 0))
  const faults = Math.max(yes, no) < k ? [`order: ${yes} and ${no} persons on either side`] : []
  return { value: Number(kind === 'any' ? yes >= k : no < k), faults }
}

function moments({ kind, statistic }: GeneratedMeasure, rows: readonly Taken[]): Expected {
  const [xs, ys] = [rows.map(({ value }) => Number(value)), rows.map(({ other }) => Number(other))]
  const about = (values: readonly number[]) => {
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length
    return { mean, from: values.map((value) => value - mean) }
  }
  const [x, y] = [about(xs), about(kind === 'relation' ? ys : xs)]
  const product = (a: readonly number[], b: readonly number[]) => a.map((one, i) => one * (b[i] ?? 0))
  const all = { xx: product(x.from, x.from), yy: product(y.from, y.from), xy: product(x.from, y.from) }
  const used = kind === 'relation' ? Object.entries(all) : ([['xx', all.xx]] as const)
  const faults = used.flatMap(([name, parts]) => {
    const own = grouped(rows.map(({ person }, i) => [person, parts[i] ?? 0]))
    return dominates([...own.values()].map((one) => sum(one))) ? [`T4: ${name} dominated`] : []
  })
  const free = personsOf(rows) - (kind === 'relation' ? 2 : 1)
  if (free < 10) faults.push(`DF: ${free} degrees of freedom`)
  const sums = { n: rows.length, xx: sum(all.xx), yy: sum(all.yy), xy: sum(all.xy), mx: x.mean, my: y.mean }
  return { value: formula(statistic, sums), faults }
}

const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0)

type Sums = Readonly<Record<'n' | 'xx' | 'yy' | 'xy' | 'mx' | 'my', number>>

const formulas: Readonly<Record<NonNullable<GeneratedMeasure['statistic']>, (sums: Sums) => number>> = {
  var_pop: ({ n, xx }) => xx / n,
  var_samp: ({ n, xx }) => xx / (n - 1),
  variance: ({ n, xx }) => xx / (n - 1),
  stddev_pop: ({ n, xx }) => (xx / n) ** 0.5,
  stddev_samp: ({ n, xx }) => (xx / (n - 1)) ** 0.5,
  stddev: ({ n, xx }) => (xx / (n - 1)) ** 0.5,
  sem: ({ n, xx }) => (xx / n / n) ** 0.5,
  covar_pop: ({ n, xy }) => xy / n,
  covar_samp: ({ n, xy }) => xy / (n - 1),
  corr: ({ xx, yy, xy }) => xy / (xx * yy) ** 0.5,
  regr_slope: ({ xx, xy }) => xy / xx,
  regr_intercept: ({ xx, xy, mx, my }) => my - (xy / xx) * mx,
  regr_r2: ({ xx, yy, xy }) => (yy === 0 && xx > 0 ? 1 : (xy * xy) / (xx * yy)),
}

function formula(statistic: GeneratedMeasure['statistic'], sums: Sums): number | null {
  const value = statistic ? formulas[statistic](sums) : Number.NaN
  return Number.isFinite(value) ? value : null
}
