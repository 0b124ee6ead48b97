/**
 * Pseudonyms of one project: HMAC-SHA-256 under a random key of its own, so that nobody has the same name in two projects.
 * The key lives in a file of mode 0600 and is destroyed with the project (security.md 11).
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hmac, sha256 } from '../kernel/hash.ts'
import { absentIs } from './absent.ts'

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
  /** The key of a project; made on first use, on disk before it is answered. `made` is called before with its hash input. */
  of(project: string, made: (key: Uint8Array) => Promise<void>): Promise<Uint8Array>
  /** SHA-256 of the key, as the entry that tells of its making has it; null when there is none. */
  fingerprint(project: string): Promise<string | null>
  destroy(project: string): Promise<void>
}

export function openProjectKeys({ home }: { readonly home: string }): ProjectKeys {
  const folder = join(home, 'keys', 'projects')
  const pathOf = (project: string) => join(folder, project)
  return {
    async of(project, made) {
      const known = await readFile(pathOf(project)).catch(absentIs(null))
      if (known?.length === 32) return known
      const key = randomBytes(32)
      await made(key)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeKey(folder, pathOf(project), key)
      return key
    },
    async fingerprint(project) {
      const known = await readFile(pathOf(project)).catch(absentIs(null))
      return known === null ? null : sha256(known)
    },
    async destroy(project) {
      await rm(pathOf(project), { force: true })
    },
  }
}

async function writeKey(folder: string, path: string, key: Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  await file.writeFile(key)
  await file.sync()
  await file.close()
  await rename(`${path}.new`, path)
  const directory = await open(folder, 'r')
  await directory.sync()
  await directory.close()
}
