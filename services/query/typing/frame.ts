/** Frames and offsets of windows: what the engine computes with for every row, so that no row can make it raise. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { literalNumber } from '../functions.ts'
import type { Expression, Window } from '../statement/nodes.ts'
import { bindComputed } from './expression.ts'
import { decimalOf, yearsOf } from './interval.ts'
import type { Bound, Scope } from './relation.ts'
import { checkCount, steadyOrder } from './steady.ts'

/** Further away than this there is nothing: from the years 1 to 9999, a thousand years lead to an instant that exists. */
const maxYears = 1000
const maxDistance = 1e15

const isOfRange = (bound: string) => bound.startsWith('EXPR_') && bound.endsWith('_RANGE')

/** What a window says in numbers: its offset, the bounds of its frame, and the one order that a distance is measured on. */
export interface Framing {
  readonly offset: Tree | null
  readonly start: Tree | null
  readonly end: Tree | null
  /** In place of the ORDER BY of the text, when the frame is a distance. */
  readonly order: Tree | null
}

export function bindFraming(window: Window, orders: readonly Bound[], scope: Scope): Framing {
  if (window.function_name.toLowerCase() === 'ntile')
    for (const child of window.children) checkCount(child, scope)
  const sides = [
    { frame: window.start, at: window.start_expr },
    { frame: window.end, at: window.end_expr },
  ] as const
  const [start, end] = [boundOf(sides[0], scope), boundOf(sides[1], scope)]
  const distance = sides.find(({ frame }) => isOfRange(frame))
  const offset = window.offset_expr ? offsetOf(window.offset_expr, scope) : null
  const order = distance && scope.class !== 'SAFE' ? measured(orders, window, scope) : null
  return { offset, start, end, order }
}

function offsetOf(at: Expression, scope: Scope): Tree {
  const { tree } = bindComputed(at, scope)
  if (scope.class !== 'SAFE' && !Number.isSafeInteger(literalNumber(at))) refuse(at, scope)
  return tree
}

function boundOf({ frame, at }: { frame: string; at: Expression | null }, scope: Scope): Tree | null {
  if (at === null) return null
  const { tree, columns, hasSubquery } = bindComputed(at, scope)
  if (columns.length > 0 || hasSubquery || (scope.class !== 'SAFE' && !isBearable(at, isOfRange(frame))))
    refuse(at, scope)
  return tree
}

function refuse(at: Expression, scope: Scope): void {
  scope.task.note('STATEMENT_NOT_ALLOWED', at, { key: 'hint.windowBound' })
}

/** A number of rows or groups; for a distance, a number or an interval, not too far. */
function isBearable(at: Expression, isDistance: boolean): boolean {
  const number = literalNumber(at) ?? decimalOf(at)
  if (!isDistance) return Number.isSafeInteger(number) && (number ?? -1) >= 0
  if (number !== undefined) return number >= 0 && number <= maxDistance
  const years = yearsOf(at)
  return years !== undefined && years >= 0 && years <= maxYears
}

/** A distance is measured on one number or moment of known type, kept within bounds that it can be added to. */
function measured([by, second]: readonly Bound[], window: Window, scope: Scope): Tree | null {
  const tree = by && second === undefined ? steadyOrder(by) : null
  const [order] = window.orders
  if (tree !== null && order) return sql.order(tree, order.type, order.null_order)
  scope.task.note('STATEMENT_NOT_ALLOWED', order?.expression ?? window, { key: 'hint.windowRange' })
  return null
}

/**
 * What lag and lead answer where there is no row. The engine brings it to the type of the first operand, and raises when it
 * does not fit: that type must be known, so that it can be tried, unless there is nothing to bring.
 */
export function bindFallback(at: Expression, first: Bound | undefined, scope: Scope): Bound {
  const fallback = bindComputed(at, scope)
  const isNull = at.class === 'CONSTANT' && at.value.is_null
  if (scope.class === 'SAFE' || isNull) return fallback
  const isSure = first?.kind === 'number' && literalNumber(at) === 0
  if (isSure) return fallback
  if (first?.type !== undefined && /^[A-Z]+$/.test(first.type))
    return { ...fallback, tree: sql.cast(fallback.tree, first.type, { try: true }) }
  scope.task.note('TYPE_ERROR', at, { key: 'hint.windowDefault' })
  return fallback
}
