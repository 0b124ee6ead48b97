/** Gathers what the pure commands look at: the datasets that a request names, what it lacks, the keys that sign. */
import type { KeyObject } from 'node:crypto'
import type { AccountTable } from '../identity/accounts.ts'
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
  readonly directory: Directory
}

/** Who people and organisations are, as the accounts of this node know them. */
export type Directory = Pick<AccountTable, 'find' | 'organisations'>

export interface Gathered {
  readonly facts: ReadonlyMap<string, DatasetFacts | null>
  readonly missingOf: (body: Body) => readonly Missing[]
}

/** What is looked at: bodies of one request, and the organisation of its lead. */
export interface Gatherable {
  readonly bodies: readonly Body[]
  readonly lead: { readonly organisation: string }
}

/** Facts and filter checks of these bodies. A filter that was not asked about counts as faulty. */
export async function gather(
  needs: GatherNeeds,
  { bodies, lead }: Gatherable,
  now: number,
): Promise<Gathered> {
  const names = new Set(bodies.flatMap(({ lines }) => (lines ?? []).map(({ dataset }) => dataset)))
  const facts = new Map(
    await Promise.all([...names].map(async (name) => [name, await needs.datasets.facts(name)] as const)),
  )
  const filters = bodies.flatMap((one) => checkable(one, { facts }))
  const checked = await Promise.all(filters.map((filter) => needs.datasets.checkFilter(filter)))
  const faults = new Map(filters.map((filter, i) => [keyOf(filter), checked[i] ?? null]))
  const fault = (filter: FilterAsked): Missing | null => {
    const known = faults.get(keyOf(filter))
    if (known === undefined) return { path: filter.path, message: say('fr', { key: 'missing.filter' }) }
    return known && { ...known, path: filter.path }
  }
  const around = { vocabularies: needs.rulebook.vocabularies, facts, today: parisDay(now) }
  const parties = await partiesFor(needs.directory, bodies)
  const lacking = (one: Body) => missing(one, { ...around, parties: parties(one, lead.organisation) }, fault)
  return { facts, missingOf: lacking }
}

/** Kinds of all organisations, and the employers of everybody who is named beside an extra duty, looked up once. */
async function partiesFor(directory: Directory, bodies: readonly Body[]) {
  const kinds = new Map((await directory.organisations()).map(({ id, kind }) => [id, kind] as const))
  // Employers matter to the extra duty alone; a list of requests looks nobody up for nothing.
  const bound = bodies.filter(({ extraDuty }) => extraDuty !== undefined)
  const named = new Map(bound.flatMap(({ persons = [] }) => persons.map((one) => [actorKey(one), one])))
  const employers = new Map<string, string | null>()
  for (const [key, one] of named) employers.set(key, (await directory.find(one))?.organisation ?? null)
  return ({ persons = [] }: Body, lead: string): Parties => ({
    lead,
    kinds,
    employers: persons.map((one) => employers.get(actorKey(one)) ?? null),
  })
}

function actorKey({ issuer, subject }: Actor): string {
  return canonical([issuer, subject])
}

function keyOf({ dataset, table, filter }: FilterAsked): string {
  return canonical([dataset, table, filter])
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
