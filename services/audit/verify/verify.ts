/**
 * The independent verifier: Node's standard library and the files of a log, no code of the writer, no key but the public one.
 * It recomputes everything; it can run on a copy, on a stopped home and on a running one.
 */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Finding, type FindingClass, insist } from './finding.ts'
import { errorCode } from './read.ts'
import { readCanonical, writeCanonical } from './shapes.ts'
import { type Known, type ShardState, verifyShard } from './shard.ts'

export interface VerifyOptions {
  /** The folder `audit` of a home, or that of one shard. */
  readonly dir: string
  /** The `state` of an earlier verdict, or a checkpoint that was kept: the log must still begin with it. */
  readonly since?: string
  /** Called now and then with the number of entries checked so far. */
  readonly onProgress?: (entries: number) => void
}

export interface Verdict {
  readonly status: 'intact' | 'tampered' | 'stale' | 'unverifiable'
  readonly exitCode: 0 | 1 | 2 | 3
  /** Entries of all shards, those of the journal included. */
  readonly entries: number
  /** Signed root of the newest shard, base64. */
  readonly root: string
  readonly firstBadSeq?: number
  readonly class?: FindingClass
  /** One line for a person: what is wrong, in which shard and which entry or file. */
  readonly message: string
  /** Facts that are no failure, such as the absence of witnesses. */
  readonly notices: readonly string[]
  /** To be kept and given as `since` next time: a log that has gone back is found out by it alone. */
  readonly state: string
}

const progressEvery = 10_000

/** Verifies all shards of a log. Never throws: what cannot be read at all is `unverifiable`. */
export async function verifyLog({ dir, since, onProgress }: VerifyOptions): Promise<Verdict> {
  const states: ShardState[] = []
  let entries = 0
  const onEntry = () => {
    entries += 1
    if (entries % progressEvery === 0) onProgress?.(entries)
  }
  let shard = ''
  try {
    const folders = await shardFolders(dir)
    if (folders.length === 0)
      return verdict({ status: 'unverifiable', message: 'there is no log in this folder' })
    const known = readSince(since)
    for (const folder of folders) {
      shard = basename(folder)
      const former = states.at(-1)
      if (former) insist(former.isClosed, 'shard', ['the shard before was never closed', 0])
      states.push(
        await verifyShard(folder, {
          onEntry,
          known: (origin) => known.get(origin),
          ...(former && { former }),
        }),
      )
    }
    for (const origin of known.keys()) {
      const isThere = states.some((state) => state.origin === origin)
      insist(isThere, 'rollback', `the log ${origin} was verified before and is gone`)
    }
    return verdict({ status: 'intact', message: `intact: ${entries} entries`, states, entries })
  } catch (error) {
    return failure(error, { shard, states, entries })
  }
}

interface Ending {
  readonly status: Verdict['status']
  readonly message: string
  readonly states?: readonly ShardState[]
  readonly entries?: number
  readonly finding?: Finding
}

const exitCodes = { intact: 0, tampered: 1, stale: 2, unverifiable: 3 } as const

function verdict({ status, message, states = [], entries = 0, finding }: Ending): Verdict {
  const shards = states.map(({ origin, root, size, vkey }) => ({ origin, root, size, vkey }))
  return {
    status,
    exitCode: exitCodes[status],
    entries,
    root: states.at(-1)?.root ?? '',
    message,
    notices: [
      'no witness: a log rewritten as a whole with its own key is found out by an earlier state alone',
    ],
    state: `${writeCanonical({ v: 1, shards })}\n`,
    ...(finding && { class: finding.kind }),
    ...(finding?.seq !== undefined && { firstBadSeq: finding.seq }),
  }
}

function failure(
  error: unknown,
  { shard, states, entries }: { shard: string; states: readonly ShardState[]; entries: number },
): Verdict {
  if (error instanceof Finding) {
    const place = error.seq === undefined ? '' : `, entry ${error.seq}`
    const message = `tampered: shard ${shard}${place}: ${error.message}`
    return verdict({ status: 'tampered', message, states, entries, finding: error })
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
  const unknown = names.find((name) => !/^(\d{4}|\.new|witness)$/.test(name))
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
