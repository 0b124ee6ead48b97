/** The beginning of a session and its rotation: the entry, then the row. */
import type { Audit } from '../audit/record.ts'
import { sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Database } from '../store/store.ts'
import type { Account } from './person.ts'
import {
  insertSession,
  isEndedByIssuer,
  keepIssuerStill,
  levelOf,
  personOfRow,
  rotateSession,
  type SessionRow,
} from './session-table.ts'

/** What an issuer has just said of a login; who it is in the words of the issuer. */
export interface Login {
  /** Configured name. */
  readonly issuer: string
  readonly subject: string
  /** How the issuer names its own session. */
  readonly sid?: string
  readonly level: 0 | 1 | 2 | 3
  readonly methods: readonly string[]
  readonly acr?: string
  /** In ms. */
  readonly authenticatedAt: number
  /** The name that the browser gives itself; only its hash is kept. */
  readonly client?: string
}

/** All but its names, from what the issuer said, the account behind it and the instant. */
export function rowOf(
  { issuer, subject, sid, level, methods, acr, authenticatedAt, client }: Login,
  { account, at }: { readonly account: Account; readonly at: number },
): Omit<SessionRow, 'id' | 'cookie_sha256'> {
  return {
    account_issuer: account.issuer,
    account_subject: account.subject,
    issuer,
    subject,
    sid: sid ?? null,
    level,
    methods: [...methods],
    acr: acr ?? null,
    roles: [...account.roles],
    authenticated_at: authenticatedAt,
    created_at: at,
    seen_at: at,
    client_sha256: client === undefined ? null : sha256(client),
    closed_at: null,
    closed_cause: null,
  }
}

/** Record, then open. A logout of the issuer and a login of the same wait for each other. UNAUTHENTICATED as `Sessions.open`. */
export async function writeSession(
  { audit, db }: { readonly audit: Audit; readonly db: Database },
  row: SessionRow,
  isRotation: boolean,
): Promise<void> {
  await keepIssuerStill(db, row.issuer)
  if (await isEndedByIssuer(db, row)) throw refusal('session.ended-by-issuer')
  const { issuer, id, methods, acr, authenticated_at } = row
  const by = { ...personOfRow(row), level: levelOf(row), door: 'http', session: id } as const
  const receipt = await audit.append(
    { type: 'auth.opened', method: 'session', issuer },
    { by, sealed: { methods, acr, authenticatedAt: authenticated_at } },
  )
  try {
    if (!isRotation) await insertSession(db, row)
    // Closed since it was looked at: what somebody ended does not come back under its id.
    else if (!(await rotateSession(db, row))) throw refusal('session.closed')
  } catch (error) {
    await audit.append({ type: 'state.aborted', of: receipt.seq }, {})
    throw error
  }
}

function refusal(rule: string): Refusal {
  return new Refusal('UNAUTHENTICATED', { rule })
}
