import type { Place } from '../kernel/refusal.ts'

/** A quoted thing, a word, or one sign. */
const token = /"[^"]*"?|'[^']*'?|[\p{L}\p{N}_$]+|./suy

/**
 * The place of the token that starts at a character of a text. DuckDB's grammar counts characters (Unicode code points) in
 * its errors, places count UTF-16 units. An error at the end of the text has the length 0.
 */
export function placeAt(text: string, character: number): Place {
  let offset = 0
  let passed = 0
  for (const one of text) {
    if (passed === character) break
    passed += 1
    offset += one.length
  }
  token.lastIndex = offset
  return { offset, length: token.exec(text)?.[0].length ?? 0 }
}
