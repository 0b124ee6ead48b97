/** Logouts that an issuer tells us of: by a token from its server, or by a frame in the person's browser (security.md 5.6). */
import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { parseStrictObject } from '../kernel/strict-json.ts'
import type { SessionChoice } from './session-closing.ts'
import type { Sessions } from './sessions.ts'
import { rememberRefreshes, signedPayload, type TrustedIssuer } from './token.ts'

export interface LogoutIssuer {
  readonly trust: TrustedIssuer
  /** Our name with this issuer: the one audience of a logout token. */
  readonly clientId: string
  /** For providers of before the type was fixed: `typ: JWT` is taken too. */
  readonly takesPlainType?: boolean
}

export interface LogoutNeeds {
  readonly issuers: readonly LogoutIssuer[]
  readonly sessions: Pick<Sessions, 'close'>
  readonly clock: Clock
}

export interface Logouts {
  /** Configured names. */
  readonly issuers: readonly string[]
  /**
   * Has the effect of a logout token, once, and gives how many sessions it closed. NOT_FOUND for a name that is not configured;
   * UNAUTHENTICATED for every fault of the token, `facts.rule` tells which and is for the log.
   */
  receive(issuer: string, token: string): Promise<number>
  /** Ends one session of the issuer, as its frame asks in the browser; who can name it may end it. Refusals as `receive`. */
  leave(issuer: string, asked: { readonly iss: string; readonly sid: string }): Promise<number>
}

const event = 'http://schemas.openid.net/event/backchannel-logout'
/** In seconds. */
const longestAge = 120
const leeway = 60

const seconds = z.number().int().nonnegative()
/** Names that an issuer gives: printable, as a database keeps them. */
export const issuerWord = z
  .string()
  .max(255)
  .regex(/^\P{C}+$/u)
const claims = z.object({
  iss: z.string().min(1).max(300),
  aud: z.union([issuerWord, z.tuple([issuerWord])]),
  iat: seconds,
  exp: seconds,
  jti: issuerWord,
  sub: issuerWord.optional(),
  sid: issuerWord.optional(),
  events: z.looseObject({ [event]: z.looseObject({}) }),
  // An ID token has one: it must never pass for this.
  nonce: z.undefined().optional(),
})
type Claims = z.infer<typeof claims>

export function openLogouts({ issuers, sessions, clock }: LogoutNeeds): Logouts {
  const refresh = rememberRefreshes(clock)
  const issuerOf = (asked: string) => {
    const found = issuers.find(({ trust }) => trust.name === asked)
    if (found === undefined) throw new Refusal('NOT_FOUND', { rule: 'logout.issuer' })
    return found
  }
  return {
    issuers: issuers.map(({ trust }) => trust.name),
    async receive(issuer, token) {
      const { trust, clientId, takesPlainType = false } = issuerOf(issuer)
      const typ = takesPlainType ? ['logout+jwt', 'JWT'] : 'logout+jwt'
      const read = readClaims(await signedPayload(trust, { token, typ }, refresh))
      if (!trust.identifiers.includes(read.iss)) refuse('issuer')
      if ([read.aud].flat()[0] !== clientId) refuse('audience')
      checkTimes(read, Math.floor(clock.now() / 1_000))
      const until = (read.iat + longestAge + leeway) * 1_000
      const which = chosenBy(read, trust.name)
      return sessions.close(which, { cause: 'issuer', token: { jti: read.jti, until } })
    },
    async leave(issuer, { iss, sid }) {
      const { trust } = issuerOf(issuer)
      if (!trust.identifiers.includes(iss)) refuse('issuer')
      return sessions.close({ issuer: trust.name, sid }, { cause: 'issuer' })
    },
  }
}

function refuse(rule: string): never {
  throw new Refusal('UNAUTHENTICATED', { rule: `logout.${rule}` })
}

function readClaims(payload: string): Claims {
  const read = claims.safeParse(parseStrictObject(payload))
  return read.success ? read.data : refuse('claims')
}

/** Seconds. */
function checkTimes({ iat, exp }: Claims, now: number): void {
  if (exp <= iat) refuse('lifetime')
  if (iat > now + leeway) refuse('not-yet')
  if (exp <= now - leeway || iat < now - longestAge) refuse('expired')
}

/** One session of the issuer, of this person where she is named too; else all that it vouched for of the person. */
function chosenBy({ sub, sid }: Claims, issuer: string): SessionChoice {
  if (sid !== undefined) return { issuer, sid, ...(sub !== undefined && { subject: sub }) }
  return sub === undefined ? refuse('nobody') : { issuer, subject: sub }
}
