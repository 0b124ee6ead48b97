import type { Actor } from '../kernel/id.ts'
import type { Store } from '../store/store.ts'
import type { Visa } from './visa.ts'

/** The visas of persons, as they were received: what they are worth is found out anew each time. */
export interface VisaStore {
  tokensOf(person: Actor): Promise<readonly string[]>
  /** These instead of all that the person had; what ended before `now` (ms) goes, whoever had it. */
  replace(person: Actor, visas: readonly Visa[], now: number): Promise<void>
}

export function openVisaStore({ db }: Store): VisaStore {
  return {
    async tokensOf({ issuer, subject }) {
      const rows = await db
        .selectFrom('identity_visa')
        .select('token')
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .orderBy('sha256')
        .execute()
      return rows.map(({ token }) => token)
    },
    replace: ({ issuer, subject }, visas, now) =>
      db.transaction().execute(async (transaction) => {
        await transaction
          .deleteFrom('identity_visa')
          .where((where) =>
            where.or([
              where.and([where('issuer', '=', issuer), where('subject', '=', subject)]),
              where('until_ms', '<=', now),
            ]),
          )
          .execute()
        const rows = visas.map(({ sha256, token, until }) => ({
          issuer,
          subject,
          sha256,
          token,
          until_ms: until,
        }))
        if (rows.length === 0) return
        // The same passport twice at once leaves what both left.
        const insert = transaction.insertInto('identity_visa').values(rows)
        await insert.onConflict((conflict) => conflict.doNothing()).execute()
      }),
  }
}
