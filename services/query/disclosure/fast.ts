/**
 * Plan M: one pass gives bounds of every group, a slice of the persons what the pass cannot see, and exact evidence is made of the groups
 * in doubt alone. Where the order of groups by their persons matters, all of them are looked at.
 */
import type { VaultSession } from '../../engine/engine.ts'
import type { Leaf, Mask, MaskedValues } from '../plan.ts'
import { dropBlocks, keepBlocks, readMiddles } from './blocks.ts'
import { type GroupBounds, parseBounds, settled, withMiddles, withSlice } from './bounds.ts'
import type { MaskedLeaf } from './bounds-tables.ts'
import * as tables from './bounds-tables.ts'
import { keepsLabels } from './disclose.ts'
import { parseCount } from './evidence.ts'
import * as sql from './level-two.ts'
import { comparablePairs } from './pairs.ts'
import type { Thresholds } from './rules.ts'
import { type Bounds, SecondPass } from './second-pass.ts'
import { decide, type Verdict } from './secondary.ts'

/** Masks have 256 bits, or 64 without quarters: a larger threshold would put nearly every group in doubt. */
const largestK = ({ hasQuarters }: Mask) => (hasQuarters ? 64 : 48)

/** Whether the leaf has bounds, the policy leaves the choice, and bounds can settle anything: they know of persons, and no other unit. */
export function canBeFast(leaf: Leaf, { k, unit, plan = 'fastest' }: Thresholds): leaf is MaskedLeaf {
  if (leaf.mask === undefined || plan !== 'fastest' || unit !== undefined) return false
  return k <= largestK(leaf.mask)
}

/** As `judge`, for a leaf whose cells are compared with those of no other. Nothing stays in the session. */
export async function judgeFast(
  session: VaultSession,
  leaf: MaskedLeaf,
  thresholds: Thresholds,
): Promise<Verdict> {
  const absentBelow = keepsLabels(leaf) ? 0 : thresholds.k
  await session.run(tables.keepBounds(leaf))
  await session.run(tables.keepCells(leaf))
  const bounds = await readBounds(session, leaf, { thresholds, absentBelow })
  const pass = new SecondPass(session, { leaf, thresholds, absentBelow, bounds })
  const evidence = await pass.evidence()
  const verdict = await decide(evidence, pass, {
    thresholds,
    measures: leaf.measures.length,
    isNear: () => false,
    keepsLabels: keepsLabels(leaf),
  })
  await pass.close()
  for (const statement of tables.dropBounds(leaf)) await session.run(statement)
  if (leaf.mask.values) await session.run(dropBlocks(leaf))
  return verdict
}

async function readBounds(
  session: VaultSession,
  leaf: MaskedLeaf,
  { thresholds, absentBelow }: { thresholds: Thresholds; absentBelow: number },
): Promise<Bounds> {
  const pairs = comparablePairs(leaf)
  const scope = { leaf, thresholds, pairs, keepsLabels: keepsLabels(leaf) }
  let groups = parseBounds(leaf, await session.run(tables.readCells(leaf, absentBelow)))
  if (leaf.mask.values)
    groups = await withQuantile(session, groups, { leaf, values: leaf.mask.values, absentBelow })
  const share = shareOf(groups, thresholds)
  if (share !== undefined && (pairs.length > 0 || leaf.measures.some(sql.isSum))) {
    const keys = parseCount(await session.run(tables.countKeys(leaf)))
    await session.run(tables.keepSlice(leaf, Math.ceil(keys / share)))
    groups = withSlice(groups, pairs, await session.run(tables.readSlice(leaf, pairs, absentBelow)))
    await session.run(tables.dropSlice(leaf))
  }
  const found = groups.map((group) => ({ group, evidence: settled(group, scope) }))
  return {
    certain: found.flatMap(({ evidence }) => evidence ?? []),
    doubtful: found.flatMap(({ group, evidence }) => (evidence ? [] : group.gid)),
    groups,
  }
}

/** The bounds with those of the quantile. Its table stays, for what is asked about withheld cells. */
async function withQuantile(
  session: VaultSession,
  groups: readonly GroupBounds[],
  { leaf, values, absentBelow }: { leaf: Leaf; values: MaskedValues; absentBelow: number },
): Promise<readonly GroupBounds[]> {
  const index = leaf.measures.findIndex(({ name }) => name === values.measure)
  const measure = leaf.measures[index]
  if (!measure) throw new RangeError('a leaf has no such measure')
  await session.run(keepBlocks(leaf, values))
  return withMiddles(groups, index, await session.run(readMiddles(leaf, measure, absentBelow)))
}

/** So many rows of a group in the slice that they are most likely of enough persons. */
const rowsInSlice = 6

/** One person of how many: the most that leaves enough of nine groups of ten; undefined when that is no saving. */
function shareOf(groups: readonly GroupBounds[], { k }: Thresholds): number | undefined {
  const sizes = groups.map(({ rows }) => rows).filter((rows) => rows >= k)
  const small = sizes.toSorted((a, b) => a - b)[Math.floor(sizes.length / 10)] ?? 0
  const share = Math.min(Math.floor(small / (rowsInSlice * k)), 64)
  return share >= 3 ? share : undefined
}
