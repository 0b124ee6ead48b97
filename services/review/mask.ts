/**
 * SQL text without what its literals say: what a reviewer reads before anybody has given a reason to read more. It never needs the
 * text to be SQL; what never ends takes the rest. Pure.
 */

/** In this order: comments, escaped strings, strings, dollar strings, quoted names, words, numbers; else one sign. */
const token =
  /(?<block>\/\*)|(?<line>--[^\n]*)|(?<text>[eE]'(?:\\[\s\S]|''|[^'\\])*(?:'|$)|'(?:''|[^'])*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\4\$|$))|"(?:""|[^"])*(?:"|$)|[\p{L}_][\p{L}\p{N}_$]*|(?<number>\p{N}[\p{N}_]*\.?[\p{N}_]*(?:[eE][+-]?\p{N}+)?|\.\p{N}[\p{N}_]*(?:[eE][+-]?\p{N}+)?)|[\s\S]/uy

/** Strings become `'…'`, numbers `…`, comments lose their words; names, quoted or not, and keywords stay. */
export function maskLiterals(sql: string): string {
  let masked = ''
  token.lastIndex = 0
  for (let found = token.exec(sql); found !== null; found = token.exec(sql)) {
    masked += maskOf(found)
    if (found.groups?.block !== undefined) token.lastIndex = endOfBlock(sql, token.lastIndex)
    if (token.lastIndex >= sql.length) break
  }
  return masked
}

function maskOf([whole, block, line, text, , number]: RegExpExecArray): string {
  if (block !== undefined) return '/*…*/'
  if (line !== undefined) return '--…'
  if (text !== undefined) return "'…'"
  return number === undefined ? whole : '…'
}

/** Block comments nest. */
function endOfBlock(sql: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  let depth = 1
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return sql.length
}
