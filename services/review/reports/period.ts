/** The period of a report: days of Paris, both included. Pure. */
import { addDays, parisDay, startOfParisDay } from '../../kernel/clock.ts'
import { invalid } from './report.ts'

export interface ReportPeriod {
  readonly from: string
  readonly until: string
  /** Instants in ms: the first included, the other not. */
  readonly start: number
  readonly end: number
}

/** What is left out is today, and so many years before the last day. Refusal INVALID when it ends before it begins. */
export function periodOf(
  { from, until }: { readonly from?: string | undefined; readonly until?: string | undefined },
  { now, years }: { readonly now: number; readonly years: number },
): ReportPeriod {
  const last = until ?? parisDay(now)
  const first = from ?? addDays(yearsBefore(last, years), 1)
  if (last < first) throw invalid('until', 'avant le premier jour · before the first day')
  return { from: first, until: last, start: startOfParisDay(first), end: startOfParisDay(addDays(last, 1)) }
}

/** The same day of an earlier year; the last of February where there is no 29th. */
function yearsBefore(day: string, years: number): string {
  const [year = '', month = '', date = ''] = day.split('-')
  const earlier = `${String(Number(year) - years).padStart(4, '0')}-${month}-${date}`
  return Number.isNaN(Date.parse(earlier)) || month !== addDays(earlier, 0).slice(5, 7)
    ? `${earlier.slice(0, 8)}28`
    : earlier
}
