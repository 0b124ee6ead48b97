/** Access tokens: which person stands behind a bearer token. A token carries no right; the account table does. */
import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { parseStrictObject } from '../kernel/strict-json.ts'
import { type DpopNeeds, type UsedDpopProofs, verifyDpopProof } from './dpop.ts'
import {
  type Algorithm,
  type CompactToVerify,
  claimedIssuer,
  type VerificationKeys,
  verifyCompact,
} from './jws.ts'
import type { Account, Accounts, Person, Shown, Tokens } from './person.ts'

/** The one audience of our API. */
export const apiAudience = 'huisclos:api'
export const accessTokenType = 'at+jwt'
/** Longest life of an access token, in seconds. */
export const accessTokenLifetime = 3_600
const leeway = 60

/** An issuer of the configuration, whose keys are pinned. */
export interface TrustedIssuer {
  /** The configured name, which accounts and permits know: `demo` is the embedded one. */
  readonly name: string
  /** The `iss` claims it speaks under, compared byte for byte. */
  readonly identifiers: readonly string[]
  readonly algorithms: readonly Algorithm[]
  /** As they stand now. */
  keys(): VerificationKeys | Promise<VerificationKeys>
  /** Reads the keys again; called when a `kid` is unknown, at most once a minute. */
  refresh?(): Promise<void>
  /** The `aud` of its access tokens; that of our API when absent. */
  readonly audience?: string
  /** Assurance by what its tokens say; by the registered names of methods when absent. */
  levelOf?(said: { readonly acr: string | undefined; readonly amr: readonly string[] }): Person['level']
  /** Whether it may speak for this account; for any of its own when absent. */
  mayOpen?(account: Account): boolean
}

const claims = z.object({
  iss: z.string().min(1).max(300),
  sub: z.string().min(1).max(255),
  aud: z.union([z.string(), z.tuple([z.string()])]),
  iat: z.number().int().nonnegative(),
  exp: z.number().int().nonnegative(),
  nbf: z.number().int().nonnegative().optional(),
  jti: z.string().min(1).max(200),
  client_id: z.string().min(1).max(200),
  amr: z.array(z.string().max(40)).max(10).optional(),
  acr: z.string().max(100).optional(),
  auth_time: z.number().int().nonnegative().optional(),
  /** Bound to a key. One that is bound to anything else cannot be checked here, and is no good. */
  cnf: z.strictObject({ jkt: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }).optional(),
})
type Claims = z.infer<typeof claims>

export interface TokenNeeds {
  readonly issuers: readonly TrustedIssuer[]
  readonly accounts: Accounts
  readonly clock: Clock
  /** Where this node is reached, and the proofs that it has seen; without them a token that is bound to a key is refused. */
  readonly possession?: { readonly address: string; readonly used: UsedDpopProofs }
}

/**
 * Verifies access tokens (RFC 9068) of the given issuers: type, signature by a pinned key, issuer, audience, times with 60 s
 * of leeway, life of one hour at most; where it is bound to a key, the proof that the caller holds it (RFC 9449). A good token of somebody without an account is UNAUTHENTICATED too, with the rule
 * `account.unknown`. The assurance of the person comes from `amr`: 2 with `mfa`, 1 with another known method, else 0.
 */
export function openTokens({ issuers, accounts, clock, possession }: TokenNeeds): Tokens {
  const fresh = rememberRefreshes(clock)
  return {
    async verify(bearer, shown): Promise<Person> {
      const claimed = claimedIssuer(bearer)
      const issuer = issuers.find(({ identifiers }) => identifiers.some((known) => known === claimed))
      if (issuer === undefined) return refuse('token.issuer')
      const payload = await signedPayload(issuer, { token: bearer, typ: accessTokenType }, fresh)
      const read = readClaims(payload, issuer.audience)
      checkTimes(read, Math.floor(clock.now() / 1_000))
      await checkPossession(possession && { ...possession, clock }, {
        jkt: read.cnf?.jkt,
        token: bearer,
        shown,
      })
      const methods = read.amr ?? []
      const account = await accountOf(accounts, issuer, read.sub)
      return {
        ...account,
        level: issuer.levelOf?.({ acr: read.acr, amr: methods }) ?? levelOf(methods),
        methods,
        ...(read.acr !== undefined && { acr: read.acr }),
        ...(read.auth_time !== undefined && { authenticatedAt: read.auth_time * 1_000 }),
        door: 'http',
        session: sha256(bearer),
      }
    },
  }
}

