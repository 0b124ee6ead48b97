import type { HabilitationRequest } from '../../requests.ts'
import type { Me } from '../../session.ts'

/** Groups of states, as people look for requests. */
const groups = {
  writing: ['draft', 'awaiting_completion'],
  instruction: ['received', 'under_assessment', 'under_appeal'],
  acceptance: ['pre_permit'],
  access: ['issued', 'active', 'suspended', 'revocation_noticed'],
  over: ['refused', 'withdrawn', 'lapsed', 'expired', 'revoked', 'renounced', 'closing', 'closed'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Group = keyof typeof groups
export const groupNames = Object.keys(groups) as readonly Group[]

/** What of the list is shown; `dataset` begins a new request. */
export interface Filter {
  readonly state?: Group | undefined
  readonly turn?: 'mine' | undefined
  readonly q?: string | undefined
  readonly dataset?: string | undefined
}

/** Reads it from an address; what it does not know is left out. */
export function filterOf({ state, turn, q, dataset }: Readonly<Record<string, unknown>>): Filter {
  const group = groupNames.find((one) => one === state)
  return {
    ...(group && { state: group }),
    ...(turn === 'mine' && { turn }),
    ...(q !== undefined && q !== '' && { q: String(q) }),
    ...(typeof dataset === 'string' && { dataset }),
  }
}

export function isInGroup({ state }: HabilitationRequest, group: Group): boolean {
  const states: readonly string[] = groups[group]
  return states.includes(state)
}

/** A project that runs is in the hands of its lead, and waits for nothing. */
const runs: readonly string[] = ['issued', 'active']

/** Whether the next act is hers: as the lead of it, or in a role that the turn names. */
export function isMine({ turn, lead, state }: HabilitationRequest, me: Me): boolean {
  if (runs.includes(state) && turn === 'lead') return false
  if (turn === 'lead') return lead.issuer === me.issuer && lead.subject === me.subject
  return me.roles.some((role) => role === turn)
}

export function isShown(request: HabilitationRequest, { state, turn, q }: Filter, me: Me): boolean {
  const text = `${request.id} ${String(request.title ?? '')} ${request.lead.organisation}`.toLowerCase()
  return (
    (state === undefined || isInGroup(request, state)) &&
    (turn === undefined || isMine(request, me)) &&
    (q === undefined || text.includes(q.toLowerCase()))
  )
}
