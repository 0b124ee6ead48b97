/** The sessions of a node on a real database, with a clock of its own. */
import type { Body } from '../../services/audit/entry.ts'
import type { About, Audit } from '../../services/audit/record.ts'
import { type AccountTable, openAccounts } from '../../services/identity/accounts.ts'
import { demoAccounts, demoOrganisations } from '../../services/identity/demo-accounts.ts'
import {
  type Login,
  openSessions,
  type SessionNeeds,
  type Sessions,
} from '../../services/identity/sessions.ts'
import type { Receipt } from '../../services/kernel/id.ts'
import type { Store } from '../../services/store/store.ts'
import { openTestStore } from '../stored.ts'

export const start = Date.parse('2026-11-22T09:00:00Z')
export const minute = 60_000

export interface SessionHouse {
  readonly time: { now: number }
  readonly clock: SessionNeeds['clock']
  readonly store: Store
  readonly accounts: AccountTable
  readonly audit: Audit
  readonly entries: { readonly body: Body; readonly about: About }[]
  readonly sessions: Sessions
  /** As after a start: nothing is remembered but what is in the database. */
  open(change?: Partial<SessionNeeds>): Sessions
  login(subject: string, change?: Partial<Login>): Login
  /** As at the beginning: the first minute, no session. */
  begin(): Promise<void>
  close(): Promise<void>
}

export async function openSessionHouse(): Promise<SessionHouse> {
  const time = { now: start }
  const clock = { now: () => time.now }
  const store = await openTestStore()
  const accounts = openAccounts(store)
  const seeds = { organisations: demoOrganisations, accounts: demoAccounts(clock) }
  await accounts.seed(seeds)
  const entries: { body: Body; about: About }[] = []
  const audit: Audit = {
    origin: 'huisclos.demo/audit/2026',
    async append(body, about) {
      entries.push({ body, about })
      return { log: 'huisclos.demo/audit/2026', seq: entries.length - 1, leaf: '0'.repeat(64) } as Receipt
    },
  }
  const needs = { store, accounts, audit, clock }
  const open = (change: Partial<SessionNeeds> = {}) => openSessions({ ...needs, ...change })
  return {
    ...{ ...needs, time, entries, open },
    sessions: open(),
    login: (subject, change = {}) => ({
      issuer: 'demo',
      subject,
      sid: `sid-${subject}`,
      level: 2,
      methods: ['pwd', 'mfa'],
      authenticatedAt: time.now - 5_000,
      ...change,
    }),
    async begin() {
      time.now = start
      await store.db.deleteFrom('identity_session').execute()
      await store.db.deleteFrom('identity_logout').execute()
      await accounts.seed(seeds)
      entries.length = 0
    },
    async close() {
      await store.close()
    },
  }
}
