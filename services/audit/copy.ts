/**
 * A copy of the log of a home that may be in use: the tree of its last checkpoint, and the journal before it. What the writer adds
 * meanwhile is in the copy or not; what it had acknowledged before the copy began always is.
 */
import { basename, join } from 'node:path'
import { systemDisk } from './disk.ts'
import { Files, isMissing } from './files.ts'
import { readHeads } from './heads.ts'
import { cosignedFile, type Home, listShards } from './home.ts'
import { decodeJournal } from './journal.ts'
import { openCheckpoint } from './note.ts'
import { decodeRecords } from './seal.ts'
import { partialWidth, tilePath, width } from './tiles.ts'

/** One year of the log as it was copied. */
export interface CopiedShard {
  readonly shard: string
  readonly origin: string
  /** Entries under the signed checkpoint; the journal may hold more. */
  readonly size: number
  /** The signed checkpoint itself. */
  readonly checkpoint: string
}

/** Takes one file of the copy: its path below the home, and its bytes. A later file of the same path takes the place of the first. */
export type PutFile = (path: string, bytes: Uint8Array) => Promise<void>

/** The writer moved on while a shard was copied: what was to be read next is no longer there. */
class Moved extends Error {
  override readonly name = 'Moved'
}

/** Each attempt is slower than what makes it fail: a tile fills once in 256 entries. */
const attempts = 20

/**
 * Copies `audit/` and the second copies of the checkpoints in `keys/` of a home; the keys themselves are files like others. Throws an
 * Error when a shard is not whole, and when it does not hold still after many attempts.
 */
export async function copyLog(home: string, put: PutFile): Promise<readonly CopiedShard[]> {
  const place: Home = { audit: join(home, 'audit'), keys: join(home, 'keys'), files: new Files(systemDisk) }
  const copied: CopiedShard[] = []
  for (const shard of await listShards(place)) {
    const one = await copyShard(place, shard, put)
    if (one !== null) copied.push(one)
  }
  return copied
}

/** Null when the shard was dropped meanwhile, its time being over. */
async function copyShard(home: Home, shard: string, put: PutFile): Promise<CopiedShard | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryShard(home, shard, put)
    } catch (error) {
      if (!(error instanceof Moved)) throw error
      if (!(await listShards(home)).includes(shard)) return null
      if (attempt >= attempts) throw new Error(`the log ${shard} is not whole: ${error.message}`)
    }
  }
}

/**
 * In this order a writer may go on: heads and cosignatures are of an older tree than the checkpoint; the journal is read before the
 * checkpoint, so that the tree has all that a journal dropped meanwhile had held.
 */
async function tryShard(home: Home, shard: string, put: PutFile): Promise<CopiedShard> {
  const { files } = home
  const folder = join(home.audit, shard)
  const at = (path: string) => `audit/${shard}/${path}`
  const read = (path: string) => files.readIfPresent(join(folder, path))
  const heads = await read('heads.json')
  for (const name of ['opening.json', 'log.vkey', cosignedFile]) {
    const bytes = await read(name)
    if (bytes !== null) await put(at(name), bytes)
  }
  const journals = await copyJournals(folder, home, (name, bytes) => put(at(`wal/${name}`), bytes))
  const isInUse = readHeads(heads?.toString() ?? '')?.closed === false
  if (isInUse && journals === 0) throw new Moved('its journal')
  if (heads !== null) await put(at('heads.json'), heads)
  const [note, vkey] = await Promise.all([read('checkpoint'), read('log.vkey')])
  const checkpoint = note && vkey && openCheckpoint(note.toString(), vkey.toString().trimEnd())
  if (!checkpoint) throw new Moved('its checkpoint')
  for (const path of treePaths(checkpoint.size)) {
    const bytes = await read(path)
    if (bytes === null) throw new Moved(path)
    await put(at(path), bytes)
  }
  await copyPayloads({ home, folder }, checkpoint.size, (path, bytes) => put(at(path), bytes))
  await put(at('checkpoint'), note)
  // A newer one may have been signed by now, over entries that are not in this copy.
  await put(`keys/audit-${shard}.signed`, note)
  return { shard, origin: checkpoint.origin, size: checkpoint.size, checkpoint: note.toString() }
}

/** Whole frames of each journal; answers how many journals there are. */
async function copyJournals(folder: string, { files }: Home, put: PutFile): Promise<number> {
  const names = await files.disk.readdir(join(folder, 'wal')).catch(emptyIfMissing)
  for (const name of names) {
    const bytes = await files.readIfPresent(join(folder, 'wal', name))
    if (bytes === null) throw new Moved(basename(name))
    const { tornBytes } = decodeJournal(bytes)
    await put(name, bytes.subarray(0, bytes.length - tornBytes))
  }
  return names.length
}

/** Sealed contents of entries of the tree; those beyond it travel in the journal. What was erased meanwhile stays erased. */
async function copyPayloads(
  { home: { files }, folder }: { home: Home; folder: string },
  size: number,
  put: PutFile,
): Promise<void> {
  for (const month of await files.disk.readdir(join(folder, 'payload')).catch(emptyIfMissing)) {
    for (const name of await files.disk.readdir(join(folder, 'payload', month)).catch(emptyIfMissing)) {
      const block = await files.readIfPresent(join(folder, 'payload', month, name))
      const kept = decodeRecords(block ?? Buffer.alloc(0)).filter(({ seq }) => seq < size)
      const end = kept.at(-1)?.end ?? 0
      if (block !== null && end > 0) await put(`payload/${month}/${name}`, block.subarray(0, end))
    }
  }
}

function emptyIfMissing(error: unknown): string[] {
  if (isMissing(error)) return []
  throw error
}

/** Bundles and tiles of a tree of this size (C2SP tlog-tiles). */
function* treePaths(size: number): Generator<string> {
  yield* levelPaths('entries', 0, size)
  for (let level = 0; width ** level <= size; level += 1) yield* levelPaths(level, level, size)
}

function* levelPaths(name: number | 'entries', level: number, size: number): Generator<string> {
  const full = Math.floor(size / width ** (level + 1))
  for (let index = 0; index < full; index += 1) yield tilePath(name, index)
  const rest = partialWidth(level, size)
  if (rest > 0) yield tilePath(name, full, rest)
}
