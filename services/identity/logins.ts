/**
 * Signing in with an issuer (security.md 5.1): the browser is sent away with what only we and it know, comes back once, and what the
 * issuer then says is checked as it stands, whatever had been asked for. Then a session is opened, stepped up, or an identity tied.
 */
import { randomBytes } from 'node:crypto'
import { type Audit, onRecordAtDoor } from '../audit/record.ts'
import type { Clock } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type LoginIssuer, mayOpen } from './issuers/configuration.ts'
import type { IdClaims } from './issuers/id-token.ts'
import { classesFrom, levelOf } from './issuers/level.ts'
import type { Provider, Wish } from './issuers/provider.ts'
import type { Links } from './links.ts'
import type { LoginRow, LoginTable } from './login-table.ts'
import type { Accounts, Person } from './person.ts'
import type { Login, Sessions } from './sessions.ts'
import { type Floor, floors, meetsFloor } from './step-up.ts'

/** What somebody signs in for. */
export type Aim = 'sign-in' | 'step-up' | 'link'

interface Beginning {
  /** Configured name. */
  readonly issuer: string
  readonly aim: Aim
  /** Path of this node to go on to afterwards. */
  readonly target: string
  /** Whose session the browser has now; a link needs one, of two factors and ten minutes. */
  readonly by?: Person | undefined
}

interface Answer {
  readonly issuer: string
  /** The query of the way back, as it came. */
  readonly search: string
  /** Of the browser: who began is who comes back. */
  readonly cookie: string | undefined
  /** How the browser calls itself. */
  readonly client?: string | undefined
}

export interface Ended {
  /** Value of the cookie of the session, and its latest end in ms; absent where an identity was tied and the session stays. */
  readonly session?: { readonly cookie: string; readonly until: number }
  readonly target: string
}

export interface Logins {
  readonly issuers: readonly LoginIssuer[]
  /** Where to send the browser, and the value of the cookie to give it. NOT_FOUND for a name that is not configured. */
  begin(beginning: Beginning): Promise<{ readonly url: string; readonly cookie: string }>
  /** What the issuer answered, once. Refusals: UNAUTHENTICATED for every fault, ASSURANCE_TOO_LOW, CONFLICT of a link; recorded. */
  finish(answer: Answer): Promise<Ended>
}

export interface LoginNeeds {
  readonly providers: readonly Provider[]
  readonly table: LoginTable
  readonly links: Pick<Links, 'tie'>
  /** As doors see them: an identity that is tied opens the account it is tied to. */
  readonly accounts: Pick<Accounts, 'find'>
  readonly sessions: Pick<Sessions, 'open' | 'list'>
  readonly audit: Audit
  readonly clock: Clock
}

/** What each aim demands of the answer. */
const demands: Readonly<Record<Aim, Floor>> = {
  'sign-in': { level: 1 },
  'step-up': floors.act,
  link: { level: 1, maxAgeMs: floors.link.maxAgeMs },
}

export function openLogins(needs: LoginNeeds): Logins {
  const { providers, table, clock } = needs
  const providerOf = (name: string) => providers.find(({ issuer }) => issuer.name === name)
  return {
    issuers: providers.map(({ issuer }) => issuer),
    begin: ({ issuer, aim, target, by }) =>
      recorded(needs, providerOf(issuer), async () => {
        const provider = providerOf(issuer) ?? refuse('NOT_FOUND', 'login.issuer')
        if (aim === 'link') insistOnOwner(by, clock.now())
        const [cookie, state, nonce, verifier] = [random(), random(), random(), random()]
        const url = await provider.urlFor({ state, nonce, verifier }, wishOf(provider.issuer, aim))
        const browser = {
          former: by?.session ?? null,
          owner_issuer: by?.issuer ?? null,
          owner_subject: by?.subject ?? null,
        }
        await table.begin(cookie, { issuer, state, nonce, verifier, aim, target, ...browser }, clock.now())
        return { url, cookie }
      }),
    finish: (answer) =>
      recorded(needs, providerOf(answer.issuer), async () => {
        const provider = providerOf(answer.issuer) ?? refuse('NOT_FOUND', 'login.issuer')
        const row = await taken(needs, answer)
        const { nonce, state, verifier } = row
        const claims = await provider.claimsFor(answer.search, { nonce, state, verifier })
        const login = {
          ...loginOf(provider.issuer, claims, row),
          ...(answer.client && { client: answer.client }),
        }
        if (row.aim !== 'link')
          return { session: await enter(needs, { provider, login, row }), target: row.target }
        await tie(needs, login, row)
        return { target: row.target }
      }),
  }

  function loginOf(issuer: LoginIssuer, claims: IdClaims, { aim }: LoginRow): Login {
    const { amr: methods = [], acr, sid, auth_time: proved } = claims
    const level = levelOf(issuer.login, { acr, amr: methods })
    // Who does not say when has proved nothing fresh: the beginning of time.
    const authenticatedAt = (proved ?? 0) * 1_000
    // The table takes no other word (migration 0018).
    const floor = demands[aim as Aim]
    if (level < floor.level) refuse('ASSURANCE_TOO_LOW', 'login.level')
    if (clock.now() - authenticatedAt > (floor.maxAgeMs ?? Infinity)) refuse('ASSURANCE_TOO_LOW', 'login.age')
    return {
      issuer: issuer.name,
      subject: claims.sub,
      level,
      methods,
      authenticatedAt,
      ...(acr !== undefined && { acr }),
      ...(sid !== undefined && { sid }),
    }
  }
}

