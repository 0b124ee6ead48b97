/** What time does to a request and a permit: computed, never stored. Pure. */
import type { ProofRules } from '../identity/proof-rules.ts'
import { standingOfGrant } from './grant-state.ts'
import type { State } from './matrix.ts'
import { lackingOpinions } from './opinions.ts'
import type { PermitLine, PermitStanding } from './permit.ts'
import type { Habilitation, PermitRef } from './state.ts'

/** The permit version in force, of a request that has been granted. */
export function currentRef(habilitation: Habilitation): PermitRef | undefined {
  return habilitation.permits.at(-1)
}

/**
 * The state at an instant. What time ends is computed here and never read from storage: a request that was not completed in
 * time, a pre-permit that was not accepted, a permit past its last second. A permit before its first day is `issued`.
 */
export function stateAt(habilitation: Habilitation, now: number): State {
  const { stored, returned, acceptBy } = habilitation
  if (stored === 'awaiting_completion' && returned && now >= returned.due) return 'lapsed'
  if (stored === 'pre_permit' && acceptBy !== undefined && now >= acceptBy) return 'withdrawn'
  const ref = currentRef(habilitation)
  if (ref === undefined || (stored !== 'active' && stored !== 'suspended')) return stored
  if (now >= ref.exp * 1000) return 'expired'
  if (stored === 'suspended' || now >= suspendsAt(habilitation)) return 'suspended'
  return now < ref.nbf * 1000 ? 'issued' : stored
}

const endStates: ReadonlySet<State> = new Set([
  'withdrawn',
  'lapsed',
  'expired',
  'revoked',
  'renounced',
  'closing',
  'closed',
])

/** The instant at which the request or its permit came to an end, by an act or by time; null while neither has. */
export function endOf(habilitation: Habilitation, now: number): number | null {
  const { endedAt, stored, returned, acceptBy } = habilitation
  if (!endStates.has(stateAt(habilitation, now))) return null
  if (stored === 'active' || stored === 'suspended') return (currentRef(habilitation)?.exp ?? 0) * 1000
  if (stored === 'awaiting_completion') return returned?.due ?? null
  if (stored === 'pre_permit') return acceptBy ?? null
  return endedAt ?? null
}

/** The instant at which an emergency suspends itself because an opinion is missing; never, when none is. */
export function suspendsAt({ awaited, opinions }: Habilitation): number {
  const isLacking = awaited !== undefined && lackingOpinions(awaited.opinions, opinions).length > 0
  return isLacking ? awaited.due : Number.POSITIVE_INFINITY
}

/** What `decide` reads beside the permit: the register's word on it, by line id. */
export function standingOf(
  habilitation: Habilitation,
  lines: readonly PermitLine[],
  rules?: Pick<ProofRules, 'review'>,
): PermitStanding {
  const { stored, stops, closedLines, permits } = habilitation
  const selfSuspendsAt = suspendsAt(habilitation)
  const stopped = new Set(stops.flatMap(({ scope }) => scope.line ?? []))
  const alive = lines.filter(({ dataset }) => !closedLines.includes(dataset))
  return {
    state: standingState(stored),
    currentVersion: permits.length,
    openLines: alive.filter(({ dataset }) => !stopped.has(dataset)).map(({ id }) => id),
    suspendedLines: alive.filter(({ dataset }) => stopped.has(dataset)).map(({ id }) => id),
    ...(Number.isFinite(selfSuspendsAt) && { selfSuspendsAt }),
    grants: habilitation.grants.map((grant) => standingOfGrant(grant, rules)),
    suspendedPersons: stops.flatMap(({ scope }) => scope.person ?? []),
  }
}

/** A state that no permit should be in is read as closed: refuse by default. */
function standingState(stored: State): PermitStanding['state'] {
  switch (stored) {
    case 'active':
    case 'suspended':
    case 'revocation_noticed':
    case 'revoked':
    case 'renounced':
    case 'closing':
      return stored
    // The end date refuses by itself; the stored event only says that somebody noticed.
    case 'expired':
      return 'active'
    default:
      return 'closed'
  }
}
