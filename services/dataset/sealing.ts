/** One line of a permit → one sealed extract. */
import { join } from 'node:path'
import { z } from 'zod'
import type { Audit } from '../audit/record.ts'
import type { Box } from '../engine/box/box.ts'
import type { Parser } from '../engine/engine.ts'
import type { PermitLine } from '../habilitation/permit.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { AtRest } from '../keys/at-rest.ts'
import { type Hold, whileOpen } from '../keys/copies.ts'
import { appliedIn } from './applied.ts'
import type { Catalogue, Dataset, Version } from './catalogue.ts'
import type { Descriptor, Field, Resource } from './descriptor.ts'
import { bandOfPersons, type Exclusion, exclusionOf } from './exclusion.ts'
import type { Begun, Extracts, SealedExtract, Unhashed } from './extract.ts'
import { filterStatement } from './filter.ts'
import { openVersion } from './integrity.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import { type SealingProgress, secondsLeft, shareOf, type Told } from './progress.ts'
import type { ProjectKeys } from './pseudonym.ts'
import { classOf, domainOf, keySpace, resourceOf } from './relations.ts'
import { personsFile, type SealOrder, type SealTable } from './seal-order.ts'
import { orderSealing, type SealingProcess } from './sealing-process.ts'

export interface Sealer {
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly audit: Audit
  readonly log: Log
  readonly parser: Parser
  readonly extracts: Extracts
  readonly atRest: AtRest
  readonly keys: ProjectKeys
  /** Who objects; without a register nobody does. */
  readonly optOuts?: Pick<OptOutRegister, 'list' | 'version'>
  readonly memoryBytes?: number
  /** Aborted at the end of the house. */
  readonly signal: AbortController
}

/** What a sealing process may take, unless the house says otherwise. */
export const sealingMemory = 2 * 1024 ** 3

export interface LineToSeal {
  readonly project: string
  readonly line: PermitLine
  readonly key: string
  /** Told while the extract is made. */
  readonly say?: (progress: SealingProgress) => void
}

/**
 * Seals a line unless it is sealed already; `waiting` when its dataset has no version yet. The entry `bulle.sealed` is
 * durable before the extract can be found. On a failure, `bulle.failed`, and nothing is left.
 */
export async function sealInto(sealer: Sealer, job: LineToSeal): Promise<'sealed' | 'waiting' | 'stopped'> {
  const { extracts, catalogue, audit } = sealer
  const { project, line, key } = job
  if (sealer.signal.signal.aborted) return 'stopped'
  if ((await extracts.isClosed(project)) || (await extracts.find(project, key)) !== null) return 'sealed'
  const dataset = await catalogue.find(line.dataset)
  const source = dataset && (await versionFor(sealer, job, dataset))
  if (!dataset || !source) return 'waiting'
  await extracts.clean(project)
  const about = { project, holders: [line.holder] }
  const version = { name: line.dataset, version: source.version, sha256: source.manifestSha256 }
  const begun = await extracts.begin(project)
  try {
    const { extract, removed } = await makeExtract(sealer, job, {
      descriptor: dataset.descriptor,
      version: source,
      begun,
    })
    const made = { ...begun, name: await extracts.nameOf(project, key) }
    const hash = await extracts.finish(made, extract)
    await audit.append(
      {
        ...{ type: 'bulle.sealed', bulle: `${project}/${key}`, dataset: version, sha256: hash },
        ...(extract.optOuts === undefined ? {} : { optOuts: { version: extract.optOuts.version, removed } }),
      },
      about,
    )
    await extracts.publish(made, project)
    return 'sealed'
  } catch (error) {
    await extracts.clean(project)
    if (sealer.signal.signal.aborted) return 'stopped'
    await audit.append({ type: 'bulle.failed', bulle: `${project}/${key}`, dataset: version }, about)
    throw error
  }
}

/**
 * The version that the project has of this dataset already, else the latest. A newer one beside it would differ by few persons, which
 * is what two equal questions must not show.
 */