const random = () => randomBytes(32).toString('base64url')

function refuse(code: 'NOT_FOUND' | 'UNAUTHENTICATED' | 'ASSURANCE_TOO_LOW', rule: string): never {
  throw new Refusal(code, { rule })
}

/** However it ends, the log says so, and of which issuer; a name that nobody configured does not reach it. */
function recorded<T>(
  { audit }: LoginNeeds,
  provider: Provider | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const route = `GET /connexion/${provider?.issuer.name ?? '{issuer}'}`
  return onRecordAtDoor(audit, route, run)
}

/** Who ties an identity must be there herself: two factors, not long ago. */
function insistOnOwner(by: Pick<Person, 'level' | 'authenticatedAt'> | undefined, now: number): void {
  if (by === undefined) throw new Refusal('UNAUTHENTICATED', { rule: 'link.session' })
  if (!meetsFloor(by, floors.link, now)) refuse('ASSURANCE_TOO_LOW', 'link.floor')
}

function wishOf({ login }: LoginIssuer, aim: Aim): Wish {
  const { level, maxAgeMs } = demands[aim]
  const isAnew = aim === 'link' || login.asksEachTime
  if (maxAgeMs === undefined) return { isAnew, classes: login.asksFor }
  return { isAnew, classes: classesFrom(login, level), maxAge: maxAgeMs / 1_000 }
}

/** The sign-in that this browser began with this issuer, used up. */
async function taken({ table, clock }: LoginNeeds, { issuer, search, cookie }: Answer): Promise<LoginRow> {
  const state = new URLSearchParams(search).get('state')
  if (cookie === undefined || state === null) return refuse('UNAUTHENTICATED', 'login.unknown')
  const row = await table.take({ cookie, state }, clock.now())
  if (row === null) return refuse('UNAUTHENTICATED', 'login.unknown')
  // The answer of one issuer at the way back of another (RFC 9207).
  return row.issuer === issuer ? row : refuse('UNAUTHENTICATED', 'login.mixed')
}

interface Proved {
  readonly provider: Provider
  readonly login: Login
  readonly row: LoginRow
}

/** A session on the account behind the identity, where the issuer may speak for its organisation. */
async function enter({ accounts, sessions }: LoginNeeds, { provider, login, row }: Proved) {
  const account = await accounts.find(login)
  if (account === null) return refuse('UNAUTHENTICATED', 'account.unknown')
  if (!mayOpen(provider.issuer.login, account)) return refuse('UNAUTHENTICATED', 'login.organisation')
  const { cookie, until } = await sessions.open(login, row.former ?? undefined)
  return { cookie, until }
}

/** The session that began must still be open, and as fresh as a link demands, now that both have signed in. */
async function tie({ links, sessions, clock }: LoginNeeds, login: Login, row: LoginRow): Promise<void> {
  const owner = { issuer: row.owner_issuer ?? '', subject: row.owner_subject ?? '' }
  const session = (await sessions.list(owner)).find(({ id }) => id === row.former)
  insistOnOwner(session, clock.now())
  const by = { ...owner, level: session?.level ?? 0, door: 'http', session: row.former ?? '' } as const
  await links.tie({ issuer: login.issuer, subject: login.subject, linkedAt: clock.now() }, by)
}
