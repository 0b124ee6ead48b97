/** The passports of a node on a real database, with issuers at real addresses and a clock of its own. */
import type { Body } from '../../services/audit/entry.ts'
import type { About } from '../../services/audit/record.ts'
import { openAccounts } from '../../services/identity/accounts.ts'
import { demoAccounts, demoOrganisations } from '../../services/identity/demo-accounts.ts'
import {
  openPassports,
  type PassportNeeds,
  type Passports,
  type Received,
} from '../../services/identity/passport.ts'
import type { Person } from '../../services/identity/person.ts'
import { openVisaStore } from '../../services/identity/visa-store.ts'
import type { Receipt } from '../../services/kernel/id.ts'
import { rulebook } from '../habilitation/fixtures.ts'
import { openTestStore } from '../stored.ts'
import { audience, type IssuerHouse, jwkOf, linked, openIssuerHouse, training } from './visa-issuer.ts'

export const signIn = 'http://127.0.0.1:2/demo'
export const start = Date.parse('2026-11-21T09:00:00Z')

export interface PassportHouse {
  readonly time: { now: number }
  /** Trusted, and a broker: it names alice `alice`, by a link of its own to her sign-in. */
  readonly honest: IssuerHouse
  /** Nobody trusts it. */
  readonly hostile: IssuerHouse
  readonly entries: { readonly body: Body; readonly about: About }[]
  readonly needs: PassportNeeds
  readonly accounts: ReturnType<typeof openAccounts>
  /** As after a start: nothing is remembered but what is in the database. */
  open(change?: Partial<PassportNeeds>): Promise<Passports>
  person(subject: string): Person
  /** As at the beginning: the first day, keys as they were, nothing handed in. */
  begin(): Promise<void>
  close(): Promise<void>
}

export async function openPassportHouse(): Promise<PassportHouse> {
  const time = { now: start }
  const clock = { now: () => time.now }
  const store = await openTestStore()
  const accounts = openAccounts(store)
  await accounts.seed({ organisations: demoOrganisations, accounts: demoAccounts(clock) })
  const [honest, hostile] = await Promise.all([openIssuerHouse(clock), openIssuerHouse(clock)])
  const entries: { body: Body; about: About }[] = []
  const needs: PassportNeeds = {
    issuers: [honest.trust()],
    policy: (await rulebook()).visas,
    store: openVisaStore(store),
    audit: {
      origin: 'huisclos.demo/audit/2026',
      async append(body, about) {
        entries.push({ body, about })
        return { log: 'huisclos.demo/audit/2026', seq: entries.length - 1, leaf: '0'.repeat(64) } as Receipt
      },
    },
    clock,
    audience,
    identitiesOf: ({ subject }) => [{ issuer: signIn, subject }],
  }
  const person = (subject: string): Person => {
    const account = demoAccounts(clock).find((one) => one.subject === subject)
    if (account === undefined) throw new Error(`no demo account ${subject}`)
    return { ...account, level: 2, door: 'http', methods: ['pwd', 'mfa'] }
  }
  return {
    ...{ time, honest, hostile, entries, needs, accounts },
    open: async (change = {}) => openPassports({ ...needs, ...change }),
    person,
    async begin() {
      time.now = start
      honest.answer([jwkOf(honest.key)])
      hostile.asked.length = 0
      entries.length = 0
      await needs.store.replace(person('alice'), [], 0)
    },
    async close() {
      await Promise.all([honest.close(), hostile.close()])
      await store.close()
    },
  }
}

type Members = Readonly<Record<string, unknown>>

export interface VisaHands {
  /** The honest issuer's alice, tied to her sign-in. */
  link(change?: Members, claims?: Members): string
  trained(change?: Members, claims?: Members): string
  affiliated(change?: Members): string
  /** Handed in by alice, to a node that has just started. */
  hand(visas: readonly string[]): Promise<Received>
}

/** The visas that most tests are about. */
export function visasOf({ honest, open, person }: PassportHouse): VisaHands {
  return {
    link: (change = {}, claims = {}) =>
      honest.visa(
        { type: 'LinkedIdentities', by: 'system', value: linked(['alice', signIn]), ...change },
        claims,
      ),
    trained: (change = {}, claims = {}) =>
      honest.visa({ type: 'ResearcherStatus', value: training, by: 'so', ...change }, claims),
    affiliated: (change = {}) =>
      honest.visa({ type: 'AffiliationAndRole', value: 'faculty@univ.example', by: 'so', ...change }),
    hand: async (visas) => (await open()).receive(person('alice'), honest.passport(visas)),
  }
}
