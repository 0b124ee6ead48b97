/** Legal durations: calendar days of Paris, working days of France, whole months (governance.md 2.11). Pure. */
import { z } from 'zod'
import { addDays, parisDay, startOfParisDay } from '../kernel/clock.ts'

/** Seconds and days are exact; working days and months end with their last day, in Paris. */
export const unit = z.enum(['seconds', 'days', 'workingDays', 'months'])
type Unit = z.infer<typeof unit>

const dayMs = 86_400_000

const ends: Readonly<Record<Unit, (instant: number, count: number) => number>> = {
  seconds: (instant, count) => instant + count * 1000,
  days: (instant, count) => instant + count * dayMs,
  workingDays: afterWorkingDays,
  months: afterMonths,
}

/** How long a clock runs; the extension is in the same unit, and given once. */
export interface Duration {
  readonly unit: Unit
  readonly count: number
  readonly extension?: number
  /** It ends so long before the instant that it is about. */
  readonly before?: true
}

/** The instant, in ms, at which a clock has run out. */
export function dueOf(clock: Duration, from: number, isExtended = false): number {
  const { unit: by, count, extension = 0, before } = clock
  const whole = count + (isExtended ? extension : 0)
  return ends[by](from, before ? -whole : whole)
}

/** The same day of a later month, or its last day; end of that day. */
function afterMonths(instant: number, months: number): number {
  const [year = 0, month = 1, day = 1] = parisDay(instant).split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0))
  const target = new Date(Date.UTC(year, month - 1 + months, Math.min(day, last.getUTCDate())))
  return endOf(target.toISOString().slice(0, 10))
}

/** The end of the n-th working day after: Monday to Friday, minus the public holidays of France. */
function afterWorkingDays(instant: number, count: number): number {
  let day = parisDay(instant)
  for (let left = count; left > 0; ) {
    day = addDays(day, 1)
    if (isWorkingDay(day)) left -= 1
  }
  return endOf(day)
}

function endOf(day: string): number {
  return startOfParisDay(addDays(day, 1))
}

const fixedHolidays = new Set(['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25'])

export function isWorkingDay(day: string): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  if (weekday === 0 || weekday === 6 || fixedHolidays.has(day.slice(5))) return false
  const sunday = easter(Number(day.slice(0, 4)))
  return ![1, 39, 50].some((days) => addDays(sunday, days) === day)
}

/** Easter Sunday of a Gregorian year, by the anonymous algorithm (Meeus, Jones, Butcher). */
function easter(year: number): string {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7
  const f = Math.floor((a + 11 * d + 22 * e) / 451)
  const n = d + e - 7 * f + 114
  const text = (value: number) => String(value).padStart(2, '0')
  return `${year}-${text(Math.floor(n / 31))}-${text((n % 31) + 1)}`
}
