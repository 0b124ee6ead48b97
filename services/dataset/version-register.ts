/** Versions that were published, one by one, and how they end, in PostgreSQL. */
import type { Store } from '../store/store.ts'
import { qualityOf } from './deposit-register.ts'
import type { Quality } from './quality/label.ts'

export interface Withdrawal {
  /** POSIX milliseconds. */
  readonly at: number
  readonly cause: 'recall' | 'retention'
  readonly reason?: string
  /** The entry of the log that has it. */
  readonly log: string
  readonly seq: number
}

export interface PublishedVersion {
  readonly dataset: string
  readonly version: number
  readonly manifestSha256: string
  readonly publishedAt: number
  readonly withdrawal?: Withdrawal
  /** JWS, once its files are gone. */
  readonly certificate?: string
}

/** A version with the deposit that it was, for its holder. */
export interface HeldVersion extends PublishedVersion {
  readonly deposit: string
  readonly quality?: Quality
}

type Named = Pick<PublishedVersion, 'dataset' | 'version'>

export interface VersionRegister {
  find(named: Named): Promise<PublishedVersion | null>
  /** Those of one dataset, withdrawn ones too, the newest first. */
  of(dataset: string): Promise<readonly HeldVersion[]>
  /** Those that nobody has withdrawn, the oldest first. */
  standing(): Promise<readonly PublishedVersion[]>
  /** Those that were withdrawn and are not destroyed yet: a crash came between. */
  unfinished(): Promise<readonly PublishedVersion[]>
  /** From now on nobody is given this version. False when it was withdrawn already. */
  withdraw(named: Named, withdrawal: Withdrawal): Promise<boolean>
  certify(named: Named, destroyed: { readonly at: number; readonly certificate: string }): Promise<void>
}

export function openVersionRegister({ db }: Store): VersionRegister {
  const all = () => db.selectFrom('dataset_version').selectAll().orderBy('published_at')
  return {
    async find({ dataset, version }) {
      const row = await all().where('dataset', '=', dataset).where('version', '=', version).executeTakeFirst()
      return row === undefined ? null : versionOf(row)
    },
    async of(dataset) {
      const rows = await all()
        .clearOrderBy()
        .where('dataset', '=', dataset)
        .orderBy('version', 'desc')
        .execute()
      return rows.map((row) => ({ ...versionOf(row), deposit: row.deposit, ...qualityOf(row) }))
    },
    async standing() {
      return (await all().where('withdrawn_at', 'is', null).execute()).map(versionOf)
    },
    async unfinished() {
      const rows = await all()
        .where('withdrawn_at', 'is not', null)
        .where('destroyed_at', 'is', null)
        .execute()
      return rows.map(versionOf)
    },
    async withdraw({ dataset, version }, { at, cause, reason, log, seq }) {
      const result = await db
        .updateTable('dataset_version')
        .set({
          ...{ withdrawn_at: at, withdrawn_cause: cause, withdrawn_reason: reason ?? null },
          ...{ withdrawn_log: log, withdrawn_seq: seq },
        })
        .where('dataset', '=', dataset)
        .where('version', '=', version)
        .where('withdrawn_at', 'is', null)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
    async certify({ dataset, version }, { at, certificate }) {
      await db
        .updateTable('dataset_version')
        .set({ destroyed_at: at, certificate })
        .where('dataset', '=', dataset)
        .where('version', '=', version)
        .where('destroyed_at', 'is', null)
        .execute()
    },
  }
}

interface VersionRow {
  readonly dataset: string
  readonly version: number
  readonly manifest_sha256: string
  readonly published_at: number
  readonly withdrawn_at: number | null
  readonly withdrawn_cause: string | null
  readonly withdrawn_reason: string | null
  readonly withdrawn_log: string | null
  readonly withdrawn_seq: number | null
  readonly certificate: string | null
}

function versionOf(row: VersionRow): PublishedVersion {
  const { withdrawn_at: at, withdrawn_reason: reason, withdrawn_log: log, withdrawn_seq: seq } = row
  const cause = row.withdrawn_cause === 'recall' ? 'recall' : 'retention'
  const isWithdrawn = at !== null && log !== null && seq !== null
  return {
    dataset: row.dataset,
    version: row.version,
    manifestSha256: row.manifest_sha256,
    publishedAt: row.published_at,
    ...(isWithdrawn ? { withdrawal: { at, cause, log, seq, ...(reason === null ? {} : { reason }) } } : {}),
    ...(row.certificate === null ? {} : { certificate: row.certificate }),
  }
}
