/** Whether the KEKs at hand are those of the keys in the table: asked at each start, and not when the first extract does not open. */
import type { Store } from '../store/store.ts'
import { aboutOf, type KeyKind } from './key-name.ts'
import { type KeyProvider, unwrapKept } from './provider.ts'

interface CheckNeeds {
  readonly store: Store
  readonly provider: KeyProvider
}

/**
 * Unwraps one key of each KEK that the table names. WrongKek, with the version that is missing, where one is not at hand; UNAVAILABLE
 * where its provider does not answer, or does not wrap.
 */
export async function checkKeks({ store, provider }: CheckNeeds): Promise<void> {
  const samples = await store.db
    .selectFrom('keys_wrapped')
    .distinctOn(['provider', 'version'])
    .selectAll()
    .orderBy('provider')
    .orderBy('version')
    .execute()
  for (const row of samples)
    await unwrapKept(provider, row, aboutOf({ kind: row.kind as KeyKind, id: row.id }))
  await provider.wrap(Buffer.alloc(32), 'huisclos|trial')
}

/** How many keys each KEK has wrapped. */
export interface KekUse {
  readonly provider: string
  readonly version: string
  readonly keys: number
}

export async function kekUses({ db }: Store): Promise<KekUse[]> {
  return db
    .selectFrom('keys_wrapped')
    .select(['provider', 'version'])
    .select(({ fn }) => fn.countAll<number>().as('keys'))
    .groupBy(['provider', 'version'])
    .orderBy('provider')
    .orderBy('version')
    .execute()
}
