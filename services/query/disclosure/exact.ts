/** Exact evidence of a leaf whose level 1 is kept in the session: of all of its groups, or of some of them whole. */
import type { VaultSession } from '../../engine/engine.ts'
import { hasOwnTable, type Leaf, type Measure } from '../plan.ts'
import {
  type Evidence,
  parseCount,
  parseGroups,
  parseUnion,
  withDifferences,
  withDiffering,
  withValues,
} from './evidence.ts'
import * as sql from './level-two.ts'
import { comparablePairs } from './pairs.ts'
import { smallestOf, type Withheld } from './secondary.ts'
import { readSizes, readStatistic } from './statistic.ts'
import { withSizes, withStatistic } from './statistic-evidence.ts'
import { readStatisticPairs } from './statistic-pairs.ts'

/** The groups that may be shown, of those that are kept. */
export async function readEvidence(
  session: VaultSession,
  leaf: Leaf,
  { absentBelow, k }: { absentBelow: number; k: number },
): Promise<Evidence> {
  const scope = { leaf, k, absentBelow }
  let evidence = parseGroups(leaf, await session.run(sql.readGroups(leaf, absentBelow)), absentBelow)
  for (const [index, measure] of leaf.measures.entries()) {
    if (measure.shape === 'values') {
      const rows = await session.run(sql.readValues(leaf, { measure: measure.name, k }))
      evidence = withValues(evidence, index, rows)
    } else if (hasOwnTable(measure)) {
      evidence = await readOwn(session, evidence, { ...scope, measure, index })
    }
    const gids = inDoubt(evidence, index, k)
    if (gids.length > 0) {
      const rows = await session.run(sql.readDiffering(leaf, { index, gids }))
      evidence = withDiffering(evidence, index, rows)
    }
  }
  const all = comparablePairs(leaf)
  for (let at = 0; at < all.length; at += pairsAtOnce) {
    const pairs = all.slice(at, at + pairsAtOnce)
    const rows = await session.run(sql.readDifferences(leaf, { pairs, absentBelow }))
    evidence = withDifferences(evidence, pairs, rows)
  }
  return readStatisticPairs(session, evidence, { leaf, k })
}

/** Columns of one statement. */
const pairsAtOnce = 200

interface Own {
  readonly leaf: Leaf
  readonly measure: Measure
  readonly index: number
  readonly k: number
  readonly absentBelow: number
}

/** A statistic with its evidence, from the table of its values. */
async function readOwn(session: VaultSession, evidence: Evidence, own: Own): Promise<Evidence> {
  let filled = withStatistic(evidence, own, await session.run(readStatistic(own)))
  for (const number of numbersOf(own.measure)) {
    filled = withSizes(filled, own.index, await session.run(readSizes(own, number)))
  }
  return filled
}

/** The numbers whose moments a measure is made of. */
function numbersOf({ shape }: Measure): readonly ('x' | 'y')[] {
  if (shape === 'relation') return ['x', 'y']
  return shape === 'spread' ? ['x'] : []
}

/** Groups whose bound does not prove T3 although it may hold; the others are decided without the second pass. */
function inDoubt(evidence: Evidence, index: number, k: number): readonly number[] {
  const isInDoubt = ({ cells }: Evidence[number]) => {
    const cell = cells[index]
    return cell?.contributions !== undefined && cell.persons >= k && cell.contributions.differing < k
  }
  return evidence.filter(isInDoubt).map(({ gid }) => gid)
}

/** Exact answers about what is withheld; `about` says which groups never left the vault, and within which family. */
export function inquiries(session: VaultSession, leaf: Leaf, about: Omit<sql.Selection, 'gids'>): Withheld {
  return {
    async persons(gids) {
      return parseCount(await session.run(sql.countPersons(leaf, { ...about, gids })))
    },
    async union(index, gids) {
      const measure = leaf.measures[index]
      if (!measure) throw new RangeError('a leaf has no such measure')
      const chosen = { ...about, gids }
      const [first, second] = numbersOf(measure)
      const union = parseUnion(measure, await session.run(sql.readUnion(leaf, { index, chosen })))
      if (!first || !second) return union
      const other = await session.run(sql.readUnion(leaf, { index, chosen, number: second }))
      const { contributions } = parseUnion(measure, other)
      return contributions ? { ...union, moments: [contributions] } : union
    },
    smallest: async (groups, index) => smallestOf(groups, index),
  }
}
