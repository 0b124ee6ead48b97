/** Whether files at rest are still those that were written: the only code that says so, for versions and for extracts. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { sha256 } from '../kernel/hash.ts'

interface Hashed {
  readonly file: string
  readonly sha256: string
}

/** SHA-256 of a file, streamed. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * Compares files with their hashes. A file is read once; from then on it is read again only when its size, its place or its
 * time of change is another. A file that is gone or cannot be read is not intact.
 */
export class Integrity {
  readonly #seen = new Map<string, string>()

  async holds(folder: string, files: readonly Hashed[]): Promise<boolean> {
    try {
      for (const file of files)
        if (!(await this.#isIntact(join(folder, file.file), file.sha256))) return false
      return true
    } catch {
      return false
    }
  }

  async #isIntact(path: string, wanted: string): Promise<boolean> {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    const look = [wanted, ino, size, mtimeNs, ctimeNs].join(' ')
    if (this.#seen.get(path) === look) return true
    if ((await hashOf(path)) !== wanted) return false
    this.#seen.set(path, look)
    return true
  }
}

const manifestSchema = z.object({ tables: z.array(z.object({ file: z.string(), sha256: z.string() })) })

/** Whether a published version is the one that its deposit was accepted as: its manifest, and each file that it names. */
export async function isIntact(version: { folder: string; manifestSha256: string }): Promise<boolean> {
  const text = await readFile(join(version.folder, 'manifest.json'), 'utf8').catch(() => null)
  if (text === null || sha256(text) !== version.manifestSha256) return false
  const { tables } = manifestSchema.parse(JSON.parse(text))
  return new Integrity().holds(version.folder, tables)
}
