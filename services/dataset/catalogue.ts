/** What is published: the datasets, their versions, and the tables of each version. */
import type { Contract } from './contract.ts'
import type { VersionRow } from './deposit-register.ts'
import type { Descriptor } from './descriptor.ts'
import type { Quality } from './quality/label.ts'
import type { DatasetRegister, Declared } from './register.ts'

/** One immutable version of a dataset; `folder` holds one Parquet file per table. */
export interface Version {
  readonly dataset: string
  readonly version: number
  readonly manifestSha256: string
  readonly folder: string
  readonly publishedAt: number
  readonly quality?: Quality
}

export interface Dataset {
  readonly descriptor: Descriptor
  readonly sha256: string
  readonly latest: Version | null
  /** What its holder promised of deposits. */
  readonly contract?: Contract
}

export interface Catalogue {
  find(name: string): Promise<Dataset | null>
  list(): Promise<readonly Dataset[]>
  /** A version that was published, the latest or not. */
  version(name: string, version: number): Promise<Version | null>
}

/** The catalogue as the register knows it; `folderOf` says where a version lies. */
export function openCatalogue(needs: {
  readonly register: DatasetRegister
  readonly folderOf: (dataset: string, version: number) => string
}): Catalogue {
  const placed = (row: VersionRow): Version => ({ ...row, folder: needs.folderOf(row.dataset, row.version) })
  const seen = (row: Declared & { readonly latest: VersionRow | null }): Dataset => ({
    descriptor: row.descriptor,
    sha256: row.sha256,
    ...(row.contract === undefined ? {} : { contract: row.contract }),
    latest: row.latest === null ? null : placed(row.latest),
  })
  return {
    async find(name) {
      const row = await needs.register.find(name)
      return row === null ? null : seen(row)
    },
    async list() {
      return (await needs.register.list()).map(seen)
    },
    async version(name, version) {
      const row = await needs.register.version(name, version)
      return row === null ? null : placed(row)
    },
  }
}
