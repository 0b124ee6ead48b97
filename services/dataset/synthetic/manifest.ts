/** What comes with generated data: where it is from, how to make it again, and what it adds up to. */

/** Changes whenever the same seed and rows would give other bytes; a test holds digests of it. */
export const generatorVersion = '1'

export interface Made {
  readonly table: string
  readonly file: string
  readonly rows: number
  readonly bytes: number
  /** Of the file, in hexadecimal. */
  readonly sha256: string
}

export interface Manifest {
  /** No person, establishment or event of these files exists. */
  readonly provenance: 'synthetic'
  readonly generator: string
  /** Version of the engine that wrote the files: the rows are the same in every one, the bytes of Parquet need not be. */
  readonly engine: string
  readonly shape: string
  readonly seed: number
  readonly rows: number
  readonly format: 'csv' | 'parquet'
  readonly dialect: 'iso' | 'fr'
  readonly tables: readonly Made[]
  /** Name → group → figure, all of which can be counted again from the files. */
  readonly totals: Readonly<Record<string, Readonly<Record<string, number>>>>
}
