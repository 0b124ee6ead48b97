/** Order statistics, flags and moments beside the other measures of their group: what differs by few persons (see pairs.ts). */
import type { VaultSession } from '../../engine/engine.ts'
import { hasOwnTable, type Leaf } from '../plan.ts'
import { parseClose, readCloseWithin } from './compare.ts'
import type { Evidence } from './evidence.ts'
import { areComparable, type Part, partsOf } from './parts.ts'

/** The evidence with the persons who make two measures of a group differ, where one of them has a table of its own. */
export async function readStatisticPairs(
  session: VaultSession,
  evidence: Evidence,
  { leaf, k }: { leaf: Leaf; k: number },
): Promise<Evidence> {
  let filled = evidence
  for (const [left, right] of pairsOf(partsOf(leaf))) {
    const rows = await session.run(readCloseWithin({ leaf, part: left }, { leaf, part: right }, k))
    const found = new Map(parseClose(rows).map((one) => [one.left, one.persons]))
    filled = filled.map((group) => {
      const persons = found.get(group.gid)
      if (persons === undefined) return group
      const pair = [left.index, right.index] as const
      return { ...group, differences: [...(group.differences ?? []), { pair, persons }] }
    })
  }
  return filled
}

function pairsOf(parts: readonly Part[]): readonly (readonly [Part, Part])[] {
  const isOurs = (left: Part, right: Part) =>
    left.index < right.index &&
    areComparable(left, right) &&
    (hasOwnTable(left.measure) || hasOwnTable(right.measure))
  return parts.flatMap((left) =>
    parts.flatMap((right) => (isOurs(left, right) ? [[left, right] as const] : [])),
  )
}
