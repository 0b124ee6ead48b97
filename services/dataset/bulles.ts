/**
 * Bulles: the extracts of projects, sealed in the background line by line. A line is sealed on the latest version of its
 * dataset and stays on it. A crash leaves a folder `sealing-…`, removed and begun again; a sealed folder stands for ever.
 */
import { basename, join, resolve } from 'node:path'
import type { Audit } from '../audit/record.ts'
import type { Parser, Vault } from '../engine/engine.ts'
import { failureOf } from '../engine/failure.ts'
import type { Destroyed } from '../habilitation/lines.ts'
import type { CurrentPermit, PermitLine } from '../habilitation/permit.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Bulle, BulleStatus, BulleTable } from './bulle.ts'
import type { Catalogue } from './catalogue.ts'
import { derivedTables } from './derived.ts'
import {
  bulleId,
  type Closure,
  type Extracts,
  type ExtractTable,
  lineKey,
  openExtracts,
  type SealedExtract,
} from './extract.ts'
import { type Lane, openLane } from './lane.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import type { SealingProgress } from './progress.ts'
import { openProjectKeys } from './pseudonym.ts'
import { type Sealer, sealInto } from './sealing.ts'
import { shredDataset } from './shredding.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

export interface BullesNeeds {
  readonly home: string
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly audit: Audit
  readonly log: Log
  readonly parser: Parser
  /** Who objects; without a register nobody does. */
  readonly optOuts?: Pick<OptOutRegister, 'list' | 'version'>
  /** Its process of a bulle ends when the project is closed. */
  readonly vault?: Pick<Vault, 'evict'>
  readonly memoryBytes?: number
}

export interface Bulles extends Closable {
  /** Starts to seal the lines that are open and not sealed yet. Returns at once; asked again it changes nothing. */
  seal(current: CurrentPermit): void
  /** The extract of a project, its sealed lines together. BULLE_NOT_READY while one of them is being prepared; UNAVAILABLE when a file is not the sealed one. */
  of(current: CurrentPermit): Promise<Bulle>
  status(project: string): Promise<BulleStatus>
  /** A version was published: lines that were waiting for it are sealed now. */
  published(dataset: string): void
  /**
   * Destroys what was sealed of one dataset of a project, and the derived tables made from it; the other lines stay as they are.
   * Done again, it finds nothing to do.
   */
  shredLine(current: CurrentPermit, dataset: string): Promise<void>
  /** Destroys the extract and the pseudonym key of a project that has ended, once nothing is being sealed before it. Done again, it gives the same answer. */
  closeProject(project: string): Promise<Destroyed>
  /** Resolves when nothing is being sealed. */
  idle(): Promise<void>
}

/** A line that could not be sealed is tried again when somebody asks, but not more often than this. */
const retryMs = 60_000
const projectName = /^[A-Za-z0-9][A-Za-z0-9-]{0,80}$/

/** The lines that a project may read or may read again: open ones, and suspended ones, which the decision refuses. */
function sealableLines({ permit, standing }: CurrentPermit): readonly PermitLine[] {
  const wanted = new Set([...standing.openLines, ...standing.suspendedLines])
  return permit.lines.filter((line) => wanted.has(line.id))
}

/** What is known of a project in this process. */
interface Known {
  readonly current: CurrentPermit
  /** Lines being sealed or queued. */
  readonly pending: Set<string>
  /** Datasets that have no version yet. */
  readonly waiting: Set<string>
  /** Lines that could not be sealed, and when. */
  readonly failed: Map<string, number>
  /** The line that is being sealed. */
  readonly sealing: { now?: BulleStatus['progress'] }
}

export function openBulles(needs: BullesNeeds): Bulles {
  const home = resolve(needs.home)
  const extracts = openExtracts({ home })
  const sealer: Sealer = {
    ...needs,
    extracts,
    keys: openProjectKeys({ home }),
    signal: new AbortController(),
  }
  const projects = new Map<string, Known>()
  const lane = openLane()
  const house: House = { needs, sealer, projects, lane, workspace: openWorkspace({ home }) }
  return {
    seal: (current) => seal(house, current),
    of: (current) => bulleFor(house, current),
    status: (project) => statusOf(house, project),
    published(dataset) {
      for (const { current, waiting } of projects.values()) {
        if (waiting.has(dataset)) seal(house, current)
      }
    },
    shredLine: (current, dataset) => shredLine(house, current, dataset),
    closeProject: (project) => closeProject(house, project),
    idle: () => lane.idle(),
    async close() {
      sealer.signal.abort()
      await lane.idle()
    },
  }
}

