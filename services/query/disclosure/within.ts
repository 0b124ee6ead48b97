/**
 * Groups of one leaf that share rows: one may be the other but for a person whom the text names (disclosure.md 13, G1). Of two
 * that differ by fewer than k persons the later one is withheld, as if each were a leaf of its own; of two days of a calendar
 * when one has nobody whom the other has not (docs/decisions/0010-days-of-a-calendar.md).
 */
import type { Leaf } from '../plan.ts'
import type { Close, Side } from './compare.ts'
import { areComparable, partsOf } from './parts.ts'

/** A cell: a group, and a part of the leaf by its position. */
interface Place {
  readonly gid: number
  readonly part: number
}

interface Pair {
  readonly earlier: Place
  readonly later: Place
}

/** Measure and gid of the cells that are too close to an earlier one of another group. */
export async function closeWithin(
  leaf: Leaf,
  compare: (left: Side, right: Side) => Promise<readonly Close[]>,
): Promise<readonly { readonly index: number; readonly gid: number }[]> {
  if (leaf.overlaps === undefined) return []
  const isCalendar = leaf.overlaps === 'days'
  const parts = partsOf(leaf)
  const pairs: Pair[] = []
  for (const [i, left] of parts.entries())
    for (const [j, right] of [...parts.entries()].slice(i)) {
      if (!areComparable(left, right)) continue
      const found = await compare({ leaf, part: left }, { leaf, part: right })
      const close = found.filter((one) => isOfTwoGroups(one) && (!isCalendar || one.apart === 0))
      pairs.push(...close.map((one) => pairOf(one, i, j)))
    }
  return tooCloseOf(pairs).flatMap(({ gid, part }) => {
    const { index } = parts[part] ?? {}
    return index === undefined ? [] : [{ index, gid }]
  })
}

/** Cells of one group are compared elsewhere (pairs.ts), and what all groups add up to is no cell. */
function isOfTwoGroups({ left, right }: Close): boolean {
  return left >= 0 && right >= 0 && left !== right
}

function pairOf({ left, right }: Close, i: number, j: number): Pair {
  const [one, other] = [
    { gid: left, part: i },
    { gid: right, part: j },
  ]
  return left < right ? { earlier: one, later: other } : { earlier: other, later: one }
}

/** In the order of the groups, so that what is withheld withholds nothing. */
function tooCloseOf(pairs: readonly Pair[]): readonly Place[] {
  const withheld = new Map<string, Place>()
  const keyOf = ({ gid, part }: Place) => `${gid} ${part}`
  for (const { earlier, later } of pairs.toSorted((a, b) => a.later.gid - b.later.gid))
    if (!withheld.has(keyOf(earlier))) withheld.set(keyOf(later), later)
  return [...withheld.values()]
}
