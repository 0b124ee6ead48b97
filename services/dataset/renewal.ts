/**
 * Opt-outs that arrive while a project is open: they take effect with the next generation of its extracts, made from the extracts
 * that stand without the persons who leave. Columns, filters and versions stay as they are, so that two generations differ by
 * those persons and by nothing else (docs/decisions/0016).
 */
import { randomUUID } from 'node:crypto'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Box } from '../engine/box/box.ts'
import type { CurrentPermit } from '../habilitation/permit.ts'
import { sha256 } from '../kernel/hash.ts'
import { type Hold, whileOpen } from '../keys/copies.ts'
import { appliedIn } from './applied.ts'
import { type Applied, bandOfPersons, dueAt, exclusionOf, leastBatch } from './exclusion.ts'
import type { Begun, SealedExtract, Unhashed } from './extract.ts'
import { type Change, type Generation, textOf } from './generation.ts'
import { type Departure, departureSchema, type LeaveOrder } from './leave-order.ts'
import { heldLists, projectKey, type Sealer, sealingMemory } from './sealing.ts'
import { orderSealing } from './sealing-process.ts'

/** What was found of the domains of a project: the list at which too few had objected. Forgotten with the process. */
export type Assessed = Map<string, number>

/** What the next generation of one domain is made from. */
interface Renewing {
  readonly current: CurrentPermit
  readonly domain: string
  /** All extracts of the project in this domain. */
  readonly own: readonly SealedExtract[]
  readonly generation: Generation
  readonly applied: Applied
  /** Last version of the list. */
  readonly latest: number
  readonly objecting: readonly string[]
  readonly isLate: boolean
}

/**
 * Makes the next generation of a project in each of its domains where enough persons object or one of them has waited for long
 * enough. The entry is durable before anybody reads the generation. True when there is a new one: the caller sees to it that the
 * former one is destroyed.
 */
export async function renewProject(
  sealer: Sealer,
  assessed: Assessed,
  current: CurrentPermit,
): Promise<boolean> {
  const { extracts, signal } = sealer
  const project = current.permit.base
  if (isKept(current) || signal.signal.aborted || (await extracts.isClosed(project))) return false
  const domains = new Set((await extracts.list(project)).map(({ extract }) => extract.domain))
  let isRenewed = false
  for (const domain of domains) {
    const renewing = await dueIn(sealer, current, domain)
    if (renewing === undefined) continue
    const seen = `${project} ${domain}`
    if (!renewing.isLate && assessed.get(seen) === renewing.latest) continue
    const isMade = await renewDomain(sealer, renewing)
    if (!isMade) assessed.set(seen, renewing.latest)
    isRenewed ||= isMade
  }
  return isRenewed
}

/** Mode `ehds71_3`: opt-outs bind permits that are issued after them; what stands stays as it is (governance.md 12, rule 3). */
export function isKept({ permit }: CurrentPermit): boolean {
  return permit.optOut?.mode === 'ehds71_3'
}

/** Undefined when nobody of the domain waits. */
async function dueIn(
  { optOuts, extracts, clock }: Sealer,
  current: CurrentPermit,
  domain: string,
): Promise<Renewing | undefined> {
  const project = current.permit.base
  const latest = (await optOuts?.version(domain)) ?? 0
  if (optOuts === undefined || latest === 0) return undefined
  const generation = await extracts.generation(project)
  const own = (await extracts.list(project)).filter(({ extract }) => extract.domain === domain)
  const applied = appliedIn(own, generation, domain)
  const all = await optOuts.list(domain)
  const due = applied && dueAt(all, applied)
  if (applied === undefined || due === undefined) return undefined
  // A reversal counts for later permits only: whoever objected since is left out, as of every extract to come.
  const { pseudonyms } = exclusionOf({ all, latest, applied: { ...applied, version: latest } })
  const isLate = due <= clock.now()
  return { current, domain, own, generation, applied, latest, objecting: pseudonyms, isLate }
}

/** False when they are too few yet. */
async function renewDomain(sealer: Sealer, renewing: Renewing): Promise<boolean> {
  const { extracts } = sealer
  const { current, generation } = renewing
  const project = current.permit.base
  await extracts.clean(project)
  const begun = await extracts.begin(project)
  const number = generation.number + 1
  try {
    const departure = await whileOpen((hold) => depart(sealer, renewing, { begun, number, hold }))
    if (departure.state === 'few') return false
    const next = generationAfter(sealer, renewing, departure)
    await record(sealer, renewing, next)
    await extracts.renew(begun, project, next)
    return true
  } finally {
    await extracts.clean(project)
  }
}

/** What the next generation comes to. */
interface Numbered {
  readonly begun: Begun
  readonly number: number
  readonly hold: Hold
}

/** Who leaves; where somebody does, the next extracts are sealed beside those that stand. */
async function depart(sealer: Sealer, renewing: Renewing, numbered: Numbered): Promise<Departure> {
  const folders: string[] = []
  for (const one of renewing.own) folders.push(await numbered.hold(sealer.extracts.open(one)))
  const order = await orderFor(sealer, renewing, { ...numbered, folders })
  if (order === undefined) return { state: renewing.isLate ? 'none' : 'few' }
  const answer = await orderSealing(sealer, { method: 'leave', order, box: boxOf(order) })
  const departure = departureSchema.parse(answer)
  if (departure.state === 'left') await finishExtracts(sealer, renewing, { ...numbered, folders, departure })
  return departure
}

