/** Which proofs of a person stand for one project at an instant: her own, the review of her grant, and the grant itself. Pure. */
import type { Person } from '../identity/person.ts'
import { type ProofRules, proofStands, requiredProofs } from '../identity/proof-rules.ts'
import { type GrantStanding, reviewLapse } from './grant-state.ts'
import { samePerson } from './matrix.ts'

interface When {
  readonly now: number
  readonly rules?: ProofRules | undefined
  readonly grants: readonly GrantStanding[]
}

/** Words of policies/query.cedar. `grant` is there when the grant is active, `review` while both words on it stand. */
export function proofsAt(by: Person, { now, rules, grants }: When): readonly string[] {
  const own = requiredProofs.filter((proof) => proofStands(by, proof, { rules, now }))
  const grant = grants.find((one) => samePerson(one, by))
  if (grant === undefined) return own
  return [
    ...own,
    ...(grant.stored === 'active' ? ['grant'] : []),
    ...(now < reviewLapse(grant, by) ? ['review'] : []),
  ]
}
