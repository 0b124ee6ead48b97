/** Unfinished and finished uploads in PostgreSQL. An upload is finished by `DatasetRegister.receive`, with the row of its file. */
import type { Store } from '../store/store.ts'

export interface UploadRow {
  readonly id: string
  readonly deposit: string
  readonly dataset: string
  readonly table: string
  /** The header `Upload-Metadata` as it was sent. */
  readonly metadata: string
  readonly bytes: number
  /** On disk for certain. */
  readonly received: number
  readonly finished: boolean
  readonly sha256?: string
  readonly opener: { readonly issuer: string; readonly subject: string }
  readonly expiresAt: number
  /** Whether its deposit still takes files. */
  readonly isOpen: boolean
}

type NewUpload = Pick<
  UploadRow,
  'id' | 'deposit' | 'table' | 'metadata' | 'bytes' | 'sha256' | 'opener' | 'expiresAt'
>

export interface UploadRegister {
  add(upload: NewUpload): Promise<void>
  find(id: string): Promise<UploadRow | null>
  all(): Promise<readonly UploadRow[]>
  /** Those that a person began. */
  of(opener: UploadRow['opener']): Promise<readonly UploadRow[]>
  /** Writes down that bytes are on disk, and how long they are kept. */
  advance(id: string, received: number, expiresAt: number): Promise<void>
  remove(id: string): Promise<void>
}

export function openUploadRegister(store: Store): UploadRegister {
  const { db } = store
  return {
    async add({ id, deposit, table, metadata, bytes, sha256, opener, expiresAt }) {
      const row = { id, deposit, table_name: table, metadata, bytes, sha256: sha256 ?? null }
      const { issuer, subject } = opener
      await db
        .insertInto('dataset_upload')
        .values({ ...row, opened_issuer: issuer, opened_subject: subject, expires_at: expiresAt })
        .execute()
    },
    async find(id) {
      const row = await selectUploads(store).where('u.id', '=', id).executeTakeFirst()
      return row === undefined ? null : uploadOf(row)
    },
    all: async () => (await selectUploads(store).execute()).map(uploadOf),
    async of({ issuer, subject }) {
      const rows = await selectUploads(store)
        .where('u.opened_issuer', '=', issuer)
        .where('u.opened_subject', '=', subject)
        .execute()
      return rows.map(uploadOf)
    },
    async advance(id, received, expiresAt) {
      await db
        .updateTable('dataset_upload')
        .set({ received, expires_at: expiresAt })
        .where('id', '=', id)
        .execute()
    },
    async remove(id) {
      await db.deleteFrom('dataset_upload').where('id', '=', id).execute()
    },
  }
}

function selectUploads({ db }: Store) {
  return db
    .selectFrom('dataset_upload as u')
    .innerJoin('dataset_deposit as d', 'd.id', 'u.deposit')
    .selectAll('u')
    .select(['d.dataset', 'd.status'])
    .orderBy('u.id')
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectUploads>['execute']>>[number]

function uploadOf(row: Selected): UploadRow {
  return {
    id: row.id,
    deposit: row.deposit,
    dataset: row.dataset,
    table: row.table_name,
    metadata: row.metadata,
    bytes: row.bytes,
    received: row.received,
    finished: row.finished_at !== null,
    ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
    opener: { issuer: row.opened_issuer, subject: row.opened_subject },
    expiresAt: row.expires_at,
    isOpen: row.status === 'open',
  }
}
