/** What is published: the datasets, their versions, and the tables of each version. */
import type { Descriptor } from './descriptor.ts'

/** One immutable version of a dataset; `folder` holds one Parquet file per table. */
export interface Version {
  readonly dataset: string
  readonly version: number
  readonly manifestSha256: string
  readonly folder: string
  readonly publishedAt: number
}

export interface Dataset {
  readonly descriptor: Descriptor
  readonly sha256: string
  readonly latest: Version | null
}

export interface Catalogue {
  find(name: string): Promise<Dataset | null>
  list(): Promise<readonly Dataset[]>
}
