/** The invented calendar: 208 weeks from a Monday, four winters with an epidemic each, which come early or late. Pure. */
import type { Choice } from './draw.ts'

export const firstMonday = "DATE '2022-01-03'"
const weeks = 208
export const days = 7 * weeks

/** Weeks of the peak of each epidemic, counted from the first Monday, and its height in percent of a calm week. */
const epidemics: readonly (readonly [week: number, height: number])[] = [
  [7, 20],
  [50, 55],
  [107, 35],
  [160, 45],
  [205, 40],
]

/** Percent above a calm week: a bell of eleven weeks around each peak. */
export function epidemic(week: number): number {
  return epidemics.reduce((most, [peak, height]) => {
    const near = Math.max(0, 6 - Math.abs(week - peak))
    return Math.max(most, Math.round((height * near) / 6))
  }, 0)
}

/** Percent of a mean week: winter above, August below. */
function season(week: number): number {
  const ofYear = week % 52
  if (ofYear >= 30 && ofYear <= 33) return 82
  if (ofYear <= 9 || ofYear >= 47) return 106
  return ofYear >= 25 && ofYear <= 35 ? 92 : 100
}

/** The weeks, weighted by season and by `share` hundredths of the epidemics. */
export function weeklyChoices(share: number): readonly Choice[] {
  return Array.from({ length: weeks }, (_, week) => [week, season(week) + (epidemic(week) * share) / 100])
}

/** What one week adds, by week: for SQL that knows the week and wants the wave. */
export function wave(heightOf: (week: number) => number): readonly number[] {
  return Array.from({ length: weeks + 1 }, (_, week) => Math.round(heightOf(week)))
}
