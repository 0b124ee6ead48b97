/** Keys that were made before there was a keyring. */
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Store } from '../store/store.ts'
import { aboutOf, type KeyName } from './key-name.ts'
import type { KeyProvider } from './provider.ts'
import { findRow, insertRow } from './wrapped-table.ts'

export interface TakeNeeds {
  readonly store: Store
  readonly provider: KeyProvider
  readonly clock: Clock
}

/** Wraps a key that lay elsewhere, unless there is one of that name already: the caller may remove it then. Done again, it changes nothing. */
export async function takeKey(
  { store: { db }, provider, clock }: TakeNeeds,
  name: KeyName,
  key: Uint8Array,
): Promise<void> {
  if ((await findRow(db, name)) !== undefined) return
  const { bytes, ...by } = await provider.wrap(key, aboutOf(name))
  const at = clock.now()
  const row = { ...by, wrapped: Buffer.from(bytes), sha256: sha256(key), made_at: at, wrapped_at: at }
  await insertRow(db, name, row)
}
