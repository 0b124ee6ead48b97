/** Entry bundles of C2SP tlog-tiles: entries behind their lengths, two bytes big-endian. */

/** The bytes of a bundle, and where each of its entries ends. */
export function joinBundle(leaves: readonly Buffer[]): { bytes: Buffer; ends: number[] } {
  const ends = [0]
  for (const { length } of leaves) ends.push((ends.at(-1) ?? 0) + 2 + length)
  const bytes = Buffer.allocUnsafe(ends.at(-1) ?? 0)
  for (const [at, leaf] of leaves.entries()) {
    const start = ends[at] ?? 0
    bytes.writeUInt16BE(leaf.length, start)
    bytes.set(leaf, start + 2)
  }
  return { bytes, ends }
}

/** Entries of a bundle, at most `limit`; `isWhole` is false when its lengths do not add up. */
export function splitBundle(bytes: Buffer, limit: number): { leaves: Buffer[]; isWhole: boolean } {
  const leaves: Buffer[] = []
  let at = 0
  while (at < bytes.length && leaves.length < limit) {
    const end = at + 2 + (at + 2 <= bytes.length ? bytes.readUInt16BE(at) : bytes.length)
    if (end > bytes.length) return { leaves, isWhole: false }
    leaves.push(bytes.subarray(at + 2, end))
    at = end
  }
  return { leaves, isWhole: true }
}
