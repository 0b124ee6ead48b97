/** What the habilitation room asks of the rooms above it; main.ts hands these in. */
import type { Actor } from '../kernel/id.ts'
import type { Missing } from '../kernel/refusal.ts'
import type { CurrentPermit } from './permit.ts'

/** What the descriptor says of a column. */
export interface ColumnFacts {
  readonly type: string
  readonly role?: string
  /** The legal quasi-identifier that its holder says it is. */
  readonly quasiIdentifier?: string
  readonly bounds?: readonly [number, number]
}

/** What a request must know of a dataset to be checked: names and classes, never a row. */
export interface DatasetFacts {
  readonly name: string
  readonly holder: string
  readonly kind: 'personal' | 'non-personal'
  readonly k: number
  /** Who the units are; patients where it is absent. */
  readonly entity?: 'establishment' | 'staff'
  readonly tables: Readonly<
    Record<
      string,
      {
        readonly class: 'personal' | 'public'
        readonly columns: readonly string[]
        /** By the name of the column. */
        readonly about?: Readonly<Record<string, ColumnFacts>>
      }
    >
  >
}

export interface Datasets {
  facts(dataset: string): Promise<DatasetFacts | null>
  /**
   * Whether a `filter` or `population` is one boolean expression of allow-listed scalars over the columns of that table
   * (contract, section 6). Null when it is; otherwise a message that names the rule and repeats nothing of the text.
   */
  checkFilter(asked: {
    dataset: string
    table: string
    filter: string
    path: string
  }): Promise<Missing | null>
}

/** What a stopped query answers with. */
export type StopCode =
  | 'SUSPENDED'
  | 'REVOKED'
  | 'LINE_CLOSED'
  | 'EXPIRED'
  | 'SUPERSEDED'
  | 'PERSON_NOT_CLEARED'

/** What a stop is about: the queries that read one dataset, or those of one person; all of the project when empty. */
export interface Part {
  readonly dataset?: string | undefined
  readonly person?: Actor | undefined
}

/** What was destroyed with a project: names and hashes, and the entries of the log that say so. */
export interface Destroyed {
  readonly at: number
  readonly extracts: readonly {
    readonly dataset: string
    readonly version: number
    readonly sha256: string
  }[]
  readonly key: string | null
  readonly entries: { readonly log: string; readonly closed: number; readonly shredded: number }
}

/** What must happen elsewhere when a permit changes; each is called after the entry is durable. */
export interface Effects {
  /** Starts to seal the extract of the lines that are open and not sealed yet. Returns at once. */
  seal(current: CurrentPermit): void
  /** Stops the running queries of a project, or of a part of it, at once; they answer with this code. */
  stop(project: string, code: StopCode, part?: Part): void
  /** Ends the sessions of a person who is in no habilitation any more. */
  leave(person: Actor): Promise<void>
  /** Destroys what was sealed of one line that is closed for good; the other lines stay. Done again, it changes nothing. */
  shred(current: CurrentPermit, dataset: string): Promise<void>
  /** Destroys the extract of a project and its keys. Done again, it gives the same answer. */
  destroy(project: string): Promise<Destroyed>
}
