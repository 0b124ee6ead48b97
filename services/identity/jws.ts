/**
 * Signed texts in JWS compact form. The package decides the signature; what it is measured to let through (security.md 5.4)
 * is refused here before it is asked: other forms of base64url, unknown header members, an algorithm that the key was not
 * made for. Nothing else in the house signs or verifies a JWS.
 */
import type { KeyObject } from 'node:crypto'
import jsonwebtoken from 'jsonwebtoken'
import { type Code, Refusal } from '../kernel/refusal.ts'
import { parseStrictObject } from '../kernel/strict-json.ts'

/** Asymmetric only: a shared secret proves nothing about who signed. */
export const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const
export type Algorithm = (typeof algorithms)[number]

/** A public key together with what its issuer published it for. */
export interface PinnedKey {
  readonly key: KeyObject
  readonly algorithms: readonly Algorithm[]
}

/** Public keys by `kid`. One that stands alone serves every algorithm of its kind. */
export type VerificationKeys = ReadonlyMap<string, KeyObject | PinnedKey>

export interface CompactToSign {
  /** Signed byte for byte, in UTF-8. */
  readonly payload: string
  /** A private key on P-256; ES256 is the only algorithm that this house signs with. */
  readonly key: KeyObject
  readonly kid: string
  readonly typ: string
  /** Where the public key can be read, for those who must find it. */
  readonly jku?: string
}

export interface CompactToVerify {
  readonly token: string
  /** A `kid` of a token is used for nothing else than to look here. */
  readonly keys: VerificationKeys
  /** Exactly this type, or one of these, in these letters; null among them lets a token name none. */
  readonly typ: string | readonly (string | null)[]
  /** What a `jku` must say: compared, never fetched. Without it a token that carries one is refused, and `x5t` too. */
  readonly jku?: string
  readonly algorithms: readonly Algorithm[]
  /** Default 8 KiB; permits are larger. */
  readonly maxBytes?: number
  /** The code of the refusal. Default UNAUTHENTICATED. */
  readonly code?: Code
}

/** The names that a key may bear. */
export const kidPattern = /^[A-Za-z0-9._~=-]{1,200}$/
const headerMembers: ReadonlySet<string> = new Set(['alg', 'typ', 'kid'])
/** A visa names where its key is published, and may name a certificate that nobody asks for. */
const pinnedMembers: ReadonlySet<string> = new Set([...headerMembers, 'jku', 'x5t'])

/** JWS compact text with the header members alg, typ and kid, in this order, then jku where one is given. */
export function signCompact({ payload, key, kid, typ, jku }: CompactToSign): string {
  if (!algorithmsOf(key).includes('ES256'))
    throw new TypeError('a signing key must be an elliptic curve key on P-256')
  if (!kidPattern.test(kid)) throw new TypeError('a kid holds letters, digits and . _ ~ = - only')
  const header = { alg: 'ES256', typ, kid, ...(jku === undefined ? {} : { jku }) }
  return jsonwebtoken.sign(payload, key, { algorithm: 'ES256', header })
}

/** The `iss` that a token claims: before any check, and only to choose its keys. What is signed is read again afterwards. */
export function claimedIssuer(token: string, maxBytes = 8_192): unknown {
  if (token.length > maxBytes) return undefined
  const [, payload = ''] = token.split('.')
  return parseStrictObject(Buffer.from(payload, 'base64url').toString())?.iss
}

/**
 * The signed text, and the key that signed it. Looks at form, header and signature, not at any claim: times, issuer and
 * audience are the caller's. Refuses with `code`; `facts.rule` tells why and is for the log.
 */
export function verifyCompact(asked: CompactToVerify): { readonly payload: string; readonly kid: string } {
  const refuse = (rule: string, cause?: unknown): never => {
    throw new Refusal(asked.code ?? 'UNAUTHENTICATED', { rule: `jws.${rule}` }, { cause })
  }
  if (Buffer.byteLength(asked.token) > (asked.maxBytes ?? 8_192)) refuse('size')
  const { header, payload } = compactOf(asked.token) ?? refuse('form')
  const { algorithm, kid, ...rest } = readHeader(header, asked) ?? refuse('header')
  const wrong = faultOf(rest, asked)
  if (wrong !== null) refuse(wrong)
  const { key, algorithms } = pinned(asked.keys.get(kid) ?? refuse('key'))
  if (!isAllowed(algorithm, asked.algorithms) || !isAllowed(algorithm, algorithms)) return refuse('algorithm')
  const fault = signatureFault(asked.token, key, algorithm)
  if (fault !== null) refuse('signature', fault)
  return { payload, kid }
}

