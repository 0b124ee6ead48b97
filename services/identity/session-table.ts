/** The rows behind sessions. Each function runs in the connection or the transaction that it is given. */
import type { Actor } from '../kernel/id.ts'
import { type Database, rawSql } from '../store/store.ts'
import type { IdentitySession } from '../store/tables.ts'
import { keptClosedMs, overdueCause, seenEveryMs } from './session-life.ts'

export type SessionRow = IdentitySession

/** Whose it is, as the account table names her. */
export function personOfRow({ account_issuer, account_subject }: SessionRow): Actor {
  return { issuer: account_issuer, subject: account_subject }
}

/** A level that this version does not know is worth nothing. */
export function levelOf({ level }: SessionRow): 0 | 1 | 2 | 3 {
  return level === 1 || level === 2 || level === 3 ? level : 0
}

/** Open and closed ones: a closed session is refused as such. */
export function sessionByCookie(db: Database, hash: string): Promise<SessionRow | undefined> {
  return db.selectFrom('identity_session').selectAll().where('cookie_sha256', '=', hash).executeTakeFirst()
}

const idForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function isSessionId(text: string): boolean {
  return idForm.test(text)
}

export async function openSessionRow(db: Database, id: string): Promise<SessionRow | undefined> {
  if (!isSessionId(id)) return undefined
  const rows = db.selectFrom('identity_session').selectAll().where('id', '=', id)
  return rows.where('closed_at', 'is', null).executeTakeFirst()
}

/** The open sessions of a person, the last seen first. */
export function openSessionRows(db: Database, { issuer, subject }: Actor): Promise<SessionRow[]> {
  return db
    .selectFrom('identity_session')
    .selectAll()
    .where('account_issuer', '=', issuer)
    .where('account_subject', '=', subject)
    .where('closed_at', 'is', null)
    .orderBy('seen_at', 'desc')
    .orderBy('id')
    .execute()
}

/** The sessions that must end for a person to have `most` of them, this one among those that stay; the longest silent. */
export async function silentBeyond(db: Database, kept: SessionRow, most: number): Promise<readonly string[]> {
  const others = (await openSessionRows(db, personOfRow(kept))).filter(({ id }) => id !== kept.id)
  return others.slice(most - 1).map(({ id }) => id)
}

export async function insertSession(db: Database, row: SessionRow): Promise<void> {
  await db.insertInto('identity_session').values(row).execute()
}

/** The same session with another cookie and another login; false when it is not open any more. */
export async function rotateSession(db: Database, { id, ...rest }: SessionRow): Promise<boolean> {
  const update = db.updateTable('identity_session').set(rest).where('id', '=', id)
  const { numUpdatedRows } = await update.where('closed_at', 'is', null).executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Notes a call, at most once a minute. */
export async function seeSession(db: Database, { id, seen_at }: SessionRow, now: number): Promise<void> {
  if (now - seen_at < seenEveryMs) return
  await db
    .updateTable('identity_session')
    .set({ seen_at: now })
    .where('id', '=', id)
    .where('seen_at', '<', now)
    .where('closed_at', 'is', null)
    .execute()
}

/** Closes those that are open; `at` in ms. */
export async function markClosed(
  db: Database,
  ids: readonly string[],
  { why, at }: { readonly why: string; readonly at: number },
): Promise<void> {
  await db
    .updateTable('identity_session')
    .set({ closed_at: at, closed_cause: why })
    .where('id', 'in', ids)
    .where('closed_at', 'is', null)
    .execute()
}

/** Until the end of the transaction nobody else opens sessions of this issuer, or ends them by a logout token. */
export async function keepIssuerStill(db: Database, issuer: string): Promise<void> {
  await rawSql`SELECT pg_advisory_xact_lock(hashtext('identity_session'), hashtext(${issuer}))`.execute(db)
}

/** Whether a logout token has ended the issuer's session behind this login. */
export async function isEndedByIssuer(
  db: Database,
  { issuer, sid }: Pick<SessionRow, 'issuer' | 'sid'>,
): Promise<boolean> {
  if (sid === null) return false
  const logouts = db.selectFrom('identity_logout').select('jti').where('issuer', '=', issuer)
  return (await logouts.where('sid', '=', sid).executeTakeFirst()) !== undefined
}

/** Removes closed sessions and logout tokens that are of no use any more; gives the open ones that time has ended. */
export async function sweepSessions(
  db: Database,
  now: number,
): Promise<readonly { readonly id: string; readonly cause: 'idle' | 'age' }[]> {
  await db
    .deleteFrom('identity_session')
    .where('closed_at', '<=', now - keptClosedMs)
    .execute()
  await db.deleteFrom('identity_logout').where('until_ms', '<=', now).execute()
  const rows = await db
    .selectFrom('identity_session')
    .select(['id', 'created_at', 'seen_at'])
    .where('closed_at', 'is', null)
    .execute()
  return rows.flatMap(({ id, ...lived }) => {
    const cause = overdueCause(lived, now)
    return cause === null ? [] : [{ id, cause }]
  })
}
