/**
 * Merkle tree of RFC 6962 (the same as RFC 9162), SHA-256: hashes, and which subtrees a proof is made of. Pure.
 * A proof is given as ranges of leaves; whoever holds the hashes (tiles on disk, an array in a test) looks them up.
 */
import { hash } from 'node:crypto'

export type Hash = Buffer

/** Leaves `from` to `to - 1`. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A complete subtree of 2^level leaves, the `index`-th of its level. */
export interface Node {
  readonly level: number
  readonly index: number
}

const leafPrefix = Buffer.from([0])
const nodePrefix = Buffer.from([1])

/** Root of the tree without leaves: SHA-256 of nothing. */
export const emptyRoot: Hash = hash('sha256', '', 'buffer')

export function leafHash(entry: Uint8Array): Hash {
  return hash('sha256', Buffer.concat([leafPrefix, entry]), 'buffer')
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Hash {
  return hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer')
}

/** The largest power of two strictly smaller than `count`; `count` is at least 2. */
export function splitPoint(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

/** Tree hash over the hashes of its leaves, or over the roots of equal subtrees and one smaller last one. */
export function rootOf(hashes: readonly Hash[]): Hash {
  let row = hashes
  while (row.length > 1) {
    const above: Hash[] = []
    for (let at = 0; at < row.length; at += 2) {
      const [left, right] = [row[at], row[at + 1]]
      if (left) above.push(right ? nodeHash(left, right) : left)
    }
    row = above
  }
  return row[0] ?? emptyRoot
}

/** Siblings from the leaf to the root (RFC 6962, 2.1.1). Throws a RangeError when the tree has no such leaf. */
export function inclusionPath(index: number, size: number): Range[] {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) {
    throw new RangeError('no such leaf in this tree')
  }
  const path: Range[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + splitPoint(to - from)
    const isLeft = index < middle
    path.unshift(isLeft ? { from: middle, to } : { from, to: middle })
    if (isLeft) to = middle
    else from = middle
  }
  return path
}

/** What proves that the tree of `older` leaves is a prefix of that of `newer` (RFC 6962, 2.1.2). */
export function consistencyPath(older: number, newer: number): Range[] {
  if (!(Number.isSafeInteger(older) && Number.isSafeInteger(newer) && older >= 0 && older <= newer)) {
    throw new RangeError('the older tree is the larger one')
  }
  if (older === 0 || older === newer) return []
  const path: Range[] = []
  let [from, to] = [0, newer]
  while (to !== older) {
    const middle = from + splitPoint(to - from)
    if (older <= middle) {
      path.unshift({ from: middle, to })
      to = middle
    } else {
      path.unshift({ from, to: middle })
      from = middle
    }
  }
  return from === 0 ? path : [{ from, to }, ...path]
}

/** The complete subtrees of a range that a proof may name, largest first; their `rootOf` right to left is its hash. */
export function nodesOf({ from, to }: Range): Node[] {
  const nodes: Node[] = []
  let start = from
  while (start < to) {
    let level = 0
    while (start % 2 ** (level + 1) === 0 && start + 2 ** (level + 1) <= to) level += 1
    nodes.push({ level, index: start / 2 ** level })
    start += 2 ** level
  }
  return nodes
}

/** Hash of a range from those of its `nodesOf`, in the same order. */
export function joinNodes(hashes: readonly Hash[]): Hash {
  return hashes.length === 0 ? emptyRoot : hashes.reduceRight((right, left) => nodeHash(left, right))
}
