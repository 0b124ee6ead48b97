/** Identities that their owner tied to her account (security.md 5.1): by herself, signed in with both, never by a name or an address. */
import type { Audit, By } from '../audit/record.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
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
   * Ties an identity to the account of its owner; the log says so first. CONFLICT where it is tied already, or others are tied to it:
   * there are no chains.
   */
  tie(identity: Link, owner: By): Promise<void>
  /** Unties it; the log says so first. NOT_FOUND where it is not tied to this account. */
  untie(identity: Actor, owner: By): Promise<void>
}

export function openLinks({ db }: Pick<Store, 'db'>, audit: Audit): Links {
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

  /** Record, then act; where nothing came of it the log says that too. Which identity it was is sealed. */
  async function recorded(
    type: 'identity.linked' | 'identity.unlinked',
    { identity: { issuer, subject }, by }: { readonly identity: Actor; readonly by: By },
    act: () => Promise<unknown>,
  ): Promise<void> {
    const { seq } = await audit.append({ type, issuer }, { by, sealed: { issuer, subject } })
    try {
      await act()
    } catch (error) {
      await audit.append({ type: 'state.aborted', of: seq }, {})
      throw error
    }
  }

  return {
    of,
    async accountOf(identity) {
      const row = await rowOf(identity)
      return row === undefined ? identity : { issuer: row.account_issuer, subject: row.account_subject }
    },
    async tie(identity, owner) {
      const { issuer, subject, linkedAt } = identity
      const isTied = (await rowOf(identity)) !== undefined || (await rowOf(owner)) !== undefined
      if (samePerson(identity, owner) || isTied || (await of(identity)).length > 0) {
        throw new Refusal('CONFLICT', { rule: 'link.taken' })
      }
      const account = { account_issuer: owner.issuer, account_subject: owner.subject }
      await recorded('identity.linked', { identity, by: owner }, () =>
        db
          .insertInto('identity_link')
          .values({ issuer, subject, ...account, linked_ms: linkedAt })
          .execute(),
      )
    },
    async untie(identity, owner) {
      const known = (await of(owner)).some((link) => samePerson(link, identity))
      if (!known) throw new Refusal('NOT_FOUND')
      await recorded('identity.unlinked', { identity, by: owner }, () =>
        db
          .deleteFrom('identity_link')
          .where('issuer', '=', identity.issuer)
          .where('subject', '=', identity.subject)
          .execute(),
      )
    },
  }
}

/** Whether an identity is tied to this account: what a start holds against the log. */
export async function isTied(
  { db }: Pick<Store, 'db'>,
  { issuer, subject }: Actor,
  account: Actor,
): Promise<boolean> {
  const tied = db.selectFrom('identity_link').select('subject')
  const own = tied.where('account_issuer', '=', account.issuer).where('account_subject', '=', account.subject)
  const row = own.where('issuer', '=', issuer).where('subject', '=', subject)
  return (await row.executeTakeFirst()) !== undefined
}

/** Accounts as doors look them up: an identity that is tied opens the account that it is tied to. */
export function withLinks(accounts: Accounts, links: Pick<Links, 'accountOf'>): Accounts {
  return { ...accounts, find: async (identity) => accounts.find(await links.accountOf(identity)) }
}

/** Unties an identity from the account of its owner and ends the sessions that it opened; gives how many. Refusals as `untie`. */
export async function unlink(
  { links, sessions }: { readonly links: Links; readonly sessions: Pick<Sessions, 'close'> },
  by: Person,
  { issuer, subject }: Actor,
): Promise<number> {
  await links.untie({ issuer, subject }, by)
  return sessions.close({ issuer, subject }, { cause: 'account', by })
}
