/** Deposits in PostgreSQL, from their opening to the version that they become. */
import type { Store } from '../store/store.ts'
import { type DepositStatus, depositsFor, type ListedDeposit } from './deposit-rows.ts'
import type { Finding } from './finding.ts'
import type { Media } from './media.ts'
import type { Quality } from './quality/label.ts'

export interface VersionRow {
  readonly dataset: string
  readonly version: number
  readonly manifestSha256: string
  readonly publishedAt: number
  readonly quality?: Quality
}

export interface ReceivedFile {
  readonly table: string
  /** Name of the file in the quarantine folder of its deposit. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly media: Media
  /** The upload that it came by, finished together with its entry. */
  readonly upload?: string
}

export interface Deposit {
  readonly id: string
  readonly dataset: string
  readonly status: DepositStatus
  readonly findings: readonly Finding[]
  readonly version?: number
  readonly quality?: Quality
  /** JWS of its holder (dataset/holder-manifest.ts), as handed in last. */
  readonly manifest?: string
  readonly opener: { readonly issuer: string; readonly subject: string }
}

/** How a deposit ends; `version` when, and only when, it is accepted. */
interface Verdict {
  readonly deposit: string
  readonly status: 'accepted' | 'quarantined' | 'refused'
  readonly findings: readonly Finding[]
  readonly at: number
  readonly version?: VersionRow
  readonly quality?: Quality
}

export interface DepositRegister {
  open(deposit: {
    id: string
    dataset: string
    opener: { issuer: string; subject: string }
    at: number
  }): Promise<void>
  deposit(id: string): Promise<Deposit | null>
  /** Deposits that are being checked: after a start, those that a crash interrupted. */
  checking(): Promise<readonly Deposit[]>
  /** Puts a file in the place of the former one of its table. False when the deposit is not open any more. */
  receive(deposit: string, file: ReceivedFile, at: number): Promise<boolean>
  files(deposit: string): Promise<readonly ReceivedFile[]>
  /** Writes how a file is to be read. False when the deposit is not open any more, or its table has another file by now. */
  announce(deposit: string, file: ReceivedFile): Promise<boolean>
  /** Deposits of the datasets of a holder, of one of them where that is named; the newest first. */
  depositsFor(holder: string, dataset?: string): Promise<readonly ListedDeposit[]>
  /** Puts a manifest in the place of the former one. False when the deposit is not open any more. */
  sign(deposit: string, manifest: string): Promise<boolean>
  /** open → checking. False when it was not open. */
  submit(deposit: string, at: number): Promise<boolean>
  /** checking → the verdict, together with the row of the version, in one transaction. False when it was not checking. */
  end(verdict: Verdict): Promise<boolean>
}

/** Written by `end` alone, from a value of this type. */
export function qualityOf({ quality }: { readonly quality: unknown }): { readonly quality?: Quality } {
  return quality === null ? {} : { quality: quality as Quality }
}

