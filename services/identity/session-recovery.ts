/**
 * What a crash leaves of sessions: rows survive it, and so do the sessions. Cut between entry and row, an opened one is not there, and
 * the person signs in again; a closed one would still be open against the log's word, and is closed here.
 */
import type { Indexed } from '../audit/writer.ts'
import type { Store } from '../store/store.ts'
import { markClosed } from './session-table.ts'

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