function boxOf({ extracts, persons, left, out }: LeaveOrder): Box {
  const lists = [persons, left].flatMap((file) => file ?? [])
  return { read: [...extracts.map(({ folder }) => folder), ...lists], write: [out] }
}

function folderOf({ key }: SealedExtract, number: number): string {
  return `${key}-${number}`
}

function leftFile(number: number): string {
  return `left-${number}.parquet`
}

function personalTables({ extract }: SealedExtract) {
  return extract.tables.filter((table) => table.class === 'personal')
}

interface OpenExtracts extends Numbered {
  /** Where each extract lies open, in the order of the extracts. */
  readonly folders: readonly string[]
}

/** Undefined when the project has no table of persons in this domain. */
async function orderFor(
  sealer: Sealer,
  { current: { permit }, domain, own, objecting, isLate }: Renewing,
  { begun: { clear }, number, hold, folders }: OpenExtracts,
): Promise<LeaveOrder | undefined> {
  const { persons, left } = await heldLists({ ...sealer, hold }, permit.base, domain)
  if (persons === undefined) return undefined
  for (const one of own) await mkdir(join(clear, folderOf(one, number)), { mode: 0o700 })
  return {
    key: await projectKey(sealer, permit.base),
    domain,
    objecting,
    least: Math.max(leastBatch, ...permit.lines.map(({ k }) => k)),
    isLate,
    persons,
    ...(left === undefined ? {} : { left }),
    leftOut: join(clear, leftFile(number)),
    salt: randomUUID(),
    out: clear,
    memoryBytes: sealer.memoryBytes ?? sealingMemory,
    extracts: own.map((one, index) => ({
      folder: folders[index] ?? '',
      out: join(clear, folderOf(one, number)),
      tables: personalTables(one).map(({ file, columns }) => ({
        file,
        references: columns.flatMap(({ name, role }) => (role === 'unit-reference' ? [name] : [])),
      })),
    })),
  }
}

interface Made extends OpenExtracts {
  readonly departure: Extract<Departure, { state: 'left' }>
}

/**
 * Public tables as they were, and the manifests. That a table has at most one row per person stays as it was said: it must not
 * tell anything of those who left.
 */
async function finishExtracts(
  { extracts, clock }: Sealer,
  { current, own, applied, latest }: Renewing,
  { departure, begun, number, folders }: Made,
): Promise<void> {
  await extracts.finishLeft({ ...begun, name: leftFile(number) }, current.permit.base)
  for (const [index, one] of own.entries()) {
    const name = folderOf(one, number)
    const made = { name, clear: join(begun.clear, name), folder: join(begun.folder, name) }
    const rows = departure.rows[index] ?? []
    const personal = personalTables(one)
    const tables: Unhashed['tables'][number][] = []
    for (const { sha256: _sha256, ...table } of one.extract.tables) {
      const at = personal.findIndex(({ name }) => name === table.name)
      if (at < 0) await copyFile(join(folders[index] ?? '', table.file), join(made.clear, table.file))
      tables.push({ ...table, rows: at < 0 ? table.rows : (rows[at] ?? 0) })
    }
    const optOuts = { since: applied.since, version: latest }
    const { persons } = departure
    await extracts.finish(made, { ...one.extract, tables, persons, optOuts, sealedAt: clock.now() })
  }
}

function generationAfter(
  { clock }: Sealer,
  { current, domain, own, generation, applied, latest, isLate }: Renewing,
  departure: Departure,
): Generation {
  const number = generation.number + 1
  const isLeft = departure.state === 'left'
  const k = Math.max(...current.permit.lines.map((line) => line.k))
  const change: Change = {
    ...{ domain, generation: number, at: clock.now(), version: latest },
    removed: bandOfPersons(isLeft ? departure.objecting : 0, k),
    because: isLate ? 'delay' : 'batch',
  }
  const folders = isLeft ? own.map((one) => [one.key, folderOf(one, number)]) : []
  const left = isLeft ? leftFile(number) : generation.domains[domain]?.left
  const moved = { since: applied.since, version: latest, ...(left === undefined ? {} : { left }) }
  return {
    format: 1,
    number,
    folders: { ...generation.folders, ...Object.fromEntries(folders) },
    domains: { ...generation.domains, [domain]: moved },
    changes: [...generation.changes, change],
  }
}

async function record(sealer: Sealer, { current, own }: Renewing, next: Generation): Promise<void> {
  const change = next.changes.at(-1)
  if (change === undefined) throw new Error('a generation that changes nothing')
  const { domain, generation, version, removed, because } = change
  const holders = [...new Set(own.map(({ extract }) => extract.holder))]
  const bulle = current.permit.base
  await sealer.audit.append(
    {
      ...{ type: 'bulle.renewed', bulle, domain, generation, because },
      ...{ sha256: sha256(textOf(next)), optOuts: { version, removed } },
    },
    { project: bulle, holders },
  )
}
