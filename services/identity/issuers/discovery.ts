/**
 * What an issuer publishes of itself (OpenID Connect Discovery) against what the configuration pins: byte for byte, no repair
 * of a slash or a letter. Nothing that is read here is ever used; a difference is a refusal until somebody changes the pins.
 */
import { z } from 'zod'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { parseStrictObject } from '../../kernel/strict-json.ts'
import type { LoginIssuer } from './configuration.ts'
import { type PinnedFetch, readPinned } from './pinned-fetch.ts'

const words = z.array(z.string().max(100)).max(200)
const published = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  pushed_authorization_request_endpoint: z.string().optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
  id_token_signing_alg_values_supported: words,
  code_challenge_methods_supported: words.optional(),
})
type Published = z.infer<typeof published>

export function discoveryAddress({ issuer }: Pick<LoginIssuer, 'issuer'>): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

/** Names of the published members that are not what is pinned; none when the issuer is the one that was accepted. Pure. */
function changesOf({ issuer, login }: LoginIssuer, found: Published): readonly string[] {
  const { endpoints, algorithms, namesItself } = login
  const same: Readonly<Record<keyof Published, boolean>> = {
    issuer: found.issuer === issuer,
    authorization_endpoint: found.authorization_endpoint === endpoints.authorization,
    token_endpoint: found.token_endpoint === endpoints.token,
    jwks_uri: found.jwks_uri === endpoints.jwks,
    pushed_authorization_request_endpoint: found.pushed_authorization_request_endpoint === endpoints.pushed,
    authorization_response_iss_parameter_supported:
      (found.authorization_response_iss_parameter_supported ?? false) === namesItself,
    id_token_signing_alg_values_supported: algorithms.every((one) =>
      found.id_token_signing_alg_values_supported.includes(one),
    ),
    // Who says nothing of it may still do it, and S256 is always sent; who says it does not would be a downgrade.
    code_challenge_methods_supported: found.code_challenge_methods_supported?.includes('S256') ?? true,
  }
  return Object.entries(same).flatMap(([member, isSame]) => (isSame ? [] : [member]))
}

const againMs = 10 * 60_000

export interface Discovery {
  /** Refuses UNAUTHENTICATED while what is published differs from the pins, UNAVAILABLE while it cannot be read. */
  insist(): Promise<void>
}

export interface DiscoveryNeeds {
  readonly issuer: LoginIssuer
  readonly fetch: PinnedFetch
  readonly clock: Clock
  readonly log: Log
}

/** Nothing is asked before the first need; a good answer stands for ten minutes, any other for none. */
export function openDiscovery({ issuer, fetch, clock, log }: DiscoveryNeeds): Discovery {
  let acceptedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  async function ask(): Promise<void> {
    const found = await read(fetch, discoveryAddress(issuer))
    if (found === null) {
      log.warn('an issuer could not be read', { issuer: issuer.name })
      throw new Refusal('UNAVAILABLE', { rule: 'login.discovery.unread' })
    }
    const changed = changesOf(issuer, found)
    if (changed.length > 0) {
      log.error('an issuer publishes what nobody accepted', {
        issuer: issuer.name,
        changed: changed.join(' '),
      })
      throw new Refusal('UNAUTHENTICATED', { rule: 'login.discovery.changed' })
    }
    acceptedAt = clock.now()
  }

  return {
    async insist() {
      if (clock.now() - acceptedAt < againMs) return
      // Those who come while somebody asks wait for the same answer.
      asking ??= ask().finally(() => {
        asking = undefined
      })
      await asking
    },
  }
}

/** Null when there is no such document. */
function read(fetch: PinnedFetch, url: string): Promise<Published | null> {
  return readPinned(
    { fetch, url, headers: { accept: 'application/json' } },
    (text) => published.safeParse(parseStrictObject(text)).data ?? null,
  )
}
