/**
 * The independent verifier: Node's standard library and the files of a log, no code of the writer, no key but the public one.
 * It recomputes everything; it can run on a copy, on a stopped home and on a running one.
 */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Finding, type FindingClass, insist } from './finding.ts'
import { noPolicy, type Policy, parsePolicy } from './policy.ts'
import { errorCode, readMaybe } from './read.ts'
import { insistOnDropped, wasDropped } from './retention.ts'
import { readCanonical, writeCanonical } from './shapes.ts'
import { verifyShard } from './shard.ts'
import type { Known, ShardState } from './state.ts'

export interface VerifyOptions {
  /** The folder `audit` of a home, or that of one shard. */
  readonly dir: string
  /** The `state` of an earlier verdict, or a checkpoint that was kept: the log must still begin with it. */
  readonly since?: string
  /** Text of a C2SP tlog-policy: whose cosignatures are asked for. Without one the key of the log is all there is. */
  readonly policy?: string
  /** POSIX milliseconds; default the clock of this machine. */
  readonly now?: number
  /** A cosignature older than this is stale; default one day. */
  readonly freshMs?: number
  /** Called now and then with the number of entries checked so far, and how many the checkpoints promise. */
  readonly onProgress?: (entries: number, total: number) => void
}

export interface Verdict {
  readonly status: 'intact' | 'tampered' | 'stale' | 'unverifiable'
  readonly exitCode: 0 | 1 | 2 | 3
  /** Entries of all shards, those of the journal included. */
  readonly entries: number
  /** Signed root of the newest shard, base64. */
  readonly root: string
  readonly firstBadSeq?: number
  /** Where something is wrong: the year it lies in. */
  readonly shard?: string
  readonly class?: FindingClass
  /** One line for a person: what is wrong, in which shard and which entry or file. */
  readonly message: string
  /** Facts that are no failure, such as the absence of witnesses. */
  readonly notices: readonly string[]
  /** To be kept and given as `since` next time: a log that has gone back is found out by it alone. */
  readonly state: string
}

const progressEvery = 10_000
const freshMs = 24 * 3_600_000

/** Verifies all shards of a log. Never throws: what cannot be read at all is `unverifiable`. */
export async function verifyLog(options: VerifyOptions): Promise<Verdict> {
  const found: Found = { shard: '', states: [], entries: 0 }
  try {
    const policy = readPolicy(options.policy)
    const known = readSince(options.since)
    const folders = await shardFolders(options.dir)
    if (folders.length === 0) throw new Unreadable('there is no log in this folder')
    const onEntry = await counter(folders, found, options.onProgress)
    for (const folder of folders) {
      found.shard = basename(folder)
      const former = found.states.at(-1)
      if (former) insist(former.isClosed, 'shard', ['the shard before was never closed', 0])
      const expected = { onEntry, policy, known: (origin: string) => known.get(origin) }
      found.states.push(await verifyShard(folder, { ...expected, ...(former && { former }) }))
    }
    // A shard that is looked at alone says nothing of the others.
    if (folders[0] !== options.dir) insistOnDropped(found.states)
    for (const [origin, one] of known) {
      const isThere = found.states.some((state) => state.origin === origin)
      insist(
        isThere || wasDropped(found.states, origin, one),
        'rollback',
        `the log ${origin} was verified before and is gone`,
      )
    }
    return judge(found, policy, options)
  } catch (error) {
    return failure(error, found)
  }
}

/** What has been checked so far. */
interface Found {
  shard: string
  readonly states: ShardState[]
  entries: number
}

async function counter(
  folders: readonly string[],
  found: Found,
  onProgress: VerifyOptions['onProgress'],
): Promise<() => void> {
  const notes = await Promise.all(folders.map((folder) => readMaybe(join(folder, 'checkpoint'))))
  const total = notes.reduce((sum, note) => sum + (Number(note?.toString().split('\n')[1]) || 0), 0)
  return () => {
    found.entries += 1
    if (found.entries % progressEvery === 0) onProgress?.(found.entries, total)
  }
}

function readPolicy(text: string | undefined): Policy {
  const policy = text === undefined ? noPolicy : parsePolicy(text)
  if (!policy) throw new Unreadable('the policy cannot be read')
  return policy
}