async function versionFor(
  { catalogue, extracts }: Sealer,
  { project, line }: LineToSeal,
  { latest }: Dataset,
): Promise<Version | null> {
  const own = (await extracts.list(project)).filter(({ extract }) => extract.dataset === line.dataset)
  if (own.length === 0) return latest
  return catalogue.version(line.dataset, Math.max(...own.map(({ extract }) => extract.version)))
}

interface Place {
  readonly descriptor: Descriptor
  readonly version: Version
  readonly begun: Begun
}

interface Made {
  readonly extract: Unhashed
  /** How many persons were left out, as a band. */
  readonly removed: string
}

async function makeExtract(sealer: Sealer, job: LineToSeal, place: Place): Promise<Made> {
  const { project, line } = job
  const { descriptor, version } = place
  const exclusion = await exclusionFor(sealer, job, descriptor)
  const sealed = await whileOpen(async (hold) => {
    const order = await orderOf(sealer, job, { ...place, hold })
    const excluded = exclusion === undefined ? {} : { excluded: exclusion.pseudonyms }
    return sealByOrder({ ...sealer, told: followed(sealer, job) }, { ...order, ...excluded })
  })
  const { tables, persons } = sealed
  const extract: Unhashed = {
    format: 1,
    project,
    line: line.id,
    dataset: descriptor.name,
    version: version.version,
    holder: line.holder,
    domain: domainOf(descriptor),
    persons,
    sealedAt: sealer.clock.now(),
    ...(exclusion && { optOuts: { since: exclusion.since, version: exclusion.version } }),
    tables: tables.map((table) => described(descriptor, table)),
  }
  return { extract, removed: bandOfPersons(sealed.excluded, line.k) }
}

function boxOf({ version, persons, left, out }: SealOrder): Box {
  return { read: [version, ...[persons, left].flatMap((file) => file ?? [])], write: [out] }
}

/** Undefined in a domain where nobody has ever objected. */
async function exclusionFor(
  { optOuts, extracts }: Sealer,
  { project }: LineToSeal,
  descriptor: Descriptor,
): Promise<Exclusion | undefined> {
  const domain = domainOf(descriptor)
  const latest = (await optOuts?.version(domain)) ?? 0
  if (optOuts === undefined || latest === 0) return undefined
  const applied = appliedIn(await extracts.list(project), await extracts.generation(project), domain)
  return exclusionOf({ all: await optOuts.list(domain), latest, applied })
}

/** Turns what the process tells into what a person reads: no rows, for those who read it may count them by questions only. */
function followed({ clock }: Sealer, { say }: LineToSeal): (told: Told) => void {
  const begun = clock.now()
  return (told) => {
    const left = secondsLeft(shareOf(told), { begun, now: clock.now() })
    say?.(left === undefined ? { step: 'seal' } : { step: 'seal', secondsLeft: left })
  }
}

