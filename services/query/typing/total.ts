/**
 * `avg(cost) OVER (PARTITION BY ward)` across persons: a leaf by these keys, released like any other, whose values go back into the
 * vault and stand beside the rows of their group. A value that is withheld is NULL.
 */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { type LeafBuilder, newLeaf } from '../leaf/leaf.ts'
import { sizeOf } from '../leaf/order.ts'
import type { Call, Window } from '../statement/nodes.ts'
import { bind, checkRestriction } from './expression.ts'
import { isOwn } from './identifiers.ts'
import { type Layer, withheldAsNull } from './layer.ts'
import type { Bound, From, Scope } from './relation.ts'
import type { Stage } from './stage.ts'

const names = new Set(['count', 'count_star', 'sum', 'avg', 'mean'])
const wholes = new Set(['CURRENT_ROW_RANGE', 'UNBOUNDED_FOLLOWING'])

/** Whether a window is the count, sum or mean of whole groups of several persons. */
export function isTotal(window: Window, scope: Scope): boolean {
  const { orders, arg_orders, start, end, exclude_clause, partitions } = window
  const isWhole = orders.length === 0 && start === 'UNBOUNDED_PRECEDING' && wholes.has(end)
  const isPlain = arg_orders.length === 0 && exclude_clause === 'NO_OTHER'
  if (scope.class !== 'PK' || !names.has(window.function_name.toLowerCase()) || !isWhole || !isPlain)
    return false
  return !partitions.some((part) => isOwn(bind(part, scope).identifier))
}

interface Group {
  readonly alias: string
  readonly keys: readonly Bound[]
  /** The keys where the values are joined. */
  readonly places: readonly Tree[]
  readonly leaf: LeafBuilder
  readonly values: Bound[]
  readonly at: Window
}

export interface Totals {
  /** The column of a total, beside the rows of the stage. */
  readonly bind: (window: Window) => Bound
  /** Releases what was asked for and answers what stands beside the rows. Called once, last. */
  readonly close: () => readonly sql.Beside[]
}

/** Totals over the rows of one stage; those of the same groups are one leaf. */
export function newTotals(below: Stage, from: From, layer: Layer): Totals {
  const { scope } = below
  const groups = new Map<string, Group>()
  const groupOf = (window: Window): Group => {
    const bound = window.partitions.map((part) => bind(part, scope))
    const keys = bound.filter(({ tree }) => tree.class !== 'CONSTANT')
    const shape = JSON.stringify(keys.map(({ tree }) => tree))
    const known = groups.get(shape)
    if (known) return known
    for (const [i, at] of window.partitions.entries()) checkKey(at, bound[i], scope)
    const group: Group = {
      alias: scope.task.fresh(),
      keys,
      places: keys.map(({ tree }) => layer.carryTree(tree)),
      leaf: newLeaf({ below, from, keys }, scope),
      values: [],
      at: window,
    }
    groups.set(shape, group)
    return group
  }
  return {
    bind: (window) => {
      const { alias, keys, leaf, values } = groupOf(window)
      const labels = keys.map(({ columns }) => columns[0]?.name ?? '…')
      values.push(leaf.measure(callOf(window), labels))
      const tree = sql.column(alias, `c${keys.length + values.length - 1}`)
      return { tree, columns: [], marks: [], hasSubquery: false, kind: 'number' }
    },
    close: () => [...groups.values()].map((group) => joined(group, below)),
  }
}

function checkKey(at: Window['partitions'][number], bound: Bound | undefined, scope: Scope): void {
  if (!bound) return
  if (bound.identifier) scope.task.note('IDENTIFIER_OUTPUT', at)
  checkRestriction(bound, 'group-by', { at, scope })
  checkRestriction(bound, 'output', { at, scope })
}

/** The released values of a group beside its rows; NULL is a group like any other. */
function joined({ alias, at, keys, leaf, places, values }: Group, below: Stage): sql.Beside {
  const { seen, task } = below.scope
  if (seen.outer.length > 0) task.note('CROSS_PATIENT_SUBQUERY', at, { key: 'hint.subqueryInFrom' })
  const columns = [...keys.map((_, i) => leaf.keyColumn(i).ref), ...values.map(withheldAsNull)]
  const list = columns.map((tree, i) => sql.named(tree, `c${i}`))
  // The rows are written out once more, for the leaf.
  task.spend(sizeOf(below.tree()), at)
  const query = sql.select({ list, from: leaf.close() })
  task.markPartial()
  const kinds = [...keys, ...values].map(({ kind }) => kind)
  const tree = sql.base('', task.input(query, kinds), alias)
  const on = sql.and(places.map((place, i) => sql.same(place, sql.column(alias, `c${i}`))))
  return on ? { tree, on } : { tree }
}

function callOf({ function_name, children, filter_expr, distinct, query_location }: Window): Call {
  const isRows = function_name.toLowerCase() === 'count' && children.length === 0
  return {
    class: 'FUNCTION',
    alias: '',
    ...(query_location === undefined ? {} : { query_location }),
    function_name: isRows ? 'count_star' : function_name,
    schema: '',
    children,
    filter: filter_expr,
    order_bys: { type: 'ORDER_MODIFIER', orders: [] },
    distinct,
    is_operator: false,
  }
}