interface House {
  readonly needs: BullesNeeds
  readonly sealer: Sealer
  readonly projects: Map<string, Known>
  readonly lane: Lane
  readonly workspace: Pick<Workspace, 'list' | 'change'>
}

function seal({ needs, sealer, projects, lane }: House, current: CurrentPermit): void {
  const project = current.permit.base
  if (!projectName.test(project)) throw new Error('a project with an impossible name')
  const former = projects.get(project)
  const pending = former?.pending ?? new Set<string>()
  const waiting = former?.waiting ?? new Set<string>()
  const failed = former?.failed ?? new Map<string, number>()
  const sealing = former?.sealing ?? {}
  projects.set(project, { current, pending, waiting, failed, sealing })
  for (const line of sealableLines(current)) {
    const key = lineKey(line)
    if (pending.has(key)) continue
    pending.add(key)
    waiting.delete(line.dataset)
    failed.delete(key)
    const work = async () => {
      const say = (progress: SealingProgress) => {
        sealing.now = { ...progress, dataset: line.dataset }
      }
      say({ step: 'seal' })
      const outcome = await sealInto(sealer, { project, line, key, say }).finally(() => {
        delete sealing.now
      })
      if (outcome === 'waiting') waiting.add(line.dataset)
      pending.delete(key)
    }
    lane.add(work, (error) => {
      pending.delete(key)
      failed.set(key, needs.clock.now())
      needs.log.error('a bulle could not be sealed', {
        project,
        error: wordOf(error),
        cause: failureOf(error),
      })
    })
  }
}

async function bulleFor(house: House, current: CurrentPermit): Promise<Bulle> {
  const { sealer, projects, workspace } = house
  const project = current.permit.base
  const lines = sealableLines(current)
  const found = await Promise.all(lines.map((line) => sealer.extracts.find(project, lineKey(line))))
  const sealed = found.flatMap((one) => (one === null ? [] : [one]))
  await Promise.all(sealed.map((one) => sealer.extracts.insistIntact(one)))
  if (sealed.length < lines.length && isDue(house, project)) seal(house, current)
  const pending = projects.get(project)?.pending
  const preparing = lines.some((line) => pending?.has(lineKey(line)))
  if (sealed.length === 0 || (sealed.length < lines.length && preparing)) throw new Refusal('BULLE_NOT_READY')
  const bulle = bulleOf(current, sealed)
  const derived = derivedTables(await workspace.list(project), bulle.datasets)
  return {
    ...bulle,
    tables: [...bulle.tables, ...derived, ...(await closedTables(sealer.extracts, current))],
  }
}

/** Tables of the lines that a project may no longer read, as far as they were sealed. */
async function closedTables(extracts: Extracts, current: CurrentPermit): Promise<readonly BulleTable[]> {
  const readable = sealableLines(current)
  const closed = current.permit.lines.filter((line) => !readable.includes(line))
  const found = await Promise.all(closed.map((line) => extracts.find(current.permit.base, lineKey(line))))
  const sealed = found.flatMap((one) => (one === null ? [] : [one]))
  return sealed.flatMap((one) =>
    one.extract.tables.map((table) => ({ ...bulleTable(one, table), closed: true as const })),
  )
}

/** After a restart nobody may have asked for this project yet; and what has failed is tried again after a while. */
function isDue({ needs, projects }: House, project: string): boolean {
  const known = projects.get(project)
  if (known === undefined) return true
  const before = needs.clock.now() - retryMs
  return [...known.failed.values()].some((at) => at <= before)
}

async function statusOf({ sealer, projects, workspace }: House, project: string): Promise<BulleStatus> {
  if (!projectName.test(project)) return { status: 'preparing', tables: [] }
  if (await sealer.extracts.isClosed(project)) return { status: 'closed', tables: [] }
  const known = projects.get(project)
  const granted = known === undefined ? null : new Set(sealableLines(known.current).map(lineKey))
  const all = await sealer.extracts.list(project)
  const sealed = all.filter((one) => granted === null || granted.has(basename(one.folder)))
  const preparing = (known?.pending.size ?? 0) > 0 || sealed.length === 0
  const derived = (await workspace.list(project)).map(({ table }) => ({ name: table.name }))
  const tables = [...sealed.flatMap(shownTables), ...derived]
  if (!preparing) return { status: 'ready', tables }
  const isQueued = (known?.pending.size ?? 0) > 0
  const progress = known?.sealing.now ?? (isQueued ? { step: 'queued' as const } : undefined)
  return { status: 'preparing', tables, ...(progress && { progress }) }
}

