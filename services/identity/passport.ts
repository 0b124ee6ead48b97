/**
 * Passports of others (GA4GH Passport 1.2; security.md 5.7): a signed list of visas that a person hands in. What counts becomes
 * a proof of the person until it ends; it is one fact of a decision, and no credential.
 */
import { z } from 'zod'
import type { Audit } from '../audit/record.ts'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { parseStrictObject } from '../kernel/strict-json.ts'
import { type IssuerKeys, type Keys, openIssuerKeys } from './issuer-keys.ts'
import { claimedIssuer, verifyCompact } from './jws.ts'
import type { Account, Accounts, Person, Vouched } from './person.ts'
import { openVisa, type Visa } from './visa.ts'
import type { VisaPolicy } from './visa-policy.ts'
import { worthOf } from './visa-proofs.ts'
import type { VisaStore } from './visa-store.ts'
import type { VisaIssuer } from './visa-trust.ts'

export interface PassportNeeds {
  readonly issuers: readonly VisaIssuer[]
  readonly policy: VisaPolicy
  readonly store: VisaStore
  readonly audit: Audit
  readonly clock: Clock
  /** The `aud` of a passport that is meant for this node: its address. */
  readonly audience: string
  /** How the issuers of sign-ins name a person of this node. */
  identitiesOf(person: Actor): readonly Actor[]
}

interface Looked {
  readonly sha256: string
  /** Absent where the visa could not be verified. */
  readonly type?: string
  readonly counts: boolean
  /** Why it does not; a visa that is good and of no use here is `visa.unused`. */
  readonly rule?: string
}

export interface Received {
  readonly visas: readonly Looked[]
  readonly vouched: readonly Vouched[]
}

export interface Passports {
  /**
   * Takes the visas of a passport instead of those the person had. The entry is durable before anything changes. Refusal INVALID
   * with a rule `jws.…` or `passport.…` when the passport is not one, not from a broker of the configuration, not meant for this
   * node or not of this person; a visa that does not count refuses nothing.
   */
  receive(by: Person, passport: string): Promise<Received>
  /** What the visas of a person are worth at this moment, by the keys of this moment. */
  vouchedFor(person: Actor): Promise<readonly Vouched[]>
}

const passportType = 'vnd.ga4gh.passport+jwt'
const maxBytes = 256 * 1024
const lifetime = 86_400
const leeway = 60
const seconds = z.number().int().nonnegative()

export function openPassports(needs: PassportNeeds): Passports {
  const { issuers, policy, store, audit, clock } = needs
  const keys = new Map(issuers.map((one) => [one.issuer, openIssuerKeys(one, clock)]))
  const worth = (visas: readonly Visa[], person: Actor) =>
    worthOf({ visas, identities: needs.identitiesOf(person), issuers, policy, now: clock.now() })
  const openEach = (tokens: readonly string[]) => Promise.all(tokens.map((token) => look(token, needs, keys)))

  return {
    async receive(by, passport) {
      const { identity, tokens } = await openPassport(passport, needs, keys).catch(explained)
      const looked = await openEach([...new Set(tokens)])
      const visas = looked.flatMap(({ visa }) => visa ?? [])
      const { vouched, isOwn, fault } = worth(visas, by)
      if (!isOwn(identity)) return explained(new Refusal('INVALID', { rule: 'passport.subject' }))
      const counted = new Set(vouched.flatMap((one) => one.visas))
      const told = looked.map(({ token, visa, rule }): Looked => {
        const name = sha256(token)
        if (visa === undefined) return { sha256: name, counts: false, ...(rule && { rule }) }
        if (counted.has(name)) return { sha256: name, type: visa.type, counts: true }
        return { sha256: name, type: visa.type, counts: false, rule: fault(visa) ?? 'visa.unused' }
      })
      await audit.append(
        { type: 'passport.received', sha256: sha256(passport), visas: [...counted].sort() },
        { by, sealed: { visas: told } },
      )
      const kept = visas.filter((visa) => counted.has(visa.sha256))
      await store.replace(by, kept, clock.now())
      return { visas: told, vouched }
    },
    async vouchedFor(person) {
      if (issuers.length === 0) return []
      const looked = await openEach(await store.tokensOf(person))
      const visas = looked.flatMap(({ visa }) => visa ?? [])
      return visas.length === 0 ? [] : worth(visas, person).vouched
    },
  }
}

