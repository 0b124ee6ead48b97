/** What is asked of a project and what it is answered: the words that doors and use-cases of this room share. */
import type { Kept } from '../audit/kept.ts'
import type { Audit } from '../audit/record.ts'
import type { Witnessing } from '../audit/witness/collector.ts'
import type { Bulle } from '../dataset/bulle.ts'
import type { Workspace } from '../dataset/workspace.ts'
import type { Builder, Format, Limits, Parser, Releaser, Vault } from '../engine/engine.ts'
import type { Rulebook } from '../habilitation/decision.ts'
import type { CurrentPermit } from '../habilitation/permit.ts'
import type { Accounts } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Receipt } from '../kernel/id.ts'
import type { Code, Place, Sentence } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import type { Explanation } from './explain/explain.ts'
import type { OutputColumn } from './plan.ts'
import type { Plans } from './plans.ts'
import type { Quota } from './quota.ts'
import type { Registry } from './registry.ts'
import type { Running } from './running.ts'
import type { QueryTurns } from './turns.ts'

/** Values for `?` and `$1` (an array) or `$name` (an object); they become typed literals in the tree. */
export type Parameters = readonly unknown[] | Readonly<Record<string, unknown>>

/** Answers that are files. */
export type FileFormat = Format | 'xlsx'

export interface Question {
  readonly project: string
  readonly sql: string
  /** May be left out where the permit has only one. */
  readonly purpose?: string
  readonly objective?: string
  readonly parameters?: Parameters
  /** A UUID of the client's, by which it may cancel; made here when left out. */
  readonly id?: string
  /** `json` when left out. */
  readonly format?: 'json' | FileFormat
  /** Of the sentences in the answer; French when left out. */
  readonly language?: Language
  /** Aborted when the client goes away: the query is stopped. */
  readonly signal?: AbortSignal
}

/** A value of a JSON answer: unsafe integers are text, NaN and infinities null. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/** What was withheld, and by which rules; never how many persons, never how many groups. */
export interface Disclosure {
  readonly mode: 'guarded'
  /** Who is counted, and how many of them a cell rests on at least. */
  readonly unit: 'person' | 'establishment'
  readonly k: number
  readonly cellsWithheld: number
  /** True when the absent groups hold at least k persons together, and always when the answer has no row. */
  readonly groupsWithheld: boolean
  /** The permit grants so many rows of an answer, and this one had more; absent when nothing was cut. */
  readonly rowsCutAt?: number
  /** Of `T1`, `T2`, `T3`, `T4`, `secondary`, `values` (distinct values are those that k persons hold), `partial`. */
  readonly rules: readonly string[]
  readonly guarantee: string
  /** Names of what the guarantee does not cover. */
  readonly not_covered: readonly string[]
}

/** What leaves. Made by `runQuery` alone, after its release entry is on disk. */
export interface Answer {
  readonly id: string
  readonly columns: readonly OutputColumn[]
  readonly rows: readonly (readonly JsonValue[])[]
  /** [row, column] of the cells withheld; they are null in `rows`. */
  readonly suppressed: readonly (readonly [number, number])[]
  readonly disclosure: Disclosure
  /** `sha256:…` of the permit and of the policies that decided. */
  readonly permit: string
  readonly policy: string
  /** Name and version of the engine. */
  readonly engine: string
  /** A static estimate from the text and the sizes of the catalogue, in powers of ten; nothing is measured. */
  readonly cost: { readonly rows: number; readonly wattHours: number }
  readonly receipt: Receipt
  /** The body to send when a format other than JSON was asked for: the bytes that the release entry hashed. */
  readonly body?: { readonly format: FileFormat; readonly bytes: Uint8Array }
}

/** The decision without the run (contract, section 7). */
export interface Check {
  readonly decision: 'allow' | 'refuse'
  readonly code?: Code
  readonly location?: Place
  readonly hint?: Sentence
  readonly tables: readonly string[]
  readonly columns: readonly OutputColumn[]
  /** Of what is allowed: what will be released or withheld, and by which rules. */
  readonly explanation?: Explanation
  /** Of what is refused: the nearest form that is accepted, where the code has one. */
  readonly accepted?: string
}

export interface QueryNeeds {
  /** Who people are now: read again before an answer leaves. */
  readonly accounts: Pick<Accounts, 'find'>
  readonly audit: Audit
  /** Nobody asks where nobody watches the log any more. */
  readonly witnessing: Pick<Witnessing, 'insistHeard'>
  /** Refusal BULLE_NOT_READY while a line is being sealed. */
  readonly bulles: { of(current: CurrentPermit): Promise<Bulle> }
  readonly clock: Clock
  /** Rules, permits and catalogues by content, so that every decision can be made again. */
  readonly kept: Kept
  readonly parser: Parser
  readonly plans: Plans
  readonly vault: Vault
  readonly releaser: Releaser
  readonly builder: Builder
  /** Derived tables of projects, which `bulles` shows beside the granted ones. */
  readonly workspace: Workspace
  /** The permit of a project as the register knows it now; null when there is none. */
  readonly permits: { current(project: string): Promise<CurrentPermit | null> }
  readonly rulebook: Rulebook
  readonly running: Running
  readonly turns: QueryTurns
  readonly registry: Registry
  readonly quota: Quota
  readonly limits: Limits
}
