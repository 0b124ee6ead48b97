/** Sign-ins on a real database, with three real providers on this machine and a clock of the test. */
import type { Body } from '../../services/audit/entry.ts'
import type { About, Audit } from '../../services/audit/record.ts'
import { openAccounts } from '../../services/identity/accounts.ts'
import type { LoginIssuer } from '../../services/identity/issuers/configuration.ts'
import { openProvider } from '../../services/identity/issuers/provider.ts'
import { secretsOf } from '../../services/identity/issuers/secret.ts'
import { type Links, openLinks, withLinks } from '../../services/identity/links.ts'
import { openLoginTable } from '../../services/identity/login-table.ts'
import { type Aim, type Ended, type Logins, openLogins } from '../../services/identity/logins.ts'
import type { Person } from '../../services/identity/person.ts'
import { openSessions, type Sessions } from '../../services/identity/sessions.ts'
import type { Receipt } from '../../services/kernel/id.ts'
import { silentLog } from '../../services/kernel/log.ts'
import type { Store } from '../../services/store/store.ts'
import { openTestStore } from '../stored.ts'
import { type Browser, openBrowser } from './browser.ts'
import { openTestProvider, type TestProvider } from './login-provider.ts'

export interface LoginHouse {
  /** Ahead of the clock of the machine, in ms. */
  readonly time: { ahead: number }
  readonly store: Store
  readonly chu: TestProvider
  readonly univ: TestProvider
  /** Configured like the others, and not to be trusted. */
  readonly rogue: TestProvider
  readonly logins: Logins
  /** The same house with one issuer that is configured in another way. */
  loginsWith(issuer: LoginIssuer): Promise<Logins>
  readonly links: Links
  readonly sessions: Sessions
  readonly audit: Audit
  readonly entries: { readonly body: Body; readonly about: About }[]
  now(): number
  /** Sends a browser through the provider as far as our own way back. */
  away(name: string, asked?: Asked): Promise<Away>
  /** A whole sign-in. */
  signIn(name: string, asked?: Asked): Promise<Ended>
  close(): Promise<void>
}

export interface Asked {
  readonly aim?: Aim
  readonly by?: Person
  readonly browser?: Browser
}

export interface Away {
  readonly cookie: string
  /** Where the browser was sent first. */
  readonly asked: URL
  /** Where it came back to. */
  readonly back: URL
}

export async function openLoginHouse(): Promise<LoginHouse> {
  const time = { ahead: 0 }
  const now = () => Date.now() + time.ahead
  const clock = { now }
  const store = await openTestStore()
  const accounts = openAccounts(store)
  const organisation = { id: 'chu', name: 'CHU', kind: 'ETABLISSEMENT_SANTE' }
  const account = { organisation: 'chu', roles: ['researcher' as const], proofs: {} }
  await accounts.seed({
    organisations: [organisation],
    accounts: [
      { ...account, issuer: 'chu', subject: 'ann', displayName: 'Ann (chu)' },
      { ...account, issuer: 'univ', subject: 'ann', displayName: 'Ann (univ)' },
      { ...account, issuer: 'rogue', subject: 'eve', displayName: 'Eve' },
    ],
  })
  const ahead = () => Math.round(time.ahead / 1_000)
  const [chu, univ, rogue] = await Promise.all([
    openTestProvider({
      ...{ name: 'chu', ahead },
      client: { client_secret: 'a secret of chu', token_endpoint_auth_method: 'client_secret_post' },
      authentication: { method: 'client_secret_post', secret: 'env:CHU_SECRET' },
    }),
    openTestProvider({
      ...{ name: 'univ', ahead, isPushed: false },
      client: { client_secret: 'a secret of univ' },
      authentication: { method: 'client_secret_basic', secret: 'env:UNIV_SECRET' },
    }),
    openTestProvider({ name: 'rogue', ahead, subject: 'eve' }),
  ])
  const secret = secretsOf({ CHU_SECRET: 'a secret of chu', UNIV_SECRET: 'a secret of univ' })
  const entries: { body: Body; about: About }[] = []
  const audit: Audit = {
    origin: 'huisclos.test/audit/2026',
    async append(body, about) {
      entries.push({ body, about })
      return { log: 'huisclos.test/audit/2026', seq: entries.length - 1, leaf: '0'.repeat(64) } as Receipt
    },
  }
  const common = { address: 'http://127.0.0.1:9', clock, log: silentLog, secret }
  const opening = [
    openProvider({ issuer: chu.issuer, ...common }),
    openProvider({ issuer: univ.issuer, ...common }),
    // It never answers in some tests.
    openProvider({ issuer: rogue.issuer, ...common, patienceMs: 3_000 }),
  ]
  const providers = await Promise.all(opening)
  const links = openLinks(store, audit)
  const known = withLinks(accounts, links)
  const sessions = openSessions({ store, accounts: known, audit, clock })
  const needs = {
    ...{ providers, table: openLoginTable(store), links, accounts: known, sessions, audit, clock },
  }
  const logins = openLogins(needs)

  const house: LoginHouse = {
    ...{ time, now, store, chu, univ, rogue, logins, links, sessions, audit, entries },
    loginsWith: async (issuer) =>
      openLogins({ ...needs, providers: [await openProvider({ issuer, ...common })] }),
    async away(name, { aim = 'sign-in', by, browser = openBrowser() } = {}) {
      const { url, cookie } = await logins.begin({ issuer: name, aim, target: '/', by })
      const answer = await browser.follow(await browser.get(url))
      return { cookie, asked: new URL(url), back: new URL(answer.headers.get('location') ?? '') }
    },
    async signIn(name, asked) {
      const { cookie, back } = await house.away(name, asked)
      return logins.finish({ issuer: name, search: back.search, cookie })
    },
    async close() {
      await Promise.all([chu, univ, rogue].map((one) => one.close()))
      await store.close()
    },
  }
  return house
}
