/** Names near another one. Pure: candidates are what the caller may know of, so that the answer tells of nothing else. */

/** Names that a hint has room for. */
const most = 3
/** A text longer than any name of a catalogue is near none. */
const longest = 64

/** Of shorter names too many others are the beginning or the continuation. */
const shortest = 3

/**
 * At most three of the candidates, in order of the alphabet: those with the fewest changes, or, when all are too far, those that
 * begin with the name.
 */
export function nearest(wanted: string, candidates: readonly string[]): readonly string[] {
  const name = wanted.toLowerCase()
  if (name.length > longest) return []
  const reach = Math.max(1, Math.floor(name.length / 3))
  const measured = [...new Set(candidates)].map((candidate) => ({
    candidate,
    distance: distance(name, candidate.toLowerCase(), reach),
  }))
  const best = Math.min(reach, ...measured.map((one) => one.distance))
  const near = measured.filter((one) => one.distance === best)
  const found = near.length > 0 || name.length < shortest ? near : measured.filter(begins(name))
  return found
    .map(({ candidate }) => candidate)
    .toSorted()
    .slice(0, most)
}

const begins =
  (name: string) =>
  ({ candidate }: { readonly candidate: string }) =>
    candidate.toLowerCase().startsWith(name)

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment); Infinity beyond `reach`. */
function distance(left: string, right: string, reach: number): number {
  if (Math.abs(left.length - right.length) > reach) return Number.POSITIVE_INFINITY
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: right.length + 1 }, (_, j) => j)
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const isSame = left[i - 1] === right[j - 1]
      const changed = at(row, j - 1) + (isSame ? 0 : 1)
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      const swapped = isSwap ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(at(row, j) + 1, at(next, j - 1) + 1, changed, swapped))
    }
    before = row
    row = next
  }
  const found = at(row, right.length)
  return found <= reach ? found : Number.POSITIVE_INFINITY
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
