/** Opt-outs in PostgreSQL: with opt-out-sealing.ts the only file that names their tables. */
import { setImmediate as othersFirst } from 'node:timers/promises'
import { z } from 'zod'
import type { Database, Store } from '../store/store.ts'
import type { DatasetOptOut } from '../store/tables.ts'
import type { OptOutSeal, OptOutSeals } from './opt-out-seal.ts'
import { aboutRow, sealPlain } from './opt-out-sealing.ts'

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
  /** Seals what an earlier release wrote in the clear, all of it or nothing; answers how many. Done again, there is none. */
  sealPlain(): Promise<number>
}

const named = z.array(z.string()).min(1)
/** Opened between two looks at whatever else waits. */
const openedAtOnce = 500

export function openOptOutRegister({ db }: Pick<Store, 'db'>, seals: OptOutSeals): OptOutRegister {
  /** Rows never change who they are about: each is opened once. */
  const opened = new Map<number, string>()
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
      if (rows.length === 0) return []
      const seal = await seals(domain)
      const found: OptOut[] = []
      for (const [i, row] of rows.entries()) {
        if (i % openedAtOnce === 0) await othersFirst()
        const pseudonym = opened.get(row.number) ?? openRow(seal, row)
        opened.set(row.number, pseudonym)
        found.push({
          number: row.number,
          holder: row.holder,
          pseudonym,
          addedVersion: row.added_version,
          addedAt: row.added_at,
          reversedVersion: row.reversed_version,
          reversedAt: row.reversed_at,
        })
      }
      return found
    },
    async begin({ sha256, domain, holder, pseudonyms, at }) {
      const sealed = (await seals(domain)).seal(JSON.stringify(pseudonyms), aboutBegun(domain, sha256))
      await db
        .insertInto('dataset_opt_out_begun')
        .values({ sha256, domain, holder, sealed, begun_at: at })
        .execute()
    },
    async finish(sha256) {
      const begun = await begunRow(db, sha256).executeTakeFirst()
      if (begun === undefined) return false
      // Begun in an earlier release, whose list has nobody who could be found again.
      if (begun.sealed === null) await sealPlain(db, seals)
      const seal = await seals(begun.domain)
      return db.transaction().execute((transaction) => finish(transaction, sha256, seal))
    },
    forget: (sha256) => forget(db, sha256),
    async begun() {
      const rows = await db.selectFrom('dataset_opt_out_begun').select('sha256').orderBy('begun_at').execute()
      return rows.map(({ sha256 }) => sha256)
    },
    reverse: (change, number) =>
      db.transaction().execute((transaction) => reverse(transaction, change, number)),
    sealPlain: () => sealPlain(db, seals),
  }
}

type Row = Pick<DatasetOptOut, 'domain' | 'pseudonym' | 'mac' | 'sealed'>

function openRow(seal: OptOutSeal, { domain, pseudonym, mac, sealed }: Row): string {
  // Of an earlier release, before the start has sealed it.
  if (sealed === null) return pseudonym ?? ''
  return seal.open(sealed, aboutRow(domain, mac ?? ''))
}

const aboutBegun = (domain: string, sha256: string) => `opt-outs begun|${domain}|${sha256}`

const begunRow = (db: Database, sha256: string) =>
  db.selectFrom('dataset_opt_out_begun').selectAll().where('sha256', '=', sha256)

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

async function finish(db: Database, sha256: string, seal: OptOutSeal): Promise<boolean> {
  const begun = await begunRow(db, sha256).forUpdate().executeTakeFirst()
  if (begun === undefined) return false
  const { domain, holder, sealed, begun_at } = begun
  const pseudonyms =
    sealed === null
      ? (begun.pseudonyms ?? [])
      : named.parse(JSON.parse(seal.open(sealed, aboutBegun(domain, sha256))))
  const isAdded = await add(db, { domain, holder, at: begun_at }, sealedOf(domain, { pseudonyms, seal }))
  if (isAdded) await forget(db, sha256)
  return isAdded
}

function sealedOf(
  domain: string,
  { pseudonyms, seal }: { readonly pseudonyms: readonly string[]; readonly seal: OptOutSeal },
) {
  return [...new Set(pseudonyms)].map((pseudonym) => {
    const mac = seal.mac(pseudonym)
    return { mac, sealed: seal.seal(pseudonym, aboutRow(domain, mac)) }
  })
}

async function forget(db: Database, sha256: string): Promise<void> {
  await db.deleteFrom('dataset_opt_out_begun').where('sha256', '=', sha256).execute()
}

async function add(
  db: Database,
  { domain, holder, at }: Change,
  persons: readonly { readonly mac: string; readonly sealed: Buffer }[],
): Promise<boolean> {
  const standing = await db
    .selectFrom('dataset_opt_out')
    .select('mac')
    .where('domain', '=', domain)
    .where('reversed_version', 'is', null)
    .where(
      'mac',
      'in',
      persons.map(({ mac }) => mac),
    )
    .execute()
  const known = new Set(standing.map(({ mac }) => mac))
  const fresh = persons.filter(({ mac }) => !known.has(mac))
  if (fresh.length === 0) return false
  const version = await nextVersion(db, domain)
  const rows = fresh.map((person) => ({
    ...{ domain, holder, ...person },
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
