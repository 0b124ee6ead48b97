/** The legal clocks of a request and a permit (governance.md 2.11): computed from what happened, in calendar days of Paris. */
import { addDays, addMonths, parisDay, startOfParisDay } from '../kernel/clock.ts'
import { routeFacts } from './around.ts'
import { acceptanceMs, completionMs, currentRef, suspendsAt } from './lifetime.ts'
import { emergencyMs } from './opinions.ts'
import type { Body } from './request.ts'
import { reviewClocks } from './review-clocks.ts'
import type { Habilitation } from './state.ts'
import type { EntryFacts, Vocabularies } from './vocabulary.ts'

export interface LegalClock {
  readonly id: string
  /** Instants, UTC ISO 8601. */
  readonly startedAt: string
  readonly dueAt: string
  /** Stopped since; while it is, nobody is late. */
  readonly suspendedAt?: string
  readonly late: boolean
}

const DAY_MS = 86_400_000

/** The clocks that run now, or ran out without what they wait for. */
export function clocksOf(habilitation: Habilitation, route: Regime, now: number): readonly LegalClock[] {
  const running = [...ofRequest(habilitation, route, now), ...ofPermit(habilitation, now)]
  return running.map(({ id, from, due, suspendedAt }) => ({
    id,
    startedAt: new Date(from).toISOString(),
    dueAt: new Date(due).toISOString(),
    ...(suspendedAt !== undefined && { suspendedAt: new Date(suspendedAt).toISOString() }),
    late: suspendedAt === undefined && now > due,
  }))
}

/** What the clocks must know of the route: its facts, and whether a mandated body asks for a reserved purpose. */
export interface Regime extends EntryFacts {
  readonly isFast: boolean
}

/** The regime of a request: the fast one needs a mandate and reserved purposes alone (REG 68(4)). */
export function regimeOf(request: Body, vocabularies: Vocabularies): Regime {
  const reserved = new Set(
    vocabularies['purposes-ehds'].filter(({ facts }) => facts?.reserved).map(({ code }) => code),
  )
  const { purposes = [], mandate } = request
  const isReserved = purposes.length > 0 && purposes.every((code) => reserved.has(code))
  return { ...routeFacts(request, { vocabularies }), isFast: mandate !== undefined && isReserved }
}

interface Running {
  readonly id: string
  readonly from: number
  readonly due: number
  readonly suspendedAt?: number
}

function ofRequest(habilitation: Habilitation, route: Regime, now: number): Running[] {
  const { stored, submittedAt = 0, returned, decidedAt = 0 } = habilitation
  switch (stored) {
    case 'received':
      return [{ id: 'completeness.target', from: submittedAt, due: afterWorkingDays(submittedAt, 7) }]
    case 'awaiting_completion':
      return returned ? [within('completeness.answer', returned.at, completionMs)] : []
    case 'under_assessment':
      return ofAssessment(habilitation, route).map((clock) => paused(clock, { habilitation, route, now }))
    case 'pre_permit':
      return [within('prePermit.accept', decidedAt, acceptanceMs)]
    default:
      return []
  }
}

function within(id: string, from: number, lengthMs: number): Running {
  return { id, from, due: from + lengthMs }
}

/**
 * The decision: three months, extended once by three, or two and one on the fast track of the EHDS. The opinion of the ethics
 * committee: a month; the answer of the CNIL: two, extended once by two.
 */
function ofAssessment(habilitation: Habilitation, route: Regime): Running[] {
  const { assessedAt: from = 0, extended, opinions, externals } = habilitation
  const isEhds = route.family === 'ehds'
  const [first, more] = isEhds && route.isFast ? [2, 1] : [3, 3]
  const id = isEhds ? (route.isFast ? 'ehds.decision.fast' : 'ehds.decision') : 'decision'
  const ethics = route.ethics !== undefined && !opinions.some(({ role }) => role === 'ethics')
  const cnil = route.requires?.includes('cnilReference') && !externals.some(({ kind }) => kind === 'cnil')
  return [
    { id, from, due: afterMonths(from, extended ? first + more : first) },
    ...(ethics ? [{ id: 'ethics.opinion', from, due: afterMonths(from, 1) }] : []),
    ...(cnil ? [{ id: 'cnil.decision', from, due: afterMonths(from, extended ? 4 : 2) }] : []),
  ]
}

interface Pausing {
  readonly habilitation: Habilitation
  readonly route: Regime
  readonly now: number
}

/** A question stops the clock until its answer where the route says so; the EHDS gives no legal suspension (M6.3). */
function paused(clock: Running, { habilitation, route, now }: Pausing): Running {
  if (!route.pauseOnQuestion) return clock
  const { questions, answers } = habilitation
  let stoppedMs = 0
  let until = 0
  let open: number | undefined
  for (const { at } of questions) {
    const answered = answers.find((answer) => answer.at >= at)?.at
    const from = Math.max(at, until)
    if (answered === undefined) open ??= from
    until = Math.max(until, answered ?? now)
    stoppedMs += Math.max(0, until - from)
  }
  return { ...clock, due: clock.due + stoppedMs, ...(open !== undefined && { suspendedAt: open }) }
}

function ofPermit(habilitation: Habilitation, now: number): Running[] {
  const { stored, notice, endedAt, certificate, renewalUsed, request } = habilitation
  const ref = currentRef(habilitation)
  if (ref === undefined) return []
  const [from, end] = [ref.nbf * 1000, ref.exp * 1000]
  const over = endedAt ?? end
  const hearing = notice && stored === 'revocation_noticed' ? [notice] : []
  const isOver = endedAt !== undefined || now >= end
  const ahead = [
    ...(renewalUsed || request.emergency ? [] : [{ id: 'renewal.ask', from, due: end - 30 * DAY_MS }]),
    { id: 'access.end', from, due: end },
  ]
  const selfSuspends = suspendsAt(habilitation)
  const awaited = isOver || !Number.isFinite(selfSuspends) ? [] : [selfSuspends]
  return [
    ...awaited.map((due) => within('emergency.opinions', due - emergencyMs, emergencyMs)),
    ...(isOver ? [] : ahead),
    ...reviewClocks(habilitation, { isOver, over }),
    ...hearing.map(({ at }) => within('revocation.hearing', at, 28 * DAY_MS)),
    ...(certificate ? [] : [{ id: 'delete.bulle', from: over, due: afterMonths(over, 6) }]),
    { id: 'results.publish', from: over, due: afterMonths(over, 18) },
  ]
}

/** The end of the same day of a later month. */
function afterMonths(instant: number, months: number): number {
  return endOf(addMonths(parisDay(instant), months))
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
