/** Reads the files of one deposit in a process of its own, and says what was found and what may be published. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { detailOf, failureOf } from '../engine/failure.ts'
import { type Process, startProcess } from '../engine/process.ts'
import { parisDay } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Opened } from '../keys/copies.ts'
import type { Job, Outcome, SignedJob } from './check-job.ts'
import { taggedOutside } from './contract.ts'
import { type Finding, verdictOf } from './finding.ts'
import { diskFull } from './lack.ts'
import { leaveOut, type OptOutsLeft } from './opt-outs-left.ts'
import { type Following, follow, type Told } from './progress.ts'
import type { Measuring } from './quality/measuring.ts'
import {
  findingsSchema,
  keysSchema,
  measuredSchema,
  readSchema,
  routeSchema,
  writtenSchema,
} from './reader-answers.ts'
import { readingMs } from './reading-time.ts'
import { findingsAfterReading } from './signing.ts'
import type { Manifest, UnsealedManifest } from './storage.ts'

/** Memory of the engine that reads a deposit; nothing is spilled to disk. */
const readerBytes = 2 * 1024 ** 3

interface Start {
  /** What is known before a file is opened. */
  readonly findings: readonly Finding[]
  readonly arrowByValues: boolean
}

/** Reads all tables in a process of their own; null when it died or gave up. */
export async function attemptToRead(job: SignedJob, start: Start): Promise<Outcome | null> {
  const { log, memoryBytes = readerBytes } = job.needs
  let reader: Process | undefined
  const places = await openPlaces(job)
  try {
    reader = await startProcess({
      entry: new URL('./reader-worker.ts', import.meta.url),
      name: 'reader',
      memoryBytes,
      box: { read: places.read, write: [places.scratch] },
      log,
    })
    return await readAll(job, { ...start, reader, places })
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
    await places.close()
  }
}

/** All that the reader of a deposit may see, in the clear area. */
interface Places {
  readonly previous: Measuring['previous']
  /** Folder of the received files. */
  readonly received: string
  readonly read: readonly string[]
  /** An empty folder, which it writes to. */
  readonly scratch: string
  /** What was opened for it is closed; what it has written stays. */
  close(): Promise<void>
}

async function openPlaces(job: Job): Promise<Places> {
  const { needs, deposit, files } = job
  const scratch = await needs.storage.scratch(deposit.id)
  const names = files.map(({ file }) => file)
  const received = await needs.storage.open(deposit.id, names)
  const before = await openPrevious(job).catch(async (error: unknown) => {
    await received.close()
    throw error
  })
  const previous = before && previousIn(job, before)
  const read = [...names.map((name) => join(received.folder, name)), ...Object.values(previous?.files ?? {})]
  const close = async () => {
    await received.close()
    await before?.close()
  }
  return { previous, received: received.folder, read, scratch, close }
}

/** Nothing is compared with a version that is damaged: whoever seals an extract from it is told. */
async function openPrevious({ needs, deposit, declared: { latest } }: Job): Promise<Opened | undefined> {
  if (latest === null) return undefined
  return needs.storage.openVersion(latest).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.facts.rule !== 'dataset.damaged') throw error
    needs.log.error('the version before is damaged', { dataset: deposit.dataset, version: latest.version })
    return undefined
  })
}

/** The files of the version before, by table; every version of a dataset has the same tables. */
function previousIn({ declared }: Job, { folder }: Opened): Measuring['previous'] {
  if (declared.latest === null) return undefined
  const { version } = declared.latest
  const files = declared.descriptor.resources.map(({ name }) => [name, join(folder, `${name}.parquet`)])
  return { version, files: Object.fromEntries(files) }
}

interface Reading extends Start {
  readonly reader: Process
  readonly places: Places
}

async function readAll(job: SignedJob, reading: Reading): Promise<Outcome> {
  const { needs, declared, files, watch } = job
  const { reader, arrowByValues } = reading
  const { previous, read, scratch } = reading.places
  const findings = [...reading.findings]
  const timeoutMs = readingMs(files)
  const call: Call = (method, params, onProgress) =>
    reader.call(method, params, { timeoutMs, signal: watch.signal, ...(onProgress && { onProgress }) })
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const following = follow(watch.say, { clock: needs.clock, total })
  const limits = { memoryBytes: needs.memoryBytes ?? readerBytes, threads: 2 }
  await call('open', { descriptor: declared.descriptor, read, scratch, ...limits, arrowByValues })
  if (files.some(({ media }) => media.kind.startsWith('arrow'))) sayRoute(job, await call('arrow', null))
  const { received } = reading.places
  const { sources, counts } = await readFiles(job, { call, following, received }, findings)
  const keys = keysSchema.parse(await call('keys', null))
  findings.push(...findingsAfterReading(job.signature, { rows: counts, keys }))
  await needs.at?.('read')
  if (verdictOf(findings) === 'refused') return { findings }
  findings.push(...findingsSchema.parse(await call('relate', null, following.step('relate'))))
  const optOuts = await leaveOut(needs, declared.descriptor, (pseudonyms) => call('exclude', { pseudonyms }))
  findings.push(...(optOuts?.findings ?? []))
  if (verdictOf(findings) !== 'accepted') return { findings }
  const about = { today: parisDay(needs.clock.now()), ...(previous && { previous }) }
  const measured = measuredSchema.parse(await call('measure', about, following.step('measure')))
  findings.push(...measured.findings)
  const { contract } = declared
  if (contract) findings.push(...taggedOutside(contract, declared.descriptor, measured.findings))
  if (verdictOf(findings) !== 'accepted') return { findings }
  const folder = join(scratch, 'out')
  await mkdir(folder, { mode: 0o700 })
  const tables: UnsealedManifest['tables'][number][] = []
  const { resources } = declared.descriptor
  for (const [index, { name: table }] of resources.entries()) {
    const told = following.write(table, { index, of: resources.length })
    tables.push(writtenSchema.parse(await call('write', { table }, told)))
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

type Call = (method: string, params: unknown, onProgress?: (told: Told) => void) => Promise<unknown>

interface FilesToRead {
  readonly call: Call
  readonly following: Following
  /** Folder of the received files. */
  readonly received: string
}

/** Reads each file in its turn; adds what is found to the findings. */
async function readFiles(
  { files }: SignedJob,
  { call, following, received }: FilesToRead,
  findings: Finding[],
): Promise<FilesRead> {
  const sources: Manifest['sources'][number][] = []
  const counts: { table: string; rows: number }[] = []
  let before = 0
  for (const { table, file, media, sha256, bytes } of files) {
    const told = following.read(table, { before, own: bytes })
    const path = join(received, file)
    const answer = readSchema.parse(await call('read', { table, path, media }, told))
    before += bytes
    following.counted(answer.rows)
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

/** The slow way is as right as the quick one: the log says so, and nothing else changes. */
function sayRoute({ needs: { log }, deposit: { id } }: Job, answer: unknown): void {
  const { kind, why = '' } = routeSchema.parse(answer)
  if (kind === 'direct') log.info('Arrow goes in memory to memory', { deposit: id })
  else log.warn('Arrow goes in value by value', { deposit: id, why })
}
