/**
 * Start of a shard, after a clean stop or a crash. What was acknowledged is found again; what was never acknowledged may end
 * torn; anything else is a log that someone or something has changed, and the writer does not start on it.
 */
import { join } from 'node:path'
import { canonical } from '../kernel/hash.ts'
import { splitEntry } from './entry.ts'
import { errorCode, type Folder, unfinished } from './files.ts'
import { advance, copyHeads, emptyHeads, type Heads, readHeads } from './heads.ts'
import type { Pending } from './integrator.ts'
import { decodeJournal, type Frame, parseSegmentName } from './journal.ts'
import { type Checkpoint, openCheckpoint } from './note.ts'
import { readBundle, readTileHashes } from './reader.ts'
import { decodeRecords } from './seal.ts'
import { type Edge, grow, partialWidth, rootOfEdge, width } from './tiles.ts'
import { type Hash, leafHash } from './tree.ts'

/** The log on disk is not the one that was signed. The process ends with this exit code and writes nothing. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged'
  readonly exitCode = 72
}

export interface Recovered {
  readonly edge: Edge
  /** Heads of the entries of `edge`. */
  readonly heads: Heads
  readonly note: string
  /** Acknowledged entries that are not in the tree yet, in order. */
  readonly replay: readonly Pending[]
  readonly tornBytes: number
}

export interface Place extends Folder {
  readonly shard: string
  readonly vkey: string
  /** Second place of the last signed checkpoint. */
  readonly signedPath: string
}

/** Reads a shard, taking it over: files of earlier writers are renamed first, so that they can acknowledge nothing more. */
export async function recover(place: Place): Promise<Recovered> {
  const { folder, files } = place
  await files.disk.rm(join(folder, unfinished), { recursive: true, force: true })
  for (const name of [unfinished, 'wal', 'payload']) await files.makeFolder(join(folder, name))
  const { note, checkpoint } = await readCheckpoint(place)
  const edge = await damagedOnError('the tiles do not fit the checkpoint', () =>
    readEdge(place, checkpoint.size),
  )
  if (!rootOfEdge(edge).equals(checkpoint.root))
    throw new LogDamaged('the tiles do not give the root of the checkpoint')
  const isClosed = readHeads(
    (await files.readIfPresent(join(folder, 'heads.json')))?.toString() ?? '',
  )?.closed
  const { frames, journals, tornBytes } = await takeOver(place)
  if (isClosed === false && journals === 0) throw new LogDamaged('the journal that was in use is gone')
  const heads = await readOrRebuildHeads(place, checkpoint.size)
  await damagedOnError('the journal repeats entries otherwise than the log', () =>
    compare(place, frames, checkpoint.size),
  )
  const replay = await damagedOnError('the journal does not follow the log', async () =>
    follow(copyHeads(heads), frames, place.shard),
  )
  await insistOnSigned(place, edge, replay)
  await trimPayloads(place, checkpoint.size)
  return { edge, heads, note, replay, tornBytes }
}

async function damagedOnError<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    // A disk that fails says nothing about the log.
    if (error instanceof LogDamaged || errorCode(error) !== undefined) throw error
    throw new LogDamaged(what, { cause: error })
  }
}

async function readCheckpoint({
  folder,
  files,
  vkey,
}: Place): Promise<{ note: string; checkpoint: Checkpoint }> {
  const note = (await files.readIfPresent(join(folder, 'checkpoint')))?.toString()
  const checkpoint = note === undefined ? undefined : openCheckpoint(note, vkey)
  if (note === undefined || !checkpoint)
    throw new LogDamaged('the checkpoint is missing or not signed by this log')
  return { note, checkpoint }
}

/** The right edge of a tree, from its partial tiles and bundle; entries and leaf hashes are compared. */
async function readEdge(place: Folder, size: number): Promise<Edge> {
  const levels: Hash[][] = []
  for (let level = 0; width ** level <= size; level += 1) {
    const count = partialWidth(level, size)
    const index = Math.floor(size / width ** (level + 1))
    levels.push(count === 0 ? [] : (await readTileHashes(place, { level, index }, size)).slice(0, count))
    if (levels[level]?.length !== count) throw new LogDamaged('a tile is too short')
  }
  const bundle = size % width === 0 ? [] : await readBundle(place, Math.floor(size / width), size)
  const isSame = bundle.every((entry, at) => levels[0]?.[at]?.equals(leafHash(entry)))
  if (!isSame || bundle.length !== size % width) throw new LogDamaged('the last bundle does not fit its tile')
  return { size, levels, bundle }
}

