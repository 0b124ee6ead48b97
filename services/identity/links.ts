/** Identities that their owner tied to her account (security.md 5.1): by herself, signed in with both, never by a name or an address. */
import type { Audit } from '../audit/record.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Store } from '../store/store.ts'
import type { Accounts, Person } from './person.ts'
import type { Sessions } from './sessions.ts'

interface Link extends Actor {
  /** In ms. */
  readonly linkedAt: number
}

export interface Links {
  /** The account that an identity stands for; itself where it is tied to none. */
  accountOf(identity: Actor): Promise<Actor>
  /** What is tied to an account, the oldest first. */
  of(account: Actor): Promise<readonly Link[]>
  /**
   * Ties an identity to an account, after `record` is done. CONFLICT where it is tied already, or others are tied to it: there are no
   * chains.
   */
  tie(identity: Link, account: Actor, record: () => Promise<unknown>): Promise<void>
  /** Unties it, after `record`; NOT_FOUND where it is not tied to this account. */
  untie(identity: Actor, account: Actor, record: () => Promise<unknown>): Promise<void>
}

export function openLinks({ db }: Pick<Store, 'db'>): Links {
  const rowOf = ({ issuer, subject }: Actor) =>
    db
      .selectFrom('identity_link')
      .selectAll()
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()

  async function of(account: Actor): Promise<readonly Link[]> {
    const rows = await db
      .selectFrom('identity_link')
      .selectAll()
      .where('account_issuer', '=', account.issuer)
      .where('account_subject', '=', account.subject)
      .orderBy('linked_ms')
      .orderBy('issuer')
      .execute()
    return rows.map(({ issuer, subject, linked_ms }) => ({ issuer, subject, linkedAt: linked_ms }))
  }

  return {
    of,
    async accountOf(identity) {
      const row = await rowOf(identity)
      return row === undefined ? identity : { issuer: row.account_issuer, subject: row.account_subject }
    },
    async tie({ issuer, subject, linkedAt }, account, record) {
      const isSame = issuer === account.issuer && subject === account.subject
      const isTied = (await rowOf({ issuer, subject })) !== undefined || (await rowOf(account)) !== undefined
      if (isSame || isTied || (await of({ issuer, subject })).length > 0) {
        throw new Refusal('CONFLICT', { rule: 'link.taken' })
      }
      await record()
      await db
        .insertInto('identity_link')
        .values({
          issuer,
          subject,
          account_issuer: account.issuer,
          account_subject: account.subject,
          linked_ms: linkedAt,
        })
        .execute()
    },
    async untie(identity, account, record) {
      const known = (await of(account)).some(
        ({ issuer, subject }) => issuer === identity.issuer && subject === identity.subject,
      )
      if (!known) throw new Refusal('NOT_FOUND')
      await record()
      await db
        .deleteFrom('identity_link')
        .where('issuer', '=', identity.issuer)
        .where('subject', '=', identity.subject)
        .execute()
    },
  }
}

/** Accounts as doors look them up: an identity that is tied opens the account that it is tied to. */
export function withLinks(accounts: Accounts, links: Pick<Links, 'accountOf'>): Accounts {
  return { ...accounts, find: async (identity) => accounts.find(await links.accountOf(identity)) }
}

/** Unties an identity from the account of its owner and closes the sessions that it opened; gives how many. NOT_FOUND where it is not tied. */
export async function unlink(
  {
    links,
    sessions,
    audit,
  }: { readonly links: Links; readonly sessions: Pick<Sessions, 'close'>; readonly audit: Audit },
  by: Person,
  { issuer, subject }: Actor,
): Promise<number> {
  const identity = { issuer, subject }
  await links.untie(identity, by, () =>
    audit.append({ type: 'identity.unlinked', issuer }, { by, sealed: identity }),
  )
  return sessions.close(identity, { cause: 'account', by })
}
