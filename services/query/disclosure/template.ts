/** SQL of our own that runs near patient rows: fixed text with names and whole numbers in it, nothing else. */
import type { RewrittenStatement } from '../../engine/engine.ts'

/** A name between double quotes, for text of our own. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * Marks a text written by this room as fit for an engine. Callers pass names through `quoted`, numbers through `whole`, and
 * statements that are branded already; no literal of a user and no value of a row ever enters.
 */
export function template(text: string): RewrittenStatement {
  // The brand has two makers, the parser and this function: the cast is here so that it is nowhere else.
  return text as RewrittenStatement
}

/** A whole number as SQL. Anything else is a bug of ours. */
export function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError('a template takes whole numbers only')
  return String(value)
}
