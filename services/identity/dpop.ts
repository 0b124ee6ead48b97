/**
 * Proofs of possession (RFC 9449): who shows a token that is bound to a key shows, with each call, that she holds that key. Apart
 * from every other check of a signature, for here alone the key is read from the header: it proves itself, and the token says
 * which key it must be.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { parseStrictObject } from '../kernel/strict-json.ts'
import { ecJwk, publicKeyOf, rsaJwk, thumbprint } from './jwk.ts'
import { type Algorithm, algorithmsOf, compactOf, isSigned } from './jws.ts'

/** Proofs that were shown. */
export interface UsedDpopProofs {
  /** Remembers one until `until` (ms); false when it is known already. */
  take(sha256: string, until: number): Promise<boolean>
}

export interface DpopNeeds {
  readonly clock: Clock
  readonly used: UsedDpopProofs
}

export interface DpopToVerify {
  /** The header DPoP. */
  readonly proof: string
  /** The token that it was shown with, and the thumbprint of the key that this token is bound to. */
  readonly token: string
  readonly jkt: string
  readonly method: string
  /** Address of the call without query: compared byte for byte. */
  readonly url: string
}

/** Short signatures where there is a choice; what issuers use otherwise. */
export const dpopAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'RS256',
] as const satisfies readonly Algorithm[]
/** A proof is made for the call that it comes with; clocks may differ by so much. */
const windowMs = 60_000
const maxBytes = 4_096

const about = { kid: z.string().max(200).exactOptional(), use: z.literal('sig').exactOptional() }
const algorithm = z.enum(dpopAlgorithms)
/** Strict: whoever sends the private half of a key has none any more. */
const jwk = z.discriminatedUnion('kty', [
  z.strictObject({ ...ecJwk.shape, ...about, alg: algorithm.exactOptional() }),
  z.strictObject({ ...rsaJwk.shape, ...about, alg: algorithm.exactOptional() }),
])
const header = z.strictObject({ typ: z.literal('dpop+jwt'), alg: algorithm, jwk })
const claims = z.object({
  jti: z.string().min(1).max(200),
  htm: z.string(),
  htu: z.string(),
  iat: z.number().int().nonnegative(),
  ath: z.string(),
})

/** Refusal UNAUTHENTICATED, with the rule `dpop.…`: no proof, not of this key, call, token or minute, or shown before. */
export async function verifyDpopProof({ clock, used }: DpopNeeds, asked: DpopToVerify): Promise<void> {
  const payload = signedBy(asked)
  const { jti, htm, htu, iat, ath } = claims.safeParse(parseStrictObject(payload)).data ?? refuse('claims')
  if (htm !== asked.method) refuse('method')
  if (htu !== asked.url) refuse('address')
  if (ath !== createHash('sha256').update(asked.token).digest('base64url')) refuse('token')
  const now = clock.now()
  if (Math.abs(now - iat * 1_000) > windowMs) refuse('time')
  // Two windows: one that is a minute ahead is good until a minute after its own time.
  const isNew = await used.take(sha256(`${asked.jkt} ${jti}`), now + 2 * windowMs + 1_000)
  if (!isNew) refuse('replayed')
}

/** What a proof says, once it is signed by the very key that the token is bound to. */
function signedBy({ proof, jkt }: DpopToVerify): string {
  if (proof.length > maxBytes) refuse('size')
  const parts = compactOf(proof) ?? refuse('form')
  const read = header.safeParse(parseStrictObject(parts.header)).data ?? refuse('header')
  const key = publicKeyOf(read.jwk) ?? refuse('key')
  const isFit = algorithmsOf(key).includes(read.alg) && (read.jwk.alg ?? read.alg) === read.alg
  if (!isFit) refuse('algorithm')
  if (thumbprint(key) !== jkt) refuse('thumbprint')
  if (!isSigned(proof, key, read.alg)) refuse('signature')
  return parts.payload
}

function refuse(rule: string): never {
  throw new Refusal('UNAUTHENTICATED', { rule: `dpop.${rule}` })
}
