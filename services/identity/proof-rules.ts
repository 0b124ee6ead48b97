/** Which personal proofs there are, who records each, and until when it stands (governance.md 7). Pure. */
import { addDays, addMonths, parisDay, startOfParisDay } from '../kernel/clock.ts'
import type { Account, ProofKind } from './person.ts'

/** policies/persons.json: what is asked of persons on this node. */
export interface ProofRules {
  readonly training: { readonly version: string; readonly months: number }
  readonly charter: { readonly version: string; readonly months: number }
  readonly workstation: { readonly months: number }
  readonly review: { readonly days: number }
  /** Longest life of a personal access token; absent from older bundles. */
  readonly accessToken?: { readonly hours: number }
}

/** Proofs without which nobody asks anything of a project; the review is that of her grant. */
export const requiredProofs = ['training', 'charter', 'workstation', 'affiliation'] as const
export type RequiredProof = (typeof requiredProofs)[number]

export interface When {
  readonly rules?: ProofRules | undefined
  readonly now: number
}

/** What is read of an account to know its proofs. */
export type Proven = Pick<Account, 'proofs' | 'versions' | 'vouched'>

/** Whether a proof stands at an instant: by the account, or by a visa that somebody else answers for. */
export function proofStands(account: Proven, proof: ProofKind, when: When): boolean {
  const vouched = (account.vouched ?? []).some((one) => one.proof === proof && when.now < one.until)
  return vouched || ownStands(account, proof, when)
}

/** Until when a proof stands, by the account or by a visa; undefined when there never was one. */
export function proofUntil({ proofs, vouched = [] }: Proven, proof: ProofKind): number | undefined {
  const ends = [proofs[proof], ...vouched.filter((one) => one.proof === proof).map(({ until }) => until)]
  const known = ends.filter((end) => end !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

/** The visas without which a proof would be missing at this instant, in the order of their hashes. */
export function visasCounted(account: Proven, when: When): readonly string[] {
  const counted = (account.vouched ?? []).filter(
    ({ proof, until }) => when.now < until && !ownStands(account, proof, when),
  )
  return [...new Set(counted.flatMap(({ visas }) => visas))].sort()
}

/** Its time is not over, and it is of the version in force. */
function ownStands({ proofs, versions = {} }: Proven, proof: ProofKind, { rules, now }: When): boolean {
  if (now >= (proofs[proof] ?? 0)) return false
  if (rules === undefined || (proof !== 'training' && proof !== 'charter')) return true
  return versions[proof] === rules[proof].version
}

/** The instant until which a proof recorded now stands. An affiliation ends with the contract, whose last day is given. */
export function proofEnd(
  proof: ProofKind,
  {
    rules,
    now,
    lastDay,
  }: { readonly rules: ProofRules; readonly now: number; readonly lastDay?: string | undefined },
): number {
  if (lastDay !== undefined) return startOfParisDay(addDays(lastDay, 1))
  const today = parisDay(now)
  switch (proof) {
    case 'training':
    case 'charter':
    case 'workstation':
      return startOfParisDay(addMonths(today, rules[proof].months))
    case 'review':
      return reviewEnd(now, rules)
    case 'affiliation':
      throw new Error('an affiliation has a last day')
  }
}

/** 00:00 in Paris of the day on which a review given now is too old: the 366th, the day of the review being the first. */
export function reviewEnd(now: number, { review }: Pick<ProofRules, 'review'>): number {
  return startOfParisDay(addDays(parisDay(now), review.days))
}