/** How these issuers name a person of this node, under every address they ever spoke from. */
export function identitiesAt(
  issuers: readonly Pick<TrustedIssuer, 'name' | 'identifiers'>[],
  person: Actor,
): readonly Actor[] {
  const own = issuers.filter(({ name }) => name === person.issuer)
  return own.flatMap(({ identifiers }) => identifiers.map((issuer) => ({ issuer, subject: person.subject })))
}

function refuse(rule: string): never {
  throw new Refusal('UNAUTHENTICATED', { rule })
}

type Refresh = (issuer: TrustedIssuer) => Promise<boolean>

/** At most one refresh per issuer and minute, however many unknown keys are shown. */
export function rememberRefreshes(clock: Clock): Refresh {
  const last = new Map<string, number>()
  return async (issuer) => {
    const now = clock.now()
    if (issuer.refresh === undefined || now - (last.get(issuer.name) ?? -Infinity) < 60_000) return false
    last.set(issuer.name, now)
    await issuer.refresh()
    return true
  }
}

/** What a token of this issuer and type says, by the keys of this moment. UNAUTHENTICATED with a rule `jws.…` otherwise. */
export async function signedPayload(
  issuer: TrustedIssuer,
  asked: Pick<CompactToVerify, 'token' | 'typ'>,
  refresh: Refresh,
): Promise<string> {
  const { algorithms } = issuer
  const verify = async () => verifyCompact({ ...asked, keys: await issuer.keys(), algorithms }).payload
  try {
    return await verify()
  } catch (error) {
    const isUnknownKey = error instanceof Refusal && error.facts.rule === 'jws.key'
    if (isUnknownKey && (await refresh(issuer))) return verify()
    throw error
  }
}

function readClaims(payload: string, audience = apiAudience): Claims {
  const read = claims.safeParse(parseStrictObject(payload))
  return read.success && [read.data.aud].flat()[0] === audience ? read.data : refuse('token.claims')
}

async function accountOf(accounts: Accounts, issuer: TrustedIssuer, subject: string): Promise<Account> {
  const account = await accounts.find({ issuer: issuer.name, subject })
  if (account === null) return refuse('account.unknown')
  return issuer.mayOpen?.(account) === false ? refuse('token.organisation') : account
}

/** Seconds. A token from the future is refused like one from the past. */
function checkTimes({ iat, exp, nbf }: Claims, now: number): void {
  if (exp <= iat || exp - iat > accessTokenLifetime) refuse('token.lifetime')
  if (iat > now + leeway || (nbf ?? iat) > now + leeway) refuse('token.not-yet')
  if (exp <= now - leeway) refuse('token.expired')
}

interface Possession {
  readonly jkt: string | undefined
  readonly token: string
  readonly shown: Shown | undefined
}

/** The token itself says whether a proof is needed: bound, it is no plain bearer; not bound, no proof says anything of it. */
async function checkPossession(
  needs: (DpopNeeds & { readonly address: string }) | undefined,
  { jkt, token, shown }: Possession,
): Promise<void> {
  const isProved = shown?.scheme === 'dpop'
  if (jkt === undefined) return isProved ? refuse('dpop.unbound') : undefined
  if (!isProved || needs === undefined) return refuse('dpop.bearer')
  const { proof = refuse('dpop.absent'), method, path } = shown
  await verifyDpopProof(needs, { proof, token, jkt, method, url: needs.address + path })
}

const oneFactor: ReadonlySet<string> = new Set(['pwd', 'otp', 'hwk', 'swk', 'pin', 'fpt', 'face', 'sms'])

function levelOf(methods: readonly string[]): 0 | 1 | 2 {
  if (methods.includes('mfa')) return 2
  return methods.some((method) => oneFactor.has(method)) ? 1 : 0
}
