/** A log and its index, filled with a little of everything, opened anew for each test or once for all of them. */
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals'
import type { AuditLog } from '../../services/audit/writer.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { indexedEntry } from '../../services/review/indexing.ts'
import { type AuditIndex, openAuditIndex } from '../../services/store/audit-index.ts'
import type { Store } from '../../services/store/store.ts'
import { fillLog, openHome, type TestHome } from '../audit/open-log.ts'
import { openTestStore } from '../stored.ts'

interface LoggedHouse {
  audit: AuditLog
  auditIndex: AuditIndex
  store: Store
  home: TestHome
}

/** The members are those of the running test; `shared` for tests that read only: one house for the whole describe, or the file. */
export function useLoggedHouse(life: 'each' | 'shared' = 'each'): LoggedHouse {
  const house = {} as LoggedHouse
  const [before, after] = life === 'each' ? [beforeEach, afterEach] : [beforeAll, afterAll]
  before(async () => {
    house.store = await openTestStore()
    house.home = await openHome()
    house.auditIndex = openAuditIndex(house.store, silentLog)
    house.audit = await house.home.open({ onEntry: (entry) => house.auditIndex.add(indexedEntry(entry)) })
    await fillLog(house.audit, 8)
  })
  after(async () => {
    await house.audit.close()
    await house.auditIndex.close()
    await house.store.close()
    await house.home.remove()
  })
  return house
}
