/**
 * Bulles: the extracts of projects, sealed in the background line by line. A line is sealed on the latest version of its
 * dataset and stays on it. A crash leaves a folder `sealing-…`, removed and begun again; a sealed folder stands until a generation
 * without persons who object takes its place.
 */
import { resolve } from 'node:path'
import type { Audit } from '../audit/record.ts'
import type { Parser, Vault } from '../engine/engine.ts'
import { failureOf } from '../engine/failure.ts'
import type { Destroyed } from '../habilitation/lines.ts'
import type { CurrentPermit } from '../habilitation/permit.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { AtRest } from '../keys/at-rest.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Bulle, BulleStatus } from './bulle.ts'
import { shownTables } from './bulle-of.ts'
import type { Catalogue } from './catalogue.ts'
import { bulleId, type Closure, lineKey, openExtracts, type SealedExtract } from './extract.ts'
import { type GrantedTable, grantedTables } from './granted.ts'
import { type Lane, openLane } from './lane.ts'
import { keepOpen, type OpenBulles, openBulle, sealableLines } from './open-bulle.ts'
import { effectsOn, type OptOutEffect } from './opt-out-effect.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import type { SealingProgress } from './progress.ts'
import { openProjectKeys } from './pseudonym.ts'
import { type Assessed, renewProject } from './renewal.ts'
import { type Sealer, sealInto } from './sealing.ts'
import { destroyFormer, shredDataset } from './shredding.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

export interface BullesNeeds {
  readonly home: string
  readonly atRest: AtRest
  readonly keyring: Pick<Keyring, 'of' | 'fingerprint' | 'destroy'>
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly audit: Audit
  readonly log: Log
  readonly parser: Parser
  /** Who objects; without a register nobody does. */
  readonly optOuts?: Pick<OptOutRegister, 'list' | 'version'>
  /** Its process of a bulle ends when the project is closed. */
  readonly vault?: Pick<Vault, 'evict'>
  /** Resolves when the queries of a project that run now have ended: only then is the generation that they read destroyed. */
  readonly ended?: (project: string) => Promise<void>
  readonly memoryBytes?: number
}

export interface Bulles extends Closable {
  /** Starts to seal the lines that are open and not sealed yet. Returns at once; asked again it changes nothing. */
  seal(current: CurrentPermit): void
  /** The extract of a project, its sealed lines together. BULLE_NOT_READY while one of them is being prepared; UNAVAILABLE when a file is not the sealed one. */
  of(current: CurrentPermit): Promise<Bulle>
  status(project: string): Promise<BulleStatus>
  /** What its statements may name. */
  tables(current: CurrentPermit): Promise<readonly GrantedTable[]>
  /** A version was published: lines that were waiting for it are sealed now. */
  published(dataset: string): void
  /**
   * Starts to make the next generation of every project that is known here and where opt-outs are to take effect. Returns at once.
   * To be asked when opt-outs arrive, and again as time passes.
   */
  renew(): void
  /** What opt-outs did to the extracts of a project, and what still waits. */
  optOuts(current: CurrentPermit): Promise<readonly OptOutEffect[]>
  /**
   * Destroys what was sealed of one dataset of a project, and the derived tables made from it; the other lines stay as they are.
   * Done again, it finds nothing to do.
   */
  shredLine(current: CurrentPermit, dataset: string): Promise<void>
  /**
   * Destroys what the projects were given of a version that was withdrawn. Their lines are sealed on the one before, or wait for
   * the next one.
   */
  recalled(dataset: string, version: number): Promise<void>
  /** Destroys the extract and all keys of a project that has ended, once nothing is being sealed before it. Done again, it gives the same answer. */
  closeProject(project: string): Promise<Destroyed>
  /** Begins to end the processes of a project that was stopped and to remove its plain files; a question opens them again. */
  shut(project: string): void
  /** The same for the projects that nobody has asked in a while. */
  shutIdle(): Promise<void>
  /** Resolves when nothing is being sealed. */
  idle(): Promise<void>
}

/** A line that could not be sealed is tried again when somebody asks, but not more often than this. */
const retryMs = 60_000
const projectName = /^[A-Za-z0-9][A-Za-z0-9-]{0,80}$/

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
  const { atRest, keyring } = needs
  const at = { home: resolve(needs.home), atRest }
  const sealer: Sealer = {
    ...needs,
    extracts: openExtracts(at),
    keys: openProjectKeys(keyring),
    signal: new AbortController(),
  }
  const projects = new Map<string, Known>()
  const lane = openLane()
  const house: House = {
    ...{ needs, sealer, projects, lane, workspace: openWorkspace(at), open: keepOpen(needs) },
    ...{ assessed: new Map(), renewing: new Set(), retiring: new Set() },
  }
  return {
    seal: (current) => seal(house, current),
    of: (current) => bulleFor(house, current),
    status: (project) => statusOf(house, project),
    tables: (current) => grantedTables({ ...sealer, workspace: house.workspace }, current),
    published(dataset) {
      for (const { current, waiting } of projects.values()) {
        if (waiting.has(dataset)) seal(house, current)
      }
    },
    renew: () => renewAll(house),
    optOuts: (current) => effectsOn(sealer, current),
    shredLine: (current, dataset) => shredLine(house, current, dataset),
    recalled: (dataset, version) => shredVersion(house, { dataset, version }),
    closeProject: (project) => closeProject(house, project),
    shut(project) {
      house.open.shut(project).catch((error: unknown) => {
        needs.log.error('a stopped project could not be put away', { project, error: wordOf(error) })
      })
    },
    shutIdle: house.open.shutIdle,
    idle: () => idle(house),
    async close() {
      sealer.signal.abort()
      await idle(house)
      await house.open.close()
    },
  }
}

