/** The legal clocks of a request and a permit (governance.md 2.11): computed from what happened, in calendar days of Paris. */
import { addDays, parisDay, startOfParisDay } from '../kernel/clock.ts'
import { acceptanceMs, completionMs, currentRef } from './lifetime.ts'
import type { Habilitation } from './state.ts'
import type { EntryFacts } from './vocabulary.ts'

export interface LegalClock {
  readonly id: string
  /** Instants, UTC ISO 8601. */
  readonly startedAt: string
  readonly dueAt: string
  readonly late: boolean
}

const DAY_MS = 86_400_000

/** The clocks that run now, or ran out without what they wait for. */
export function clocksOf(habilitation: Habilitation, route: EntryFacts, now: number): readonly LegalClock[] {
  return [...ofRequest(habilitation, route), ...ofPermit(habilitation)].map(({ id, from, due }) => ({
    id,
    startedAt: new Date(from).toISOString(),
    dueAt: new Date(due).toISOString(),
    late: now > due,
  }))
}

interface Running {
  readonly id: string
  readonly from: number
  readonly due: number
}

function ofRequest(habilitation: Habilitation, route: EntryFacts): Running[] {
  const { stored, submittedAt = 0, returned, decidedAt = 0 } = habilitation
  switch (stored) {
    case 'received':
      return [{ id: 'completeness.target', from: submittedAt, due: afterWorkingDays(submittedAt, 7) }]
    case 'awaiting_completion':
      return returned ? [within('completeness.answer', returned.at, completionMs)] : []
    case 'under_assessment':
      return ofAssessment(habilitation, route)
    case 'pre_permit':
      return [within('prePermit.accept', decidedAt, acceptanceMs)]
    default:
      return []
  }
}

function within(id: string, from: number, lengthMs: number): Running {
  return { id, from, due: from + lengthMs }
}

/** Three months, extended once by three; a question does not stop them. */
function ofAssessment({ assessedAt = 0, extended, opinions }: Habilitation, route: EntryFacts): Running[] {
  const decision = { id: 'decision', from: assessedAt, due: afterMonths(assessedAt, extended ? 6 : 3) }
  if (route.ethics === undefined || opinions.some(({ role }) => role === 'ethics')) return [decision]
  return [decision, { id: 'ethics.opinion', from: assessedAt, due: afterMonths(assessedAt, 1) }]
}

function ofPermit(habilitation: Habilitation): Running[] {
  const { stored, notice, endedAt } = habilitation
  const ref = currentRef(habilitation)
  if (ref === undefined) return []
  const [from, end] = [ref.nbf * 1000, ref.exp * 1000]
  const over = endedAt ?? end
  const hearing = notice && stored === 'revocation_noticed' ? [notice] : []
  return [
    { id: 'renewal.ask', from, due: end - 30 * DAY_MS },
    { id: 'access.end', from, due: end },
    ...hearing.map(({ at }) => within('revocation.hearing', at, 28 * DAY_MS)),
    { id: 'delete.bulle', from: over, due: afterMonths(over, 6) },
    { id: 'results.publish', from: over, due: afterMonths(over, 18) },
  ]
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
  return ![1, 39, 50].some((after) => addDays(sunday, after) === day)
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
