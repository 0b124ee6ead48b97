/** From a byte offset of DuckDB to the token of the text that is at fault. */
import type { Place } from '../../kernel/refusal.ts'

/** A name with its qualifiers, quoted or not; a number; a string; a run of operator characters; else one character. */
const token =
  /(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)(?:\.(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*))*|\d[\d._eE]*|'(?:[^']|'')*'|[-+*/<>=!~|&%^@:#]+|[\s\S]/uy

/** Turns byte offsets of one text into places; the text is walked once. */
export function placesOf(sql: string): (byteOffset: number | undefined) => Place | undefined {
  const bytes = Buffer.from(sql, 'utf8')
  return (byteOffset) => {
    if (byteOffset === undefined || byteOffset >= bytes.length) return undefined
    const offset = bytes.subarray(0, byteOffset).toString('utf8').length
    token.lastIndex = offset
    return { offset, length: token.exec(sql)?.[0].length ?? 1 }
  }
}

/** The first offset known to a node or, in reading order, to a part of it. */
export function offsetOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if ('query_location' in node && Number.isSafeInteger(node.query_location))
    return Number(node.query_location)
  for (const part of Object.values(node)) {
    const found = offsetOf(part)
    if (found !== undefined) return found
  }
  return undefined
}
