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

/** Proofs a person holds (governance.md 7): the instant in ms until which each stands. Absent means not held. */
export interface Proofs {
  readonly training?: number
  readonly charter?: number
  readonly review?: number
  /** Of a reviewer: no interest in any request, declared for all until then; else on each request (governance.md 5.1). */
  readonly interests?: number
}

/** The account of (issuer, subject). Tokens carry no right: everything here comes from the account table. */
export interface Account {
  readonly issuer: string
  readonly subject: string
  readonly displayName: string
  readonly organisation: string
  readonly roles: readonly Role[]
  readonly proofs: Proofs
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
