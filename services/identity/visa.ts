/**
 * One visa of somebody else (GA4GH AAI 1.2, visa document token; security.md 5.7), verified on its own. What it is worth is said
 * elsewhere: a visa that passes here says only that its issuer wrote it.
 */
import { z } from 'zod'
import { sha256 } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { parseStrictObject } from '../kernel/strict-json.ts'
import { type VerificationKeys, verifyCompact } from './jws.ts'
import { asserters, type VisaIssuer, type VisaType, visaTypes } from './visa-trust.ts'

export interface Visa {
  /** Of the token. */
  readonly sha256: string
  readonly token: string
  /** The person as its issuer names them; never compared in part. */
  readonly identity: Actor
  readonly type: VisaType
  /** Instants in ms: when its source said so, and when it ends. */
  readonly asserted: number
  readonly until: number
  readonly value: string
  readonly source: string
  readonly by?: (typeof asserters)[number] | undefined
  readonly conditions?: readonly (readonly Readonly<Record<string, string>>[])[] | undefined
  /** Of LinkedIdentities alone: who else this person is said to be. */
  readonly linked: readonly Actor[]
}

const leewayMs = 60_000
/** A visa that lives longer is refused: nobody vouches for a person for more than a year at a time. */
const lifetimeMs = 366 * 86_400_000
/** The types of token that may carry a visa; the last two are older than the type of its own (AAI 1.2). */
const visaTokenTypes = ['vnd.ga4gh.visa+jwt', 'JWT', 'at+jwt', null] as const

const seconds = z.number().int().nonnegative().max(9_999_999_999)
const clause = z.record(z.string(), z.string().max(1_000))
const claims = z.object({
  iss: z.string().min(1).max(255),
  sub: z.string().min(1).max(255),
  iat: seconds,
  exp: seconds,
  nbf: seconds.optional(),
  scope: z.string().optional(),
  // A visa has no audience; an identity token has.
  aud: z.undefined().optional(),
  nonce: z.undefined().optional(),
  /** Members that GA4GH may add are passed over, as its specification asks. */
  ga4gh_visa_v1: z.object({
    type: z.string(),
    asserted: seconds,
    value: z.string().min(1).max(4_000),
    source: z.string().min(1).max(255),
    by: z.enum(asserters).optional(),
    conditions: z.array(z.array(clause).max(20)).max(20).optional(),
  }),
})
type Claims = z.infer<typeof claims>

/**
 * A visa of this issuer, with a signature of one of these keys, in force at this instant (ms). Refusal INVALID with a rule
 * `jws.…` or `visa.…`, which says nothing of the person.
 */
export function openVisa(
  token: string,
  {
    issuer,
    keys,
    now,
  }: { readonly issuer: VisaIssuer; readonly keys: VerificationKeys; readonly now: number },
): Visa {
  const { jwks: jku, algorithms } = issuer
  const signed = verifyCompact({ token, keys, typ: visaTokenTypes, jku, algorithms, code: 'INVALID' })
  const read = claims.safeParse(parseStrictObject(signed.payload))
  if (!read.success) return refuse('claims')
  const { iss, sub, scope = '', exp, ga4gh_visa_v1: said } = read.data
  if (iss !== issuer.issuer) return refuse('issuer')
  if (scope.split(' ').includes('openid')) return refuse('scope')
  checkTimes(read.data, now)
  const type = visaTypes.find((known) => known === said.type) ?? refuse('type')
  checkForm(type, said)
  return {
    ...{ sha256: sha256(token), token, type },
    identity: { issuer: iss, subject: sub },
    asserted: said.asserted * 1_000,
    until: exp * 1_000,
    ...{ value: said.value, source: said.source, by: said.by, conditions: said.conditions },
    linked: type === 'LinkedIdentities' ? readLinked(said.value) : [],
  }
}

function refuse(rule: string): never {
  throw new Refusal('INVALID', { rule: `visa.${rule}` })
}

function checkTimes({ iat, exp, nbf = iat, ga4gh_visa_v1: { asserted } }: Claims, now: number): void {
  if (exp <= iat || (exp - iat) * 1_000 > lifetimeMs) refuse('lifetime')
  if (Math.max(iat, nbf, asserted) * 1_000 > now + leewayMs) refuse('not-yet')
  if (exp * 1_000 <= now) refuse('expired')
}

/** Names are at most 255 characters; an affiliation has two halves; some types say who asserted them. */
function checkForm(type: VisaType, { value, by }: Claims['ga4gh_visa_v1']): void {
  if (type !== 'LinkedIdentities' && value.length > 255) refuse('value')
  // Split at the first sign: what follows may hold another one.
  if (type === 'AffiliationAndRole' && !/^[^@]+@./su.test(value)) refuse('value')
  const isToldByWhom = type !== 'AcceptedTermsAndPolicies' && type !== 'ControlledAccessGrants'
  if (!isToldByWhom && by === undefined) refuse('by')
}

/** `sub,iss;sub,iss`, each half URI-encoded. One that cannot be read spoils them all. */
function readLinked(value: string): readonly Actor[] {
  return value.split(';').map((pair) => {
    const [subject = '', issuer = '', more] = pair.split(',').map(decoded)
    if (subject === '' || issuer === '' || more !== undefined) return refuse('value')
    return { subject, issuer }
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return ''
    throw error
  }
}
