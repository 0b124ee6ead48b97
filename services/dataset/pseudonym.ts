/**
 * Pseudonyms of one project: HMAC-SHA-256 under a random key of its own, so that nobody has the same name in two projects.
 * The key is one of the keyring and is destroyed with the project (security.md 11).
 */

import { hmac } from '../kernel/hash.ts'
import type { Keyring } from '../keys/keyring.ts'

const blockBytes = 64

/** What is re-named: persons of a domain, or keys of one space of one dataset. */
export type PseudonymSpace =
  | { readonly kind: 'unit'; readonly domain: string }
  | { readonly kind: 'key'; readonly domain: string; readonly dataset: string; readonly space: string }

/** Names the space without ambiguity: each part is preceded by its length, and the value comes last. */
function prefixOf(space: PseudonymSpace): string {
  const parts =
    space.kind === 'unit' ? [space.domain, 'unit'] : [space.domain, 'key', space.dataset, space.space]
  return parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
}

const marks = { unit: 'p', key: 'k' } as const

/** The pseudonym of a value, as `pseudonymSql` makes it: `p` or `k` and 32 hexadecimal digits. */
export function pseudonymOf(key: Uint8Array, space: PseudonymSpace, value: string): string {
  const digest = hmac(key, prefixOf(space) + value).toString('hex')
  return marks[space.kind] + digest.slice(0, 32)
}

/**
 * The same as an expression of the engine, which has SHA-256 only: HMAC by its definition (RFC 2104), with both padded keys
 * as constants. NULL stays NULL.
 */
export function pseudonymSql(key: Uint8Array, space: PseudonymSpace, value: string): string {
  const message = `encode(${quoted(prefixOf(space))} || CAST(${value} AS VARCHAR))`
  const inner = `sha256(unhex('${padded(key, 0x36)}') || ${message})`
  const outer = `sha256(unhex('${padded(key, 0x5c)}') || unhex(${inner}))`
  return `'${marks[space.kind]}' || substr(${outer}, 1, 32)`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function padded(key: Uint8Array, pad: number): string {
  const block = Buffer.alloc(blockBytes, pad)
  key.forEach((byte, index) => {
    block[index] = byte ^ pad
  })
  return block.toString('hex')
}

export interface ProjectKeys {
  /** The key of a project; made on first use, on disk before it is answered. `made` is told the SHA-256 of a new one before. */
  of(project: string, made: (fingerprint: string) => Promise<void>): Promise<Uint8Array>
  /** SHA-256 of the key, as the entry that tells of its making has it; null when there is none. */
  fingerprint(project: string): Promise<string | null>
  destroy(project: string): Promise<void>
}

export function openProjectKeys(keyring: Pick<Keyring, 'of' | 'fingerprint' | 'destroy'>): ProjectKeys {
  const nameOf = (project: string) => ({ kind: 'pseudonym', id: project }) as const
  return {
    of: (project, made) => keyring.of(nameOf(project), made),
    fingerprint: (project) => keyring.fingerprint(nameOf(project)),
    async destroy(project) {
      await keyring.destroy(nameOf(project))
    },
  }
}
