/** All entries of a log as a third party reads them from its files, bundles first, then the journal. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { splitBundle } from '../../../services/audit/verify/bundle.ts'
import { hashLeaf } from '../../../services/audit/verify/merkle.ts'
import { pathOf, width } from '../../../services/audit/verify/parts.ts'
import { type Entry, readEntry } from '../../../services/audit/verify/shapes.ts'
import { takeSnapshot } from '../../../services/audit/verify/snapshot.ts'

export interface LogEntry {
  readonly entry: Entry
  /** Hexadecimal. */
  readonly leaf: string
}

/** Reads one shard while nobody writes it; `known` is what an earlier reading gave and is gone on from, at a full bundle. */
export async function logEntries(
  folder: string,
  known: readonly LogEntry[] = [],
): Promise<readonly LogEntry[]> {
  const { checkpoint, journal } = await takeSnapshot(folder)
  const whole = Math.min(Math.floor(known.length / width), Math.floor(checkpoint.size / width))
  const entries = known.slice(0, whole * width)
  for (let index = whole; index * width < checkpoint.size; index += 1) {
    const count = Math.min(width, checkpoint.size - index * width)
    const bytes = await readFile(join(folder, pathOf('entries', index, count)))
    entries.push(...splitBundle(bytes, count).leaves.map(entryOf))
  }
  for (let frame = journal.frames.get(entries.length); frame; frame = journal.frames.get(entries.length))
    entries.push(entryOf(frame.leaf))
  return entries
}

function entryOf(bytes: Buffer): LogEntry {
  const entry = readEntry(bytes)
  if (entry === undefined) throw new Error('an entry of the log cannot be read')
  return { entry, leaf: hashLeaf(bytes).toString('hex') }
}
