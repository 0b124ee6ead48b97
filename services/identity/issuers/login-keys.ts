/** The keys of an issuer as a sign-in needs them: read anew each time, since the token that needs them has just come from it. */
import type { Clock } from '../../kernel/clock.ts'
import { parseStrictObject } from '../../kernel/strict-json.ts'
import { type Keys, readKeys } from '../issuer-keys.ts'
import type { LoginIssuer } from './configuration.ts'
import { type PinnedFetch, readPinned } from './pinned-fetch.ts'

export interface ReadLoginKeys {
  readonly keys: Keys
  /** The same keys and no others, as the package of the protocol takes them. */
  readonly jwks: { readonly keys: readonly unknown[] }
}

const endMs = 10 * 60_000
const none: ReadLoginKeys = { keys: new Map(), jwks: { keys: [] } }

/**
 * Reads the key set at the pinned address: a key that was taken away serves nobody from then on, a new one serves at once.
 * While the address does not answer, what was read last stands for ten minutes. Never rejects.
 */
export function openLoginKeys(
  { login }: Pick<LoginIssuer, 'login'>,
  { fetch, clock }: { readonly fetch: PinnedFetch; readonly clock: Clock },
): () => Promise<ReadLoginKeys> {
  let last = { read: none, at: Number.NEGATIVE_INFINITY }
  return async () => {
    const read = await readAt(fetch, login)
    if (read !== null) last = { read, at: clock.now() }
    return clock.now() - last.at < endMs ? last.read : none
  }
}

function readAt(
  fetch: PinnedFetch,
  { endpoints, algorithms }: LoginIssuer['login'],
): Promise<ReadLoginKeys | null> {
  return readPinned({ fetch, url: endpoints.jwks }, (text) => {
    const keys = readKeys(text, algorithms)
    return keys === null ? null : { keys, jwks: { keys: namedIn(text, keys) } }
  })
}

/** Of the members of the set, those that were taken. */
function namedIn(text: string, keys: Keys): readonly unknown[] {
  const all = parseStrictObject(text)?.keys
  if (!Array.isArray(all)) return []
  return all.filter((one: unknown) => {
    const kid = typeof one === 'object' && one !== null && 'kid' in one ? one.kid : undefined
    return typeof kid === 'string' && keys.has(kid)
  })
}
