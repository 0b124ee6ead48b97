/**
 * From a submitted deposit to its verdict, in the background: one at a time, each in a process of its own. Nothing of a
 * deposit counts before its last step, so a stop at any moment means that it is checked again at the next start.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Audit } from '../audit/record.ts'
import { failureOf } from '../engine/failure.ts'
import { type Process, startProcess } from '../engine/process.ts'
import { type Clock, parisDay } from '../kernel/clock.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type Finding, verdictOf } from './finding.ts'
import { openLane } from './lane.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import { leaveOut, type OptOutsLeft } from './opt-outs-left.ts'
import { follow, type Progress, type Told } from './progress.ts'
import { type Quality, qualitySchema } from './quality/label.ts'
import type { Measuring } from './quality/measuring.ts'
import type { DatasetRegister, Declared, Deposit, ReceivedFile, VersionRow } from './register.ts'
import type { DepositStorage, Manifest, UnsealedManifest } from './storage.ts'

export interface Checker extends Closable {
  /** Puts a submitted deposit into the queue. Returns at once. */
  check(deposit: string): void
  progress(deposit: string): Progress | undefined
  /** At start: cleans what a crash left and checks again what it interrupted. */
  resume(): Promise<void>
  /** Resolves when the queue is empty. */
  idle(): Promise<void>
}

/** Moments at which a stop must leave either the old version or the new one. */
export type Moment = 'read' | 'written' | 'sealed' | 'recorded' | 'renamed' | 'registered'

export interface CheckerNeeds {
  readonly register: DatasetRegister
  readonly storage: DepositStorage
  readonly audit: Audit
  /** Who objects; without a register nobody does. */
  readonly optOuts?: Pick<OptOutRegister, 'list' | 'version'>
  readonly clock: Clock
  readonly log: Log
  /** Whether workers run in a sandbox; without one every deposit says so. */
  readonly sandboxed: boolean
  readonly memoryBytes?: number
  /** Called when a version can be read. */
  readonly onPublished?: (dataset: string) => void
  /** Called at each moment; for tests that stop there. */
  readonly at?: (moment: Moment) => void | Promise<void>
}

/** Memory of the engine that reads a deposit; nothing is spilled to disk. */
const readerBytes = 2 * 1024 ** 3
/** A process may die of something else than the file: it is read again once. */
const attempts = 2
const callMs = 3_600_000

export function openChecker(needs: CheckerNeeds): Checker {
  const progress = new Map<string, Progress>()
  const stopped = new AbortController()
  const lane = openLane()
  const check = (deposit: string) => {
    progress.set(deposit, { step: 'queued' })
    const say = (step: Progress) => void progress.set(deposit, step)
    const work = async () => {
      if (!stopped.signal.aborted) await checkOne(needs, deposit, { say, signal: stopped.signal })
      progress.delete(deposit)
    }
    lane.add(work, (error) => {
      // Still `checking`: the next start tries again.
      progress.delete(deposit)
      if (stopped.signal.aborted) return
      needs.log.error('a deposit could not be checked', { deposit, error: wordOf(error) })
    })
  }
  return {
    check,
    progress: (deposit) => progress.get(deposit),
    async resume() {
      await needs.storage.recover(await knownTo(needs.register))
      for (const deposit of await needs.register.checking()) check(deposit.id)
    },
    idle: () => lane.idle(),
    async close() {
      stopped.abort()
      await lane.idle()
    },
  }
}

function wordOf(error: unknown): string {
  return error instanceof Refusal ? error.code : error instanceof Error ? error.name : 'unknown'
}

async function knownTo(register: DatasetRegister) {
  const versions = new Map<string, number>()
  for (const { latest } of await register.list()) {
    if (latest !== null) versions.set(latest.dataset, latest.version)
  }
  return {
    versions,
    async files(id: string) {
      const deposit = await register.deposit(id)
      if (deposit?.status !== 'open' && deposit?.status !== 'checking') return null
      return (await register.files(id)).map((file) => file.file)
    },
  }
}

interface Watch {
  readonly say: (progress: Progress) => void
  readonly signal: AbortSignal
}

async function checkOne(needs: CheckerNeeds, id: string, watch: Watch): Promise<void> {
  const deposit = await needs.register.deposit(id)
  const declared = deposit === null ? null : await needs.register.find(deposit.dataset)
  if (deposit === null || declared === null || deposit.status !== 'checking') return
  const files = await needs.register.files(id)
  const job: Job = { needs, watch, deposit, declared, files, version: (declared.latest?.version ?? 0) + 1 }
  const outcome = await examine(job)
  if (watch.signal.aborted) return
  await conclude(job, outcome)
  await needs.storage.discard(id)
}

