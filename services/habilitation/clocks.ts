/** The legal clocks of a request and a permit (governance.md 2.11): computed from what happened, in calendar days of Paris. */
import { routeFacts } from './around.ts'
import { type ClockId, clockOf } from './deadline.ts'
import { dueOf } from './durations.ts'
import { currentRef, suspendsAt } from './lifetime.ts'
import type { Body } from './request.ts'
import { areResultsIn } from './results.ts'
import { reviewClocks } from './review-clocks.ts'
import type { Habilitation } from './state.ts'
import type { ClockEntry, RouteFacts, Vocabularies } from './vocabulary.ts'

export interface LegalClock {
  readonly id: string
  /** Instants, UTC ISO 8601. */
  readonly startedAt: string
  readonly dueAt: string
  /** Stopped since; while it is, nobody is late. */
  readonly suspendedAt?: string
  readonly late: boolean
}

/** The clocks that run now, or ran out without what they wait for. */
export function clocksOf(habilitation: Habilitation, route: Regime, now: number): readonly LegalClock[] {
  const running = [...ofRequest(habilitation, route, now), ...ofPermit(habilitation, route, now)]
  return running.map(({ id, from, due, suspendedAt }) => ({
    id,
    startedAt: new Date(from).toISOString(),
    dueAt: new Date(due).toISOString(),
    ...(suspendedAt !== undefined && { suspendedAt: new Date(suspendedAt).toISOString() }),
    late: suspendedAt === undefined && now > due,
  }))
}

/** What the clocks must know: the facts of the route, whether a mandated body asks for a reserved purpose, and their lengths. */
export interface Regime extends RouteFacts {
  readonly isFast: boolean
  readonly clocks: readonly ClockEntry[]
}

/** The regime of a request: the fast one needs a mandate and reserved purposes alone (REG 68(4)). */
export function regimeOf(request: Body, vocabularies: Vocabularies): Regime {
  const reserved = new Set(
    vocabularies['purposes-ehds'].filter(({ facts }) => facts.reserved).map(({ code }) => code),
  )
  const { purposes = [], mandate } = request
  const isReserved = purposes.length > 0 && purposes.every((code) => reserved.has(code))
  const isFast = mandate !== undefined && isReserved
  return { ...routeFacts(request, { vocabularies }), isFast, clocks: vocabularies.clocks }
}

interface Running {
  readonly id: string
  readonly from: number
  readonly due: number
  readonly suspendedAt?: number
}

function ofRequest(habilitation: Habilitation, route: Regime, now: number): Running[] {
  const { stored, submittedAt = 0, returned, decidedAt = 0, acceptBy = 0 } = habilitation
  switch (stored) {
    case 'received':
      return [started(route, 'completeness.target', { from: submittedAt })]
    case 'awaiting_completion':
      return returned ? [{ id: 'completeness.answer', from: returned.at, due: returned.due }] : []
    case 'under_assessment':
      return ofAssessment(habilitation, route).map((clock) => paused(clock, { habilitation, route, now }))
    case 'pre_permit':
      return [{ id: 'prePermit.accept', from: decidedAt, due: acceptBy }]
    default:
      return []
  }
}

function started(
  rules: Pick<Regime, 'clocks'>,
  id: ClockId,
  { from, isExtended = false }: { from: number; isExtended?: boolean },
): Running {
  return { id, from, due: dueOf(clockOf(rules, id), from, isExtended) }
}

/** The decision, faster on the fast track of the EHDS; the opinion of the ethics committee and the answer of the CNIL. */
function ofAssessment(habilitation: Habilitation, route: Regime): Running[] {
  const { assessedAt: from = 0, extended: isExtended, opinions, externals } = habilitation
  const ehds = route.isFast ? 'ehds.decision.fast' : 'ehds.decision'
  const ethics = route.ethics !== undefined && !opinions.some(({ role }) => role === 'ethics')
  const cnil = route.requires?.includes('cnilReference') && !externals.some(({ kind }) => kind === 'cnil')
  return [
    started(route, route.family === 'ehds' ? ehds : 'decision', { from, isExtended }),
    ...(ethics ? [started(route, 'ethics.opinion', { from })] : []),
    ...(cnil ? [started(route, 'cnil.decision', { from, isExtended })] : []),
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

function ofPermit(habilitation: Habilitation, route: Regime, now: number): Running[] {
  const { stored, notice, endedAt, certificate, renewalUsed, request, awaited } = habilitation
  const ref = currentRef(habilitation)
  if (ref === undefined) return []
  const [from, end] = [ref.nbf * 1000, ref.exp * 1000]
  const over = endedAt ?? end
  const hearing = notice && stored === 'revocation_noticed' ? [notice] : []
  const isOver = endedAt !== undefined || now >= end
  const renewal = { ...started(route, 'renewal.ask', { from: end }), from }
  const ahead = [...(renewalUsed || request.emergency ? [] : [renewal]), { id: 'access.end', from, due: end }]
  const isAwaited = !isOver && awaited !== undefined && Number.isFinite(suspendsAt(habilitation))
  return [
    ...(isAwaited ? [{ id: 'emergency.opinions', from: awaited.since, due: awaited.due }] : []),
    ...(isOver ? [] : ahead),
    ...reviewClocks(habilitation, { isOver, over }),
    ...hearing.map(({ at }) => started(route, 'revocation.hearing', { from: at })),
    ...(certificate ? [] : [started(route, 'delete.bulle', { from: over })]),
    ...(areResultsIn(habilitation) ? [] : [started(route, 'results.publish', { from: over })]),
  ]
}
