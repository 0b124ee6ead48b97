/** Takes a leaf from its statement to what of it may be shown: evidence is asked of the vault, rows never leave it. */
import type { VaultSession } from '../../engine/engine.ts'
import type { Leaf } from '../plan.ts'
import { keepsLabels } from './disclose.ts'
import { inquiries, readEvidence } from './exact.ts'
import { decideSets } from './families.ts'
import { dropFamilies } from './family-tables.ts'
import * as sql from './level-two.ts'
import type { Near } from './pairs.ts'
import { readLattice } from './read-lattice.ts'
import type { Thresholds } from './rules.ts'
import { decide, type Verdict } from './secondary.ts'

interface Judging {
  readonly thresholds: Thresholds
  /** Asked once the rows of the leaf are there. */
  readonly near: () => Promise<Near>
}

/** Runs one leaf in the session of its bulle and decides what of it may leave. Its rows stay as temporary tables. */
export async function judge(
  session: VaultSession,
  leaf: Leaf,
  { thresholds, near }: Judging,
): Promise<Verdict> {
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
  const scope = { thresholds, measures: leaf.measures.length, isNear: await near() }
  const verdict = lattice
    ? await decideSets(evidence, lattice, scope)
    : await decide(evidence, withheld, { ...scope, keepsLabels: keepsLabels(leaf) })
  if (leaf.sets) for (const statement of dropFamilies(leaf)) await session.run(statement)
  return verdict
}