interface Job {
  readonly needs: CheckerNeeds
  readonly watch: Watch
  readonly deposit: Deposit
  readonly declared: Declared & { readonly latest: VersionRow | null }
  readonly files: readonly ReceivedFile[]
  readonly version: number
}

interface Outcome {
  readonly findings: readonly Finding[]
  /** The folder to publish and its manifest; absent when there is nothing to publish. */
  readonly quality?: Quality
  readonly sealed?: {
    readonly folder: string
    readonly manifest: UnsealedManifest
    readonly optOuts: OptOutsLeft | undefined
  }
}

async function examine(job: Job): Promise<Outcome> {
  const { descriptor } = job.declared
  const there = new Set(job.files.map((file) => file.table))
  const absent = descriptor.resources.filter((resource) => !there.has(resource.name))
  const findings: Finding[] = [
    ...(job.needs.sandboxed ? [] : [{ severity: 'warning', rule: 'sandbox.missing', count: 1 } as const]),
    ...absent.map(
      ({ name }) => ({ severity: 'error', rule: 'table.absent', table: name, count: 1 }) as const,
    ),
  ]
  if (absent.length > 0) return { findings }
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    // A process that died of memory that it was not to touch reads the second time value by value.
    const outcome = await attemptToRead(job, { findings, arrowByValues: attempt > 1 })
    if (outcome !== null) return outcome
  }
  // The reader died or gave up each time: the file is to blame as far as anybody can tell, and the depositor is told so.
  const { dataset, id } = job.deposit
  await record(job, { type: 'deposit.failed', dataset, deposit: id })
  return { findings: [...findings, { severity: 'error', rule: 'internal', count: 1 }] }
}

interface Start {
  /** What is known before a file is opened. */
  readonly findings: readonly Finding[]
  readonly arrowByValues: boolean
}

/** Reads all tables in a process of their own; null when it died or gave up. */
async function attemptToRead(job: Job, start: Start): Promise<Outcome | null> {
  const { log, memoryBytes = readerBytes } = job.needs
  let reader: Process | undefined
  try {
    reader = await startProcess({
      entry: new URL('./reader-worker.ts', import.meta.url),
      name: 'reader',
      memoryBytes,
      log,
    })
    return await readAll(job, reader, start)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'QUERY_FAILED' || job.watch.signal.aborted) throw error
    log.warn('a reader failed', { deposit: job.deposit.id, cause: failureOf(error) })
    return null
  } finally {
    reader?.kill()
    await reader?.closed
  }
}

const findingSchema = z.strictObject({
  severity: z.enum(['error', 'quarantine', 'warning']),
  rule: z.string().max(40),
  table: z.string().max(64).optional(),
  column: z.string().max(20_000).optional(),
  line: z.number().int().optional(),
  lines: z.array(z.number().int()).max(1000).optional(),
  count: z.number().int().nonnegative(),
  with: z.record(z.string().max(20), z.union([z.string().max(1000), z.number()])).optional(),
})
// The reader is ours but what it has eaten is not: its answers are checked for shape. Rules are looked up when shown.
const findingsSchema = z.array(findingSchema).max(100_000) as unknown as z.ZodType<readonly Finding[]>
const count = z.number().int().nonnegative()
const readingSchema = z.record(z.string().max(20), z.union([z.string().max(20), z.boolean()]))
const readSchema = z.strictObject({ rows: count, findings: findingsSchema, reading: readingSchema })
const columnSchema = z.strictObject({ name: z.string().max(64), type: z.string().max(40) })
const writtenSchema = z.strictObject({
  name: z.string().max(64),
  file: z.string().max(80),
  rows: count,
  columns: z.array(columnSchema),
})

const measuredSchema = z.strictObject({ quality: qualitySchema, findings: findingsSchema })

/** The files of the version before, by table; every version of a dataset has the same tables. */
function previousOf({ needs, deposit, declared }: Job): Measuring['previous'] {
  if (declared.latest === null) return undefined
  const { version } = declared.latest
  const folder = needs.storage.folderOf(deposit.dataset, version)
  const files = declared.descriptor.resources.map(({ name }) => [name, join(folder, `${name}.parquet`)])
  return { version, files: Object.fromEntries(files) }
}

