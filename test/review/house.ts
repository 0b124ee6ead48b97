/** A log and its index, filled with a little of everything, opened anew for each test. */
import { afterEach, beforeEach } from '@jest/globals'
import type { AuditLog } from '../../services/audit/writer.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { indexedEntry } from '../../services/review/indexing.ts'
import { type AuditIndex, openAuditIndex } from '../../services/store/audit-index.ts'
import { openStore, type Store } from '../../services/store/store.ts'
import { fillLog, openHome, type TestHome } from '../audit/open-log.ts'
import { openDatabase, type TestDatabase } from '../house.ts'

interface LoggedHouse {
  audit: AuditLog
  auditIndex: AuditIndex
  store: Store
  home: TestHome
}

/** The members are those of the running test. */
export function useLoggedHouse(): LoggedHouse {
  const house = {} as LoggedHouse
  let database: TestDatabase
  beforeEach(async () => {
    database = await openDatabase()
    house.store = await openStore({ url: database.url, log: silentLog })
    house.home = await openHome()
    house.auditIndex = openAuditIndex(house.store, silentLog)
    house.audit = await house.home.open({ onEntry: (entry) => house.auditIndex.add(indexedEntry(entry)) })
    await fillLog(house.audit, 8)
  })
  afterEach(async () => {
    await house.audit.close()
    await house.auditIndex.close()
    await house.store.close()
    await database.close()
    await house.home.remove()
  })
  return house
}
