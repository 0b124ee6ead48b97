/**
 * Cells of one group that differ by few persons: `count(*)` beside `count(*) FILTER (WHERE …)` is a subtraction within one answer,
 * and its result rests on the persons who make the two differ. Within a leaf such a pair is not shown (disclosure.md 13: two
 * cells of one anchor never differ by fewer than k persons; here between the cells of one answer). Pure.
 */
import type { Leaf, Measure } from '../plan.ts'
import type { GroupEvidence } from './evidence.ts'
import type { Pair } from './level-two.ts'
import { failed, type Thresholds } from './rules.ts'

/**
 * Whether the cell of a measure in a group is too close to one that an earlier leaf of the answer shows. Below zero stands for
 * what all groups of a grouping set add up to: -1 for the first set.
 */
export type Near = (index: number, gid: number) => boolean

type Family = 'rows' | 'persons' | 'keys' | 'sums'

/** Of level 1; statistics in order, and those made of moments, are compared by compare.ts. */
const families: Readonly<Partial<Record<Measure['shape'], Family>>> = {
  presence: 'rows',
  filtered: 'rows',
  persons: 'persons',
  keys: 'keys',
  sum: 'sums',
  avg: 'sums',
}

/** Counts of one kind, and sums; where each person has one row, all counts count persons. */
export function comparablePairs({ measures, plan }: Pick<Leaf, 'measures' | 'plan'>): readonly Pair[] {
  const kindOf = ({ shape }: Measure) => {
    const family = families[shape] ?? null
    return plan === 'U' && family === 'rows' ? 'persons' : family
  }
  return measures.flatMap((left, i) =>
    measures.flatMap((right, j): Pair[] =>
      i < j && kindOf(left) !== null && kindOf(left) === kindOf(right) ? [[i, j]] : [],
    ),
  )
}

/** Of the cells that would be shown, those too close to one of more persons; of equals the first stays. */
export function tooClose(
  { cells, differences = [] }: GroupEvidence,
  thresholds: Thresholds,
): ReadonlySet<number> {
  const isFew = (i: number, j: number) =>
    differences.some(
      ({ pair: [a, b], persons }) =>
        ((a === i && b === j) || (a === j && b === i)) && persons > 0 && persons < thresholds.k,
    )
  const candidates = [...cells.entries()]
    .filter(([, cell]) => failed(cell, thresholds).length === 0)
    .toSorted(([i, a], [j, b]) => b.persons - a.persons || i - j)
  const kept: number[] = []
  const hidden = new Set<number>()
  for (const [i] of candidates) {
    if (kept.some((other) => isFew(i, other))) hidden.add(i)
    else kept.push(i)
  }
  return hidden
}
