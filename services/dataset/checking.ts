/**
 * From a submitted deposit to its verdict, in the background: one at a time, each in a process of its own. Nothing of a
 * deposit counts before its last step, so a stop at any moment means that it is checked again at the next start.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Audit } from '../audit/record.ts'
import { detailOf, failureOf } from '../engine/failure.ts'
import { type Process, startProcess } from '../engine/process.ts'
import { type Clock, parisDay } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { categoryFindings, taggedOutside } from './contract.ts'
import { type Finding, verdictOf } from './finding.ts'
import { diskFull, isDiskFull } from './lack.ts'
import { openLane } from './lane.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import { leaveOut, type OptOutsLeft } from './opt-outs-left.ts'
import type { Quality } from './quality/label.ts'
import type { Measuring } from './quality/measuring.ts'
import { findingsSchema, keysSchema, measuredSchema, readSchema, writtenSchema } from './reader-answers.ts'
import { readingMs } from './reading-time.ts'
import type { DatasetRegister, Declared, Deposit, ReceivedFile, VersionRow } from './register.ts'
import { domainOf } from './relations.ts'
import { findingsAfterReading, type HolderKeys, type Signature, signatureOf } from './signing.ts'
import type { DepositStorage, Manifest, UnsealedManifest } from './storage.ts'

export interface Progress {
  /** `queued` until its turn comes, then what is being done; `waiting` for room on the disk or for the log. */
  readonly step: 'queued' | 'waiting' | 'read' | 'relate' | 'measure' | 'write' | 'publish'
  readonly table?: string
  /** Rows of the tables read so far. */
  readonly rows?: number
}

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
  /** Keys of the holders that sign their deposits; without them nobody can. */
  readonly holderKeys?: HolderKeys
  /** Who objects; without a register nobody does. */
  readonly optOuts?: Pick<OptOutRegister, 'list' | 'version'>
  readonly clock: Clock
  readonly log: Log
  /** Whether workers run in a sandbox; without one every deposit says so. */
  readonly sandboxed: boolean
  readonly memoryBytes?: number
  /** Between two attempts while the disk is full. */
  readonly retryMs?: number
  /** Called when a version can be read. */
  readonly onPublished?: (dataset: string) => void
  /** Called at each moment; for tests that stop there. */
  readonly at?: (moment: Moment) => void | Promise<void>
}

/** Memory of the engine that reads a deposit; nothing is spilled to disk. */
const readerBytes = 2 * 1024 ** 3
/** A process may die of something else than the file: it is read again once. */
const attempts = 2
const retryMs = 60_000

