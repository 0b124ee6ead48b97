/** The sealed extract of one permit: granted columns, rows and persons only. */
import type { Mount } from '../engine/engine.ts'
import type { SealingProgress } from './progress.ts'

export interface BulleColumn {
  readonly name: string
  /** DuckDB's type inside the bulle. `unit`, `unit-reference` and `key` columns are VARCHAR whatever the source type. */
  readonly type: string
  readonly role?: 'unit' | 'key' | 'unit-reference' | 'quasi-identifier' | 'sensitive'
  readonly restrict?: readonly ('filter' | 'group-by' | 'output')[]
  readonly bounds?: readonly [number, number]
  /** Of a `key` column that has another name where it comes from: the name there, lower case. Keys of one name are one key. */
  readonly key?: string
}

/** A base table behind a derived one, with the columns that were read. */
interface BaseRead {
  readonly dataset: string
  readonly table: string
  readonly class: 'personal' | 'public'
  readonly columns: readonly string[]
}

/** What was withheld when a derived table was released; its columns `__s0`, `__s1`, … mark the cells. */
export interface WithheldFacts {
  readonly cells: boolean
  readonly groups: boolean
  readonly rules: readonly string[]
}

/** Where a derived table comes from. */
interface Derived {
  readonly reads: readonly BaseRead[]
  /** The threshold when it was made: what is read from it is held to this one at least. */
  readonly k: number
  /** Of statistics over persons that were kept; absent for rows of persons and for public rows. */
  readonly withheld?: WithheldFacts
}

/** Stands for the dataset of derived tables; no dataset has this name. */
export const workspaceSchema = '__workspace'

export interface BulleTable {
  readonly dataset: string
  readonly name: string
  readonly class: 'personal' | 'public'
  /** Granted columns, in the order of the descriptor. The hidden `__pix` (UINTEGER) of a personal table is not among them. */
  readonly columns: readonly BulleColumn[]
  /** Personal only: at most one row per person. */
  readonly unique: boolean
  /** Public only: columns that name one row; checked when the dataset was deposited. */
  readonly primaryKey?: readonly string[]
  /** Derived only: a row of a person may be there several times, so that groups may share it. */
  readonly repeats?: boolean
  /** Domain of the pseudonyms; identifiers of one domain name the same persons. */
  readonly domain?: string
  /** Public tables only. */
  readonly rows?: number
  readonly mount: Mount
  /** Power of ten of the rows, for static cost estimates. */
  readonly magnitude: number
  /** Made by a statement of the project, not granted as such. */
  readonly derived?: Derived
  /** Of a line that was closed after it was sealed: known by name, so that a question is told so, and mounted nowhere. */
  readonly closed?: true
}

/** What the query room sees of a project: only what is granted exists here. */
export interface Bulle {
  readonly id: string
  readonly project: string
  /** Persons per cell: the maximum over the datasets, at least 11. */
  readonly k: number
  readonly tables: readonly BulleTable[]
  /** Version of each dataset the bulle was sealed on, with the line's holder. */
  readonly datasets: readonly {
    readonly name: string
    readonly version: number
    readonly holder: string
    readonly k: number
    /** SHA-256 of the manifest of the extract: derived tables rest on this one. */
    readonly seal?: string
  }[]
}

export interface BulleStatus {
  readonly status: 'preparing' | 'ready' | 'closed'
  readonly tables: readonly { readonly name: string; readonly dataset?: string; readonly rows?: number }[]
  /** While it is prepared: the line that is being sealed, or `queued`. */
  readonly progress?: SealingProgress & { readonly dataset?: string }
}
