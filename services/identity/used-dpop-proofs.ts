import type { Clock } from '../kernel/clock.ts'
import type { Store } from '../store/store.ts'
import type { UsedDpopProofs } from './dpop.ts'

/** In the table, so that neither a restart nor a second process takes one twice; what is over goes with the next one. */
export function openUsedDpopProofs({ db }: Store, clock: Clock): UsedDpopProofs {
  return {
    async take(sha256, until_ms) {
      await db.deleteFrom('identity_dpop_proof').where('until_ms', '<=', clock.now()).execute()
      const insert = db.insertInto('identity_dpop_proof').values({ sha256, until_ms })
      const taken = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst()
      return taken.numInsertedOrUpdatedRows === 1n
    },
  }
}
