/** What time and proofs do to the grant of a person: computed at each question, never stored (governance.md 5.3 and 7). Pure. */
import {
  type ProofRules,
  type Proven,
  proofStands,
  proofUntil,
  requiredProofs,
  reviewEnd,
  type When,
} from '../identity/proof-rules.ts'
import { addDays, startOfParisDay } from '../kernel/clock.ts'
import type { Actor } from '../kernel/id.ts'
import type { Grant } from './grants.ts'

/** What `decide` reads of one grant. Instants in ms. */
export interface GrantStanding extends Actor {
  readonly stored: Grant['stored']
  /** Until when the word of the lead stands, and that of the line manager for this project; 0 where she gave none. */
  readonly leadUntil: number
  readonly managerUntil: number
  /** The instant by which a campaign wants the word of the line manager, whatever else she said. */
  readonly managerDue?: number
}

/** Without rules, as of a bundle from before them, a review lasts a year. */
const longestReview = { review: { days: 365 } } as const

export function standingOfGrant(
  { issuer, subject, stored, reviewed, asked }: Grant,
  rules: Pick<ProofRules, 'review'> = longestReview,
): GrantStanding {
  const due = asked && startOfParisDay(addDays(asked.due, 1))
  // In the same millisecond nobody knows which came first: the word is asked for.
  const isAwaited = (at: number) => asked !== undefined && at <= asked.at
  const ends = reviewEnd(reviewed.lead, rules)
  const leadUntil = due !== undefined && isAwaited(reviewed.lead) ? Math.min(ends, due) : ends
  const managerDue = due !== undefined && isAwaited(reviewed.manager ?? 0) ? due : undefined
  return {
    ...{ issuer, subject, stored, leadUntil },
    managerUntil: reviewed.manager === null ? 0 : reviewEnd(reviewed.manager, rules),
    ...(managerDue !== undefined && { managerDue }),
  }
}

/** The instant at which the review of a grant lapses: the first of the word of the lead and that of the line manager. */
export function reviewLapse(
  { leadUntil, managerUntil, managerDue = Number.POSITIVE_INFINITY }: GrantStanding,
  account: Proven,
): number {
  // The line manager's word for this project, or her standing word for the person, whichever lasts.
  return Math.min(leadUntil, managerDue, Math.max(managerUntil, proofUntil(account, 'review') ?? 0))
}

export type GrantState = 'invited' | 'proofs_pending' | 'manager_validated' | 'active' | 'suspended' | 'ended'

/** The state that people are shown. `isStopped` is a suspension of this person by somebody. */
export function grantStateAt(
  grant: GrantStanding,
  account: Proven,
  { isStopped, ...when }: When & { readonly isStopped: boolean },
): GrantState {
  if (grant.stored === 'ended') return 'ended'
  if (grant.stored === 'active')
    return isStopped || when.now >= reviewLapse(grant, account) ? 'suspended' : 'active'
  if (grant.stored === 'manager_validated') return 'manager_validated'
  return requiredProofs.some((proof) => proofStands(account, proof, when)) ? 'proofs_pending' : 'invited'
}

/** Proofs that a person lacks at an instant, in the order in which they are told. */
export function lackingProofs(account: Proven, when: When): readonly (typeof requiredProofs)[number][] {
  return requiredProofs.filter((proof) => !proofStands(account, proof, when))
}
