/**
 * What a crash leaves of sessions: rows survive it, and so do the sessions. Cut between entry and row, an opened one is not there, the
 * person signs in again and a start says so in the log; a closed one would still be open against the log's word, and is closed here.
 */
import type { Indexed } from '../audit/writer.ts'
import type { Store } from '../store/store.ts'
import { isSessionId, markClosed } from './session-table.ts'

/** Closes, without a second entry, what the log says was closed. Takes the last entries before the start, in order. */
export async function recoverSessions(
  { db }: Pick<Store, 'db'>,
  entries: AsyncIterable<Pick<Indexed, 'seq' | 'ts' | 'body'>>,
): Promise<void> {
  const closures = new Map<number, { readonly id: string; readonly why: string; readonly at: number }>()
  for await (const { seq, ts, body } of entries) {
    if (body.type === 'state.aborted') closures.delete(body.of)
    if (body.type !== 'auth.closed') continue
    closures.set(seq, { id: body.session, why: body.cause, at: Date.parse(ts) })
  }
  for (const { id, why, at } of closures.values()) await markClosed(db, [id], { why, at })
}

/** Whether there is a session of this id, open or closed, from the login of that instant or a later one; from any where it is not known. */
export async function isOpenedAt(
  { db }: Pick<Store, 'db'>,
  id: string,
  authenticatedAt = 0,
): Promise<boolean> {
  if (!isSessionId(id)) return false
  const row = db.selectFrom('identity_session').select('id').where('id', '=', id)
  return (await row.where('authenticated_at', '>=', authenticatedAt).executeTakeFirst()) !== undefined
}
