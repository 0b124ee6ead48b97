/** C2SP tlog-tiles: names of tiles, entry bundles, and the right edge of a growing tree. Pure. */
import { type Hash, type Node, rootOf } from './tree.ts'

/** Hashes of a full tile, entries of a full bundle. */
export const width = 256
const hashBytes = 32

/** One file of the log, relative to the folder of its shard. */
export interface LogFile {
  readonly path: string
  readonly bytes: Buffer
}

/** An entry as the tree sees it: its bytes and their leaf hash. */
export interface Leaf {
  readonly bytes: Buffer
  readonly hash: Hash
}

/** What the next tile of each level has so far, and the entries of the bundle in hand. */
export interface Edge {
  readonly size: number
  readonly levels: readonly (readonly Hash[])[]
  readonly bundle: readonly Buffer[]
}

export const emptyEdge: Edge = { size: 0, levels: [], bundle: [] }

/** 5 → `005`, 1234067 → `x001/x234/067`. */
export function tileNumber(index: number): string {
  const groups = [String(index % 1000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`)
  }
  return groups.join('/')
}

/** `level` is 0 to 63 or `entries`; `count` from 1 to 256, 256 naming the full tile. */
export function tilePath(level: number | 'entries', index: number, count: number = width): string {
  const full = `tile/${level}/${tileNumber(index)}`
  return count === width ? full : `${full}.p/${count}`
}

/** Whether the path may be asked of a shard by the outside: the grammar of C2SP tlog-tiles, nothing else. */
export function isTilePath(path: string): boolean {
  return /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/(x[0-9]{3}\/)*[0-9]{3}(\.p\/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?$/.test(
    path,
  )
}

/** Width of the partial tile of a level for a tree size; 0 means that there is none. */
export function partialWidth(level: number, size: number): number {
  return Math.floor(size / width ** level) % width
}

export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(entry.length)
      return [length, entry]
    }),
  )
}

/** Entries of a bundle; throws a RangeError when its lengths do not add up. */
export function decodeBundle(bytes: Buffer): Buffer[] {
  const entries: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end > bytes.length) throw new RangeError('the bundle ends within an entry')
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  return entries
}

function encodeTile(hashes: readonly Hash[]): Buffer {
  return Buffer.concat(hashes)
}

export function decodeTile(bytes: Buffer): Hash[] {
  if (bytes.length % hashBytes !== 0) throw new RangeError('the tile ends within a hash')
  return Array.from({ length: bytes.length / hashBytes }, (_, at) =>
    bytes.subarray(at * hashBytes, (at + 1) * hashBytes),
  )
}

/** Where a complete subtree is found: a tile and the hashes in it whose root it is. */
export function tileOf({ level, index }: Node): { level: number; index: number; from: number; to: number } {
  const tileLevel = Math.floor(level / 8)
  const span = 2 ** (level % 8)
  const first = index * span
  const from = first % width
  return { level: tileLevel, index: Math.floor(first / width), from, to: from + span }
}

/** Root of the tree whose right edge this is. */
export function rootOfEdge(edge: Edge): Hash {
  let right: Hash | undefined
  for (const hashes of edge.levels) {
    const row = right ? [...hashes, right] : hashes
    right = row.length > 0 ? rootOf(row) : undefined
  }
  return right ?? rootOf([])
}

/**
 * Adds entries. Gives the new edge and every file that the new size needs: full bundles and tiles, then partial ones, in the
 * order in which tlog-tiles wants them written. `filled` are the paths whose partial forms are no longer needed.
 */
export function grow(
  edge: Edge,
  leaves: readonly Leaf[],
): { edge: Edge; files: LogFile[]; filled: string[] } {
  const levels = edge.levels.map((hashes) => [...hashes])
  let bundle = [...edge.bundle]
  let size = edge.size
  const bundles: LogFile[] = []
  const tiles: LogFile[] = []
  const filled: string[] = []

  const add = (level: number, hash: Hash, count: number) => {
    levels[level] ??= []
    const row = levels[level]
    row.push(hash)
    if (row.length < width) return
    const path = tilePath(level, count / width - 1)
    tiles.push({ path, bytes: encodeTile(row) })
    filled.push(path)
    levels[level] = []
    add(level + 1, rootOf(row), count / width)
  }

  for (const { bytes, hash } of leaves) {
    bundle.push(bytes)
    size += 1
    if (bundle.length === width) {
      const path = tilePath('entries', size / width - 1)
      bundles.push({ path, bytes: encodeBundle(bundle) })
      filled.push(path)
      bundle = []
    }
    add(0, hash, size)
  }

  const next: Edge = { size, levels, bundle }
  return { edge: next, files: [...bundles, ...tiles, ...partials(next)], filled }
}

/** Partial bundle and tiles that a checkpoint of this size needs. */
function partials({ size, levels, bundle }: Edge): LogFile[] {
  const files: LogFile[] = []
  if (bundle.length > 0) {
    files.push({
      path: tilePath('entries', Math.floor(size / width), bundle.length),
      bytes: encodeBundle(bundle),
    })
  }
  for (const [level, hashes] of levels.entries()) {
    if (hashes.length === 0) continue
    const index = Math.floor(size / width ** (level + 1))
    files.push({ path: tilePath(level, index, hashes.length), bytes: encodeTile(hashes) })
  }
  return files
}
