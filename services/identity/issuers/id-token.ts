/** What an ID token must say (OpenID Connect Core 3.1.3.7), read again by our own strict reader after the package has accepted it. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Refusal } from '../../kernel/refusal.ts'
import { parseStrictObject } from '../../kernel/strict-json.ts'
import type { Keys } from '../issuer-keys.ts'
import { verifyCompact } from '../jws.ts'
import type { LoginIssuer } from './configuration.ts'

const seconds = z.number().int().nonnegative()
const claims = z.object({
  iss: z.string().min(1).max(300),
  sub: z.string().min(1).max(255),
  aud: z.union([z.string(), z.array(z.string()).min(1).max(10)]),
  azp: z.string().optional(),
  nonce: z.string(),
  at_hash: z.string().optional(),
  iat: seconds,
  exp: seconds,
  nbf: seconds.optional(),
  auth_time: seconds.optional(),
  acr: z.string().max(255).optional(),
  amr: z.array(z.string().max(40)).max(10).optional(),
  sid: z.string().min(1).max(255).optional(),
})
export type IdClaims = z.infer<typeof claims>

export interface IdTokenAsked {
  readonly issuer: LoginIssuer
  readonly idToken: string
  /** Came beside it; `at_hash` binds the two. */
  readonly accessToken: string
  readonly keys: Keys
  readonly nonce: string
  /** In ms. */
  readonly now: number
}

const leeway = 60
/** Longest life of an ID token, in seconds: a day is what providers are known to give at most. */
const longestLife = 86_400
/** It has just come from the token endpoint: one that is older than this was made for somebody else, in seconds. */
const longestWay = 600

/**
 * The claims, where signature, issuer, audience, party, nonce, access token and times are right. UNAUTHENTICATED otherwise;
 * `facts.rule` tells why and is for the log.
 */
export function readIdToken(asked: IdTokenAsked): IdClaims {
  const { issuer, idToken: token, keys } = asked
  const { algorithms } = issuer.login
  const { payload } = verifyCompact({ token, keys, algorithms, typ: ['JWT', null] })
  const read = claims.safeParse(parseStrictObject(payload))
  if (!read.success) return refuse('claims')
  checkParties(read.data, asked)
  checkTimes(read.data, Math.floor(asked.now / 1_000))
  if (
    read.data.at_hash !== undefined &&
    read.data.at_hash !== halfHash(asked.accessToken, algorithmOf(token))
  ) {
    refuse('at_hash')
  }
  return read.data
}

function refuse(rule: string): never {
  throw new Refusal('UNAUTHENTICATED', { rule: `login.id-token.${rule}` })
}

function checkParties({ iss, aud, azp, nonce }: IdClaims, { issuer, nonce: expected }: IdTokenAsked): void {
  if (iss !== issuer.issuer) refuse('issuer')
  const { clientId } = issuer.login
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (!audiences.includes(clientId)) refuse('audience')
  if (azp === undefined ? audiences.length > 1 : azp !== clientId) refuse('party')
  if (nonce !== expected) refuse('nonce')
}

/** Seconds. */
function checkTimes({ iat, exp, nbf, auth_time: proved }: IdClaims, now: number): void {
  if (exp <= iat || exp - iat > longestLife) refuse('lifetime')
  if (Math.max(iat, nbf ?? iat, proved ?? iat) > now + leeway) refuse('not-yet')
  if (exp <= now - leeway || iat < now - longestWay) refuse('expired')
}

/** `at_hash`: the left half of the hash that the algorithm of the ID token uses. */
function halfHash(accessToken: string, algorithm: string): string {
  const digest = createHash(`sha${algorithm.slice(2)}`)
    .update(accessToken)
    .digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

/** Of a token whose header has been verified. */
function algorithmOf(token: string): string {
  const header = parseStrictObject(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  return String(header?.alg)
}
