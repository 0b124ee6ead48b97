/** One leaf alone in a session, as the only one of its answer. */
import type { VaultSession } from '../../services/engine/engine.ts'
import { openRelease } from '../../services/query/disclosure/across.ts'
import type { Disclosed } from '../../services/query/disclosure/disclose.ts'
import type { Thresholds } from '../../services/query/disclosure/rules.ts'
import type { Leaf } from '../../services/query/plan.ts'

export async function release(session: VaultSession, leaf: Leaf, thresholds: Thresholds): Promise<Disclosed> {
  const answer = openRelease(session, thresholds, [leaf])
  const disclosed = await answer.release(leaf)
  await answer.close()
  return disclosed
}
