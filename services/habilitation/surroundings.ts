/** Gathers what the pure commands look at: the datasets that a request names, what it lacks, the keys that sign. */
import type { KeyObject } from 'node:crypto'
import type { AccountTable } from '../identity/accounts.ts'
import type { Account } from '../identity/person.ts'
import { parisDay } from '../kernel/clock.ts'
import { canonical } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import type { Missing } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'
import type { Parties } from './around.ts'
import type { Command } from './commands.ts'
import { checkable, type FilterAsked, missing } from './completeness.ts'
import type { Signing } from './guard.ts'
import type { PermitKeys } from './keys.ts'
import type { DatasetFacts, Datasets } from './lines.ts'
import { type Body, body, mergePatch } from './request.ts'
import type { OpenRulebook } from './rulebook.ts'
import { isSigned, type SigningKey, signLine, signPermit } from './signature.ts'
import type { Habilitation } from './state.ts'

export interface GatherNeeds {
  readonly datasets: Datasets
  readonly rulebook: OpenRulebook
  readonly accounts: Directory
}

/** Who people and organisations are, as the accounts of this node know them. */
export type Directory = Pick<AccountTable, 'find' | 'organisations'>

export interface Gathered {
  readonly facts: Facts
  readonly missingOf: (body: Body) => readonly Missing[]
  /** The account of a person whom one of the bodies names; null for somebody whom this node does not know. */
  readonly accountOf: AccountOf
}

type Facts = ReadonlyMap<string, DatasetFacts | null>
type AccountOf = (person: Actor) => Account | null

/** What is looked at: bodies of one request, and the organisation of its lead. */
export interface Gatherable {
  readonly bodies: readonly Body[]
  readonly lead: { readonly organisation: string }
}

/** What the datasets that these bodies name are known to be; null for one that is not there. */
export async function factsFor(
  { datasets }: Pick<GatherNeeds, 'datasets'>,
  bodies: readonly Body[],
): Promise<Facts> {
  const names = new Set(bodies.flatMap(({ lines }) => (lines ?? []).map(({ dataset }) => dataset)))
  return new Map(
    await Promise.all([...names].map(async (name) => [name, await datasets.facts(name)] as const)),
  )
}

/** Facts, filter checks and accounts of these bodies. A filter that was not asked about counts as faulty. */
export async function gather(
  needs: GatherNeeds,
  { bodies, lead }: Gatherable,
  now: number,
): Promise<Gathered> {
  const facts = await factsFor(needs, bodies)
  const filters = bodies.flatMap((one) => checkable(one, { facts }))
  const checked = await Promise.all(filters.map((filter) => needs.datasets.checkFilter(filter)))
  const faults = new Map(filters.map((filter, i) => [keyOf(filter), checked[i] ?? null]))
  const fault = (filter: FilterAsked): Missing | null => {
    const known = faults.get(keyOf(filter))
    if (known === undefined) return { path: filter.path, message: say('fr', { key: 'missing.filter' }) }
    return known && { ...known, path: filter.path }
  }
  const around = { vocabularies: needs.rulebook.vocabularies, facts, today: parisDay(now) }
  const accountOf = await accountsFor(needs, bodies)
  const kinds = new Map((await needs.accounts.organisations()).map(({ id, kind }) => [id, kind] as const))
  const partiesOf = ({ persons = [] }: Body): Parties => ({
    lead: lead.organisation,
    kinds,
    employers: persons.map((one) => accountOf(one)?.organisation ?? null),
  })
  const missingOf = (one: Body) => missing(one, { ...around, parties: partiesOf(one) }, fault)
  return { facts, missingOf, accountOf }
}

function keyOf({ dataset, table, filter }: FilterAsked): string {
  return canonical([dataset, table, filter])
}

/** The accounts of the persons of these bodies, behind a function; null for somebody whom this node does not know. */
export async function accountsFor(
  { accounts }: Pick<GatherNeeds, 'accounts'>,
  bodies: readonly Body[],
): Promise<AccountOf> {
  const named = new Map(
    bodies.flatMap(({ persons = [] }) => persons.map((one) => [nameOf(one), one] as const)),
  )
  const found = await Promise.all(
    [...named].map(async ([name, one]) => [name, await accounts.find(one)] as const),
  )
  const known = new Map(found)
  return (person) => known.get(nameOf(person)) ?? null
}

function nameOf({ issuer, subject }: Actor): string {
  return canonical([issuer, subject])
}

/** Every body that a command on this request may have to look at, and its lead. */
export function bodiesOf({ request, amendment, lead }: Habilitation, asked?: Command): Gatherable {
  const patch = asked?.type === 'amendment' || asked?.type === 'change' ? asked.patch : undefined
  const after = patch === undefined ? undefined : body.safeParse(mergePatch(request, patch)).data
  return { lead, bodies: [request, ...(amendment ? [amendment.request] : []), ...(after ? [after] : [])] }
}

/** The keys of the authority and of the holders of these datasets, behind functions. */
export async function signingFor(
  keys: PermitKeys,
  facts: ReadonlyMap<string, DatasetFacts | null>,
): Promise<Signing> {
  const holders = [...new Set([...facts.values()].flatMap((one) => one?.holder ?? []))]
  const own = new Map<string, SigningKey | null>()
  const publicKeys = new Map<string, ReadonlyMap<string, KeyObject>>()
  for (const holder of holders) {
    own.set(holder, await keys.holderKey(holder))
    publicKeys.set(holder, await keys.holderPublicKeys(holder))
  }
  return {
    line: (unsigned) => {
      const key = own.get(unsigned.holder)
      return key ? signLine(unsigned, key) : null
    },
    isSigned: (line) => isSigned(line, publicKeys.get(line.holder) ?? new Map()),
    permit: (payload) => signPermit(payload, keys.authority),
  }
}
