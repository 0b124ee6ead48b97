/** Which functions a statement may name. The classes are the engine's; what they mean for patient rows is said here. */
import {
  allowedNames,
  type FunctionKind,
  functionClass,
  isAggregate as isAggregateName,
  lengthArgument,
} from '../engine/capabilities.ts'
import type { Call, Expression } from './statement/nodes.ts'

/** Aggregates whose answer depends on the order of the rows. */
const orderSensitive = new Set([
  ...[
    'list',
    'array_agg',
    'string_agg',
    'group_concat',
    'listagg',
    'first',
    'last',
    'any_value',
    'arbitrary',
  ],
  ...['arg_min', 'arg_max', 'argmin', 'argmax', 'min_by', 'max_by', 'arg_min_null', 'arg_max_null', 'mode'],
])

/** Series: every literal of theirs takes part in the length. */
const series = new Set(['range', 'generate_series'])
/** Lengths that are capped whatever the capability file says of them. */
const lengths: Readonly<Record<string, number>> = { repeat: 1, lpad: 1, rpad: 1, list_resize: 1 }
const maxLength = 1000

/** Functions that ask for the time: the date of the request answers. */
const clocks: Readonly<Record<string, 'DATE' | 'TIMESTAMP'>> = {
  today: 'DATE',
  current_date: 'DATE',
  now: 'TIMESTAMP',
  current_timestamp: 'TIMESTAMP',
  get_current_timestamp: 'TIMESTAMP',
  transaction_timestamp: 'TIMESTAMP',
  localtimestamp: 'TIMESTAMP',
  current_localtimestamp: 'TIMESTAMP',
}

/** Names that ask for the day. */
export const clockNames: readonly string[] = Object.keys(clocks)

/** Functions of text that compare: an identifier inside is compared, not computed. */
const comparing = new Set([
  ...['~~', '!~~', '~~*', '!~~*', '~~~', '^@', 'like_escape', 'not_like_escape', 'ilike_escape'],
  ...[
    'not_ilike_escape',
    'regexp_matches',
    'regexp_full_match',
    'starts_with',
    'contains',
    'prefix',
    'suffix',
  ],
])

/** Functions of one result type, whatever they are given: text, and whole numbers. */
const textual = new Set([
  ...['left', 'right', 'substr', 'substring', 'upper', 'ucase', 'lower', 'lcase', 'trim', 'ltrim', 'rtrim'],
  ...['lpad', 'rpad', 'replace', 'translate', 'strip_accents', 'strftime', 'dayname', 'monthname'],
  ...['regexp_replace', 'concat_ws'],
])
const counting = new Set([
  ...['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'dayofweek', 'isodow', 'dayofyear'],
  ...['date_diff', 'datediff', 'date_sub', 'datesub', 'length', 'strlen', 'strpos', 'instr'],
])

export function isAggregate(name: string): boolean {
  return name === 'count_star' || isAggregateName(name)
}

export function mayAggregate(name: string): boolean {
  return name === 'count_star' || functionClass(name, 'aggregate') !== 'deny'
}

export function mayCompute(name: string): boolean {
  return functionClass(name, 'scalar') !== 'deny'
}

export function mayWindow(name: string): boolean {
  return functionClass(name, 'window') !== 'deny' || mayAggregate(name)
}

/** Names that a text may call in this place. */
export function callable(kind: FunctionKind): readonly string[] {
  if (kind !== 'scalar') return allowedNames(kind)
  return [...allowedNames('scalar'), ...allowedNames('aggregate'), ...clockNames]
}

export function isOrderSensitive(name: string): boolean {
  return orderSensitive.has(name)
}

/** The type of what a function answers, with what it is compared as; empty where that depends on its arguments. */
export function resultOf(
  name: string,
): { readonly kind: 'text' | 'number' | 'boolean'; readonly type: string } | Record<string, never> {
  if (compares(name)) return { kind: 'boolean', type: 'BOOLEAN' }
  if (textual.has(name)) return { kind: 'text', type: 'VARCHAR' }
  return counting.has(name) ? { kind: 'number', type: 'BIGINT' } : {}
}

export function compares(name: string): boolean {
  return comparing.has(name)
}

/** The type of the answer when a name asks for the time; else null. */
export function clockOf(name: string): 'DATE' | 'TIMESTAMP' | null {
  return Object.hasOwn(clocks, name) ? (clocks[name] ?? null) : null
}

/** An argument that sets the length of an answer and is not a literal of at most `maxLength`. */
export function unboundedLength({ function_name, children }: Call): Expression | undefined {
  const name = function_name.toLowerCase()
  const at = lengths[name] ?? lengthArgument(name)
  const bounding = series.has(name) ? children : at === undefined ? [] : children.slice(at, at + 1)
  return bounding.find(
    (argument) => Math.abs(literalNumber(argument) ?? Number.POSITIVE_INFINITY) > maxLength,
  )
}

/** The number that a literal is; undefined for anything else, and for numbers that JavaScript would round. */
export function literalNumber(expression: Expression): number | undefined {
  if (expression.class !== 'CONSTANT' || expression.value.type.id === 'DECIMAL') return undefined
  return typeof expression.value.value === 'number' ? expression.value.value : undefined
}
