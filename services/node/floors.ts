/** The floors of a node, each opened on those below it. Every function answers plain values; node.ts puts them together. */
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FoundTree } from '../audit/found-tree.ts'
import type { RetentionRule } from '../audit/retention.ts'
import type { SecretBox } from '../audit/secret-files.ts'
import { spaceFloor } from '../audit/space.ts'
import type { WitnessPolicy } from '../audit/witness/client.ts'
import { openWitnessing, type Witnessing } from '../audit/witness/collector.ts'
import { insistOnWitnessed } from '../audit/witness/start.ts'
import { type AuditLog, openAudit } from '../audit/writer.ts'
import type { Sandbox } from '../engine/box/sandbox.ts'
import { openBuilder } from '../engine/builder.ts'
import type { Builder, Limits, Parser, Releaser, Vault } from '../engine/engine.ts'
import { openParser } from '../engine/parser.ts'
import { openReleaser } from '../engine/release.ts'
import { openVault } from '../engine/vault.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { hasCode } from '../kernel/system-error.ts'
import { catchUp, indexedEntry } from '../review/indexing.ts'
import { type AuditIndex, openAuditIndex } from '../store/audit-index.ts'
import { startEmbedded } from '../store/embedded.ts'
import { takeFolder } from '../store/folder-lock.ts'
import { acquireLease } from '../store/lease.ts'
import type { Store } from '../store/store.ts'
import type { Closing } from './closing.ts'
import { StartError } from './listening.ts'
import { openRetention } from './retention.ts'

/** What every floor needs: where, when, and who closes it again. */
export interface Ground {
  readonly home: string
  readonly clock: Clock
  readonly log: Log
  readonly closing: Closing
  /** False where the data may be lost, as in tests. */
  readonly durable: boolean
  /** What workers run in on this machine. */
  readonly sandbox: Promise<Sandbox>
  /** The log can promise nothing any more: the process must end with this status (security.md 0). */
  readonly onFatal: (exitCode: number) => void
}

/** The home folder, made if absent, and taken: two nodes on one home would write one log. */
export async function openHome({ home, closing }: Pick<Ground, 'home' | 'closing'>): Promise<void> {
  try {
    await makeFolder(home)
    closing.keep('home', await takeFolder(home))
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'FolderTakenError')
      throw new StartError(cause.message, 1, { cause })
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'inconnu'
    throw new StartError(`HUISCLOS_HOME : ${home} n’est pas accessible en écriture (${code})`, 1, { cause })
  }
}

/** As `mkdir -p`; Node's own recursive form never ends where a parent exists and takes no folder, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return
    const parent = dirname(path)
    const isOrphan = hasCode(error, 'ENOENT') && (await stat(parent).catch(() => null)) === null
    if (!isOrphan) throw error
    await makeFolder(parent)
    await mkdir(path, { mode: 0o700 })
  }
}

/** Address of the control database: the one given, else our own PostgreSQL. */
export async function openDatabase(ground: Ground, given: string | undefined): Promise<string> {
  if (given !== undefined) return given
  const { home, log, durable } = ground
  return ground.closing.keep('postgresql', await startEmbedded({ home, log, durable })).url
}

export interface Evidence {
  readonly audit: AuditLog
  readonly auditIndex: AuditIndex
  readonly witnessing: Witnessing
}

export interface EvidenceSettings {
  /** Of the control database. */
  readonly url: string
  /** Public host of the origin of a new log. */
  readonly host: string
  readonly policy: WitnessPolicy
  readonly retention: Omit<RetentionRule, 'needsCosigned'>
  /** Seals the keys of the log. */
  readonly box: SecretBox
}

/** The one writer of the log, the index that follows it, and whoever collects cosignatures on it. */
export async function openEvidence(
  ground: Ground,
  store: Store,
  { url, host, policy, retention, box }: EvidenceSettings,
): Promise<Evidence> {
  const { home, clock, log, closing, durable, onFatal } = ground
  const lease = await acquireLease(url)
  closing.keep('lease', { close: () => lease.release() })
  const auditIndex = closing.keep('audit index', openAuditIndex(store, log))
  const onEntry: Parameters<typeof openAudit>[0]['onEntry'] = (entry) => auditIndex.add(indexedEntry(entry))
  const reserveBytes = durable ? spaceFloor : 0
  const onFound = (tree: FoundTree) => insistOnWitnessed(policy.witnesses, tree, log)
  const audit = await openAudit({
    home,
    box,
    clock,
    log,
    host,
    lease,
    onEntry,
    onFatal,
    onFound,
    reserveBytes,
  }).catch((cause: unknown) => {
    if (cause instanceof Error && cause.name === 'LogDamaged') {
      throw new StartError(`journal de preuves : ${cause.message}`, 72, { cause })
    }
    throw unwritable(cause) ?? cause
  })
  closing.keep('audit log', audit)
  await catchUp(audit, auditIndex, log)
  const witnessing = closing.keep('witnesses', openWitnessing({ audit, policy, clock, log }))
  const rule = { ...retention, needsCosigned: policy.quorum > 0 }
  closing.keep('retention', await openRetention({ audit, auditIndex, log, rule }))
  return { audit, auditIndex, witnessing }
}

/** A disk that takes nothing is the operator's to mend: one line, and the status of a log that cannot be written. */
function unwritable(cause: unknown): StartError | undefined {
  const code = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'].find((one) => hasCode(cause, one))
  if (code === undefined) return undefined
  return new StartError(`journal de preuves : rien ne peut y être écrit (${code})`, 70, { cause })
}

export interface EngineLimits {
  readonly threads: number
  readonly memoryBytes: number
  readonly timeoutMs: number
}

export interface Engine {
  readonly parser: Parser
  readonly vault: Vault
  readonly releaser: Releaser
  readonly builder: Builder
  readonly limits: Limits
}

/**
 * Begins what `openEngine` opens: processes take their time, and need nothing of the other floors. A start that is refused meanwhile
 * waits for them, so that whoever is told so finds no process and no folder of theirs.
 */
export function startEngine(ground: Ground, limits: EngineLimits): Promise<Engine> {
  const starting = openEngine(ground, limits)
  const settled = starting.then(
    () => undefined,
    () => undefined,
  )
  ground.closing.keep('engine start', { close: () => settled })
  return starting
}

/** Parser, vault and releaser: three kinds of processes that never share one. */
async function openEngine(
  { home, log, closing }: Ground,
  { threads, memoryBytes, timeoutMs }: EngineLimits,
): Promise<Engine> {
  const scratch = join(home, 'scratch', 'release')
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const [parser, vault, releaser] = await Promise.all([
    openParser({ log }).then((opened) => closing.keep('parser', opened)),
    openVault({ threads, log }).then((opened) => closing.keep('vault', opened)),
    openReleaser({ threads, memoryBytes, scratch, log }).then((opened) => closing.keep('releaser', opened)),
  ])
  const builder = openBuilder({ threads, log })
  return { parser, vault, releaser, builder, limits: { timeoutMs, memoryBytes, maxRows: 1_000_000 } }
}
