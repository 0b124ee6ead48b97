/** The end of sessions: which rows, their entries, and the logout token that has its effect once. */
import type { sessionCauses } from '../audit/entry.ts'
import type { Audit, By } from '../audit/record.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Database } from '../store/store.ts'
import { isSessionId, keepIssuerStill, markClosed, personOfRow, type SessionRow } from './session-table.ts'

/**
 * Which sessions: one by its id (of this person only, where one is named), all of a person, or those behind which a session of the
 * issuer or a subject of the issuer stands. `person` is the account, `issuer` and `subject` are the words of the issuer.
 */
export type SessionChoice =
  | { readonly id: string; readonly person?: Actor }
  | { readonly person: Actor }
  | { readonly issuer: string; readonly sid: string; readonly subject?: string }
  | Actor

/**
 * Why sessions are closed. Without `by` it was nobody's act. `issuer`: by a logout token, which has its effect once
 * (UNAUTHENTICATED with the rule `logout.replayed` the second time), or by a call from the person's browser, which has none.
 */
export type SessionEnd =
  | { readonly cause: Exclude<(typeof sessionCauses)[number], 'issuer'>; readonly by?: By }
  | { readonly cause: 'issuer'; readonly token?: { readonly jti: string; readonly until: number } }

/** Its id and its person, by account. */
export interface ClosedSession extends Actor {
  readonly id: string
}

interface Closing {
  readonly why: SessionEnd
  /** In ms. */
  readonly at: number
}

/** Records, then closes; all in the transaction it is given, so that a token that had no effect is not used up. */
export async function closeRows(
  needs: { readonly audit: Audit; readonly db: Database },
  which: SessionChoice,
  { why, at }: Closing,
): Promise<readonly ClosedSession[]> {
  const { audit, db } = needs
  await useToken(db, which, why)
  const rows = await chosen(db, which)
  const receipts = []
  try {
    for (const row of rows) receipts.push(await record(audit, row, why))
    if (rows.length > 0)
      await markClosed(
        db,
        rows.map(({ id }) => id),
        { why: why.cause, at },
      )
  } catch (error) {
    for (const { seq } of receipts) await audit.append({ type: 'state.aborted', of: seq }, {})
    throw error
  }
  return rows.map((row) => ({ id: row.id, ...personOfRow(row) }))
}

/** UNAUTHENTICATED when the token had its effect already. Logins of the issuer wait until the end of the transaction. */
async function useToken(db: Database, which: SessionChoice, why: SessionEnd): Promise<void> {
  if (why.cause !== 'issuer' || why.token === undefined || !('issuer' in which)) return
  const { issuer } = which
  await keepIssuerStill(db, issuer)
  const { jti, until } = why.token
  const used = await db
    .insertInto('identity_logout')
    .values({ issuer, jti, sid: 'sid' in which ? which.sid : null, until_ms: until })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (used.numInsertedOrUpdatedRows !== 1n) throw new Refusal('UNAUTHENTICATED', { rule: 'logout.replayed' })
}

async function chosen(db: Database, which: SessionChoice): Promise<SessionRow[]> {
  const open = db.selectFrom('identity_session').selectAll().where('closed_at', 'is', null).forUpdate()
  if ('id' in which && !isSessionId(which.id)) return []
  const one = 'id' in which ? open.where('id', '=', which.id) : open
  if (!('issuer' in which)) {
    const { person } = which
    if (person === undefined) return one.execute()
    const own = one.where('account_issuer', '=', person.issuer)
    return own.where('account_subject', '=', person.subject).orderBy('id').execute()
  }
  const { subject } = which
  const ofIssuer = open.where('issuer', '=', which.issuer)
  const ofSid = 'sid' in which ? ofIssuer.where('sid', '=', which.sid) : ofIssuer
  return (subject === undefined ? ofSid : ofSid.where('subject', '=', subject)).orderBy('id').execute()
}

/** By whoever closed it; what time or the issuer ended is told of its person, by no act of hers. */
function record(audit: Audit, row: SessionRow, why: SessionEnd) {
  const { id, issuer } = row
  const person = personOfRow(row)
  const own: By = { ...person, level: 0, door: 'system', session: id }
  const by = (why.cause !== 'issuer' && why.by) || own
  const isOwn = samePerson(by, person)
  return audit.append(
    { type: 'auth.closed', session: id, issuer, level: row.level, cause: why.cause },
    { by, ...(isOwn ? {} : { sealed: person }) },
  )
}
