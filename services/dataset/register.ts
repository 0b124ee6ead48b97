/** Datasets and their versions in PostgreSQL (deposits: deposit-register.ts, opt-outs: opt-out-register.ts). */
import type { Store } from '../store/store.ts'
import type { Contract } from './contract.ts'
import { type AgreedContract, agree } from './contract-register.ts'
import { type DepositRegister, depositsOf, qualityOf, type VersionRow } from './deposit-register.ts'
import { type Descriptor, descriptorSchema } from './descriptor.ts'

export interface Declared {
  readonly descriptor: Descriptor
  readonly sha256: string
  /** Number of the last version, withdrawn ones too; absent before the first. */
  readonly lastVersion?: number
  /** The deposit contract in force. */
  readonly contract?: Contract
}

export interface DatasetRegister extends DepositRegister {
  /** Stores a descriptor unless the name is taken; answers what is stored under that name now. */
  declare(declared: Declared, at: number): Promise<Declared & { readonly created: boolean }>
  find(name: string): Promise<(Declared & { readonly latest: VersionRow | null }) | null>
  list(): Promise<readonly (Declared & { readonly latest: VersionRow | null })[]>
  version(dataset: string, version: number): Promise<VersionRow | null>
  /** Sets the next revision of the contract of a dataset. */
  agree(contract: AgreedContract): Promise<void>
}

export function openDatasetRegister(store: Store): DatasetRegister {
  const { db } = store
  return {
    async declare(declared, at) {
      const { descriptor, sha256 } = declared
      const added = await db
        .insertInto('dataset_descriptor')
        .values({
          name: descriptor.name,
          holder: descriptor.holder,
          descriptor: JSON.stringify(descriptor),
          sha256,
          declared_at: at,
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst()
      if (added.numInsertedOrUpdatedRows === 1n) return { ...declared, created: true }
      const stored = await db
        .selectFrom('dataset_descriptor')
        .select(['descriptor', 'sha256'])
        .where('name', '=', descriptor.name)
        .executeTakeFirstOrThrow()
      return {
        descriptor: descriptorSchema.parse(stored.descriptor),
        sha256: stored.sha256,
        created: false,
      }
    },
    async find(name) {
      const row = await selectDatasets(store)
        .select('d.descriptor')
        .where('d.name', '=', name)
        .executeTakeFirst()
      return row === undefined ? null : declaredOf(row, descriptorSchema.parse(row.descriptor))
    },
    list: listing(store),
    version: (dataset, version) => findVersion(store, dataset, version),
    agree: (contract) => agree(store, contract),
    ...depositsOf(store),
  }
}

async function findVersion({ db }: Store, dataset: string, version: number): Promise<VersionRow | null> {
  const row = await db
    .selectFrom('dataset_version')
    .select(['manifest_sha256', 'published_at', 'quality'])
    .where('dataset', '=', dataset)
    .where('version', '=', version)
    .executeTakeFirst()
  if (row === undefined) return null
  const { manifest_sha256: manifestSha256, published_at: publishedAt } = row
  return { dataset, version, manifestSha256, publishedAt, ...qualityOf(row) }
}

function selectDatasets({ db }: Store) {
  return db
    .selectFrom('dataset_descriptor as d')
    .leftJoin('dataset_version as v', (join) =>
      join.onRef('v.dataset', '=', 'd.name').on('v.version', '=', (one) =>
        one
          .selectFrom('dataset_version as w')
          .select((w) => w.fn.max('w.version').as('last'))
          .whereRef('w.dataset', '=', 'd.name')
          .where('w.withdrawn_at', 'is', null),
      ),
    )
    .select([
      'd.name',
      'd.sha256',
      'v.dataset',
      'v.version',
      'v.manifest_sha256',
      'v.published_at',
      'v.quality',
      (one) =>
        one
          .selectFrom('dataset_version as l')
          .select((l) => l.fn.max('l.version').as('number'))
          .whereRef('l.dataset', '=', 'd.name')
          .as('last_version'),
      (one) =>
        one
          .selectFrom('dataset_contract as c')
          .select('c.contract')
          .whereRef('c.dataset', '=', 'd.name')
          .orderBy('c.revision', 'desc')
          .limit(1)
          .as('contract'),
    ])
}

/**
 * Lists all datasets. A descriptor never changes, and its hash names it: each is read and parsed once, which keeps the
 * search over a large catalogue quick.
 */
function listing(store: Store): DatasetRegister['list'] {
  const seen = new Map<string, Descriptor>()
  return async () => {
    const rows = await selectDatasets(store).orderBy('d.name').execute()
    const unread = rows.flatMap(({ name, sha256 }) => (seen.has(sha256) ? [] : [name]))
    if (unread.length > 0) {
      const found = await store.db
        .selectFrom('dataset_descriptor')
        .select(['descriptor', 'sha256'])
        .where('name', 'in', unread)
        .execute()
      for (const { descriptor, sha256 } of found) seen.set(sha256, descriptorSchema.parse(descriptor))
    }
    return rows.flatMap((row) => {
      const descriptor = seen.get(row.sha256)
      return descriptor === undefined ? [] : [declaredOf(row, descriptor)]
    })
  }
}

interface DatasetRow {
  readonly sha256: string
  readonly dataset: string | null
  readonly version: number | null
  readonly manifest_sha256: string | null
  readonly published_at: number | null
  readonly quality: unknown
  readonly contract: unknown
  readonly last_version: number | null
}

function declaredOf(
  row: DatasetRow,
  descriptor: Descriptor,
): Declared & { readonly latest: VersionRow | null } {
  const { dataset, version, manifest_sha256: manifestSha256, published_at: publishedAt } = row
  const published = dataset !== null && version !== null && manifestSha256 !== null && publishedAt !== null
  return {
    descriptor,
    sha256: row.sha256,
    ...(row.last_version === null ? {} : { lastVersion: row.last_version }),
    // Written by `agree` alone, from a value of this type.
    ...(row.contract === null ? {} : { contract: row.contract as Contract }),
    latest: published ? { dataset, version, manifestSha256, publishedAt, ...qualityOf(row) } : null,
  }
}
