/** What a step of the guided tour is made of: what is said before it is played, and what it gave. */
import type { Language } from '../../kernel/text.ts'
import type { Client } from '../client.ts'

/** A sentence in both languages. */
export type Said = Readonly<Record<Language, string>>

/** Where the node says that it wrote something down. */
export interface Receipt {
  /** Origin of the log; its last segment is the year. */
  readonly log: string
  readonly seq: number
}

/** What all steps play on. */
export interface Stage {
  readonly home: string
  readonly url: string
  readonly language: Language
  /** Ends the tour. */
  readonly signal: AbortSignal
  /** The project of alice that the tour asks of, and the request that it came from. */
  readonly project: { readonly id: string; readonly purpose: string; readonly habilitation: string }
  /** Leaves the copy of the log, with its changed byte, where it is. */
  readonly keepsCopy: boolean
  /** A demo account, signed in. */
  as(subject: string): Promise<Client>
}

/** What is said before the step is played. */
export interface Announcement {
  readonly what: Said
  /** What one types to do the same. */
  readonly commands: readonly string[]
}

/** What the step gave, once it was checked. */
export interface Outcome {
  /** What the node answered, as it is shown. */
  readonly lines: readonly string[]
  readonly result: Said
  readonly look: Said
  readonly facts: Readonly<Record<string, unknown>>
  /** The entry of the log about it, where later steps look for it. */
  readonly receipt?: Receipt
}

export type StepName = 'allowed' | 'purpose' | 'withheld' | 'habilitation' | 'journal' | 'tampering'

/** Entries that earlier steps left. */
export type Receipts = ReadonlyMap<StepName, Receipt>

export interface Step {
  readonly name: StepName
  readonly title: Said
  /** Demo accounts, in the order in which they act. */
  readonly who: readonly string[]
  announce(stage: Stage): Announcement
  /** Throws a StepFailure when the node does not give what it must. */
  play(stage: Stage, earlier: Receipts): Promise<Outcome>
}

/** The node gave something else than what the step is there to show. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure'
  readonly said: Said

  constructor(said: Said) {
    super(said.en)
    this.said = said
  }
}

/** Throws a StepFailure unless the node gave what it must. */
export function insist(holds: unknown, otherwise: Said): asserts holds {
  if (!holds) throw new StepFailure(otherwise)
}

/** The entry that an earlier step left; the tour stops at the first step that fails, so it is there. */
export function receiptOf(earlier: Receipts, name: StepName): Receipt {
  const receipt = earlier.get(name)
  insist(receipt, { fr: `l’étape « ${name} » n’a pas de reçu`, en: `step "${name}" has no receipt` })
  return receipt
}

/** Year of the log that an entry is in. */
export function shardOf({ log }: Receipt): string {
  return log.split('/').at(-1) ?? ''
}
