/** The floors of a node, each opened on those below it. Every function answers plain values; node.ts puts them together. */
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FoundTree } from '../audit/found-tree.ts'
import type { RetentionRule } from '../audit/retention.ts'
import type { SecretBox } from '../audit/secret-files.ts'
import { spaceFloor } from '../audit/space.ts'
import type { WitnessPolicy } from '../audit/witness/client.ts'
import { openWitnessing, type Witnessing } from '../audit/witness/collector.ts'
import { insistOnWitnessed } from '../audit/witness/start.ts'
import { type AuditLog, type AuditOptions, type Indexed, openAudit } from '../audit/writer.ts'
import type { Sandbox } from '../engine/box/sandbox.ts'
import { openBuilder } from '../engine/builder.ts'
import type { Builder, CountedVault, Limits, Parser, Releaser } from '../engine/engine.ts'
import { openParser } from '../engine/parser.ts'
import { openReleaser } from '../engine/release.ts'
import { openVault } from '../engine/vault.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { hasCode } from '../kernel/system-error.ts'
import type { ClearArea } from '../keys/clear-area.ts'
import { catchUp, indexedEntry } from '../review/indexing.ts'
import { type AuditIndex, openAuditIndex } from '../store/audit-index.ts'
import { startEmbedded } from '../store/embedded.ts'
import { FolderTakenError, takeFolder } from '../store/folder-lock.ts'
import { acquireLease } from '../store/lease.ts'
import { untilReachable } from '../store/reachable.ts'
import type { Store } from '../store/store.ts'
import { isUnfinished } from './backup/unfinished.ts'
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
  /** Where the log is written and how the room there is measured; tests put failing disks here. */
  readonly storage?: Pick<AuditOptions, 'disk' | 'measureSpace'> | undefined
  /** What stands before the clear area; tests make it full or late here. */
  readonly clearArea?: ((area: ClearArea) => ClearArea) | undefined
  /** Aborted when the process is told to stop while a floor is still being opened. */
  readonly stopping?: AbortSignal | undefined
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
  if (await isUnfinished(home))
    throw new StartError(`HUISCLOS_HOME : ${home} est une restauration inachevée : npx huisclos restore`, 1)
}

const takeOverEveryMs = 25

/** As `openHome`, once the node that runs on this home has stopped; rejects with a StartError when the signal aborts before. */
export async function takeOverHome(
  ground: Pick<Ground, 'home' | 'closing'>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const taken = await openHome(ground).then(
      () => null,
      (error: unknown) => {
        if (error instanceof Error && error.cause instanceof FolderTakenError) return error
        throw error
      },
    )
    if (taken === null) return
    if (signal.aborted) throw taken
    await pause(takeOverEveryMs)
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

/** Address of the control database: the one given, waited for if need be (security.md 13), else our own PostgreSQL. */
export async function openDatabase(
  { home, log, durable, stopping, closing }: Ground,
  { url, answerMs }: { readonly url?: string | undefined; readonly answerMs?: number | undefined },
): Promise<string> {
  if (url !== undefined) {
    const onWait = (code: string) =>
      log.warn('the control database does not answer: the start waits for it', { code })
    await untilReachable(url, { onWait, answerMs, signal: stopping }).catch(unwanted)
    return url
  }
  return closing.keep('postgresql', await startEmbedded({ home, log, durable })).url
}

/** Who is told to stop while it waits has nothing to say; what the database refuses is the operator's to mend. */
function unwanted(cause: unknown): never {
  if (cause instanceof Error && cause.name === 'AbortError')
    throw new StartError('arrêt demandé avant que PostgreSQL ne réponde', 0, { cause })
  const code = hasCode(cause, '28P01', '28000') ? 'identifiant ou mot de passe' : 'base ou droits'
  throw new StartError(`DATABASE_URL : PostgreSQL refuse la connexion (${code})`, 78, { cause })
}

export interface Evidence {
  readonly audit: AuditLog
  readonly auditIndex: AuditIndex
  readonly witnessing: Witnessing
}

export interface EvidenceSettings {
  /** Of the control database. */
  readonly url: string
  readonly answerMs?: number | undefined
  /** Public host of the origin of a new log. */
  readonly host: string
  readonly policy: WitnessPolicy
  readonly retention: Omit<RetentionRule, 'needsCosigned'>
  /** Seals the keys of the log. */
  readonly box: SecretBox
  /** Who counts what is written, for the figures; told after the index. */
  readonly onEntry?: (entry: Indexed) => void
}

/** The one writer of the log, the index that follows it, and whoever collects cosignatures on it. */
export async function openEvidence(
  ground: Ground,
  store: Store,
  { url, answerMs, host, policy, retention, box, onEntry: count }: EvidenceSettings,
): Promise<Evidence> {
  const { home, clock, log, closing, durable, onFatal, storage } = ground
  const lease = await acquireLease(url, answerMs === undefined ? {} : { answerMs })
  closing.keep('lease', { close: () => lease.release() })
  const auditIndex = closing.keep('audit index', openAuditIndex(store, log))
  const onEntry: Parameters<typeof openAudit>[0]['onEntry'] = (entry) => {
    auditIndex.add(indexedEntry(entry))
    count?.(entry)
  }
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
    ...storage,
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
  readonly vault: CountedVault
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

/** A text is read in less; no query waits longer for it than for itself. */
const parserMs = 5_000

/** Parser, vault and releaser: three kinds of processes that never share one. */
async function openEngine(
  { home, log, closing }: Ground,
  { threads, memoryBytes, timeoutMs }: EngineLimits,
): Promise<Engine> {
  const scratch = join(home, 'scratch', 'release')
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const [parser, vault, releaser] = await Promise.all([
    openParser({ log, timeoutMs: Math.min(timeoutMs, parserMs) }).then((opened) =>
      closing.keep('parser', opened),
    ),
    openVault({ threads, log }).then((opened) => closing.keep('vault', opened)),
    openReleaser({ threads, memoryBytes, scratch, log }).then((opened) => closing.keep('releaser', opened)),
  ])
  const builder = openBuilder({ threads, log })
  return { parser, vault, releaser, builder, limits: { timeoutMs, memoryBytes, maxRows: 1_000_000 } }
}
