/** What other systems write, recognised by its first word or its sign, and the sentence that says how it is written here. */
import type { Place, Sentence } from '../kernel/refusal.ts'

const statements: Readonly<Record<string, string>> = {
  create: 'hint.createTable',
  insert: 'hint.createTable',
  explain: 'hint.explainStatement',
  pivot: 'hint.pivotValues',
}

const placeless: readonly (readonly [RegExp, string])[] = [
  [/\bselect\b.*\binto\b/is, 'hint.createTable'],
  [/\bselect\b/i, 'hint.syntaxNowhere'],
]

/** For a statement that is no SELECT. */
export function hintForStatement(sql: string, place: Place | undefined): Sentence | undefined {
  const key = statements[textAt(sql, place).toLowerCase()]
  // A query that holds a PIVOT without its values is several statements for the engine.
  return sentence(key ?? (/\bpivot\b/i.test(sql) ? 'hint.pivotValues' : undefined))
}

/** For a text that is no SQL of DuckDB: a name in backticks or brackets, TOP, WITH ROLLUP, SELECT INTO, an error without a place. */
export function hintForSyntax(sql: string, place: Place | undefined): Sentence | undefined {
  if (place === undefined) return sentence(placeless.find(([pattern]) => pattern.test(sql))?.[1])
  if (/^[`[]/.test(textAt(sql, place))) return sentence('hint.quotes')
  if (/^with\s+(rollup|cube)\b/i.test(sql.slice(place.offset))) return sentence('hint.rollup')
  return /\bselect\s+(distinct\s+)?top\s+$/i.test(sql.slice(0, place.offset))
    ? sentence('hint.top')
    : undefined
}

function textAt(sql: string, place: Place | undefined): string {
  return place === undefined ? '' : sql.slice(place.offset, place.offset + place.length)
}

function sentence(key: string | undefined): Sentence | undefined {
  return key === undefined ? undefined : { key }
}