const sealedTable = z.strictObject({
  name: z.string(),
  file: z.string(),
  rows: z.number().int().nonnegative(),
  unique: z.boolean(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
})
const count = z.number().int().nonnegative()
const sealedSchema = z.strictObject({ tables: z.array(sealedTable), persons: count, excluded: count })

/** What the sealing process made of an order. */
export async function sealByOrder(
  sealer: SealingProcess,
  order: SealOrder,
): Promise<z.infer<typeof sealedSchema>> {
  return sealedSchema.parse(await orderSealing(sealer, { method: 'seal', order, box: boxOf(order) }))
}

/** A sealed table with what the descriptor says of its columns. */
export function described(descriptor: Descriptor, table: z.infer<typeof sealedTable>) {
  const resource = insistTable(descriptor, table.name)
  const fields = new Map(resource.schema.fields.map((field) => [field.name, field]))
  const { primaryKey = [] } = resource.schema
  const names = new Set(table.columns.map(({ name }) => name))
  const isKept = primaryKey.length > 0 && primaryKey.every((name) => names.has(name))
  return {
    ...table,
    class: classOf(descriptor, resource),
    ...(isKept && classOf(descriptor, resource) === 'public' ? { primaryKey: [...primaryKey] } : {}),
    columns: table.columns.map((column) => {
      const field = fields.get(column.name)
      return {
        ...column,
        ...(field?.role === undefined ? {} : { role: field.role }),
        ...keyOf(descriptor, table.name, field),
        ...(field?.restrict === undefined ? {} : { restrict: field.restrict }),
        ...(field?.bounds === undefined ? {} : { bounds: field.bounds }),
      }
    }),
  }
}

/** The name that a key goes by where its foreign keys lead, when it has another one here. */
function keyOf(descriptor: Descriptor, table: string, field: Field | undefined): { key?: string } {
  if (field?.role !== 'key') return {}
  const key = keySpace(descriptor, table, field.name).toLowerCase()
  return key === field.name.toLowerCase() ? {} : { key }
}

function insistTable(descriptor: Descriptor, table: string): Resource {
  const resource = resourceOf(descriptor, table)
  if (resource === undefined) throw new Error('a permit names a table that its dataset does not have')
  return resource
}

/** Made, and told to the log, on first use. */
export function projectKey(
  { keys, audit }: Pick<Sealer, 'keys' | 'audit'>,
  project: string,
): Promise<Uint8Array> {
  return keys.of(project, async (fingerprint) => {
    const body = { type: 'key.created', purpose: `pseudonyms of ${project}`, sha256: fingerprint } as const
    await audit.append(body, { project })
  })
}

interface HeldPlace extends Place {
  readonly hold: Hold
}

async function orderOf(sealer: Sealer, { project, line }: LineToSeal, place: HeldPlace): Promise<SealOrder> {
  const { descriptor, version, begun, hold } = place
  const { extracts } = sealer
  const statementOf = (table: string, filter: string) =>
    filterStatement(sealer.parser, insistTable(descriptor, table), filter)
  const tables: SealTable[] = []
  for (const [name, { columns, filter }] of Object.entries(line.tables)) {
    insistTable(descriptor, name)
    tables.push({
      name,
      columns,
      ...(filter === undefined ? {} : { filter: await statementOf(name, filter) }),
    })
  }
  const { population } = line
  const domain = domainOf(descriptor)
  const lists = await heldLists({ extracts, hold }, project, domain)
  const key = await projectKey(sealer, project)
  return {
    ...lists,
    descriptor,
    version: await hold(openVersion(sealer.atRest, version)),
    out: begun.clear,
    key,
    tables,
    memoryBytes: sealer.memoryBytes ?? sealingMemory,
    ...(population === undefined
      ? {}
      : {
          population: {
            table: population.table,
            statement: await statementOf(population.table, population.filter),
          },
        }),
  }
}

/** The persons whom a project has numbered in a domain, and those who left it: the files, open. */
export async function heldLists(
  { extracts, hold }: { readonly extracts: Extracts; readonly hold: Hold },
  project: string,
  domain: string,
): Promise<Pick<SealOrder, 'persons' | 'left'>> {
  const longest = longestOf(await extracts.list(project), domain)
  const { left } = (await extracts.generation(project)).domains[domain] ?? {}
  const persons = longest && join(await hold(extracts.openPersons(longest)), personsFile)
  const gone = left === undefined ? undefined : join(await hold(extracts.openLeft(project, left)), left)
  return { ...(persons && { persons }), ...(gone && { left: gone }) }
}

/** The extract with the longest list of persons of a domain; each list holds the ones before it. */
function longestOf(sealed: readonly SealedExtract[], domain: string): SealedExtract | undefined {
  const lists = sealed.filter(({ extract }) => extract.domain === domain && extract.persons > 0)
  return [...lists].sort((a, b) => b.extract.persons - a.extract.persons)[0]
}
