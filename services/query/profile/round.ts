/** Bounds and periods as a profile tells them. Pure. */

/** One digit, away from the values: 17 → 10, 512 → 600, −3 stays. */
export function outwards(value: number, way: 'down' | 'up'): number {
  if (value === 0) return 0
  const unit = 10 ** Math.floor(Math.log10(Math.abs(value)))
  // Without the last digits, where a division of floats goes wrong.
  const digit = Number((value / unit).toPrecision(12))
  const rounded = way === 'down' ? Math.floor(digit) : Math.ceil(digit)
  return Number((rounded * unit).toPrecision(12))
}

export interface Period {
  readonly period: string
  /** Null for one between others of which nothing was released. */
  readonly count: number | null
}

/** Periods shown at most; the last ones. */
const most = 120

/** All periods from the first to the last released one, by the first day of each as the engine writes it. */
export function periodsOf(by: 'month' | 'year', released: ReadonlyMap<string, number>): readonly Period[] {
  const length = by === 'year' ? 4 : 7
  const counts = new Map([...released].map(([day, count]) => [day.slice(0, length), count]))
  const numbers = [...counts.keys()].map((period) => numberOf(period))
  if (numbers.length === 0) return []
  const last = Math.max(...numbers)
  const first = Math.max(Math.min(...numbers), last - most + 1)
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const period = textOf(first + at, by)
    return { period, count: counts.get(period) ?? null }
  })
}

function numberOf(period: string): number {
  const [year = 0, month] = period.split('-').map(Number)
  return month === undefined ? year : 12 * year + month - 1
}

function textOf(number: number, by: 'month' | 'year'): string {
  const year = by === 'year' ? number : Math.floor(number / 12)
  const text = String(year).padStart(4, '0')
  return by === 'year' ? text : `${text}-${String((number % 12) + 1).padStart(2, '0')}`
}