/** At once; or after what is being sealed for this project, which is destroyed too. What is asked later finds the line closed. */
function shredLine(house: House, current: CurrentPermit, dataset: string): Promise<void> {
  const { projects, lane } = house
  const project = current.permit.base
  const known = projects.get(project)
  known?.waiting.delete(dataset)
  if (known !== undefined) projects.set(project, { ...known, current })
  const shred = () => shredDataset(house, project, dataset)
  if (!known?.pending.size) return shred()
  return new Promise((resolve, reject) => {
    lane.add(async () => resolve(await shred()), reject)
  })
}

/** In the lane: what was being sealed is there, and destroyed too; what comes later finds the project closed. */
function closeProject(house: House, project: string): Promise<Destroyed> {
  if (!projectName.test(project)) throw new Error('a project with an impossible name')
  return new Promise((resolve, reject) => {
    house.lane.add(async () => resolve(await destroyProject(house, project)), reject)
  })
}

/** What was there is written down before it is removed, so that a crash between the two loses nothing of the certificate. */
async function destroyProject({ needs, sealer, projects }: House, project: string): Promise<Destroyed> {
  const { extracts, keys } = sealer
  const before = await extracts.closure(project)
  if (before?.destroyed) return destroyedOf(before, before.destroyed)
  projects.delete(project)
  const { seq } = await needs.audit.append({ type: 'bulle.closed', bulle: project }, { project })
  const sealed = await extracts.list(project)
  const found = sealed.map(({ sha256: seal, extract: { dataset, version } }) => ({
    dataset,
    version,
    sha256: seal,
  }))
  const closure = before ?? { extracts: found, key: await keys.fingerprint(project) }
  await extracts.close(project, closure)
  await needs.vault?.evict(bulleId(project, sealed))
  await extracts.remove(project)
  await keys.destroy(project)
  const shredded = await needs.audit.append({ type: 'bulle.shredded', bulle: project }, { project })
  const destroyed = { at: needs.clock.now(), log: shredded.log, closed: seq, shredded: shredded.seq }
  await extracts.close(project, { ...closure, destroyed })
  return destroyedOf(closure, destroyed)
}

function destroyedOf(
  { extracts, key }: Closure,
  { at, ...entries }: NonNullable<Closure['destroyed']>,
): Destroyed {
  return { at, extracts, key, entries }
}

function wordOf(error: unknown): string {
  return error instanceof Refusal ? error.code : error instanceof Error ? error.name : 'unknown'
}

function shownTables({ extract }: SealedExtract) {
  return extract.tables.map((table) => ({
    name: table.name,
    dataset: extract.dataset,
    ...(table.class === 'public' ? { rows: table.rows } : {}),
  }))
}

function bulleOf({ permit }: CurrentPermit, sealed: readonly SealedExtract[]): Bulle {
  const lines = new Map(permit.lines.map((line) => [line.dataset, line]))
  const kOf = (dataset: string) => {
    const line = lines.get(dataset)
    return line?.entity === 'establishment' ? line.k : Math.max(11, line?.k ?? 11)
  }
  return {
    id: bulleId(permit.base, sealed),
    project: permit.base,
    k: Math.max(11, ...sealed.map(({ extract }) => kOf(extract.dataset))),
    tables: sealed.flatMap((one) => one.extract.tables.map((table) => bulleTable(one, table))),
    datasets: sealed.map(({ sha256: seal, extract: { dataset, version, holder } }) => ({
      name: dataset,
      version,
      holder,
      k: kOf(dataset),
      seal,
    })),
  }
}

function bulleTable({ extract, folder }: SealedExtract, table: ExtractTable): BulleTable {
  const { dataset, domain } = extract
  return {
    dataset,
    name: table.name,
    class: table.class,
    columns: table.columns.map(({ name, type, role, key, restrict, bounds }) => ({
      name,
      type,
      ...(role === undefined ? {} : { role }),
      ...(key === undefined ? {} : { key }),
      ...(restrict === undefined ? {} : { restrict }),
      ...(bounds === undefined ? {} : { bounds }),
    })),
    unique: table.unique,
    ...(table.primaryKey === undefined ? {} : { primaryKey: table.primaryKey }),
    ...(table.class === 'personal' ? { domain } : { rows: table.rows }),
    mount: { schema: dataset, name: table.name, file: join(folder, table.file) },
    magnitude: table.rows === 0 ? 0 : Math.floor(Math.log10(table.rows)),
  }
}
