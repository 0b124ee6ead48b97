/** Windows: within a person over patient rows, free above the leaves. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { literalNumber, mayWindow } from '../functions.ts'
import type { Expression, Order, Window } from '../statement/nodes.ts'
import { bare, bind, bindCondition, made } from './expression.ts'
import { bindFallback, bindFraming } from './frame.ts'
import { kindOfSum } from './harden.ts'
import { instead, personOf } from './hints.ts'
import { checkComputed, isOwn, saysPerson } from './identifiers.ts'
import { partial } from './layer.ts'
import type { Bound, Kind, Scope } from './relation.ts'
import { asShare, withoutShare } from './share.ts'
import { steadyOperands } from './steady.ts'

/** Functions whose answer depends on the order of tied rows, whatever their frame. */
const ranking = new Set(['row_number', 'ntile', 'lag', 'lead'])
const framed = new Set(['first_value', 'first', 'last_value', 'last', 'nth_value', 'any_value', 'arbitrary'])
const counting = new Set([
  'row_number',
  'rank',
  'dense_rank',
  'rank_dense',
  'ntile',
  'percent_rank',
  'cume_dist',
  'count',
  'count_star',
  'avg',
])
const picking = new Set([
  'lag',
  'lead',
  'first_value',
  'last_value',
  'nth_value',
  'first',
  'last',
  'min',
  'max',
])

export function bindWindow(window: Window, scope: Scope): Bound {
  const name = window.function_name.toLowerCase()
  // What `fill` computes between rows has no form under TRY and no bound.
  if (!mayWindow(name) || (name === 'fill' && scope.class !== 'SAFE'))
    return scope.task.refuse('FUNCTION_NOT_ALLOWED', window, instead(name, 'window'))
  const children = window.children.map((child) => bindArgument(child, name, scope))
  const partitions = window.partitions.map((part) => bind(part, scope))
  const isPlace = isAcross(window, partitions, scope)
  const orders = window.orders.map((order) => bindOrder(order, scope))
  if (isPlace) checkPlace(window, { partitions, orders: orders.map(({ by }) => by) }, scope)
  const argumentOrders = window.arg_orders.map((order) => bindOrder(order, scope))
  const filter = window.filter_expr ? bindCondition(window.filter_expr, scope) : null
  const fallback = window.default_expr ? bindFallback(window.default_expr, children[0], scope) : null
  const framing = bindFraming(
    window,
    orders.map(({ by }) => by),
    scope,
  )
  const open: Tree[] = framing.order ? [framing.order] : orders.map(({ tree }) => tree)
  const operands = children.map((bound, index) => ({ bound, at: window.children[index] ?? window }))
  closeTies(window, open, isPlace ? scope : { seen: scope.seen })
  const tree = {
    ...bare(window),
    function_name: name,
    schema: '',
    children: steadyOperands(name, operands, scope),
    partitions: isPlace ? partitions.map(({ tree }) => tree) : partedBy(partitions, scope),
    orders: open,
    arg_orders: argumentOrders.map((order) => order.tree),
    filter_expr: filter?.tree ?? null,
    default_expr: fallback?.tree ?? null,
    start_expr: framing.start,
    end_expr: framing.end,
    offset_expr: framing.offset,
  }
  const sides = [...partitions, ...[...orders, ...argumentOrders].map(({ by }) => by)].map(withoutShare)
  const parts = [...children, ...sides, filter, fallback].filter((part) => part !== null)
  return partial(placed(made(tree, parts, kindOf(name, children)), name, isPlace), scope)
}

/** Within a person the hidden key parts the rows; what names the same person would part them again, by its text. */
function partedBy(partitions: readonly Bound[], { pix }: Scope): readonly Tree[] {
  if (!pix) return partitions.map(({ tree }) => tree)
  return [...partitions.filter((bound) => !saysPerson(bound, pix)).map(({ tree }) => tree), pix]
}

/** A tile is coarse enough to be shown; a share is not. */
function placed(bound: Bound, name: string, isPlace: boolean): Bound {
  return isPlace && name !== 'ntile' ? asShare(bound) : bound
}

/** Across persons a window says where a row stands, or is refused; within one it may say anything. */
function isAcross(window: Window, partitions: readonly Bound[], scope: Scope): boolean {
  if (scope.class !== 'PK' || partitions.some(({ identifier }) => isOwn(identifier))) return false
  const isPlace = isPlaceAmongAll(window)
  if (!isPlace) scope.task.note('CROSS_PATIENT_WINDOW', window, partitionHint(scope))
  return isPlace
}

/** Identifiers part and order the rows of their person alone. */
function checkPlace(
  window: Window,
  { partitions, orders }: Record<'partitions' | 'orders', readonly Bound[]>,
  scope: Scope,
): void {
  for (const [i, bound] of partitions.entries()) checkComputed(bound, window.partitions[i], scope)
  for (const [i, bound] of orders.entries()) checkComputed(bound, window.orders[i]?.expression, scope)
}

/** A last key for orders that have ties. Across persons the person comes first: the same rows get the same tile every time. */
function closeTies(window: Window, open: Tree[], { pix, seen }: Pick<Scope, 'pix' | 'seen'>): void {
  const name = window.function_name.toLowerCase()
  if (name === 'ntile' && pix) open.push(sql.order(pix))
  if (hasTies(window, name)) seen.openOrders.push(open)
}

const maxTiles = 20

/** Where a row stands among those of all persons, coarsely enough: a tile of at most twenty, or a share. */
function isPlaceAmongAll({
  function_name,
  children,
  arg_orders,
  filter_expr,
  exclude_clause,
}: Window): boolean {
  const name = function_name.toLowerCase()
  if (arg_orders.length > 0 || filter_expr !== null || exclude_clause !== 'NO_OTHER') return false
  if (name === 'percent_rank' || name === 'cume_dist') return children.length === 0
  const tiles = children.map((child) => literalNumber(child) ?? 0)
  return name === 'ntile' && tiles.length === 1 && tiles.every((tile) => tile >= 1 && tile <= maxTiles)
}

function bindArgument(child: Expression, name: string, scope: Scope): Bound {
  const bound = bind(child, scope)
  return name === 'count' && isOwn(bound.identifier) ? bound : checkComputed(bound, child, scope)
}

/** An order within a partition; a withheld cell is last both ways. */
export function bindOrder(order: Order, scope: Scope): { tree: Tree; by: Bound } {
  const by = bind(order.expression, scope)
  if (by.identifier && scope.class !== 'PK') checkComputed(by, order.expression, scope)
  return { tree: sql.order(by.tree, order.type, order.null_order), by }
}

function partitionHint({ sources }: Scope) {
  const person = personOf(sources)
  return person === undefined ? undefined : { key: 'hint.partition', with: { person } }
}

/**
 * Whether a last key makes the answer deterministic without changing what it means: for functions of the row order, and for
 * those of a frame only when the frame does not depend on peers.
 */
function hasTies(window: Window, name: string): boolean {
  if (ranking.has(name)) return true
  if (!framed.has(name) || window.exclude_clause !== 'NO_OTHER') return false
  const peers = /RANGE|GROUPS/
  const isFirst = name === 'first_value' || name === 'first'
  return !peers.test(window.start) && (isFirst || !peers.test(window.end))
}

function kindOf(name: string, [first]: readonly Bound[]): Kind | undefined {
  if (name === 'sum') return kindOfSum(first)
  if (counting.has(name)) return 'number'
  return picking.has(name) ? first?.kind : undefined
}