/** The log is what its key signed; what remains is whether witnesses saw it, and lately. */
function judge({ states, entries }: Found, policy: Policy, options: VerifyOptions): Verdict {
  const stranger = states.find(({ origin }) => policy.logs.size > 0 && !policy.logs.has(origin))
  if (stranger) throw new Unreadable(`the policy names no log ${stranger.origin}`)
  const message = `intact: ${entries} entries`
  const newest = states.at(-1)
  if (!policy.hasQuorum || !newest) {
    const notices = [newest?.isCosigned ? notAsked : noWitness]
    return verdict({ status: 'intact', message, states, entries, notices })
  }
  // The cosigned head of the newest shard quotes the end of the one before, and so on down to the first.
  const { cosigned, size } = newest
  const age = (options.now ?? Date.now()) - (cosigned?.time ?? 0) * 1000
  if (!cosigned || age > (options.freshMs ?? freshMs)) {
    const since = cosigned ? `since ${new Date(cosigned.time * 1000).toISOString()}` : 'ever'
    const stale = `stale: consistent, but no quorum of witnesses has cosigned ${since}`
    return verdict({ status: 'stale', message: stale, states, entries })
  }
  const notices = [
    `witnesses have cosigned ${cosigned.size} of the ${size} signed entries of ${newest.origin}`,
  ]
  return verdict({ status: 'intact', message, states, entries, notices })
}

interface Ending {
  readonly status: Verdict['status']
  readonly message: string
  readonly states?: readonly ShardState[]
  readonly entries?: number
  readonly finding?: Finding
  readonly shard?: string
  readonly notices?: readonly string[]
}

const notAsked = 'cosignatures are there and were not looked at: no policy says whom to trust'
const noWitness =
  'no witness: a log rewritten as a whole with its own key is found out by an earlier state alone'

const exitCodes = { intact: 0, tampered: 1, stale: 2, unverifiable: 3 } as const

function verdict(ending: Ending): Verdict {
  const { status, message, states = [], entries = 0, finding, shard, notices = [noWitness] } = ending
  const shards = states.map(({ origin, root, size, vkey }) => ({ origin, root, size, vkey }))
  return {
    status,
    exitCode: exitCodes[status],
    entries,
    root: states.at(-1)?.root ?? '',
    message,
    notices,
    state: `${writeCanonical({ v: 1, shards })}\n`,
    ...(finding && { class: finding.kind }),
    ...(shard && { shard }),
    ...(finding?.seq !== undefined && { firstBadSeq: finding.seq }),
  }
}

function failure(error: unknown, { shard, states, entries }: Found): Verdict {
  if (error instanceof Finding) {
    const place = error.seq === undefined ? '' : `, entry ${error.seq}`
    const message = `tampered: shard ${shard}${place}: ${error.message}`
    return verdict({ status: 'tampered', message, states, entries, finding: error, shard })
  }
  const code = errorCode(error) ?? 'unknown error'
  const message = error instanceof Unreadable ? error.message : `the log cannot be read: ${code}`
  return verdict({ status: 'unverifiable', message, states, entries })
}

/** What was asked makes no sense; nothing is said about the log. */
class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

async function shardFolders(dir: string): Promise<string[]> {
  const names = await readdir(dir)
  const isShard = ['checkpoint', 'log.vkey', 'tile', 'heads.json'].some((name) => names.includes(name))
  if (isShard) return [dir]
  const unknown = names.find(
    (name) => !/^(\d{4}|\.new|\.dropped|\.reserve|[0-9a-f-]{36}\.tmp|witness)$/.test(name),
  )
  insist(unknown === undefined, 'unknown-file', `${unknown} is not a shard of a log`)
  return names
    .filter((name) => /^\d{4}$/.test(name))
    .sort()
    .map((name) => join(dir, name))
}

/** Either form of `since`, by origin. A kept checkpoint is trusted as what its keeper saw: its signature is not needed. */
function readSince(since: string | undefined): Map<string, Known> {
  if (since === undefined) return new Map()
  const known = since.startsWith('{') ? readState(since) : readKept(since)
  if (known.size === 0) throw new Unreadable('the earlier state cannot be read')
  return known
}

function readState(text: string): Map<string, Known> {
  const value = readCanonical(Buffer.from(text.trimEnd()))
  const shards = isRecord(value) && Array.isArray(value.shards) ? value.shards : []
  return new Map(shards.filter(isRecord).flatMap((shard) => knownOf(shard)))
}

function knownOf({ origin, root, size, vkey }: Record<string, unknown>): [string, Known][] {
  if (typeof origin !== 'string' || typeof root !== 'string' || typeof vkey !== 'string') return []
  return Number.isSafeInteger(size) ? [[origin, { root, vkey, size: Number(size) }]] : []
}

function readKept(note: string): Map<string, Known> {
  const [origin = '', size = '', root = ''] = note.split('\n')
  if (!/^\d{1,16}$/.test(size) || !/^[A-Za-z0-9+/]{43}=$/.test(root)) return new Map()
  return new Map([[origin, { size: Number(size), root }]])
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
