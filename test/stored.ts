/** A store in one line; apart from `house.ts`, so that who wants a database only does not load the query builder. */
import { silentLog } from '../services/kernel/log.ts'
import { openStore, type Store, type StoreOptions } from '../services/store/store.ts'
import { openDatabase } from './house.ts'

export interface TestStore extends Store {
  /** Of its database. */
  readonly url: string
}

/** On a fresh database, which `close` removes. */
export async function openTestStore(
  options: Pick<StoreOptions, 'connections' | 'answerMs'> = {},
): Promise<TestStore> {
  const database = await openDatabase()
  const store = await openStore({ url: database.url, log: silentLog, ...options })
  return {
    ...store,
    url: database.url,
    async close() {
      await store.close()
      await database.close()
    },
  }
}
