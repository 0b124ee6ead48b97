/** Before a log writes anything: whether somebody has seen more of it, or another past, than lies on this disk. */
import type { Log } from '../../kernel/log.ts'
import type { FoundTree } from '../found-tree.ts'
import { openCheckpoint } from '../note.ts'
import { LogDamaged } from '../recover.ts'
import { lastSeen, type WitnessAddress } from './client.ts'

/**
 * Rejects with LogDamaged when a checkpoint that this log signed is in the hands of a witness and is not part of the tree
 * found here. Only our own signature accuses us: a witness that lies can stop nobody. One that does not answer is told.
 */
export async function insistOnWitnessed(
  witnesses: readonly WitnessAddress[],
  tree: FoundTree,
  log: Log,
): Promise<void> {
  await Promise.all(
    witnesses.map(async (witness) => {
      const note = await lastSeen(witness, tree.origin)
      if (note === null) return
      const seen = note === undefined ? undefined : openCheckpoint(note, tree.vkey)
      if (!seen) {
        log.warn('a witness did not say what it has seen of the log', { witness: witness.name })
        return
      }
      if (seen.size > tree.size) {
        throw new LogDamaged(`witness ${witness.name} has seen ${seen.size} entries, here are ${tree.size}`)
      }
      const root = await tree.rootAt(seen.size).catch(() => undefined)
      if (!root?.equals(seen.root)) {
        throw new LogDamaged(`witness ${witness.name} has seen another log of ${seen.size} entries`)
      }
    }),
  )
}
