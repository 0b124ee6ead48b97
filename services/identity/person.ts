import type { By } from '../audit/record.ts'

/** What an account may do on this node; rights on a project come from its permit, never from here. */
export const roles = [
  'researcher',
  'lead',
  'dpo',
  'secretariat',
  'authority',
  'holder',
  'ethics',
  'checker',
  'operator',
] as const
export type Role = (typeof roles)[number]

export const proofNames = ['training', 'charter', 'review'] as const

/** Proofs a person holds (governance.md 7): the instant in ms until which each stands. Absent means not held. */
export type Proofs = { readonly [proof in (typeof proofNames)[number]]?: number } & {
  /** Of a reviewer: no interest in any request, declared for all until then; else on each request (governance.md 5.1). */
  readonly interests?: number
}

/** A proof that somebody else's visas stand for (security.md 5.7), and the visas it rests on, as SHA-256 of their tokens. */
export interface Vouched {
  readonly proof: (typeof proofNames)[number]
  /** In ms: the end of the first of them to end, or of our patience with it. */
  readonly until: number
  readonly visas: readonly string[]
}

/** The account of (issuer, subject). Tokens carry no right: everything here comes from the account table. */
export interface Account {
  readonly issuer: string
  readonly subject: string
  readonly displayName: string
  readonly organisation: string
  readonly roles: readonly Role[]
  readonly proofs: Proofs
  /** What visas that the person handed in add to them now; never a right, never a role. */
  readonly vouched?: readonly Vouched[]
}

/** Until when a proof stands, by the account or by a visa; undefined when there never was one. */
export function proofUntil({ proofs, vouched = [] }: Account, proof: keyof Proofs): number | undefined {
  const ends = [proofs[proof], ...vouched.filter((one) => one.proof === proof).map(({ until }) => until)]
  const known = ends.filter((end) => end !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

/** The visas without which a proof would be missing at this instant (ms), in the order of their hashes. */
export function visasCounted({ proofs, vouched = [] }: Account, now: number): readonly string[] {
  const counted = vouched.filter(({ proof, until }) => now < until && now >= (proofs[proof] ?? 0))
  return [...new Set(counted.flatMap(({ visas }) => visas))].sort()
}

/** Someone who stands at a door with a valid token: the account plus what the token proved. */
export interface Person extends Account, By {
  /** Authentication methods of the session, such as `mfa`. */
  readonly methods: readonly string[]
}

export interface Accounts {
  find(actor: { issuer: string; subject: string }): Promise<Account | null>
  list(): Promise<readonly Account[]>
}

export interface Tokens {
  /** Who a bearer token speaks for. Refusal UNAUTHENTICATED: no reason is given outside, `facts.rule` names it for the log. */
  verify(bearer: string): Promise<Person>
}
