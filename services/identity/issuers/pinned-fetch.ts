/** The only way out to an issuer: pinned addresses, no redirect, a short answer in a short time. */
import type { CustomFetchOptions } from 'openid-client'
import { readLimited } from '../../kernel/limited-body.ts'

const maxBytes = 64 * 1024
/** Of one call to an issuer. */
export const timeoutMs = 3_000

type Asking = Partial<Pick<CustomFetchOptions, 'method' | 'headers'>> & {
  readonly body?: CustomFetchOptions['body'] | null | undefined
}
/** Rejects where the address is not pinned, and for whatever is late, elsewhere or longer than an issuer has reason to say. */
export type PinnedFetch = (url: string, asking?: Asking) => Promise<Response>

export function pinnedFetch(pinned: readonly string[], patienceMs = timeoutMs): PinnedFetch {
  return async (url, { method = 'GET', headers = {}, body } = {}) => {
    if (!pinned.includes(url)) throw new TypeError('an address that is not pinned')
    const signal = AbortSignal.timeout(patienceMs)
    // The types of Node and of browsers name different buffers; fetch takes both.
    const sent = (body ?? null) as BodyInit | null
    const response = await fetch(url, { method, headers, body: sent, redirect: 'error', signal })
    const text = await readLimited(response, maxBytes)
    return new Response(text, { status: response.status, headers: response.headers })
  }
}

interface At {
  readonly fetch: PinnedFetch
  readonly url: string
  readonly headers?: Asking['headers']
}

/** What `read` makes of the text at a pinned address; null when the answer is none, late, elsewhere, too long or no such text. Never rejects. */
export async function readPinned<T>(
  { fetch, url, headers = {} }: At,
  read: (text: string) => T | null,
): Promise<T | null> {
  try {
    const response = await fetch(url, { headers })
    return response.status === 200 ? read(await response.text()) : null
  } catch {
    return null
  }
}
