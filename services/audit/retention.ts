/**
 * How long a log is kept, and how it ends: a year is dropped as a whole, never an entry. What it was remains in the first entry
 * of the next year (size, root and heads of the one before), and that it was dropped, and when, is an entry too.
 */
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Receipt } from '../kernel/id.ts'
import type { Trees } from './archive.ts'
import type { Body } from './entry.ts'
import { syncFolder } from './files.ts'
import { droppedFolder, type Home, readSigned, removeKeys } from './home.ts'
import type { Keyring } from './keyring.ts'
import type { About } from './record.ts'

/** The only duration inside both texts that ask for one (EHDS: at least a year; CNIL: six to twelve months). */
const floorMonths = 12
const ceilingMonths = 36

export interface RetentionRule {
  /** Whole months after the end of a year, 12 to 36. */
  readonly months: number
  /** Why the log is kept for longer than 12 months: signed off by DPO and controller, kept with the entry. */
  readonly reason?: string
  /** Whether the end of a year must be in the hands of a quorum of witnesses before it may go. */
  readonly needsCosigned: boolean
}

export interface RetentionNeeds {
  readonly home: Home
  readonly keyring: Keyring
  readonly trees: Trees
  /** From oldest to newest; what is dropped leaves the list. */
  readonly shards: string[]
  readonly append: (body: Body, about: About) => Promise<Receipt>
  /** POSIX milliseconds. */
  readonly now: () => number
}

/** RangeError unless the duration is allowed, and justified where it must be. */
function insistOnRule({ months, reason }: Pick<RetentionRule, 'months' | 'reason'>): void {
  if (!(Number.isInteger(months) && months >= floorMonths && months <= ceilingMonths)) {
    throw new RangeError(`the log is kept for ${floorMonths} to ${ceilingMonths} months`)
  }
  if (months > floorMonths && !reason?.trim()) {
    throw new RangeError(`the log is kept for more than ${floorMonths} months with a reason only`)
  }
}

/**
 * Drops the years whose time is over, oldest first, and gives their names. Each is recorded before anything goes; a crash in
 * between leaves a year that the next call drops, recorded again. The newest year is never dropped.
 */
export async function dropShards(needs: RetentionNeeds, rule: RetentionRule): Promise<readonly string[]> {
  insistOnRule(rule)
  const dropped: string[] = []
  for (let [shard] = needs.shards; shard !== undefined; [shard] = needs.shards) {
    const isOver = needs.shards.length > 1 && needs.now() >= endOf(shard, rule.months)
    if (!isOver || (rule.needsCosigned && !(await isCosigned(needs.trees, shard)))) break
    await drop(needs, shard, rule)
    dropped.push(shard)
  }
  return dropped
}

/** Instant at which the last entry that a year can have is so many months old. */
function endOf(shard: string, months: number): number {
  return Date.UTC(Number(shard) + 1, months, 1)
}

async function isCosigned(trees: Trees, shard: string): Promise<boolean> {
  const [signed, cosigned] = await Promise.all([trees.signed(shard), trees.cosigned(shard)])
  return cosigned?.size === signed.size
}

async function drop(needs: RetentionNeeds, shard: string, { months, reason }: RetentionRule): Promise<void> {
  const { home, keyring, append, shards } = needs
  const { origin, size, root } = await readSigned(home, shard)
  const body = { type: 'retention.pruned' as const, origin, size, root, months }
  await append(body, reason === undefined ? {} : { sealed: { reason } })
  keyring.forget(shard)
  await keyring.save()
  // Keys before files: a signed size without its shard would be a log that somebody took away.
  await removeKeys(home, shard)
  await rename(join(home.audit, shard), join(home.audit, droppedFolder))
  await syncFolder(home.audit)
  await rm(join(home.audit, droppedFolder), { recursive: true, force: true })
  shards.shift()
}
