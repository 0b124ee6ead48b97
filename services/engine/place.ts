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

/** Blanks and comments, the end of a statement, or a token whose inside is not read: strings, quoted names, dollar quotes. */
const lexeme =
  /(?<blank>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<end>;)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$|[\p{L}\p{N}_$]+|./suy

/** The place of the first token of the n-th statement (from 0) that is not empty; undefined when there are fewer. */
export function statementAt(text: string, index: number): Place | undefined {
  let left = index
  let isInside = false
  lexeme.lastIndex = 0
  for (let found = lexeme.exec(text); found; found = lexeme.exec(text)) {
    if (found.groups?.blank !== undefined) continue
    if (found.groups?.end !== undefined) {
      if (isInside) left -= 1
      isInside = false
      continue
    }
    if (!isInside && left === 0) return { offset: found.index, length: found[0].length }
    isInside = true
  }
  return undefined
}
