/** Windows: within a person over patient rows, free above the leaves. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { mayWindow } from '../functions.ts'
import type { Expression, Order, Window } from '../statement/nodes.ts'
import { bare, bind, bindCondition, made } from './expression.ts'
import { bindFallback, bindFraming } from './frame.ts'
import { instead, personOf } from './hints.ts'
import { checkComputed, isOwn } from './identifiers.ts'
import { partial } from './layer.ts'
import type { Bound, Kind, Scope } from './relation.ts'
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
  'count',
  'count_star',
  'sum',
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
  const isWithinPerson = scope.class !== 'PK' || partitions.some(({ identifier }) => isOwn(identifier))
  if (!isWithinPerson) scope.task.note('CROSS_PATIENT_WINDOW', window, partitionHint(scope))
  const orders = window.orders.map((order) => bindOrder(order, scope))
  const argumentOrders = window.arg_orders.map((order) => bindOrder(order, scope))
  const filter = window.filter_expr ? bindCondition(window.filter_expr, scope) : null
  const fallback = window.default_expr ? bindFallback(window.default_expr, children[0], scope) : null
  const framing = bindFraming(
    window,
    orders.map(({ by }) => by),
    scope,
  )
  const open = framing.order ? [framing.order] : orders.map(({ tree }) => tree)
  const operands = children.map((bound, index) => ({ bound, at: window.children[index] ?? window }))
  if (hasTies(window, name)) scope.seen.openOrders.push(open)
  const tree = {
    ...bare(window),
    function_name: name,
    schema: '',
    children: steadyOperands(name, operands, scope),
    partitions: [...partitions.map((part) => part.tree), ...(scope.pix ? [scope.pix] : [])],
    orders: open,
    arg_orders: argumentOrders.map((order) => order.tree),
    filter_expr: filter?.tree ?? null,
    default_expr: fallback?.tree ?? null,
    start_expr: framing.start,
    end_expr: framing.end,
    offset_expr: framing.offset,
  }
  const sides = [...orders, ...argumentOrders].map(({ by }) => by)
  const parts = [...children, ...partitions, ...sides, filter, fallback].filter((part) => part !== null)
  const kind = kindOf(name, children)
  return partial(made(tree, parts, kind), scope)
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
  if (counting.has(name)) return 'number'
  return picking.has(name) ? first?.kind : undefined
}
