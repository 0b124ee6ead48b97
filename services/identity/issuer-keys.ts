/** The public keys of an issuer, read at the one address that the configuration pins (security.md 5.4). */

import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { parseStrictObject } from '../kernel/strict-json.ts'
import { pinnedFetch, readPinned } from './issuers/pinned-fetch.ts'
import { ecJwk, publicKeyOf, rsaJwk } from './jwk.ts'
import { type Algorithm, algorithmsOf, kidPattern, type PinnedKey } from './jws.ts'

export type Keys = ReadonlyMap<string, PinnedKey>

export interface IssuerKeys {
  /**
   * By `kid`, as they were published at most ten minutes ago; none while the issuer does not answer and ten minutes are over.
   * Asked again after five minutes, at most once a minute whatever happens. Never rejects.
   */
  current(): Promise<Keys>
  /** Asks again because a `kid` is unknown, unless that was done within the minute: then what is known comes back. */
  renewed(): Promise<Keys>
}

export interface KeysAt {
  readonly jwks: string
  /** A key that names another algorithm, or none of these fits, is not taken. */
  readonly algorithms: readonly Algorithm[]
}

const askAgainMs = 5 * 60_000
const endMs = 10 * 60_000
const restMs = 60_000
const maxKeys = 32
const none: Keys = new Map()

/** Nothing is asked before the first need. */
export function openIssuerKeys(at: KeysAt, clock: Clock): IssuerKeys {
  let known = { keys: none, at: Number.NEGATIVE_INFINITY }
  let asked = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined
  const fetch = pinnedFetch([at.jwks])

  /** Those who come while somebody asks wait for the same answer. */
  async function ask(): Promise<void> {
    if (asking === undefined && clock.now() - asked >= restMs) {
      asked = clock.now()
      asking = readPinned({ fetch, url: at.jwks }, (text) => readKeys(text, at.algorithms)).then((keys) => {
        if (keys !== null) known = { keys, at: clock.now() }
        asking = undefined
      })
    }
    await asking
  }

  const standing = () => (clock.now() - known.at < endMs ? known.keys : none)
  return {
    async current() {
      if (clock.now() - known.at >= askAgainMs) await ask()
      return standing()
    },
    async renewed() {
      await ask()
      return standing()
    },
  }
}

const set = z.object({ keys: z.array(z.unknown()).max(maxKeys) })
const common = {
  kid: z.string().regex(kidPattern),
  alg: z.string().optional(),
  use: z.literal('sig').optional(),
  key_ops: z
    .array(z.string())
    .refine((operations) => operations.includes('verify'))
    .optional(),
  /** Whoever publishes a private key has none any more. */
  d: z.undefined().optional(),
}
/** Nothing symmetric: a secret that is published is none. */
const jwk = z.discriminatedUnion('kty', [ecJwk.extend(common), rsaJwk.extend(common)])

/** Keys made to sign with one of these algorithms. Of two that bear one name neither is taken; null when it is no key set. */
export function readKeys(text: string, algorithms: readonly Algorithm[]): Keys | null {
  const whole = set.safeParse(parseStrictObject(text))
  if (!whole.success) return null
  const keys = new Map<string, PinnedKey | null>()
  for (const value of whole.data.keys) {
    const one = jwk.safeParse(value).data
    if (one === undefined) continue
    keys.set(one.kid, keys.has(one.kid) ? null : pinnedOf(one, algorithms))
  }
  return new Map([...keys].flatMap(([kid, key]) => (key === null ? [] : [[kid, key]])))
}

/** Bound to what the key says it is for, else to all of these that fit it; null when none is left. */
function pinnedOf(one: z.infer<typeof jwk>, algorithms: readonly Algorithm[]): PinnedKey | null {
  const key = publicKeyOf(one)
  if (key === null) return null
  const isAsked = (algorithm: Algorithm) =>
    algorithms.includes(algorithm) && (one.alg ?? algorithm) === algorithm
  const bound = algorithmsOf(key).filter(isAsked)
  return bound.length === 0 ? null : { key, algorithms: bound }
}
