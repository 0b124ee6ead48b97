/** Opt-outs in PostgreSQL: the only file that names their tables. */
import type { Database, Store } from '../store/store.ts'

/** One opt-out of a domain. */
export interface OptOut {
  readonly number: number
  readonly holder: string
  readonly pseudonym: string
  readonly addedVersion: number
  readonly addedAt: number
  readonly reversedVersion: number | null
  readonly reversedAt: number | null
}

interface Change {
  readonly domain: string
  readonly holder: string
  readonly at: number
}

/** Opt-outs that are being registered. */
interface Begun extends Change {
  /** The commitment that their entry has. */
  readonly sha256: string
  readonly pseudonyms: readonly string[]
}

/** A registration goes from `begin` over its entry to `finish`, so that a start can end it wherever it was cut. */
export interface OptOutRegister {
  /** Last version of the list of a domain; 0 when nobody has objected. */
  version(domain: string): Promise<number>
  /** All opt-outs of a domain, reversed ones too, by number. */
  list(domain: string): Promise<readonly OptOut[]>
  /** Keeps who is to be registered; the list stays as it is. */
  begin(begun: Begun): Promise<void>
  /**
   * Adds those that do not stand yet, as one new version, and forgets that they were begun. False where all of them stand or nobody was
   * begun: the list and what was begun stay as they are.
   */
  finish(sha256: string): Promise<boolean>
  forget(sha256: string): Promise<void>
  /** The commitments of what was begun and not finished. */
  begun(): Promise<readonly string[]>
  /** Ends one that stands and is of this holder, as a new version. False when there is none. */
  reverse(change: Change, number: number): Promise<boolean>
}

export function openOptOutRegister({ db }: Store): OptOutRegister {
  return {
    async version(domain) {
      const row = await db
        .selectFrom('dataset_opt_out_list')
        .select('version')
        .where('domain', '=', domain)
        .executeTakeFirst()
      return row?.version ?? 0
    },
    async list(domain) {
      const rows = await db
        .selectFrom('dataset_opt_out')
        .selectAll()
        .where('domain', '=', domain)
        .orderBy('number')
        .execute()
      return rows.map((row) => ({
        number: row.number,
        holder: row.holder,
        pseudonym: row.pseudonym,
        addedVersion: row.added_version,
        addedAt: row.added_at,
        reversedVersion: row.reversed_version,
        reversedAt: row.reversed_at,
      }))
    },
    async begin({ sha256, domain, holder, pseudonyms, at }) {
      const row = { sha256, domain, holder, pseudonyms: [...pseudonyms], begun_at: at }
      await db.insertInto('dataset_opt_out_begun').values(row).execute()
    },
    finish: (sha256) => db.transaction().execute((transaction) => finish(transaction, sha256)),
    forget: (sha256) => forget(db, sha256),
    async begun() {
      const rows = await db.selectFrom('dataset_opt_out_begun').select('sha256').orderBy('begun_at').execute()
      return rows.map(({ sha256 }) => sha256)
    },
    reverse: (change, number) =>
      db.transaction().execute((transaction) => reverse(transaction, change, number)),
  }
}

/** Locks the list of a domain until the transaction ends, so that versions follow each other. */
async function nextVersion(db: Database, domain: string): Promise<number> {
  const row = await db
    .insertInto('dataset_opt_out_list')
    .values({ domain, version: 1 })
    .onConflict((conflict) =>
      conflict.column('domain').doUpdateSet((one) => ({
        version: one('dataset_opt_out_list.version', '+', 1),
      })),
    )
    .returning('version')
    .executeTakeFirstOrThrow()
  return row.version
}

async function finish(db: Database, sha256: string): Promise<boolean> {
  const begun = await db
    .selectFrom('dataset_opt_out_begun')
    .selectAll()
    .where('sha256', '=', sha256)
    .forUpdate()
    .executeTakeFirst()
  if (begun === undefined) return false
  const { domain, holder, pseudonyms, begun_at } = begun
  const isAdded = await add(db, { domain, holder, at: begun_at }, pseudonyms)
  if (isAdded) await forget(db, sha256)
  return isAdded
}

async function forget(db: Database, sha256: string): Promise<void> {
  await db.deleteFrom('dataset_opt_out_begun').where('sha256', '=', sha256).execute()
}

async function add(
  db: Database,
  { domain, holder, at }: Change,
  pseudonyms: readonly string[],
): Promise<boolean> {
  const standing = await db
    .selectFrom('dataset_opt_out')
    .select('pseudonym')
    .where('domain', '=', domain)
    .where('reversed_version', 'is', null)
    .where('pseudonym', 'in', [...pseudonyms])
    .execute()
  const known = new Set(standing.map((row) => row.pseudonym))
  const fresh = [...new Set(pseudonyms)].filter((one) => !known.has(one))
  if (fresh.length === 0) return false
  const version = await nextVersion(db, domain)
  const rows = fresh.map((pseudonym) => ({
    ...{ domain, holder, pseudonym },
    ...{ added_version: version, added_at: at },
  }))
  await db
    .insertInto('dataset_opt_out')
    .values(rows)
    // Somebody else may have added it since we looked.
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return true
}

async function reverse(db: Database, { domain, holder, at }: Change, number: number): Promise<boolean> {
  const own = await db
    .selectFrom('dataset_opt_out')
    .select('number')
    .where('number', '=', number)
    .where('domain', '=', domain)
    .where('holder', '=', holder)
    .where('reversed_version', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (own === undefined) return false
  const version = await nextVersion(db, domain)
  await db
    .updateTable('dataset_opt_out')
    .set({ reversed_version: version, reversed_at: at })
    .where('number', '=', number)
    .execute()
  return true
}
