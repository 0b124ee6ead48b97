/**
 * What the log keeps of persons who were registered: the hash of a nonce and their pseudonyms. The nonce is on the receipt alone, so
 * that only whoever has it, and the list, can show that a person is in the entry.
 */
import { canonical, sha256 } from '../kernel/hash.ts'

export function commitmentTo(nonce: string, pseudonyms: Iterable<string>): string {
  return sha256(canonical({ nonce, pseudonyms: [...new Set(pseudonyms)].sort() }))
}
