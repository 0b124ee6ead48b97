/**
 * The data keys of a node: one for each thing that is sealed, wrapped in the table of this room, unwrapped in memory only. Who
 * holds the files and this table has nothing without the key of the provider; who has all three has nothing of what was destroyed
 * before the copy was taken.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Log } from '../kernel/log.ts'
import type { Store } from '../store/store.ts'
import { KeyCache } from './cache.ts'
import { aboutOf, type KeyName } from './key-name.ts'
import { type KeyProvider, unwrapKept } from './provider.ts'
import { type Progress, rewrapAll } from './rewrap.ts'
import { openPurge } from './shred.ts'
import { findRow, insertRow, removeRow, removeRows } from './wrapped-table.ts'

/** 32 random bytes, a copy that is the caller's own. */
type DataKey = Uint8Array

export interface Keyring {
  /**
   * The key of a thing; made on first use, its wrapped row durable before it is answered. `made` is called with the SHA-256 of a new
   * key before anything is kept. UNAVAILABLE when the provider or the database is.
   */
  of(name: KeyName, made?: (fingerprint: string) => Promise<void>): Promise<DataKey>
  /** The same, or null where there is none: never made, or destroyed. */
  find(name: KeyName): Promise<DataKey | null>
  /** SHA-256 of the key, without unwrapping it; null where there is none. */
  fingerprint(name: KeyName): Promise<string | null>
  /** From here on nothing opens what the key sealed. False where there was no key. */
  destroy(name: KeyName): Promise<boolean>
  /** Destroys the key with this id and all whose id begins with it and a slash. Answers how many there were. */
  destroyAll(name: KeyName): Promise<number>
  /** Removes what a stop in the middle of a destruction may have left of a row. Done again, it does no harm. */
  sweep(): Promise<void>
  /** Wraps anew what is not wrapped by the present KEK; no sealed file changes. Answers how many were wrapped anew. */
  rewrap(say?: (progress: Progress) => void): Promise<number>
}

export interface KeyringNeeds {
  readonly store: Store
  readonly provider: KeyProvider
  readonly clock: Clock
  readonly log: Log
  /** Unwrapped keys that are held at most. Default 1,000. */
  readonly held?: number
}

export function openKeyring({ store, provider, clock, log, held = 1000 }: KeyringNeeds): Keyring {
  const { db } = store
  const purge = openPurge(db, log)
  const cache = new KeyCache(held)
  const making = new Map<string, Promise<DataKey>>()
  // How often a key was destroyed: what was read before must not be kept, nor answered, after it.
  let destroyed = 0
  const find = async (name: KeyName): Promise<DataKey | null> => {
    const known = cache.find(aboutOf(name))
    if (known !== null) return known
    const before = destroyed
    const row = await findRow(db, name)
    const key = row === undefined ? null : await unwrapKept(provider, row, aboutOf(name))
    if (before !== destroyed) return find(name)
    if (key !== null) cache.keep(aboutOf(name), key)
    return key
  }
  const make = async (name: KeyName, made: (fingerprint: string) => Promise<void>): Promise<DataKey> => {
    const key = randomBytes(32)
    const { bytes, ...by } = await provider.wrap(key, aboutOf(name))
    await made(sha256(key))
    const at = clock.now()
    const row = { ...by, wrapped: Buffer.from(bytes), sha256: sha256(key), made_at: at, wrapped_at: at }
    const before = destroyed
    await insertRow(db, name, row)
    if (before === destroyed) cache.keep(aboutOf(name), key)
    return key
  }
  const forget = (name: KeyName) => {
    destroyed += 1
    cache.forget(aboutOf(name))
  }
  return {
    find,
    sweep: purge,
    async of(name, made = async () => {}) {
      const about = aboutOf(name)
      // Two who ask at once get the same key: what the second one made would open nothing of the first.
      const asked = making.get(about) ?? find(name).then((found) => found ?? make(name, made))
      making.set(about, asked)
      return Uint8Array.from(await asked.finally(() => making.delete(about)))
    },
    async fingerprint(name) {
      return (await findRow(db, name))?.sha256 ?? null
    },
    async destroy(name) {
      const isGone = await removeRow(db, name)
      forget(name)
      if (isGone) await purge()
      return isGone
    },
    async destroyAll(name) {
      const gone = await removeRows(db, name)
      for (const id of gone) forget({ ...name, id })
      if (gone.length > 0) await purge()
      return gone.length
    },
    async rewrap(say = () => {}) {
      const count = await rewrapAll({ db, provider, clock }, say)
      if (count > 0) await purge()
      return count
    },
  }
}
