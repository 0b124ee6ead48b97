/** What verified visas are worth to one person at one instant: proofs, each with its end and with the visas it rests on. Pure. */
import { canonical } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import type { Proofs, Vouched } from './person.ts'
import type { Visa } from './visa.ts'
import { fits, metBy } from './visa-conditions.ts'
import type { VisaPolicy, VisaRule } from './visa-policy.ts'
import type { VisaIssuer } from './visa-trust.ts'

export interface Asked {
  /** Each verified on its own, at this instant. */
  readonly visas: readonly Visa[]
  /** The person as the issuers of its sign-ins name it. */
  readonly identities: readonly Actor[]
  readonly issuers: readonly VisaIssuer[]
  readonly policy: VisaPolicy
  /** In ms. */
  readonly now: number
}

/** Until when something holds, and the visas that it rests on. */
interface Ground {
  readonly until: number
  readonly rests: readonly Visa[]
}

/** A visa of this person from a source that its issuer may speak for. */
interface Held extends Ground {
  readonly visa: Visa
}

export interface Worth {
  readonly vouched: readonly Vouched[]
  /** Whether this is a name of the person. */
  isOwn(identity: Actor): boolean
  /** Why a visa counts for nothing by itself; null for one that is held. It may be held and stand for no proof. */
  fault(visa: Visa): 'visa.source' | 'visa.age' | 'visa.identity' | null
}

/** Each proof once, with the ground that holds the longest. */
export function worthOf(asked: Asked): Worth {
  const own = reached(asked)
  const held = asked.visas.flatMap((visa) => heldBy(visa, own, asked))
  held.sort((a, b) => b.until - a.until)
  const grounds = asked.policy.rules.flatMap((rule) =>
    held.flatMap((one) => groundsOf(rule, one, { ...asked, held }).map((ground) => vouch(rule, ground))),
  )
  grounds.sort((a, b) => b.until - a.until)
  const best = new Map<keyof Proofs, Vouched>()
  for (const one of grounds) if (!best.has(one.proof)) best.set(one.proof, one)
  return {
    vouched: [...best.values()],
    isOwn: (identity) => own.has(nameOf(identity)),
    fault(visa) {
      if (!isOfSource(visa, asked.issuers)) return 'visa.source'
      if (ageEnd(visa, asked.policy.maximumAgeMs) <= asked.now) return 'visa.age'
      return own.has(nameOf(visa.identity)) ? null : 'visa.identity'
    },
  }
}

function vouch({ proof }: VisaRule, { until, rests }: Ground): Vouched {
  return { proof, until, visas: [...new Set(rests.map(({ sha256 }) => sha256))] }
}

function nameOf({ issuer, subject }: Actor): string {
  return canonical([issuer, subject])
}

/** Issuer and source together: who signs may speak for some and not for others. */
function isOfSource({ identity, type, source }: Visa, issuers: readonly VisaIssuer[]): boolean {
  const sources = issuers.find(({ issuer }) => issuer === identity.issuer)?.sources[type] ?? []
  return sources.includes(source)
}

/** What its own end and our maximum age leave of a visa. */
function ageEnd({ asserted, until }: Visa, maximumAgeMs: number): number {
  return Math.min(until, asserted + maximumAgeMs)
}

function heldBy(
  visa: Visa,
  own: ReadonlyMap<string, Ground>,
  { issuers, policy, now }: Asked,
): readonly Held[] {
  const identity = own.get(nameOf(visa.identity))
  if (identity === undefined || !isOfSource(visa, issuers)) return []
  const until = Math.min(identity.until, ageEnd(visa, policy.maximumAgeMs))
  return until > now ? [{ visa, until, rests: [visa, ...identity.rests] }] : []
}

/**
 * The names of a person: those of its sign-ins, and those that LinkedIdentities of a trusted issuer and source tie to them, one
 * after the other. A link is a visa like another: it ends, and what was reached through it ends with it.
 */
function reached({ visas, identities, issuers, policy, now }: Asked): ReadonlyMap<string, Ground> {
  const own = new Map<string, Ground>()
  for (const one of identities) own.set(nameOf(one), { until: Number.POSITIVE_INFINITY, rests: [] })
  const links = visas
    .filter((visa) => visa.type === 'LinkedIdentities' && visa.conditions === undefined)
    .filter((visa) => isOfSource(visa, issuers) && policy.linkedBy.some((by) => by === visa.by))
    .map((visa) => ({ visa, names: [visa.identity, ...visa.linked].map(nameOf) }))
    .map((link) => ({ ...link, until: ageEnd(link.visa, policy.maximumAgeMs) }))
    .filter(({ until }) => until > now)
    .sort((a, b) => b.until - a.until)
  // The longest first, so that a name is reached by the way that holds the longest.
  for (let next = nextLink(links, own); next !== undefined; next = nextLink(links, own)) {
    for (const name of next.names) if (!own.has(name)) own.set(name, next.ground)
  }
  return own
}

interface Link {
  readonly visa: Visa
  readonly names: readonly string[]
  readonly until: number
}

/** The link that leads from a known name to one that is not, and holds the longest. */
function nextLink(links: readonly Link[], own: ReadonlyMap<string, Ground>) {
  const ways = links.flatMap(({ visa, names, until }) => {
    if (names.every((name) => own.has(name))) return []
    return names.flatMap((name) => {
      const from = own.get(name)
      if (from === undefined) return []
      return [{ names, ground: { until: Math.min(until, from.until), rests: [visa, ...from.rests] } }]
    })
  })
  return ways.sort((a, b) => b.ground.until - a.ground.until)[0]
}

/** Every way in which this visa stands for the proof of this rule; none when it does not. */
function groundsOf(
  rule: VisaRule,
  { visa, until, rests }: Held,
  { held, now }: Asked & { readonly held: readonly Held[] },
): readonly Ground[] {
  const { type, value, by, conditions } = visa
  if (type !== rule.type || !fits(rule.value, value) || !rule.by.some((one) => one === by)) return []
  const own = { until: Math.min(until, ageEnd(visa, rule.maximumAgeMs)), rests }
  if (own.until <= now) return []
  if (conditions === undefined) return [own]
  // A visa that has conditions meets none: there is no chain of them.
  const free = held.filter((one) => one.visa.conditions === undefined)
  const matchable = free.map((one) => ({ ...one, ...facetsOf(one.visa) }))
  return metBy(conditions, matchable).map((met) => ({
    until: Math.min(own.until, ...met.map((one) => one.until)),
    rests: [...own.rests, ...met.flatMap((one) => one.rests)],
  }))
}

function facetsOf({ type, value, source, by }: Visa) {
  return { type, value, source, by }
}
