/** What the house asks of the sealing process, and what it answers. */
import type { Descriptor } from './descriptor.ts'

/** Persons of a domain that the project has numbered: pseudonym and `__pix`, no source value. */
export const personsFile = 'persons.parquet'

export interface SealOrder {
  readonly descriptor: Descriptor
  /** Folder of the published version. */
  readonly version: string
  /** Empty folder that the extract is written to. */
  readonly out: string
  /** Persons of the same domain that the project knows already, with their `__pix`; they keep it. */
  readonly persons?: string
  /** Persons of the same domain who left the project: none comes back, and no number is given again. */
  readonly left?: string
  readonly key: Uint8Array
  /** Source values of persons who object: no row and no reference of theirs enters the extract. */
  readonly excluded?: readonly string[]
  readonly tables: readonly SealTable[]
  /** Statement that answers `__row` of the rows of persons to keep. */
  readonly population?: { readonly table: string; readonly statement: string }
  readonly memoryBytes: number
}

export interface SealTable {
  readonly name: string
  /** Granted columns; the extract has them in the order of the descriptor. */
  readonly columns: readonly string[]
  readonly filter?: string
}

export interface SealedTable {
  readonly name: string
  readonly file: string
  readonly rows: number
  /** Personal tables: at most one row per person. */
  readonly unique: boolean
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

export interface Sealed {
  readonly tables: readonly SealedTable[]
  /** Persons of the full dataset that were left out because they object. */
  readonly excluded: number
  /** Persons of the domain that the project has numbered, this line included. */
  readonly persons: number
}
