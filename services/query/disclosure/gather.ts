/** Takes a leaf from its statement to its released table: evidence is asked of the vault, rows never leave it. */
import type { VaultSession } from '../../engine/engine.ts'
import type { Leaf } from '../plan.ts'
import { type Disclosed, disclose, keepsLabels } from './disclose.ts'
import { inquiries, readEvidence } from './exact.ts'
import { dropFamilies } from './family-tables.ts'
import { canBeFast, releaseFast } from './fast.ts'
import * as sql from './level-two.ts'
import { readLattice } from './read-lattice.ts'
import type { Thresholds } from './rules.ts'

/**
 * Runs one leaf in the session of its bulle and decides what of it may leave. The temporary tables are gone afterwards. The plan
 * of the leaf changes what this costs, never what it answers.
 */
export async function release(session: VaultSession, leaf: Leaf, thresholds: Thresholds): Promise<Disclosed> {
  const { mask } = leaf
  if (mask && canBeFast(thresholds)) return releaseFast(session, { ...leaf, mask }, thresholds)
  return releaseExact(session, leaf, thresholds)
}

async function releaseExact(session: VaultSession, leaf: Leaf, thresholds: Thresholds): Promise<Disclosed> {
  const absentBelow = keepsLabels(leaf) ? 0 : thresholds.k
  for (const statement of sql.keepRows(leaf)) await session.run(statement)
  await session.run(sql.keepGroups(leaf))
  const evidence = await readEvidence(session, leaf, { absentBelow, k: thresholds.k })
  const withheld = inquiries(session, leaf, { absentBelow })
  const lattice = leaf.sets
    ? await readLattice(session, leaf, {
        evidence,
        absentBelow,
        within: (family) => inquiries(session, leaf, { absentBelow, family }),
      })
    : undefined
  const disclosed = await disclose(evidence, leaf, { thresholds, withheld, ...(lattice ? { lattice } : {}) })
  if (leaf.sets) for (const statement of dropFamilies(leaf)) await session.run(statement)
  for (const statement of sql.dropTables(leaf)) await session.run(statement)
  return disclosed
}
