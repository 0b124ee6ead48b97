/** Personal access tokens: what one tool of one person may ask of one project, for some hours. Only their hash is kept. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Store } from '../store/store.ts'
import type { IdentityAccessToken } from '../store/tables.ts'
import type { Accounts, Person } from './person.ts'
import { personalTokenForm } from './token-form.ts'

/** A token as its owner sees it; instants in ms. */
export interface PersonalToken {
  readonly id: string
  readonly project: string
  readonly purpose: string
  readonly door: 'http'
  readonly label: string
  readonly level: number
  readonly createdAt: number
  readonly expiresAt: number
  /** To the minute. */
  readonly usedAt: number | null
  readonly revokedAt: number | null
}

/** What a token is made for. */
interface PersonalTokenAsked {
  readonly project: string
  readonly purpose: string
  readonly label: string
  readonly hours: number
}

export interface PersonalTokens {
  /**
   * The token itself leaves here once and never again. Whether the person may have it is the caller's to know. QUOTA_EXCEEDED
   * for more than 20 that live at a time.
   */
  issue(
    by: Person,
    asked: PersonalTokenAsked,
  ): Promise<{ readonly secret: string; readonly token: PersonalToken }>
  /** Those of a person that live or ended within thirty days, the newest first. */
  list(person: Actor): Promise<readonly PersonalToken[]>
  /** Ends one that the person has; null when there is no such living token, whoever asks. */
  revoke(person: Actor, id: string): Promise<PersonalToken | null>
  /**
   * The account behind a token, with the assurance of the session that made it and the scope that it is held to. Refusal
   * UNAUTHENTICATED: not written so, unknown, expired, revoked, or without an account.
   */
  verify(bearer: string): Promise<Person>
}

/** Tools of one person at a time. */
const mostLiving = 20

const hourMs = 3_600_000
const keptMs = 30 * 24 * hourMs
const minuteMs = 60_000

export function openPersonalTokens(needs: {
  readonly store: Store
  readonly accounts: Pick<Accounts, 'find'>
  readonly clock: Clock
}): PersonalTokens {
  const { store, accounts, clock } = needs
  const { db } = store
  const ofPerson = ({ issuer, subject }: Actor) =>
    db
      .selectFrom('identity_access_token')
      .selectAll()
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
  return {
    async issue(by, asked) {
      const secret = personalTokenForm.make()
      const row = rowOf(by, asked, { id: randomUUID(), sha256: sha256(secret), now: clock.now() })
      await db
        .deleteFrom('identity_access_token')
        .where('expires_ms', '<', row.created_ms - keptMs)
        .execute()
      const living = ofPerson(by).where('revoked_ms', 'is', null).where('expires_ms', '>', row.created_ms)
      if ((await living.execute()).length >= mostLiving)
        throw new Refusal('QUOTA_EXCEEDED', { rule: 'access-token.most' })
      await db.insertInto('identity_access_token').values(row).execute()
      return { secret, token: tokenOf(row) }
    },
    async list(person) {
      const since = clock.now() - keptMs
      const rows = await ofPerson(person)
        .where('expires_ms', '>=', since)
        .orderBy('created_ms', 'desc')
        .execute()
      return rows.map(tokenOf)
    },
    async revoke({ issuer, subject }, id) {
      const now = clock.now()
      const row = await db
        .updateTable('identity_access_token')
        .set({ revoked_ms: now })
        .where('id', '=', id)
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .where('revoked_ms', 'is', null)
        .where('expires_ms', '>', now)
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? null : tokenOf(row)
    },
    async verify(bearer) {
      if (!personalTokenForm.isWhole(bearer)) return refuse('form')
      const query = db.selectFrom('identity_access_token').selectAll().where('sha256', '=', sha256(bearer))
      const row = (await query.executeTakeFirst()) ?? refuse('unknown')
      const now = clock.now()
      if (row.revoked_ms !== null) return refuse('revoked')
      if (now >= row.expires_ms) return refuse('expired')
      const account = (await accounts.find(row)) ?? refuse('account')
      await noteUse(store, row, now)
      return {
        ...account,
        ...provenBy(row),
        scope: { token: row.id, project: row.project, purpose: row.purpose },
      }
    },
  }
}

function refuse(rule: string): never {
  throw new Refusal('UNAUTHENTICATED', { rule: `access-token.${rule}` })
}

/** Once a minute is enough for a person to see a tool that she has forgotten. */
async function noteUse({ db }: Store, { id, used_ms }: IdentityAccessToken, now: number): Promise<void> {
  if (used_ms !== null && now - used_ms < minuteMs) return
  await db.updateTable('identity_access_token').set({ used_ms: now }).where('id', '=', id).execute()
}

/** What the session that made it had proved. Entries name the token by its id where others have the hash of a session. */
function provenBy(row: IdentityAccessToken): Pick<Person, 'level' | 'methods' | 'door' | 'session'> {
  const { acr, authenticated_ms } = row
  return {
    level: row.level === 3 ? 3 : 2,
    methods: row.methods,
    ...(acr !== null && { acr }),
    ...(authenticated_ms !== null && { authenticatedAt: authenticated_ms }),
    door: doorOf(row),
    session: `token:${row.id}`,
  }
}

/** A row of a door that this version does not know opens none. */
function doorOf({ door }: IdentityAccessToken): 'http' {
  return door === 'http' ? door : refuse('door')
}

function rowOf(
  by: Person,
  { hours, ...asked }: PersonalTokenAsked,
  made: { readonly id: string; readonly sha256: string; readonly now: number },
): IdentityAccessToken {
  return {
    id: made.id,
    sha256: made.sha256,
    issuer: by.issuer,
    subject: by.subject,
    ...asked,
    door: 'http',
    level: by.level,
    methods: [...by.methods],
    acr: by.acr ?? null,
    authenticated_ms: by.authenticatedAt ?? null,
    created_ms: made.now,
    expires_ms: made.now + hours * hourMs,
    used_ms: null,
    revoked_ms: null,
  }
}

function tokenOf(row: IdentityAccessToken): PersonalToken {
  const { id, project, purpose, label, level } = row
  return {
    ...{ id, project, purpose, door: doorOf(row), label, level },
    createdAt: row.created_ms,
    expiresAt: row.expires_ms,
    usedAt: row.used_ms,
    revokedAt: row.revoked_ms,
  }
}