/** The account table with what visas add to it, wherever somebody is looked up. */
export function withVisas(accounts: Accounts, passports: Passports): Accounts {
  const add = async (account: Account): Promise<Account> => {
    const vouched = await passports.vouchedFor(account)
    return vouched.length === 0 ? account : { ...account, vouched }
  }
  return {
    async find(actor) {
      const account = await accounts.find(actor)
      return account === null ? null : add(account)
    },
    list: () => accounts.list(),
  }
}

type KeysOf = ReadonlyMap<string, IssuerKeys>

interface Opened {
  readonly token: string
  readonly visa?: Visa
  readonly rule?: string | undefined
}

/** One visa on its own: what is wrong with it is wrong with no other. */
async function look(token: string, { issuers, clock }: PassportNeeds, keys: KeysOf): Promise<Opened> {
  try {
    const issuer = issuerOf(claimedIssuer(token), issuers) ?? refuse('visa.issuer')
    const open = (known: Keys) => openVisa(token, { issuer, keys: known, now: clock.now() })
    return { token, visa: await withKeys(keys.get(issuer.issuer), open) }
  } catch (error) {
    if (error instanceof Refusal && error.code === 'INVALID') return { token, rule: error.facts.rule }
    throw error
  }
}

function refuse(rule: string): never {
  throw new Refusal('INVALID', { rule })
}

const facts: Readonly<Record<string, string>> = {
  'passport.issuer': 'issuer',
  'passport.audience': 'audience',
  'passport.subject': 'subject',
  'passport.lifetime': 'times',
  'passport.not-yet': 'times',
  'passport.expired': 'times',
}

/** Why a passport is not taken, in words for the person who handed it in; nothing of it is repeated. */
function explained(error: unknown): never {
  if (!(error instanceof Refusal) || error.code !== 'INVALID') throw error
  const { rule = '' } = error.facts
  const fact = { key: `fact.passport.${facts[rule] ?? 'form'}` }
  throw new Refusal('INVALID', { rule, fact, hint: { key: 'hint.passport' } }, { cause: error })
}

function issuerOf(claimed: unknown, issuers: readonly VisaIssuer[]): VisaIssuer | undefined {
  return issuers.find(({ issuer }) => issuer === claimed)
}

/** With the keys as they stand; once more with those of now, where the only fault is a key that is not known. */
async function withKeys<T>(keys: IssuerKeys | undefined, open: (keys: Keys) => T): Promise<T> {
  if (keys === undefined) return open(new Map())
  try {
    return open(await keys.current())
  } catch (error) {
    if (!(error instanceof Refusal) || error.facts.rule !== 'jws.key') throw error
    return open(await keys.renewed())
  }
}

const claims = z.object({
  sub: z.string().min(1).max(255),
  aud: z.union([z.string(), z.tuple([z.string()])]),
  iat: seconds,
  exp: seconds,
  nbf: seconds.optional(),
  ga4gh_passport_v1: z.array(z.string()).max(50),
})

async function openPassport(
  token: string,
  { issuers, clock, audience }: PassportNeeds,
  keys: KeysOf,
): Promise<{ readonly identity: Actor; readonly tokens: readonly string[] }> {
  const broker = issuerOf(claimedIssuer(token, maxBytes), issuers)
  if (!broker?.broker) return refuse('passport.issuer')
  const { algorithms, issuer } = broker
  const payload = await withKeys(keys.get(issuer), (known) => {
    const asked = { token, keys: known, typ: passportType, algorithms, maxBytes, code: 'INVALID' } as const
    return verifyCompact(asked).payload
  })
  const read = claims.safeParse(parseStrictObject(payload))
  if (!read.success) return refuse('passport.claims')
  const { sub, aud, ga4gh_passport_v1: tokens } = read.data
  if ((typeof aud === 'string' ? aud : aud[0]) !== audience) return refuse('passport.audience')
  checkTimes(read.data, Math.floor(clock.now() / 1_000))
  // The signed text is the one whose issuer chose the keys.
  return { identity: { issuer, subject: sub }, tokens }
}

/** Seconds. It is put together for the occasion: a day at most. */
function checkTimes({ iat, exp, nbf = iat }: z.infer<typeof claims>, now: number): void {
  if (exp <= iat || exp - iat > lifetime) refuse('passport.lifetime')
  if (Math.max(iat, nbf) > now + leeway) refuse('passport.not-yet')
  if (exp <= now - leeway) refuse('passport.expired')
}
