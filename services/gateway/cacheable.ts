/** Public answers that may be kept, and are asked for again with their ETag. Pure. */
import { sha256 } from '../kernel/hash.ts'
import type { Reply } from './reply.ts'

/** A kept copy is never older than what it is a copy of, and costs nothing while that stands: 304 (RFC 9110). */
export function cacheable(type: string, content: string | Uint8Array, headers = {}): Reply {
  const tag = `"${sha256(content).slice(0, 32)}"`
  return {
    type,
    content,
    headers: { ETag: tag, 'Cache-Control': 'public, no-cache', Vary: 'Accept-Language', ...headers },
  }
}