export function depositsOf(store: Store): DepositRegister {
  const { db } = store
  return {
    async open({ id, dataset, opener, at }) {
      const row = { id, dataset, opened_issuer: opener.issuer, opened_subject: opener.subject }
      await db
        .insertInto('dataset_deposit')
        .values({ ...row, status: 'open', opened_at: at })
        .execute()
    },
    async deposit(id) {
      const row = await selectDeposits(store).where('d.id', '=', id).executeTakeFirst()
      return row === undefined ? null : depositOf(row)
    },
    async checking() {
      const rows = await selectDeposits(store).where('d.status', '=', 'checking').execute()
      return rows.map(depositOf)
    },
    receive: (deposit, file, at) => receive(store, { deposit, file, at }),
    async files(deposit) {
      const rows = await db
        .selectFrom('dataset_deposit_file')
        .selectAll()
        .where('deposit', '=', deposit)
        .orderBy('table_name')
        .execute()
      return rows.map((row) => ({
        table: row.table_name,
        file: row.file,
        bytes: row.bytes,
        sha256: row.sha256,
        // Written by `receive` alone, from a value of this type.
        media: row.media as Media,
      }))
    },
    announce: (deposit, file) => announce(store, deposit, file),
    depositsFor: (holder, dataset) => depositsFor(store, holder, dataset),
    async sign(deposit, manifest) {
      const result = await db
        .updateTable('dataset_deposit')
        .set({ manifest })
        .where('id', '=', deposit)
        .where('status', '=', 'open')
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
    async submit(deposit, at) {
      const result = await db
        .updateTable('dataset_deposit')
        .set({ status: 'checking', submitted_at: at })
        .where('id', '=', deposit)
        .where('status', '=', 'open')
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
    end: (verdict) => end(store, verdict),
  }
}

function receive(store: Store, asked: { deposit: string; file: ReceivedFile; at: number }): Promise<boolean> {
  const { deposit, file, at } = asked
  return store.db.transaction().execute(async (step) => {
    const open = await step
      .selectFrom('dataset_deposit')
      .select('id')
      .where('id', '=', deposit)
      .where('status', '=', 'open')
      .forUpdate()
      .executeTakeFirst()
    if (open === undefined) return false
    const row = {
      file: file.file,
      bytes: file.bytes,
      sha256: file.sha256,
      media: JSON.stringify(file.media),
      received_at: at,
    }
    await step
      .insertInto('dataset_deposit_file')
      .values({ deposit, table_name: file.table, ...row })
      .onConflict((conflict) => conflict.columns(['deposit', 'table_name']).doUpdateSet(row))
      .execute()
    if (file.upload !== undefined) {
      await step
        .updateTable('dataset_upload')
        .set({ received: file.bytes, finished_at: at })
        .where('id', '=', file.upload)
        .execute()
    }
    return true
  })
}

async function announce(
  { db }: Store,
  deposit: string,
  { table, file, media }: ReceivedFile,
): Promise<boolean> {
  const result = await db
    .updateTable('dataset_deposit_file')
    .set({ media: JSON.stringify(media) })
    .where('deposit', '=', deposit)
    .where('table_name', '=', table)
    .where('file', '=', file)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('dataset_deposit as d')
          .select('d.id')
          .where('d.id', '=', deposit)
          .where('d.status', '=', 'open'),
      ),
    )
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

function end(store: Store, verdict: Verdict): Promise<boolean> {
  return store.db.transaction().execute(async (step) => {
    const result = await step
      .updateTable('dataset_deposit')
      .set({
        status: verdict.status,
        findings: JSON.stringify(verdict.findings),
        ended_at: verdict.at,
      })
      .where('id', '=', verdict.deposit)
      .where('status', '=', 'checking')
      .executeTakeFirst()
    if (result.numUpdatedRows !== 1n) return false
    if (verdict.version !== undefined) {
      const { dataset, version, manifestSha256, publishedAt } = verdict.version
      await step
        .insertInto('dataset_version')
        .values({
          dataset,
          version,
          deposit: verdict.deposit,
          manifest_sha256: manifestSha256,
          published_at: publishedAt,
          quality: verdict.quality === undefined ? null : JSON.stringify(verdict.quality),
        })
        .execute()
    }
    return true
  })
}

function selectDeposits({ db }: Store) {
  return db
    .selectFrom('dataset_deposit as d')
    .leftJoin('dataset_version as v', 'v.deposit', 'd.id')
    .select([
      'd.id',
      'd.dataset',
      'd.status',
      'd.findings',
      'd.manifest',
      'd.opened_issuer',
      'd.opened_subject',
      'v.version',
      'v.quality',
    ])
}

interface DepositRow {
  readonly id: string
  readonly dataset: string
  readonly status: string
  readonly findings: unknown
  readonly manifest: string | null
  readonly opened_issuer: string
  readonly opened_subject: string
  readonly version: number | null
  readonly quality: unknown
}

function depositOf(row: DepositRow): Deposit {
  return {
    id: row.id,
    dataset: row.dataset,
    // The table's own CHECK holds the closed list; findings are written by `end` alone, from values of this type.
    status: row.status as DepositStatus,
    findings: row.findings as readonly Finding[],
    opener: { issuer: row.opened_issuer, subject: row.opened_subject },
    ...(row.version === null ? {} : { version: row.version }),
    ...(row.manifest === null ? {} : { manifest: row.manifest }),
    ...qualityOf(row),
  }
}