/** Whether a compact text is signed by this key. Its header is for the caller to have read. */
export function isSigned(token: string, key: KeyObject, algorithm: Algorithm): boolean {
  return signatureFault(token, key, algorithm) === null
}

/** Why the signature does not hold; null when it does. The one place that asks the package. */
function signatureFault(token: string, key: KeyObject, algorithm: Algorithm): Error | null {
  try {
    // Times are the caller's, by its own clock.
    jsonwebtoken.verify(token, key, {
      algorithms: [algorithm],
      ignoreExpiration: true,
      ignoreNotBefore: true,
    })
    return null
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

/** An algorithm that its key was not published for is refused, whatever a token says of itself. */
function pinned(found: KeyObject | PinnedKey): PinnedKey {
  if (!('algorithms' in found)) return { key: found, algorithms: algorithmsOf(found) }
  const fit = algorithmsOf(found.key)
  return { key: found.key, algorithms: found.algorithms.filter((algorithm) => fit.includes(algorithm)) }
}

/** Header and payload as text, when there are three parts, each in the one way to write its bytes. Nothing is verified. */
export function compactOf(token: string): { readonly header: string; readonly payload: string } | null {
  const written = token.split('.')
  const bytes = written.map((part) => Buffer.from(part, 'base64url'))
  const [header, payload, signature] = bytes
  if (written.length !== 3 || header === undefined || payload === undefined || signature === undefined)
    return null
  if (bytes.some((part, i) => part.length === 0 || part.toString('base64url') !== written[i])) return null
  const texts = { header: header.toString(), payload: payload.toString() }
  // Bytes that are not UTF-8 would not be what was signed.
  const isText = Buffer.from(texts.header).equals(header) && Buffer.from(texts.payload).equals(payload)
  return isText ? texts : null
}

interface Header {
  readonly algorithm: string
  readonly kid: string
  readonly typ: string | undefined
  readonly jku: unknown
}

function readHeader(text: string, asked: Pick<CompactToVerify, 'jku'>): Header | null {
  const header = parseStrictObject(text)
  const members = asked.jku === undefined ? headerMembers : pinnedMembers
  if (header === null || Object.keys(header).some((name) => !members.has(name))) return null
  const { alg, kid, typ, jku } = header
  const isTyped = typ === undefined || typeof typ === 'string'
  if (typeof alg !== 'string' || typeof kid !== 'string' || !isTyped) return null
  return kidPattern.test(kid) ? { algorithm: alg, kid, typ, jku } : null
}

function faultOf({ typ, jku }: Pick<Header, 'typ' | 'jku'>, asked: CompactToVerify): string | null {
  const types: readonly (string | null)[] = typeof asked.typ === 'string' ? [asked.typ] : asked.typ
  if (typ === undefined && !types.includes(null)) return 'header'
  if (!types.includes(typ ?? null)) return 'type'
  return jku === undefined || jku === asked.jku ? null : 'jku'
}

function isAllowed(algorithm: string, algorithms: readonly Algorithm[]): algorithm is Algorithm {
  return algorithms.some((allowed) => allowed === algorithm)
}

const curves: Readonly<Record<string, Algorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}
const rsa: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']

/**
 * What a key was made for: one algorithm per curve; RSA of 2 048 to 8 192 bits with an exponent from 65 537, for a small one
 * lets signatures be made up and a huge key costs whoever verifies. Anything else, a secret among it, is for nothing.
 */
export function algorithmsOf(key: KeyObject): readonly Algorithm[] {
  const { namedCurve = '', modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  const curve = curves[namedCurve]
  if (key.asymmetricKeyType === 'ec') return curve === undefined ? [] : [curve]
  const isSound = modulusLength >= 2_048 && modulusLength <= 8_192 && publicExponent >= 65_537n
  return key.asymmetricKeyType === 'rsa' && isSound ? rsa : []
}
