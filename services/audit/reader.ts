/** Reads what a shard has integrated: entries, tiles, proofs. */
import { join } from 'node:path'
import { readIfPresent } from './files.ts'
import { decodeBundle, decodeTile, isTilePath, tileOf, tilePath, width } from './tiles.ts'
import {
  consistencyPath,
  type Hash,
  inclusionPath,
  joinNodes,
  leafHash,
  type Node,
  nodesOf,
  type Range,
  rootOf,
} from './tree.ts'

/** Bytes of a file that the shard may show to the outside; null for any other name. */
export async function readShown(folder: string, path: string): Promise<Buffer | null> {
  return path === 'checkpoint' || isTilePath(path) ? readIfPresent(join(folder, path)) : null
}

/** Bundle or tile as a log of `size` leaves needs it; the full one stands in for a partial that it has replaced. */
async function readPart(
  folder: string,
  { level, index }: { level: number | 'entries'; index: number },
  size: number,
): Promise<Buffer | null> {
  const span = level === 'entries' ? 1 : width ** level
  const count = Math.min(width, Math.floor(size / span) - index * width)
  const exact = await readIfPresent(join(folder, tilePath(level, index, count)))
  return exact ?? readIfPresent(join(folder, tilePath(level, index)))
}

/** Entries of one bundle, at most up to `size`. Throws when the log lacks a file that its checkpoint promises. */
export async function readBundle(folder: string, index: number, size: number): Promise<Buffer[]> {
  const bytes = await readPart(folder, { level: 'entries', index }, size)
  if (!bytes) throw new Error('a bundle of the audit log is gone')
  return decodeBundle(bytes).slice(0, size - index * width)
}

/** The bytes of one entry of a log of `size` entries. */
export async function readEntry(folder: string, seq: number, size: number): Promise<Buffer> {
  const leaf = (await readBundle(folder, Math.floor(seq / width), size))[seq % width]
  if (!leaf) throw new Error('a bundle of the audit log is too short')
  return leaf
}

export async function readTileHashes(
  folder: string,
  at: { level: number; index: number },
  size: number,
): Promise<Hash[]> {
  const bytes = await readPart(folder, at, size)
  if (!bytes) throw new Error('a tile of the audit log is gone')
  return decodeTile(bytes)
}

async function hashOfNode(folder: string, node: Node, size: number): Promise<Hash> {
  const { from, to, ...at } = tileOf(node)
  const hashes = (await readTileHashes(folder, at, size)).slice(from, to)
  if (hashes.length !== to - from) throw new Error('a tile of the audit log is too short')
  return rootOf(hashes)
}

/** Hash of a range of leaves that a proof names, from the tiles of a log of `size` leaves. */
async function hashOfRange(folder: string, range: Range, size: number): Promise<Hash> {
  return joinNodes(await Promise.all(nodesOf(range).map((node) => hashOfNode(folder, node, size))))
}

/** Hashes that prove a tree of `newer` leaves to go on from one of `older`; both at most the size that is signed. */
export function consistencyHashes(folder: string, older: number, newer: number): Promise<Hash[]> {
  return Promise.all(consistencyPath(older, newer).map((range) => hashOfRange(folder, range, newer)))
}

/** Root that the log had at `size`, at most the size that is signed. */
export function rootAt(folder: string, size: number): Promise<Hash> {
  return hashOfRange(folder, { from: 0, to: size }, size)
}

/** Largest proof file; what is handed about is small. */
const proofLimit = 2048

/**
 * A `c2sp.org/tlog-proof@v1` file: the leaf itself, its index, the siblings, and the checkpoint as it stands. Where the whole
 * would be larger than 2 KiB the hash of the leaf stands in its place.
 */
export async function writeProof(
  folder: string,
  seq: number,
  { note, size }: { note: string; size: number },
): Promise<string> {
  const [leaf, siblings] = await Promise.all([
    readEntry(folder, seq, size),
    Promise.all(inclusionPath(seq, size).map((range) => hashOfRange(folder, range, size))),
  ])
  const write = (extra: Buffer) => {
    const head = ['c2sp.org/tlog-proof@v1', `extra ${extra.toString('base64')}`, `index ${seq}`]
    const lines = [...head, ...siblings.map((sibling) => sibling.toString('base64'))]
    return `${lines.join('\n')}\n\n${note}`
  }
  const whole = write(leaf)
  return Buffer.byteLength(whole) > proofLimit ? write(leafHash(leaf)) : whole
}
