/** Merkle trees of RFC 6962 as a checker needs them: hashes, both kinds of proof, and a tree that grows leaf by leaf. */
import { hash } from 'node:crypto'

const tileWidth = 256

export function sha256(data: Uint8Array | string): Buffer {
  return hash('sha256', data, 'buffer')
}

export function hashLeaf(entry: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(entry.length + 1)
  bytes[0] = 0
  bytes.set(entry, 1)
  return sha256(bytes)
}

function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(65)
  bytes[0] = 1
  bytes.set(left, 1)
  bytes.set(right, 33)
  return sha256(bytes)
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((one) => one.length === 32)
}

/** Whether the two of a level are the last ones: then the left sibling is met, and levels without a pair are passed. */
function climb(at: { index: bigint; last: bigint }): 'left' | 'right' | 'root' {
  if (at.last === 0n) return 'root'
  const side = at.index & 1n || at.index === at.last ? 'left' : 'right'
  while (side === 'left' && !(at.index & 1n) && at.index !== 0n) {
    at.index >>= 1n
    at.last >>= 1n
  }
  at.index >>= 1n
  at.last >>= 1n
  return side
}

/** RFC 9162, 2.1.3.2: whether the siblings lead from this leaf hash to this root. */
export function checkInclusion(
  leaf: Uint8Array,
  { index, size }: { index: number; size: number },
  { root, proof }: { root: Uint8Array; proof: readonly Uint8Array[] },
): boolean {
  if (!(isSize(index) && isSize(size)) || index >= size || !areHashes([leaf, root, ...proof])) return false
  const at = { index: BigInt(index), last: BigInt(size - 1) }
  let reached = leaf
  for (const sibling of proof) {
    const side = climb(at)
    if (side === 'root') return false
    reached = side === 'left' ? hashNode(sibling, reached) : hashNode(reached, sibling)
  }
  return at.last === 0n && Buffer.from(reached).equals(root)
}

export interface SignedTree {
  readonly size: number
  readonly root: Uint8Array
}

/**
 * RFC 9162, 2.1.4.2: whether the newer tree begins with the older one. Every tree begins with the empty one, so a claim about
 * it shows nothing: refused, as the public vectors ask.
 */
export function checkConsistency(
  older: SignedTree,
  newer: SignedTree,
  proof: readonly Uint8Array[],
): boolean {
  if (!(isSize(older.size) && isSize(newer.size)) || older.size === 0) return false
  if (older.size === newer.size) return proof.length === 0 && Buffer.from(older.root).equals(newer.root)
  const isUsable = older.size > 0 && older.size < newer.size && areHashes([older.root, newer.root, ...proof])
  return isUsable && followConsistency(older, newer, proof)
}

function followConsistency(older: SignedTree, newer: SignedTree, proof: readonly Uint8Array[]): boolean {
  const at = { index: BigInt(older.size - 1), last: BigInt(newer.size - 1) }
  while (at.index & 1n) {
    at.index >>= 1n
    at.last >>= 1n
  }
  const [first, ...path] = at.index === 0n ? [older.root, ...proof] : proof
  let [oldRoot, newRoot] = [first, first]
  for (const sibling of path) {
    const side = climb(at)
    if (side === 'root' || !oldRoot || !newRoot) return false
    if (side === 'left') oldRoot = hashNode(sibling, oldRoot)
    newRoot = side === 'left' ? hashNode(sibling, newRoot) : hashNode(newRoot, sibling)
  }
  const isRoot = (reached: Uint8Array | undefined, root: Uint8Array) =>
    reached && Buffer.from(reached).equals(root)
  return at.last === 0n && Boolean(isRoot(oldRoot, older.root) && isRoot(newRoot, newer.root))
}

function foldRow(row: readonly Buffer[]): Buffer {
  let hashes = row
  while (hashes.length > 1) {
    const above: Buffer[] = []
    for (let at = 0; at < hashes.length; at += 2) {
      const [left, right] = [hashes[at], hashes[at + 1]]
      if (left) above.push(right ? hashNode(left, right) : left)
    }
    hashes = above
  }
  return hashes[0] ?? sha256('')
}

/** A tile that has just become full, as its bytes must be on disk. */
export interface FullTile {
  readonly level: number
  readonly index: number
  readonly bytes: Buffer
}

/** A tree that grows; keeps only the unfinished tile of each level. */
export class GrowingTree {
  readonly rows: Buffer[][] = []
  size = 0

  /** Adds a leaf hash; gives the tiles that it filled, from level 0 up. */
  add(leaf: Buffer): FullTile[] {
    this.size += 1
    const full: FullTile[] = []
    let hash = leaf
    for (let level = 0; ; level += 1) {
      const row = this.rows[level] ?? []
      this.rows[level] = row
      row.push(hash)
      if (row.length < tileWidth) return full
      full.push({ level, index: this.size / tileWidth ** (level + 1) - 1, bytes: Buffer.concat(row) })
      hash = foldRow(row)
      this.rows[level] = []
    }
  }

  root(): Buffer {
    let right: Buffer | undefined
    for (const row of this.rows) {
      const hashes = right ? [...row, right] : row
      right = hashes.length > 0 ? foldRow(hashes) : undefined
    }
    return right ?? sha256('')
  }
}
