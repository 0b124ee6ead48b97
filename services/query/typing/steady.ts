/**
 * Aggregates and windows run beside patient rows without raising, whatever the rows hold (disclosure.md sections 3 and 16): TRY
 * takes neither, so it is their operands that are bounded.
 */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { literalNumber } from '../functions.ts'
import type { Expression } from '../statement/nodes.ts'
import { contains, isSubquery } from './contains.ts'
import { finite } from './harden.ts'
import type { Bound, Scope } from './relation.ts'

/** Functions that pick, count or compare their operands: no value makes them raise. All others compute with them. */
const picking = new Set([
  ...['count', 'count_star', 'count_if', 'countif', 'regr_count', 'entropy', 'histogram', 'histogram_exact'],
  ...['min', 'max', 'first', 'last', 'any_value', 'arbitrary', 'mode', 'quantile', 'quantile_disc'],
  ...['arg_min', 'arg_max', 'argmin', 'argmax', 'min_by', 'max_by'],
  ...['arg_min_null', 'arg_max_null', 'arg_min_nulls_last', 'arg_max_nulls_last'],
  ...['list', 'array_agg', 'string_agg', 'group_concat', 'listagg'],
  ...['bool_and', 'bool_or', 'bit_and', 'bit_or', 'bit_xor'],
  ...['row_number', 'rank', 'rank_dense', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile'],
  ...['lag', 'lead', 'first_value', 'last_value', 'nth_value'],
])

/** Operands that come from rows; what stands after them says how many or where, and is written out. */
const pairwise = /^(arg_?(min|max)|(min|max)_by|corr|covar_|regr_)/
const most = 1000

/**
 * The operands of an aggregate or a window, none of which can make it raise: a number that is not finite or not of bearable
 * size, a day or an instant out of the years 1 to 9999, is NULL. What is of no known kind is NULL unless it is such a number or
 * such a day. An interval is refused: its sums overflow, and it has a number of days or seconds.
 */
export function steadyOperands(
  name: string,
  children: readonly { readonly at: Expression; readonly bound: Bound }[],
  scope: Scope,
): readonly Tree[] {
  if (scope.class === 'SAFE') return children.map(({ bound }) => bound.tree)
  const ofRows = pairwise.test(name) ? 2 : 1
  return children.map(({ at, bound }, index) => {
    if (index >= ofRows) return checkSetting(name, { at, bound }, scope)
    return picking.has(name) ? bound.tree : steady(bound, at, scope)
  })
}

/** A count among the operands must be a literal; the engine itself wants one for fractions and separators. */
function checkSetting(name: string, { at, bound }: { at: Expression; bound: Bound }, scope: Scope): Tree {
  const counts = /^(min|max|arg_?(min|max).*|(min|max)_by|nth_value)$/
  if (counts.test(name)) checkCount(at, scope)
  else if (bound.columns.length > 0 || contains(at, isSubquery) || name.startsWith('histogram'))
    scope.task.note('STATEMENT_NOT_ALLOWED', at, { key: 'hint.windowBound' })
  return bound.tree
}

/** Notes TYPE_ERROR unless a number is written out, whole and at least 1: the engine raises on others, when it meets a row. */
export function checkCount(at: Expression, scope: Scope): void {
  const count = literalNumber(at) ?? 0
  if (!Number.isInteger(count) || count < 1 || count > most)
    scope.task.note('TYPE_ERROR', at, { key: 'hint.wholeNumber' })
}

function steady({ tree, kind }: Bound, at: Expression, scope: Scope): Tree {
  switch (kind) {
    case 'number':
      return finite(tree)
    case 'date':
    case 'timestamp':
      return sql.when(ofOurEra(tree), tree)
    case 'interval':
      scope.task.note('TYPE_ERROR', at, { key: 'hint.interval' })
      return tree
    case undefined:
      return sql.coalesce(finite(tree), sql.when(ofOurEra(sql.cast(tree, 'TIMESTAMP', { try: true })), tree))
    default:
      return tree
  }
}

/** A number to order by, or a moment, to which a distance can be added; NULL out of bounds. */
export function steadyOrder({ tree, kind, type }: Bound): Tree | null {
  if (type === undefined) return null
  if (kind === 'date' || kind === 'timestamp') return sql.when(ofOurEra(tree), tree)
  const isPlain = kind === 'number' && !type.startsWith('DECIMAL')
  return isPlain ? sql.cast(finite(tree), 'DOUBLE', { try: true }) : null
}

function ofOurEra(tree: Tree): Tree {
  const day = (text: string) => sql.cast(sql.text(text), 'DATE')
  const after = sql.comparison('COMPARE_GREATERTHANOREQUALTO', tree, day('0001-01-01'))
  const before = sql.comparison('COMPARE_LESSTHANOREQUALTO', tree, day('9999-12-31'))
  return sql.and([after, before]) ?? after
}
