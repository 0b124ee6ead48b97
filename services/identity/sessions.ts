/**
 * Sessions of persons (security.md 5.3): rows of PostgreSQL, so that a restart ends none and a closure holds at once. The value of
 * the cookie is kept nowhere, its hash is. Every session that opens or closes is in the log before it does.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Audit } from '../audit/record.ts'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Store } from '../store/store.ts'
import type { Account, Accounts, Person } from './person.ts'
import { type ClosedSession, closeRows, type SessionChoice, type SessionEnd } from './session-closing.ts'
import { endsAt, latestEnd, overdueCause } from './session-life.ts'
import { type Login, rowOf, writeSession } from './session-opening.ts'
import {
  levelOf,
  openSessionRow,
  openSessionRows,
  personOfRow,
  type SessionRow,
  seeSession,
  sessionByCookie,
  silentBeyond,
  sweepSessions,
} from './session-table.ts'

export type { Login } from './session-opening.ts'

/** One open session, as its person and the DPO see it. Instants in ms. */
export interface SessionFacts {
  readonly id: string
  readonly level: 0 | 1 | 2 | 3
  readonly methods: readonly string[]
  readonly acr?: string
  readonly authenticatedAt: number
  /** Of the last rotation. */
  readonly createdAt: number
  /** To the minute. */
  readonly seenAt: number
  /** When it ends if nobody calls. */
  readonly until: number
  /** Hash of the name of the browser: two sessions of one browser can be told to be so. */
  readonly client?: string
}

export interface Sessions {
  /**
   * Opens a session and gives the value of its cookie, once; `until` is its latest end in ms. The one whose id is `former` is
   * rotated when it is the same person's: it keeps its id, the old cookie is worth nothing; else it is closed. UNAUTHENTICATED
   * when no account stands behind, or when the issuer has ended its session meanwhile. Of more than 20 the longest silent is closed.
   */
  open(
    login: Login,
    former?: string,
  ): Promise<{ readonly id: string; readonly cookie: string; readonly until: number }>
  /**
   * The person of a cookie's value, her `session` being the id. UNAUTHENTICATED when unknown, idle for 30 min, older than
   * 10 h, closed, or when the login has another account behind it or the account other roles than it had.
   */
  verify(cookie: string): Promise<Person>
  /** The same for what is bound to an open session by its id. */
  resume(id: string): Promise<Person>
  /** The open sessions of a person, the last seen first. */
  list(person: Actor): Promise<readonly SessionFacts[]>
  /** Gives how many were closed. Once it resolves none of them is anybody's, and whoever watches was told. */
  close(which: SessionChoice, why: SessionEnd): Promise<number>
  /** Calls back with all sessions that are closed from now on, after the closure holds: what they run must stop. */
  watch(onClosed: (closed: readonly ClosedSession[]) => void): void
  /** Closes what time has ended, so that lists and log say so, and removes rows that nobody asks for any more. */
  sweep(): Promise<void>
}

export interface SessionNeeds {
  readonly store: Pick<Store, 'db'>
  readonly accounts: Pick<Accounts, 'find'>
  readonly audit: Audit
  readonly clock: Clock
}

/** Browsers and windows of one person; one more closes the one that was silent for the longest time. */
const mostOpen = 20

const cookieForm = /^[A-Za-z0-9_-]{43}$/

export function openSessions({ store: { db }, accounts, audit, clock }: SessionNeeds): Sessions {
  const watchers: ((closed: readonly ClosedSession[]) => void)[] = []

  const close: Sessions['close'] = async (which, why) => {
    const at = clock.now()
    const closed = await db
      .transaction()
      .execute((transaction) => closeRows({ audit, db: transaction }, which, { why, at }))
    if (closed.length > 0) for (const watcher of watchers) watcher(closed)
    return closed.length
  }

  return {
    async open(login, former) {
      const account = (await accounts.find(login)) ?? refuse('account.unknown')
      const place = await formerOf(account, former)
      const cookie = randomBytes(32).toString('base64url')
      const at = clock.now()
      const row = {
        ...rowOf(login, { account, at }),
        id: place ?? randomUUID(),
        cookie_sha256: sha256(cookie),
      }
      await db
        .transaction()
        .execute((transaction) => writeSession({ audit, db: transaction }, row, place !== undefined))
      for (const id of await silentBeyond(db, row, mostOpen)) await close({ id }, { cause: 'replaced' })
      return { id: row.id, cookie, until: latestEnd(at) }
    },
    async verify(cookie) {
      return seen(cookieForm.test(cookie) ? await sessionByCookie(db, sha256(cookie)) : undefined)
    },
    async resume(id) {
      return seen(await openSessionRow(db, id))
    },
    async list(person) {
      const now = clock.now()
      const rows = await openSessionRows(db, person)
      return rows.filter((row) => overdueCause(row, now) === null).map(factsOf)
    },
    close,
    watch: (onClosed) => void watchers.push(onClosed),
    async sweep() {
      const now = clock.now()
      for (const { id, cause } of await sweepSessions(db, now)) await close({ id }, { cause })
    },
  }

  /** Whose it is, once nothing speaks against it; the call is noted. */
  async function seen(found: SessionRow | undefined): Promise<Person> {
    const [row, now] = [insistOpen(found), clock.now()]
    const account = await accounts.find(row)
    const ended = overdueCause(row, now) ?? (account === null ? 'account' : changeOf(account, row))
    if (ended !== null || account === null) return end(row, ended ?? 'account')
    await seeSession(db, row, now)
    return personOf(row, account)
  }

  async function end({ id }: SessionRow, cause: 'idle' | 'age' | 'roles' | 'account'): Promise<never> {
    await close({ id }, { cause })
    return refuse(`session.${cause}`)
  }

  /** The id that the new session takes over; a former one of somebody else is closed. */
  async function formerOf(account: Actor, former: string | undefined) {
    const row = former === undefined ? undefined : await openSessionRow(db, former)
    if (row === undefined) return undefined
    if (samePerson(account, personOfRow(row))) return row.id
    await close({ id: row.id }, { cause: 'replaced' })
    return undefined
  }
}

function insistOpen(row: SessionRow | undefined): SessionRow {
  if (row === undefined) return refuse('session.unknown')
  return row.closed_at === null ? row : refuse('session.closed')
}

function refuse(rule: string): never {
  throw new Refusal('UNAUTHENTICATED', { rule })
}

function personOf(row: SessionRow, account: Account): Person {
  return {
    ...account,
    level: levelOf(row),
    methods: row.methods,
    ...(row.acr !== null && { acr: row.acr }),
    authenticatedAt: row.authenticated_at,
    door: 'http',
    session: row.id,
  }
}

function factsOf(row: SessionRow): SessionFacts {
  return {
    id: row.id,
    level: levelOf(row),
    methods: row.methods,
    ...(row.acr !== null && { acr: row.acr }),
    authenticatedAt: row.authenticated_at,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    until: endsAt(row),
    ...(row.client_sha256 !== null && { client: row.client_sha256 }),
  }
}

/** What is not as it was when the session was opened. */
function changeOf(account: Account, row: SessionRow): 'account' | 'roles' | null {
  if (!samePerson(account, personOfRow(row))) return 'account'
  return isSameList(account.roles, row.roles) ? null : 'roles'
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one))
}
