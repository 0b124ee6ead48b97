/**
 * Another KEK while the house is open. The node does it itself, for it has both KEKs: a command line that reached for the database would
 * need them too, and the address of an embedded one. What it writes is safe to stop anywhere: each key stays wrapped by a KEK that is
 * at hand.
 */
import type { Audit, By } from '../audit/record.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import type { Store } from '../store/store.ts'
import { type KekUse, kekUses } from './check.ts'
import type { Keyring } from './keyring.ts'
import type { NodeSecrets } from './node-secrets.ts'
import type { KeyProvider } from './provider.ts'
import type { Progress } from './rewrap.ts'

interface KeyStatus {
  /** Of the KEK that wraps now. */
  readonly provider: string
  /** Null where the provider does not answer. */
  readonly version: string | null
  /** How many keys each KEK has wrapped: one that has none left can be destroyed. */
  readonly wrapped: readonly KekUse[]
  /** Of the rotation that runs. */
  readonly rotating: Progress | null
  /** The last rotation was stopped by a failure, and another one goes on from there. */
  readonly isStopped: boolean
}

export interface Rotation extends Closable {
  status(): Promise<KeyStatus>
  /**
   * Begins to wrap anew all that the present KEK has not wrapped; one that runs already goes on. Recorded before. Answers how many
   * there are. UNAVAILABLE where provider, database or log is.
   */
  begin(by: By): Promise<number>
}

export interface RotationNeeds {
  readonly keyring: Keyring
  readonly provider: KeyProvider
  readonly secrets: NodeSecrets
  readonly store: Store
  readonly audit: Audit
  readonly log: Log
}

export function openRotation(needs: RotationNeeds): Rotation {
  const { keyring, provider, secrets, audit, log } = needs
  let [rotating, isStopped]: [Progress | null, boolean] = [null, false]
  let [running, isClosing]: [Promise<void>, boolean] = [Promise.resolve(), false]
  const run = async (): Promise<void> => {
    try {
      await keyring.rewrap((progress) => {
        rotating = progress
        if (isClosing) throw new Error('the house closes')
      })
      await secrets.rewrap()
      isStopped = false
    } catch (error) {
      isStopped = true
      const why = error instanceof Error ? error.name : 'unknown'
      log.error('the rotation of keys was stopped; another one goes on from there', { why })
    } finally {
      rotating = null
    }
  }
  const begin = async (by: By): Promise<number> => {
    const version = await provider.version()
    const isStale = (use: KekUse) => use.provider !== provider.id || use.version !== version
    const keys = (await allUses(needs)).filter(isStale).reduce((sum, use) => sum + use.keys, 0)
    if (keys === 0 || rotating !== null) return keys
    rotating = { done: 0, of: keys }
    await audit
      .append({ type: 'key.rotated', provider: provider.id, version, keys }, { by })
      .catch((error: unknown) => {
        rotating = null
        throw error
      })
    running = run()
    return keys
  }
  return {
    begin,
    async status() {
      const version = await provider.version().catch(() => null)
      return { provider: provider.id, version, wrapped: await allUses(needs), rotating, isStopped }
    },
    close: () => {
      isClosing = true
      return running
    },
  }
}

/** Of the keys of the table, and of the one that seals the secrets of the node. */
async function allUses({ store, secrets }: RotationNeeds): Promise<KekUse[]> {
  const own = secrets.wrappedBy()
  const isOwn = (use: KekUse) => use.provider === own.provider && use.version === own.version
  const uses = await kekUses(store)
  if (!uses.some(isOwn)) return [...uses, { ...own, keys: 1 }]
  return uses.map((use) => (isOwn(use) ? { ...use, keys: use.keys + 1 } : use))
}
