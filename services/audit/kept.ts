/**
 * Texts that entries name by their hash: rules, permits, catalogues. What was decided once can be decided again as long as
 * the text is here; a text that is not the one of its name is never given out.
 */
import { join } from 'node:path'
import { sha256 } from '../kernel/hash.ts'
import { keepNewest } from '../kernel/newest.ts'
import { Refusal } from '../kernel/refusal.ts'
import { systemFiles } from './files.ts'

type KeptKind = 'policies' | 'permits' | 'catalogues'

export interface Kept {
  /**
   * Keeps a text under its SHA-256, hexadecimal. It is on disk when this resolves; the same text again costs nothing.
   * Refusal UNAVAILABLE when it cannot be written: an entry that names it could not be decided again.
   */
  keep(kind: KeptKind, text: string): Promise<string>
  /** The text of a hash; null when it was never kept, is gone, or is no longer that text. */
  read(kind: KeptKind, hash: string): Promise<string | null>
}

/** Texts that are known to be on disk: the others are looked for there. */
const usualMost = 1_000

/** The folder `kept` of a home: one file per text, readable by its owner only, because permits name persons. */
export function openKept(home: string, most = usualMost): Kept {
  const known = new Set<string>()
  const pathOf = (kind: KeptKind, hash: string) => join(home, 'kept', kind, hash)
  return {
    async keep(kind, text) {
      const hash = sha256(text)
      const path = pathOf(kind, hash)
      if (known.has(path)) return hash
      try {
        const there = await systemFiles.readIfPresent(path)
        if (there === null || sha256(there) !== hash) {
          await systemFiles.makeFolder(join(home, 'kept', kind), 0o700)
          await systemFiles.replace(path, text, { mode: 0o600 })
        }
      } catch (cause) {
        throw new Refusal('UNAVAILABLE', {}, { cause })
      }
      known.add(path)
      keepNewest(known, most)
      return hash
    },
    async read(kind, hash) {
      if (!/^[0-9a-f]{64}$/.test(hash)) return null
      const bytes = await systemFiles.readIfPresent(pathOf(kind, hash))
      return bytes && sha256(bytes) === hash ? bytes.toString() : null
    },
  }
}