export function openChecker(needs: CheckerNeeds): Checker {
  const progress = new Map<string, Progress>()
  const stopped = new AbortController()
  const lane = openLane()
  const check = (deposit: string) => {
    progress.set(deposit, { step: 'queued' })
    const say = (step: Progress) => void progress.set(deposit, step)
    const work = async () => {
      if (stopped.signal.aborted) return
      const watch = { say, signal: stopped.signal }
      await checkOne(needs, deposit, watch).catch((error) => giveBack(needs, deposit, error))
      progress.delete(deposit)
    }
    lane.add(work, (error) => {
      progress.delete(deposit)
      if (stopped.signal.aborted) return
      needs.log.error('a deposit could not be checked', { deposit, error: wordOf(error) })
      // What else went wrong: still `checking`, the next start tries again.
      if (isPassing(error)) again(deposit)
    })
  }
  const again = (deposit: string) => {
    progress.set(deposit, { step: 'waiting' })
    const next = () => (stopped.signal.aborted ? undefined : check(deposit))
    setTimeout(next, needs.retryMs ?? retryMs).unref()
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

/** The room that an attempt took is given back before the next one: somebody else may need it meanwhile. */
async function giveBack({ storage }: CheckerNeeds, deposit: string, error: unknown): Promise<never> {
  if (isPassing(error)) await storage.scratch(deposit).catch(() => 'done at the next attempt')
  throw error
}

/** A disk without room, or a log that takes nothing: no part of the deposit. */
function isPassing(error: unknown): boolean {
  return isDiskFull(error) || (error instanceof Refusal && error.code === 'UNAVAILABLE')
}

function wordOf(error: unknown): string {
  return error instanceof Refusal ? error.code : error instanceof Error ? error.name : 'unknown'
}

async function knownTo(register: DatasetRegister) {
  const versions = new Map<string, number>()
  for (const { descriptor, lastVersion } of await register.list()) {
    if (lastVersion !== undefined) versions.set(descriptor.name, lastVersion)
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
  const job: Job = { needs, watch, deposit, declared, files, version: (declared.lastVersion ?? 0) + 1 }
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

/** Whose manifest, if there is one, says what was received. */
interface SignedJob extends Job {
  readonly signature: Signature
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
  const { holderKeys } = job.needs
  const { contract } = job.declared
  const isDemanded = contract?.manifest === 'required'
  const signature = await signatureOf(holderKeys, { ...job, isDemanded })
  findings.push(...signature.findings, ...(await promised(job, signature)))
  // What is not what was signed or promised is not even read.
  if (verdictOf(findings) === 'refused') return { findings }
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const outcome = await attemptToRead({ ...job, signature }, findings)
    if (outcome !== null) return outcome
  }
  // The reader died or gave up each time: the file is to blame as far as anybody can tell, and the depositor is told so.
  const { dataset, id } = job.deposit
  await record(job, { type: 'deposit.failed', dataset, deposit: id })
  return { findings: [...findings, { severity: 'error', rule: 'internal', count: 1 }] }
}

/** What the contract of the dataset asks of every deposit and this one does not keep. */
async function promised({ needs, declared }: Job, { signed }: Signature): Promise<readonly Finding[]> {
  const { contract, descriptor } = declared
  if (contract === undefined) return []
  const listed = (await needs.optOuts?.version(domainOf(descriptor))) ?? 0
  const isLacking =
    contract.optOutFile === 'required' && listed === 0 && (signed?.manifest.optOuts ?? null) === null
  const absent: readonly Finding[] = [{ severity: 'error', rule: 'contract.opt-outs', count: 1 }]
  return [...(isLacking ? absent : []), ...categoryFindings(contract, descriptor)]
}

/** Reads all tables in a process of their own; null when it died or gave up. */
async function attemptToRead(job: SignedJob, findings: readonly Finding[]): Promise<Outcome | null> {
  const { log, memoryBytes = readerBytes } = job.needs
  let reader: Process | undefined
  const places = await placesOf(job)
  try {
    reader = await startProcess({
      entry: new URL('./reader-worker.ts', import.meta.url),
      name: 'reader',
      memoryBytes,
      box: { read: places.read, write: [places.scratch] },
      log,
    })
    return await readAll(job, { reader, places }, [...findings])
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'QUERY_FAILED' || job.watch.signal.aborted) throw error
    if (detailOf(error) === diskFull) {
      throw new Refusal('UNAVAILABLE', { rule: 'deposit.disk' }, { cause: error })
    }
    log.warn('a reader failed', { deposit: job.deposit.id, cause: failureOf(error) })
    return null
  } finally {
    reader?.kill()
    await reader?.closed
  }
}

/** The files of the version before, by table; every version of a dataset has the same tables. */
function previousOf({ needs, deposit, declared }: Job): Measuring['previous'] {
  if (declared.latest === null) return undefined
  const { version } = declared.latest
  const folder = needs.storage.folderOf(deposit.dataset, version)
  const files = declared.descriptor.resources.map(({ name }) => [name, join(folder, `${name}.parquet`)])
  return { version, files: Object.fromEntries(files) }
}

/** All that the reader of a deposit may see of the disk. */
interface Places {
  readonly previous: Measuring['previous']
  readonly read: readonly string[]
  /** An empty folder, which it writes to. */
  readonly scratch: string
}

async function placesOf(job: Job): Promise<Places> {
  const { needs, deposit, files } = job
  const previous = previousOf(job)
  const received = files.map(({ file }) => needs.storage.pathOf(deposit.id, file))
  const read = [...received, ...Object.values(previous?.files ?? {})]
  return { previous, read, scratch: await needs.storage.scratch(deposit.id) }
}

interface Reading {
  readonly reader: Process
  readonly places: Places
}

async function readAll(job: SignedJob, { reader, places }: Reading, findings: Finding[]): Promise<Outcome> {
  const { needs, deposit, declared, files, watch } = job
  const { storage } = needs
  const { previous, read, scratch } = places
  const timeoutMs = readingMs(files)
  const call = (method: string, params: unknown) =>
    reader.call(method, params, { timeoutMs, signal: watch.signal })
  const memoryBytes = needs.memoryBytes ?? readerBytes
  await call('open', { descriptor: declared.descriptor, read, scratch, memoryBytes, threads: 2 })
  const { sources, counts } = await readFiles(job, call, findings)
  const rows = counts.reduce((sum, one) => sum + one.rows, 0)
  const keys = keysSchema.parse(await call('keys', null))
  findings.push(...findingsAfterReading(job.signature, { rows: counts, keys }))
  await needs.at?.('read')
  if (verdictOf(findings) === 'refused') return { findings }
  watch.say({ step: 'relate', rows })
  findings.push(...findingsSchema.parse(await call('relate', null)))
  const optOuts = await leaveOut(needs, declared.descriptor, (pseudonyms) => call('exclude', { pseudonyms }))
  findings.push(...(optOuts?.findings ?? []))
  if (verdictOf(findings) !== 'accepted') return { findings }
  watch.say({ step: 'measure', rows })
  const today = parisDay(needs.clock.now())
  const measured = measuredSchema.parse(await call('measure', { today, ...(previous && { previous }) }))
  findings.push(...measured.findings)
  const { contract } = declared
  if (contract) findings.push(...taggedOutside(contract, declared.descriptor, measured.findings))
  if (verdictOf(findings) !== 'accepted') return { findings }
  const folder = join(scratch, 'out')
  await mkdir(folder, { mode: 0o700 })
  const tables: UnsealedManifest['tables'][number][] = []
  for (const { name: table } of declared.descriptor.resources) {
    watch.say({ step: 'write', table, rows })
    tables.push(writtenSchema.parse(await call('write', { table })))
  }
  await needs.at?.('written')
  const manifest = manifestOf(job, { tables, sources, optOuts })
  return { findings, quality: measured.quality, sealed: { folder, manifest, optOuts } }
}

/** What is read of a deposit before it is related and measured. */
interface FilesRead {
  readonly sources: Manifest['sources']
  readonly counts: readonly { readonly table: string; readonly rows: number }[]
}

type Call = (method: string, params: unknown) => Promise<unknown>

/** Reads each file in its turn; adds what is found to the findings. */
async function readFiles(
  { needs: { storage }, deposit, files, watch }: SignedJob,
  call: Call,
  findings: Finding[],
): Promise<FilesRead> {
  const sources: Manifest['sources'][number][] = []
  const counts: { table: string; rows: number }[] = []
  let rows = 0
  for (const { table, file, media, sha256, bytes } of files) {
    watch.say({ step: 'read', table, rows })
    const path = storage.pathOf(deposit.id, file)
    const answer = readSchema.parse(await call('read', { table, path, media }))
    rows += answer.rows
    counts.push({ table, rows: answer.rows })
    findings.push(...answer.findings)
    sources.push({ table, sha256, bytes, reading: answer.reading })
  }
  return { sources, counts }
}

interface Written extends Pick<UnsealedManifest, 'tables' | 'sources'> {
  readonly optOuts: OptOutsLeft | undefined
}

function manifestOf(
  { deposit, version, declared, signature: { signed } }: SignedJob,
  { tables, sources, optOuts }: Written,
): UnsealedManifest {
  const { contract } = declared
  return {
    ...{ format: 1, dataset: deposit.dataset, version, deposit: deposit.id },
    ...{ descriptor: declared.sha256, tables, sources },
    ...(optOuts && { optOuts: { version: optOuts.version } }),
    ...(contract && { contract: sha256(canonical(contract)) }),
    ...(signed && { signed: { sha256: signed.sha256, jws: signed.jws } }),
  }
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
    ...(sealed.manifest.signed && { signedSha256: sealed.manifest.signed.sha256 }),
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
