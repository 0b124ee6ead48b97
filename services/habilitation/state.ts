/** What a request and its permit are, after what happened (fold.ts). What time does to them is in lifetime.ts. */
import { type Actor, samePerson } from '../kernel/id.ts'
import type { Change } from './changes.ts'
import type { Condition } from './clauses.ts'
import type { Attachment, HappeningType, Scope } from './event.ts'
import type { Grant } from './grants.ts'
import type { State } from './matrix.ts'
import type { PermitLine } from './permit.ts'
import type { Body } from './request.ts'

interface Lead extends Actor {
  readonly organisation: string
}
export interface Items {
  readonly items: readonly { readonly field: string; readonly comment: string }[]
  readonly at: number
}
export interface Opinion {
  readonly role: 'dpo' | 'ethics'
  readonly opinion: 'favourable' | 'conditions' | 'unfavourable' | 'recused'
  readonly comment: string
  readonly by: Actor
  readonly at: number
}
/** An opinion that is asked for, and the least favourable word that will do. */
export interface Awaited {
  readonly role: Opinion['role']
  readonly wanted: 'favourable' | 'favourable-or-conditions'
}

export interface LineAnswer {
  readonly answer: 'countersigned' | 'declined'
  readonly by: Actor
  readonly at: number
  readonly comment?: string
  /** What the holder signed, with its signature. */
  readonly line?: PermitLine
}
interface Proposal {
  readonly decision: 'grant' | 'refuse'
  readonly reasons: string
  readonly crossed?: boolean
  readonly conditions: readonly Condition[]
  readonly by: Actor
  readonly at: number
}
export interface PermitRef {
  readonly id: string
  readonly version: number
  readonly sha256: string
  /** Seconds since 1970, as in the permit. */
  readonly nbf: number
  readonly exp: number
}
export interface Stop {
  readonly scope: Scope
  readonly reason: string
  readonly role: string
  readonly at: number
  /** Who has agreed to start again: it takes a DPO and the authority, two persons. */
  readonly agreed: readonly { readonly role: 'dpo' | 'authority'; readonly by: Actor }[]
}
interface Amendment {
  readonly kind: 'amendment' | 'renewal'
  readonly request: Body
  readonly at: number
  /** Answers of the holders to the amended lines; those of unchanged lines are kept. */
  readonly lines: Readonly<Record<string, LineAnswer>>
  readonly proposal: Omit<Proposal, 'conditions' | 'crossed'> | null
}
export interface Step {
  readonly type: HappeningType
  readonly at: number
  readonly by: Lead | null
}

/** What a reviewer said of its own interests in this request. */
interface Interests {
  readonly none: boolean
  readonly text: string
  readonly by: Actor
  readonly at: number
}
/** What was said of one field; a thread of the reviewers is theirs alone. */
export interface Thread {
  readonly thread: string
  readonly field: string
  readonly audience: 'applicant' | 'reviewers'
  readonly messages: readonly {
    readonly role: string
    readonly text: string
    readonly by: Actor
    readonly at: number
  }[]
}
/** What made it a request of another kind. */
export interface Escalated {
  readonly trigger: string
  readonly dataset: string
  readonly table?: string
  readonly column?: string
  readonly at: number
}

interface HandedIn {
  readonly kind: 'results' | 'publication'
  readonly title: string
  readonly summary: string
  /** An https address or a DOI. */
  readonly link: string
  readonly by: Actor
  readonly at: number
}

export interface Habilitation {
  readonly id: string
  readonly copiedFrom?: string
  readonly stored: State
  readonly lead: Lead
  readonly request: Body
  readonly submittedAt?: number
  /** What was asked for, and the instant until which it is waited for. */
  readonly returned?: Items & { readonly due: number }
  readonly assessedAt?: number
  readonly completedBy?: Actor
  readonly extended: boolean
  readonly opinions: readonly Opinion[]
  readonly interests: readonly Interests[]
  readonly threads: readonly Thread[]
  readonly attachments: readonly (Attachment & { readonly at: number })[]
  readonly escalations: readonly Escalated[]
  readonly externals: readonly { readonly kind: string; readonly reference: string }[]
  /** What was sent, each time it was. */
  readonly submissions: readonly { readonly at: number; readonly request: Body }[]
  readonly questions: readonly Items[]
  readonly answers: readonly Items[]
  /** By dataset; a line without an answer is pending. */
  readonly lines: Readonly<Record<string, LineAnswer>>
  readonly proposal: Proposal | null
  readonly confirmedBy?: Actor
  readonly decidedAt?: number
  /** The instant at which a pre-permit is withdrawn. */
  readonly acceptBy?: number
  readonly appeal?: { readonly reasons: string; readonly at: number }
  /** One appeal only: refused, there is no other here. */
  readonly appealRefused?: boolean
  readonly project?: string
  readonly permits: readonly PermitRef[]
  /** What each later version changed, by its number. */
  readonly changes: Readonly<Record<number, readonly Change[]>>
  /** Opinions that an emergency went ahead of, since when, and the instant at which it suspends itself without them. */
  readonly awaited?: { readonly opinions: readonly Awaited[]; readonly since: number; readonly due: number }
  readonly stops: readonly Stop[]
  /** Of every person that some version named, ended ones too. */
  readonly grants: readonly Grant[]
  /** The review of the last period, once the access was over. */
  readonly accessReview?: {
    readonly conclusion: 'nothing' | 'followed-up'
    readonly comment: string
    readonly by: Actor
    readonly at: number
  }
  /** What was handed in for the public, oldest first. */
  readonly results: readonly HandedIn[]
  /** Datasets whose line its holder took back, or that an escalation closed. */
  readonly closedLines: readonly string[]
  readonly notice: { readonly reason: string; readonly by: Actor; readonly at: number } | null
  readonly dismissal: { readonly by: Actor } | null
  readonly amendment: Amendment | null
  readonly renewalUsed: boolean
  readonly closedBy?: Actor
  /** Of the destruction, signed by the operator, then attested by the DPO. */
  readonly certificate?: { readonly sha256: string; readonly jws: string; readonly at: number }
  readonly attested?: { readonly by: Actor; readonly at: number }
  readonly revokedBy?: Actor
  readonly endedAt?: number
  readonly history: readonly Step[]
}

/** Whether the same part is meant: the whole, one line, or one person. */
export function sameScope(a: Scope, b: Scope): boolean {
  if (a.line !== b.line) return false
  if (a.person === undefined || b.person === undefined) return a.person === b.person
  return samePerson(a.person, b.person)
}

/** How often the text of a request was changed: the same number is the same text. */
export function revisionOf({ history }: Pick<Habilitation, 'history'>): number {
  return history.filter(({ type }) => type === 'changed').length
}
