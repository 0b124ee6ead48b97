/** Sign-ins under way: what only this node and the browser that began may know, for ten minutes, once. */
import { sha256 } from '../kernel/hash.ts'
import type { Store } from '../store/store.ts'
import type { IdentityLogin } from '../store/tables.ts'

export type LoginRow = Omit<IdentityLogin, 'cookie_sha256' | 'until_ms'>

/** How long somebody may take to sign in, in ms. */
export const loginLifeMs = 10 * 60_000

export interface LoginTable {
  /** Keeps it under the hash of the cookie; what is older than ten minutes goes. `now` in ms. */
  begin(cookie: string, row: LoginRow, now: number): Promise<void>
  /** Gives it once, to whoever shows cookie and state together; a wrong state uses up nothing. */
  take(shown: { readonly cookie: string; readonly state: string }, now: number): Promise<LoginRow | null>
}

export function openLoginTable({ db }: Pick<Store, 'db'>): LoginTable {
  return {
    async begin(cookie, row, now) {
      await db.deleteFrom('identity_login').where('until_ms', '<=', now).execute()
      await db
        .insertInto('identity_login')
        .values({ ...row, cookie_sha256: sha256(cookie), until_ms: now + loginLifeMs })
        .execute()
    },
    async take({ cookie, state }, now) {
      const row = await db
        .deleteFrom('identity_login')
        .where('cookie_sha256', '=', sha256(cookie))
        .where('state', '=', state)
        .returningAll()
        .executeTakeFirst()
      return row === undefined || row.until_ms <= now ? null : row
    },
  }
}