interface House {
  readonly needs: BullesNeeds
  readonly sealer: Sealer
  readonly projects: Map<string, Known>
  readonly lane: Lane
  readonly workspace: Pick<Workspace, 'list' | 'open' | 'change'>
  readonly open: OpenBulles
  readonly assessed: Assessed
  /** Projects whose next generation is queued. */
  readonly renewing: Set<string>
  /** Generations that wait for the end of the queries that read them. */
  readonly retiring: Set<Promise<void>>
}

/** Nothing is being sealed, and nothing waits to be destroyed. */
async function idle(house: House): Promise<void> {
  await house.lane.idle()
  if (house.retiring.size === 0) return
  await Promise.all(house.retiring)
  await idle(house)
}

function renewAll(house: House): void {
  const { projects, renewing, lane, needs } = house
  for (const project of projects.keys()) {
    if (renewing.has(project)) continue
    renewing.add(project)
    const work = async () => {
      renewing.delete(project)
      const known = projects.get(project)
      if (known !== undefined) await renew(house, known.current)
    }
    lane.add(work, (error) => {
      needs.log.error('opt-outs could not be applied to an open project', { project, error: wordOf(error) })
    })
  }
}

async function renew(house: House, current: CurrentPermit): Promise<void> {
  const { sealer, assessed } = house
  const before = await readableNow(house, current)
  if (!(await renewProject(sealer, assessed, current))) return
  const project = current.permit.base
  const names = await sealer.extracts.superseded(project)
  const former = bulleId(project, before)
  const isOther = former !== bulleId(project, await readableNow(house, current))
  const retired = retire(house, { project, names, ...(isOther && { former }) }).finally(() => {
    house.retiring.delete(retired)
  })
  house.retiring.add(retired)
}

/** The sealed lines that a project may read. */
async function readableNow({ sealer }: House, current: CurrentPermit): Promise<readonly SealedExtract[]> {
  const keys = new Set(sealableLines(current).map(lineKey))
  return (await sealer.extracts.list(current.permit.base)).filter(({ key }) => keys.has(key))
}

interface Retired {
  readonly project: string
  readonly names: readonly string[]
  /** The bulle of the generation, when another one took its place. */
  readonly former?: string
}

/** Queries that run go on with the generation that they began with; then it is destroyed. */
async function retire(house: House, { project, names, former }: Retired): Promise<void> {
  const { needs } = house
  await needs.ended?.(project)
  if (former !== undefined) await needs.vault?.evict(former)
  queueDestruction(house, project, names)
}

function queueDestruction(house: House, project: string, names?: readonly string[]): void {
  const { needs, lane } = house
  lane.add(
    () => destroyFormer(house, project, names),
    (error) =>
      needs.log.error('a former generation could not be destroyed', { project, error: wordOf(error) }),
  )
}

function seal(house: House, current: CurrentPermit): void {
  const { needs, sealer, projects, lane } = house
  const project = current.permit.base
  if (!projectName.test(project)) throw new Error('a project with an impossible name')
  const former = projects.get(project)
  // What the last stop left: nobody has asked for anything of this project yet.
  if (former === undefined) queueDestruction(house, project)
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
  const { sealer, projects } = house
  const project = current.permit.base
  const lines = sealableLines(current)
  // Read once: all lines are of one generation.
  const all = new Map((await sealer.extracts.list(project)).map((one) => [one.key, one]))
  const sealed = lines.flatMap((line) => all.get(lineKey(line)) ?? [])
  if (sealed.length < lines.length && isDue(house, project)) seal(house, current)
  const pending = projects.get(project)?.pending
  const preparing = lines.some((line) => pending?.has(lineKey(line)))
  if (sealed.length === 0 || (sealed.length < lines.length && preparing)) throw new Refusal('BULLE_NOT_READY')
  return openBulle({ ...house, ...sealer }, current, { all, readable: sealed })
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
  const sealed = all.filter((one) => granted === null || granted.has(one.key))
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
  const shred = () => shredDataset(house, project, { dataset })
  if (!known?.pending.size) return shred()
  return new Promise((resolve, reject) => {
    lane.add(async () => resolve(await shred()), reject)
  })
}

/** In the lane: an extract that was being sealed on the version is there by then, and what comes later finds another version. */
function shredVersion(house: House, what: { readonly dataset: string; readonly version: number }) {
  const { projects, lane } = house
  return new Promise<void>((resolve, reject) => {
    lane.add(async () => {
      const own = [...projects].filter(([, { current }]) =>
        current.permit.lines.some(({ dataset }) => dataset === what.dataset),
      )
      for (const [project] of own) await shredDataset(house, project, what)
      for (const [, { current }] of own) seal(house, current)
      resolve()
    }, reject)
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
async function destroyProject({ needs, sealer, projects, open }: House, project: string): Promise<Destroyed> {
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
  await open.shut(project)
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
