/** What of the queue is shown, and what waits for whom. Rights are the API's: `offered` is all that is looked at. Pure. */
import type { HabilitationRequest } from '../../requests.ts'
import type { Me } from '../../session.ts'

export const shows = ['mine', 'late', 'all'] as const

export interface QueueFilter {
  readonly show?: (typeof shows)[number]
  readonly q?: string | undefined
}

/** Reads it from an address; what it does not know is left out. */
export function queueFilterOf({ show, q }: Readonly<Record<string, unknown>>): QueueFilter {
  const known = shows.find((one) => one === show)
  return { ...(known && { show: known }), ...(typeof q === 'string' && q !== '' && { q }) }
}

/** Acts that a request stands still without; who may stop or comment is not waited for. */
const awaited = [
  'completeness',
  'opinions',
  'countersignatures',
  'decision',
  'confirmation',
  'appeal-decision',
  'lift',
  'grant-validation',
  'grant-issue',
  'closure',
  'attestation',
] as const
export type AwaitedAct = (typeof awaited)[number]

/** The acts of this person that the request waits for, the first to be done first. */
export function waitingFor(request: HabilitationRequest, me: Me): readonly AwaitedAct[] {
  return awaited.filter((act) => request.offered.includes(act) && isDue(request, act, me))
}

function isDue(
  { opinions, turn, proposal, amendment, grants }: HabilitationRequest,
  act: AwaitedAct,
  me: Me,
) {
  const has = (...states: string[]) => grants.some(({ state }) => states.includes(state))
  switch (act) {
    case 'opinions':
      return turn !== 'lead' && !opinions.some(({ role }) => me.roles.some((own) => own === role))
    case 'decision':
      return turn === 'authority' && proposal === null && (amendment?.proposal ?? null) === null
    case 'grant-validation':
      return has('invited', 'proofs_pending')
    case 'grant-issue':
      return has('manager_validated')
    default:
      return true
  }
}

function isLate({ clocks }: HabilitationRequest): boolean {
  return clocks.some(({ late }) => late)
}

/** The clock that ends first, of those that run. */
export function nearestClock({ clocks }: HabilitationRequest) {
  return clocks
    .filter(({ suspendedAt }) => suspendedAt === undefined)
    .toSorted((a, b) => a.dueAt.localeCompare(b.dueAt))[0]
}

export function isInQueue(
  request: HabilitationRequest,
  { show = 'mine', q = '' }: QueueFilter,
  me: Me,
): boolean {
  const text = `${request.id} ${String(request.title ?? '')} ${request.lead.organisation}`.toLowerCase()
  const isShown = show === 'all' || (show === 'late' ? isLate(request) : waitingFor(request, me).length > 0)
  return isShown && text.includes(q.toLowerCase())
}
