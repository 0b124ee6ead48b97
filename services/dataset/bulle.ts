/** The sealed extract of one permit: granted columns, rows and persons only. */
import type { Mount } from '../engine/engine.ts'

export interface BulleColumn {
  readonly name: string
  /** DuckDB's type inside the bulle. `unit`, `unit-reference` and `key` columns are VARCHAR whatever the source type. */
  readonly type: string
  readonly role?: 'unit' | 'key' | 'unit-reference' | 'quasi-identifier' | 'sensitive'
  readonly restrict?: readonly ('filter' | 'group-by' | 'output')[]
  readonly bounds?: readonly [number, number]
}

export interface BulleTable {
  readonly dataset: string
  readonly name: string
  readonly class: 'personal' | 'public'
  /** Granted columns, in the order of the descriptor. The hidden `__pix` (UINTEGER) of a personal table is not among them. */
  readonly columns: readonly BulleColumn[]
  /** Personal only: at most one row per person. */
  readonly unique: boolean
  /** Domain of the pseudonyms; identifiers of one domain name the same persons. */
  readonly domain?: string
  /** Public tables only. */
  readonly rows?: number
  readonly mount: Mount
  /** Power of ten of the rows, for static cost estimates. */
  readonly magnitude: number
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
  }[]
}

export interface BulleStatus {
  readonly status: 'preparing' | 'ready' | 'closed'
  readonly tables: readonly { readonly name: string; readonly dataset: string; readonly rows?: number }[]
}
