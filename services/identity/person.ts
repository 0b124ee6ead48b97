import type { By } from '../audit/record.ts'
import type { Actor } from '../kernel/id.ts'

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
  /** Validates the grants of those who report to it. */
  'manager',
  /** Issues grants, and records training and contracts. */
  'registrar',
] as const
export type Role = (typeof roles)[number]

export const proofNames = ['training', 'charter', 'review', 'workstation', 'affiliation'] as const
export type ProofKind = (typeof proofNames)[number]

/** Proofs a person holds (governance.md 7): the instant in ms until which each stands. Absent means not held. */
/** `review` is the line manager's standing word for this person, `affiliation` ends with the contract that binds her to the organisation. */
export type Proofs = { readonly [proof in ProofKind]?: number } & {
  /** Of a reviewer: no interest in any request, declared for all until then; else on each request (governance.md 5.1). */
  readonly interests?: number
}

/** A proof that somebody else's visas stand for (security.md 5.7), and the visas it rests on, as SHA-256 of their tokens. */
export interface Vouched {
  readonly proof: ProofKind
  /** In ms: the end of the first of them to end, or of our patience with it. */
  readonly until: number
  readonly visas: readonly string[]
}

/** Which training was followed and which charter was signed. */
interface ProofVersions {
  readonly training?: string
  readonly charter?: string
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
  readonly versions?: ProofVersions
  /** The line manager, by (issuer, subject). */
  readonly manager?: Actor
}

/** What a personal access token is held to: one project and one purpose. `token` is its id. */
interface Scope {
  readonly token: string
  readonly project: string
  readonly purpose: string
}

/** Someone who stands at a door with a valid token: the account plus what the token proved. */
export interface Person extends Account, By {
  /** Authentication methods of the session, such as `mfa`. */
  readonly methods: readonly string[]
  /** Class of the authentication, as its issuer names it. */
  readonly acr?: string
  /** Instant in ms at which the person proved who she is; absent where the token does not say. */
  readonly authenticatedAt?: number
  /** A tool acts for the person, and may do no more than this; absent where the person came herself. */
  readonly scope?: Scope
}

export interface Accounts {
  find(actor: { issuer: string; subject: string }): Promise<Account | null>
  list(): Promise<readonly Account[]>
}

/** How a token was shown beside its text: by which scheme, with which proof, for which call. */
export interface Shown {
  readonly scheme: 'bearer' | 'dpop'
  /** The header DPoP, where there is one. */
  readonly proof?: string
  readonly method: string
  /** Path without query, as it was asked. */
  readonly path: string
}

export interface Tokens {
  /** Who a bearer token speaks for. Refusal UNAUTHENTICATED: no reason is given outside, `facts.rule` names it for the log. */
  verify(bearer: string, shown?: Shown): Promise<Person>
}