/** Renames every journal file of earlier writers, then reads them in the order of their epochs. */
async function takeOver({
  folder,
  files,
}: Folder): Promise<{ frames: Frame[]; journals: number; tornBytes: number }> {
  const { disk } = files
  const wal = join(folder, 'wal')
  for (const name of await disk.readdir(wal)) {
    if (name.endsWith('.wal'))
      await disk.rename(join(wal, name), join(wal, name.replace(/\.wal$/, '.sealed')))
  }
  await files.syncFolder(wal)
  const segments: { epoch: number; firstSeq: number; frames: readonly Frame[]; tornBytes: number }[] = []
  for (const name of await disk.readdir(wal)) {
    const place = parseSegmentName(name)
    if (!place) throw new LogDamaged('an unknown file lies among the journals')
    const { frames, tornBytes, damagedAt } = decodeJournal(await disk.readFile(join(wal, name)))
    if (damagedAt !== undefined) throw new LogDamaged('a journal is damaged before its end')
    segments.push({ ...place, frames, tornBytes })
  }
  segments.sort((a, b) => a.epoch - b.epoch || a.firstSeq - b.firstSeq)
  // What an earlier writer wrote at or beyond the place where a later one began was never acknowledged.
  const frames = segments.flatMap(({ frames }, at) => {
    const end = Math.min(...segments.slice(at + 1).map(({ firstSeq }) => firstSeq))
    return frames.filter(({ seq }) => seq < end)
  })
  return { frames, journals: segments.length, tornBytes: segments.at(-1)?.tornBytes ?? 0 }
}

async function readOrRebuildHeads(place: Place, size: number): Promise<Heads> {
  const { folder, files, shard } = place
  const opening = await readOpening(place)
  const stored = readHeads((await files.readIfPresent(join(folder, 'heads.json')))?.toString() ?? '')
  if (stored && stored.heads.size <= size) {
    try {
      return await replayBundles(place, stored.heads, { size, shard })
    } catch (error) {
      if (errorCode(error) !== undefined) throw error
      // Wrong heads are as good as none: the entries decide.
    }
  }
  return damagedOnError('the entries do not follow one another', () =>
    replayBundles(place, opening, { size, shard }),
  )
}

/** Heads with which a shard began: those of the former year, none for the first. */
async function readOpening({ folder, files }: Folder): Promise<Heads> {
  const bytes = await files.readIfPresent(join(folder, 'opening.json'))
  if (!bytes) return emptyHeads()
  const opening = readHeads(bytes.toString())
  if (!opening) throw new LogDamaged('opening.json is not what was written')
  return opening.heads
}

async function replayBundles(
  place: Folder,
  heads: Heads,
  to: { size: number; shard: string },
): Promise<Heads> {
  while (heads.size < to.size) {
    const index = Math.floor(heads.size / width)
    const entries = await readBundle(place, index, to.size)
    for (const bytes of entries.slice(heads.size - index * width)) {
      const leaf = leafHash(bytes).toString('hex')
      advance(heads, splitEntry(parseStrictly(bytes)), { shard: to.shard, leaf })
    }
  }
  return heads
}

/** Parses one leaf; throws unless its bytes are the canonical form of what they say. */
export function parseStrictly(bytes: Buffer): unknown {
  const text = bytes.toString()
  const value: unknown = JSON.parse(text)
  if (canonical(value) !== text) throw new TypeError('the entry is not canonical')
  return value
}

async function compare(place: Folder, frames: readonly Frame[], size: number): Promise<void> {
  let bundle: { index: number; entries: Buffer[] } | undefined
  for (const { seq, leaf } of frames) {
    if (seq >= size) continue
    const index = Math.floor(seq / width)
    if (bundle?.index !== index) bundle = { index, entries: await readBundle(place, index, size) }
    if (!bundle.entries[seq % width]?.equals(leaf)) throw new LogDamaged('the journal and the log disagree')
  }
}

/** Entries of the journal beyond the tree; every number must follow. */
function follow(heads: Heads, frames: readonly Frame[], shard: string): Pending[] {
  const first = heads.size
  return frames
    .filter(({ seq }) => seq >= first)
    .map(({ leaf: bytes, record }) => {
      const hash = leafHash(bytes)
      const entry = splitEntry(parseStrictly(bytes))
      advance(heads, entry, { shard, leaf: hash.toString('hex') })
      return { ...entry, leaf: { bytes, hash }, record }
    })
}

/** The copy of the checkpoint that is kept away from the log must be a prefix of what was found. */
async function insistOnSigned(
  { files, signedPath, vkey }: Place,
  edge: Edge,
  replay: readonly Pending[],
): Promise<void> {
  const note = (await files.readIfPresent(signedPath))?.toString()
  const signed = note === undefined ? undefined : openCheckpoint(note, vkey)
  if (!signed) throw new LogDamaged('the second copy of the checkpoint is missing or not signed by this log')
  // Signed before the checkpoint is replaced: it may be ahead by what the journal still holds, never behind.
  const ahead = signed.size - edge.size
  if (ahead < 0 || ahead > replay.length)
    throw new LogDamaged('the log is not the one whose size was signed last')
  const leaves = replay.slice(0, ahead).map(({ leaf }) => leaf)
  if (!rootOfEdge(grow(edge, leaves).edge).equals(signed.root)) {
    throw new LogDamaged('the log has another root than the one signed last')
  }
}

/** Removes from the blocks what was copied there for entries that are still to be replayed. */
async function trimPayloads({ folder, files: { disk } }: Folder, size: number): Promise<void> {
  const root = join(folder, 'payload')
  const last = Math.floor(size / width)
  for (const month of await disk.readdir(root)) {
    for (const name of await disk.readdir(join(root, month))) {
      const block = Number(name.slice(0, -'.bin'.length))
      if (block < last) continue
      const path = join(root, month, name)
      const kept = decodeRecords(await disk.readFile(path)).filter(({ seq }) => seq < size)
      if (kept.length === 0) await disk.rm(path)
      else await disk.truncate(path, kept.at(-1)?.end ?? 0)
    }
  }
}
