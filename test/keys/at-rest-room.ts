/** Sealed files for tests of other rooms: on the real table of keys where there is a database, else on keys in this process. */
import { randomBytes } from 'node:crypto'
import { silentLog } from '../../services/kernel/log.ts'
import { type AtRest, openAtRest } from '../../services/keys/at-rest.ts'
import { type ClearArea, openClearArea } from '../../services/keys/clear-area.ts'
import type { KeyName } from '../../services/keys/key-name.ts'
import { type Keyring, openKeyring } from '../../services/keys/keyring.ts'
import { type KeyProvider, localProvider, withFormer } from '../../services/keys/provider.ts'
import type { Store } from '../../services/store/store.ts'

export interface AtRestRoom {
  readonly atRest: AtRest
  readonly keyring: Keyring
  readonly clear: ClearArea
  readonly provider: KeyProvider
  /** Wraps all keys by another KEK; answers how many, and what opens the files with that one alone. */
  readonly rotate: () => Promise<{ readonly count: number; readonly atRest: AtRest }>
}

/** Close the clear area at the end. */
export async function openAtRestRoom(home: string, store?: Store): Promise<AtRestRoom> {
  const clear = await openClearArea('memory', { home })
  const kek = localProvider(randomBytes(32))
  const ringBy = (provider: KeyProvider) =>
    store === undefined
      ? keysInMemory()
      : openKeyring({ store, provider, clock: { now: () => 0 }, log: silentLog })
  const keyring = ringBy(kek)
  return {
    ...{ atRest: openAtRest({ keyring, clear }), keyring, clear, provider: kek },
    async rotate() {
      const next = localProvider(randomBytes(32))
      const count = await ringBy(withFormer(next, [kek])).rewrap()
      return { count, atRest: openAtRest({ keyring: ringBy(next), clear }) }
    },
  }
}

/** For what never opens a file in the clear area. */
export const atRestWithoutClear = (): AtRest =>
  openAtRest({
    keyring: keysInMemory(),
    clear: {
      path: '',
      folder: () => Promise.reject(new Error('no clear area here')),
      remove: async () => undefined,
    },
  })

function keysInMemory(): Keyring {
  const keys = new Map<string, Uint8Array>()
  const nameOf = ({ kind, id }: KeyName) => `${kind}|${id}`
  const find = async (name: KeyName) => keys.get(nameOf(name)) ?? null
  return {
    find,
    async of(name) {
      const key = (await find(name)) ?? randomBytes(32)
      keys.set(nameOf(name), key)
      return key
    },
    fingerprint: async () => null,
    destroy: async (name) => keys.delete(nameOf(name)),
    async destroyAll(name) {
      const below = [...keys.keys()].filter(
        (one) => one === nameOf(name) || one.startsWith(`${nameOf(name)}/`),
      )
      for (const one of below) keys.delete(one)
      return below.length
    },
    sweep: async () => undefined,
    rewrap: async () => 0,
  }
}
