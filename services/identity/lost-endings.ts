/** What ended by the word of the log and not by the rows: tokens and ties of a database that is older than the log. */
import type { Actor } from '../kernel/id.ts'
import type { Store } from '../store/store.ts'

/** Ends a personal access token. False when it had ended, or is not there. */
export async function endToken({ db }: Pick<Store, 'db'>, id: string, at: number): Promise<boolean> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return false
  const { numUpdatedRows } = await db
    .updateTable('identity_access_token')
    .set({ revoked_ms: at })
    .where('id', '=', id)
    .where('revoked_ms', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface Untied {
  readonly account: Actor
  readonly issuer: string
  /** Null where it is not known any more which identity of this issuer it was: then it is all of them. */
  readonly subject: string | null
  /** In ms; what was tied later stays. */
  readonly at: number
}

/** Unties identities of an account. Answers how many. */
export async function untie({ db }: Pick<Store, 'db'>, untied: Untied): Promise<number> {
  let query = db
    .deleteFrom('identity_link')
    .where('account_issuer', '=', untied.account.issuer)
    .where('account_subject', '=', untied.account.subject)
    .where('issuer', '=', untied.issuer)
    .where('linked_ms', '<', untied.at)
  if (untied.subject !== null) query = query.where('subject', '=', untied.subject)
  return Number((await query.executeTakeFirst()).numDeletedRows)
}
