/** Which proofs of a person stand for one project at an instant: her own, the review of her grant, and the grant itself. Pure. */

import type { Person } from '../identity/person.ts'
import { proofStands, proofUntil, requiredProofs, type When } from '../identity/proof-rules.ts'
import { samePerson } from '../kernel/id.ts'
import { type GrantStanding, reviewLapse } from './grant-state.ts'

interface Granted extends When {
  readonly grants: readonly GrantStanding[]
}

/** Words of policies/query.cedar. `grant` is there when the grant is active, `review` while both words on it stand. */
export function proofsAt(by: Person, { now, rules, grants }: Granted): readonly string[] {
  const own = requiredProofs.filter((proof) => proofStands(by, proof, { rules, now }))
  const grant = grants.find((one) => samePerson(one, by))
  if (grant === undefined) return own
  return [
    ...own,
    ...(grant.stored === 'active' ? ['grant'] : []),
    ...(now < reviewLapse(grant, by) ? ['review'] : []),
  ]
}

/** In ms: when time alone takes each proof away, and the word of the lead and line manager on the grant; 0 for what is not there. */
export function proofEnds(by: Person, grants: readonly GrantStanding[]): readonly number[] {
  const grant = grants.find((one) => samePerson(one, by))
  return [
    ...requiredProofs.map((proof) => proofUntil(by, proof) ?? 0),
    grant === undefined ? 0 : reviewLapse(grant, by),
  ]
}
