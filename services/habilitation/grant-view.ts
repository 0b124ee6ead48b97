/** What people read of the grants of a project. Pure. */
import type { Account, Person } from '../identity/person.ts'
import type { ProofRules } from '../identity/proof-rules.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { type GrantState, grantStateAt, lackingProofs, reviewLapse, standingOfGrant } from './grant-state.ts'
import type { Grant } from './grants.ts'
import type { Habilitation } from './state.ts'

interface Seen {
  readonly by: Person
  readonly now: number
  readonly rules?: ProofRules | undefined
  readonly accountOf: (person: Actor) => Account | null
}

export interface GrantView extends Actor {
  readonly state: GrantState
  readonly since: string
  /** Proofs that the person lacks now. */
  readonly lacking: readonly string[]
  readonly validatedBy?: string
  readonly issuedBy?: string
  /** An active grant: when its review lapses, and which words a campaign still waits for. */
  readonly review?: { readonly dueAt: string; readonly awaits: readonly ('lead' | 'manager')[] }
  readonly reason?: string
}

/** All of them for who sees the whole request; to a line manager, those of her people. */
export function grantsOf(habilitation: Habilitation, seen: Seen, whole: boolean): readonly GrantView[] {
  const { by, accountOf } = seen
  const isShown = (grant: Grant) => {
    const manager = accountOf(grant)?.manager
    return whole || (manager !== undefined && samePerson(manager, by))
  }
  return habilitation.grants.filter(isShown).map((grant) => viewOf(habilitation, grant, seen))
}

function viewOf({ stops }: Habilitation, grant: Grant, { now, rules, accountOf }: Seen): GrantView {
  const account = accountOf(grant) ?? { proofs: {} }
  const standing = standingOfGrant(grant, rules)
  const isStopped = stops.some(({ scope }) => scope.person && samePerson(scope.person, grant))
  const { issuer, subject, validatedBy, issuedBy, reason, stored, since } = grant
  return {
    issuer,
    subject,
    state: grantStateAt(standing, account, { now, rules, isStopped }),
    since: new Date(since).toISOString(),
    lacking: lackingProofs(account, { now, rules }),
    ...(validatedBy && { validatedBy: validatedBy.subject }),
    ...(issuedBy && { issuedBy: issuedBy.subject }),
    ...(stored === 'active' && {
      review: { dueAt: new Date(reviewLapse(standing, account)).toISOString(), awaits: awaitedWords(grant) },
    }),
    ...(reason !== undefined && { reason }),
  }
}

/** The words that the last campaign asked for and that nobody gave since. */
function awaitedWords({ asked, reviewed }: Grant): readonly ('lead' | 'manager')[] {
  if (asked === undefined) return []
  return (['lead', 'manager'] as const).filter((as) => (reviewed[as] ?? 0) <= asked.at)
}
