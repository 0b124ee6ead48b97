/** Nothing that can raise is run on patient rows (disclosure.md sections 3 and 16): an error would tell that a row exists. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type { Bound, Kind } from './relation.ts'

/** Larger values could make a sum overflow; they become NULL. */
const largest = 1e15

/** `e` where it is finite and of bearable size, else NULL; works for integers, decimals and floats alike. `type`: that of `e`, where it is known. */
export function finite(expression: Tree, type?: string): Tree {
  return isSmall(type) ? expression : sql.when(isBearable(expression), expression)
}

/** As `finite` for what is a number; what is none, such as a date, stays as it is. */
export function finiteOrOther(expression: Tree, type?: string): Tree {
  return isSmall(type)
    ? expression
    : sql.when(sql.coalesce(isBearable(expression), sql.boolean(true)), expression)
}

/** Whole numbers of at most 32 bits are bearable by their type: to look at each costs more than the sum. */
function isSmall(type: string | undefined): boolean {
  return type !== undefined && /^U?((TINY|SMALL)INT|INTEGER)$/.test(type)
}

/** NULL where it is not a number at all. */
function isBearable(expression: Tree): Tree {
  const double = sql.cast(expression, 'DOUBLE', { try: true })
  const limit = (value: number) => sql.cast(sql.text(String(value)), 'DOUBLE')
  const isBelow = sql.comparison('COMPARE_LESSTHAN', double, limit(largest))
  // NaN is above every number. Two comparisons cost half of abs() and isfinite() (measured).
  return sql.and([sql.comparison('COMPARE_GREATERTHAN', double, limit(-largest)), isBelow]) ?? isBelow
}

const kinds: Readonly<Record<string, Kind>> = {
  VARCHAR: 'text',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
  INTERVAL: 'interval',
  FLOAT: 'number',
  DOUBLE: 'number',
}

/**
 * What a type of DuckDB is compared as; undefined for what we do not know, and for what does not fit the others: bringing a
 * whole number or a day to a DECIMAL, to an UHUGEINT or to a TIMESTAMP may raise on a value.
 */
export function kindOf(type: string): Kind | undefined {
  const known = kinds[type.toUpperCase()]
  if (known) return known
  return /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|HUGEINT)$/i.test(type) ? 'number' : undefined
}

/** A sum is as wide as what it adds: of what is of no known kind it may be a DECIMAL. */
export function kindOfSum(added: Bound | undefined): Kind | undefined {
  return added?.kind === 'number' ? 'number' : undefined
}

/** True when the operands are of one known kind, so that comparing them casts nothing that can fail. */
export function compareSafely(operands: readonly Bound[]): boolean {
  const [first] = operands
  const anchor = operands.find(({ literal }) => literal === undefined) ?? first
  return operands.every((operand) => isLike(operand, anchor?.kind))
}

function isLike({ kind, literal }: Bound, wanted: Kind | undefined): boolean {
  if (kind === undefined || wanted === undefined) return false
  if (kind === wanted) return true
  return isMoment(wanted) && typeof literal === 'string' && isMomentText(literal)
}

function isMoment(kind: Kind): boolean {
  return kind === 'date' || kind === 'timestamp'
}

/** True for text that is a calendar day, with or without a time, as every cast reads it. */
export function isMomentText(text: string): boolean {
  const parts = /^(\d{4}-\d{2}-\d{2})([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$/.exec(text)
  if (!parts) return false
  const day = Date.parse(`${parts[1]}T00:00:00Z`)
  const time = parts[2] === undefined ? 0 : Date.parse(`1970-01-01T${parts[2].slice(1)}Z`)
  return !Number.isNaN(time) && !Number.isNaN(day) && new Date(day).toISOString().startsWith(parts[1] ?? '-')
}

/**
 * There is no DECIMAL on patient rows: its digits are few, and arithmetic, comparisons and sums on it raise where a value
 * has too many (INTEGER against DECIMAL(38,37); measured). Literals become DOUBLE, a cast rounds a DOUBLE.
 */
export function roundedDouble(expression: Tree, scale: number): Tree {
  return sql.call('round', [sql.cast(expression, 'DOUBLE', { try: true }), sql.integer(scale)])
}

/** A number as a DOUBLE. From its text: the engine prints a whole DOUBLE as an integer, which its reader refuses (measured). */
export function doubleLiteral(digits: string): Tree {
  return sql.cast(sql.text(digits), 'DOUBLE')
}
