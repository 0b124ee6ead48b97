/** How many sessions are open: for the operator's figures. Those that have run out stay until the next sweep, a minute at most. */
import { rawSql, type Store } from '../store/store.ts'

export async function countSessions({ db }: Pick<Store, 'db'>): Promise<number> {
  const { open } = await db
    .selectFrom('identity_session')
    .select(rawSql<number>`count(*)`.as('open'))
    .where('closed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return open
}
