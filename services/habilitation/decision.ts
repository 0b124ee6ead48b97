import type { Person } from '../identity/person.ts'
import type { Code, Missing, Sentence } from '../kernel/refusal.ts'
import type { CurrentPermit } from './permit.ts'

/** One question to the rulebook. `now` in ms. Purpose and objective may be left out where the permit has only one. */
export interface Ask {
  readonly by: Person
  readonly now: number
  readonly purpose?: string
  readonly objective?: string
  /** Datasets that the statement reads; absent until the text has been understood. */
  readonly datasets?: readonly string[]
}

export interface Granted {
  readonly effect: 'permit'
  readonly current: CurrentPermit
  readonly purpose: string
  readonly objective?: string
  /** Ids of the policies that decided, in the order of the bundle. */
  readonly rules: readonly string[]
  readonly bundle: string
  /** SHA-256 of the visas without which a proof of the person would have been missing; absent when there are none. */
  readonly visas?: readonly string[]
}

export interface Denied {
  readonly effect: 'deny'
  readonly code: Code
  readonly rule: string
  readonly hint?: Sentence
  /** What failed; said with the refusal. */
  readonly fact?: Sentence
  /** With INVALID only: the purpose or objective that must be named because the permit has several. */
  readonly missing?: readonly Missing[]
  readonly bundle: string
}

export type Decision = Granted | Denied

/** The policies of this node, read and validated at start. `sha256` names the bundle in every answer and entry. */
export interface Rulebook {
  readonly sha256: string
  /** The name of the node that applies them; a permit names its nodes. */
  readonly node: string
  /** Pure: the same ask on the same permit gives the same decision. `null` is an unknown project or a stranger. */
  decide(ask: Ask, current: CurrentPermit | null): Decision
  readonly disclosure: DisclosureParameters
  /** Codes of a closed vocabulary of policies/vocabulary, such as `purposes-snds`. */
  codes(vocabulary: string): ReadonlySet<string>
}

/** policies/disclosure.json: a permit or a dataset may only tighten these (governance.md 2.9, disclosure.md 9.1). */
export interface DisclosureParameters {
  readonly k: number
  /** p % rule, as a fraction. */
  readonly p: number
  /** (2, n %) rule, as a fraction. */
  readonly twoShare: number
  readonly degreesOfFreedom: number
  /** Of a project useful to the sector, where the units are establishments (governance.md 2.9 and 3). */
  readonly establishment: {
    readonly k: number
    /** The largest share of a result that one establishment may make up, as a fraction. */
    readonly share: number
  }
  /** How evidence is made where there is a choice; it changes what an answer costs, never what it says. The fastest when left out. */
  readonly plan?: 'fastest' | 'exact'
}
