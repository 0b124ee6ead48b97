/** The signed permit: what the gateway executes. Payload = RFC 8785 text, signed ES256 (governance.md 6). */
import type { Actor } from '../kernel/id.ts'
import type { Condition, PermitAssurance, PermitLimits } from './clauses.ts'
import type { GrantStanding } from './grant-state.ts'
import type { OptOutClause } from './opt-out-clause.ts'

export interface PermitTable {
  /** `*` expanded at signing, in the order of the descriptor. */
  readonly columns: readonly string[]
  readonly filter?: string
}

export interface PermitLine {
  readonly id: string
  readonly dataset: string
  readonly holder: string
  readonly k: number
  /** Who the units are; persons where it is absent. */
  readonly entity?: 'establishment'
  /** The holder agrees that single establishments are shown; never without its signature (governance.md 3). */
  readonly establishmentLevel?: 'consented'
  /** The holder agrees that checkers see cells that the rules withhold, and may let them out; never without its signature. */
  readonly exact?: 'checked'
  readonly population?: { readonly table: string; readonly filter: string }
  readonly tables: Readonly<Record<string, PermitTable>>
  readonly holderAct: 'countersign' | 'acknowledge'
  /** Detached JWS of the holder over the canonical line without this member. */
  readonly holderJws: string
}

export interface PermitPerson {
  readonly issuer: string
  readonly subject: string
  readonly profile: string
  /** Seconds since 1970, as in JWT. */
  readonly nbf: number
  readonly exp: number
}

export interface PermitPayload {
  readonly v: 1
  readonly iss: string
  readonly aud: 'huisclos:permit'
  /** `<base>-v<version>`. */
  readonly jti: string
  readonly iat: number
  readonly nbf: number
  readonly exp: number
  readonly base: string
  readonly version: number
  readonly previous?: string
  readonly request: { readonly id: string; readonly receivedAt: string }
  readonly title: string
  readonly route: string
  readonly kind: 'PERSONAL_HEALTH' | 'SECTOR_USEFUL'
  readonly purposes: readonly string[]
  readonly objectives: readonly { readonly id: string; readonly label: string }[]
  readonly persons: readonly PermitPerson[]
  readonly lines: readonly PermitLine[]
  readonly disclosure: { readonly mode: 'guarded' }
  readonly node: readonly string[]
  /** Absent: the limits of the node, and two factors. */
  readonly limits?: PermitLimits
  readonly assurance?: PermitAssurance
  /** Absent: opt-outs reach the open project. */
  readonly optOut?: OptOutClause
  readonly conditions: readonly Condition[]
  readonly policyHash: string
}

/** A permit whose signature, type, issuer, audience and times were checked. Made by `openPermit` alone. */
export interface Permit extends PermitPayload {
  /** SHA-256 of the payload bytes, never of the token. */
  readonly sha256: string
  readonly jws: string
}

/** What the register says of a permit beside its text; the state of its lines included. */
export interface PermitStanding {
  readonly state:
    | 'issued'
    | 'active'
    | 'suspended'
    | 'revocation_noticed'
    | 'revoked'
    | 'renounced'
    | 'closing'
    | 'closed'
  readonly currentVersion: number
  readonly openLines: readonly string[]
  readonly suspendedLines: readonly string[]
  /** Instant in ms at which an emergency suspends itself, unless what it waits for comes before. */
  readonly selfSuspendsAt?: number
  /** Persons whose own grant is suspended while the permit stands. */
  readonly suspendedPersons: readonly Actor[]
  /** Of every person that some version named. */
  readonly grants: readonly GrantStanding[]
}

export interface CurrentPermit {
  readonly permit: Permit
  readonly standing: PermitStanding
  /** The person who opened the request; sees the project without being listed. */
  readonly lead: Actor
}

/** The permit of a payload, before anybody signed: the line that a holder signs has no signature yet. */
export type UnsignedLine = Omit<PermitLine, 'holderJws'>