async function readAll(
  job: Job,
  reader: Process,
  { findings: known, arrowByValues }: Start,
): Promise<Outcome> {
  const { needs, deposit, declared, files, watch } = job
  const findings = [...known]
  const { storage } = needs
  const scratch = await storage.scratch(deposit.id)
  const call = (method: string, params: unknown, onProgress?: (told: Told) => void) =>
    reader.call(method, params, {
      timeoutMs: callMs,
      signal: watch.signal,
      ...(onProgress && { onProgress }),
    })
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const following = follow(watch.say, { clock: needs.clock, total })
  const previous = previousOf(job)
  const read = [
    ...files.map((file) => storage.pathOf(deposit.id, file.file)),
    ...Object.values(previous?.files ?? {}),
  ]
  const memoryBytes = needs.memoryBytes ?? readerBytes
  const limits = { memoryBytes, threads: 2 }
  await call('open', { descriptor: declared.descriptor, read, scratch, ...limits, arrowByValues })
  if (files.some(({ media }) => media.kind.startsWith('arrow'))) sayRoute(job, await call('arrow', null))
  const sources: Manifest['sources'][number][] = []
  let before = 0
  for (const { table, file, media, sha256, bytes } of files) {
    const told = following.read(table, { before, own: bytes })
    const path = storage.pathOf(deposit.id, file)
    const answer = readSchema.parse(await call('read', { table, path, media }, told))
    before += bytes
    following.counted(answer.rows)
    findings.push(...answer.findings)
    sources.push({ table, sha256, bytes, reading: answer.reading })
  }
  await needs.at?.('read')
  if (verdictOf(findings) === 'refused') return { findings }
  findings.push(...findingsSchema.parse(await call('relate', null, following.step('relate'))))
  const optOuts = await leaveOut(needs, declared.descriptor, (pseudonyms) => call('exclude', { pseudonyms }))
  findings.push(...(optOuts?.findings ?? []))
  if (verdictOf(findings) !== 'accepted') return { findings }
  const about = { today: parisDay(needs.clock.now()), ...(previous && { previous }) }
  const measured = measuredSchema.parse(await call('measure', about, following.step('measure')))
  findings.push(...measured.findings)
  const folder = join(scratch, 'out')
  await mkdir(folder, { mode: 0o700 })
  const tables: UnsealedManifest['tables'][number][] = []
  const { resources } = declared.descriptor
  for (const [index, { name: table }] of resources.entries()) {
    const told = following.write(table, { index, of: resources.length })
    tables.push(writtenSchema.parse(await call('write', { table }, told)))
  }
  await needs.at?.('written')
  const head = { format: 1, dataset: deposit.dataset, version: job.version, deposit: deposit.id } as const
  return {
    findings,
    quality: measured.quality,
    sealed: {
      folder,
      manifest: {
        ...{ ...head, descriptor: declared.sha256, tables, sources },
        ...(optOuts && { optOuts: { version: optOuts.version } }),
      },
      optOuts,
    },
  }
}

const routeSchema = z.strictObject({ kind: z.enum(['direct', 'values']), why: z.string().max(20).optional() })

/** The slow way is as right as the quick one: the log says so, and nothing else changes. */
function sayRoute({ needs: { log }, deposit: { id } }: Job, answer: unknown): void {
  const { kind, why = '' } = routeSchema.parse(answer)
  if (kind === 'direct') log.info('Arrow goes in memory to memory', { deposit: id })
  else log.warn('Arrow goes in value by value', { deposit: id, why })
}

function record(job: Job, body: Parameters<Audit['append']>[0]) {
  const by = { ...job.deposit.opener, level: 0, door: 'system' } as const
  return job.needs.audit.append(body, { by, holders: [job.declared.descriptor.holder] })
}

/** Records the verdict, then makes it true: for an accepted deposit the folder, then the row by which it is found. */
async function conclude(job: Job, { findings, sealed, quality }: Outcome): Promise<void> {
  const { needs, deposit } = job
  const { dataset, id } = deposit
  const status = verdictOf(findings)
  if (status !== 'accepted' || sealed === undefined) {
    const refused = status === 'accepted' ? 'refused' : status
    await record(job, { type: `deposit.${refused}`, dataset, deposit: id, findings: findings.length })
    await needs.register.end({ deposit: id, status: refused, findings, at: needs.clock.now() })
    return
  }
  job.watch.say({ step: 'publish' })
  const { version } = job
  const manifestSha256 = await needs.storage.seal(sealed.folder, sealed.manifest)
  await needs.at?.('sealed')
  await record(job, {
    ...{ type: 'deposit.accepted', dataset, deposit: id, version, manifestSha256 },
    ...(sealed.optOuts && {
      optOuts: { version: sealed.optOuts.version, removed: sealed.optOuts.removed },
    }),
  })
  await needs.at?.('recorded')
  await needs.storage.publish(sealed.folder, { dataset, version })
  await needs.at?.('renamed')
  const at = needs.clock.now()
  await needs.register.end({
    deposit: id,
    status,
    findings,
    at,
    version: { dataset, version, manifestSha256, publishedAt: at },
    ...(quality === undefined ? {} : { quality }),
  })
  await needs.at?.('registered')
  needs.onPublished?.(dataset)
}
