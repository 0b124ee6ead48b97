/** LATERAL: a query of FROM that reads the rows to its left. Over patient rows it is tied to the person of that row. */
import * as sql from '../build.ts'
import { literalNumber } from '../functions.ts'
import type { Expression, Join, Modifier, Order, Select, Window } from '../statement/nodes.ts'
import { atPosition } from './group.ts'
import { addEquality } from './hints.ts'
import type { Item } from './items.ts'
import type { Column, From, Lateral, Relation, Scope, Task } from './relation.ts'
import type { Tie } from './ties.ts'

/** What a typed query under an alias reads of the rows to its left; undefined when it reads nothing outside. */
export function lateralOf(relation: Relation, alias: string): Lateral | undefined {
  const { outer, ties, isWithinPerson, isValue = false } = relation
  if (outer.length === 0) return undefined
  const pairs = ties?.map((tie) => sql.equal(tie.outer, sql.column(alias, tie.inner)))
  return { reads: outer, isWithinPerson, isValue, ...(pairs ? { ties: pairs } : {}) }
}

/** The columns of a row of these sources: a query to their right may read them. */
function columnsOf({ sources, merged }: From): ReadonlySet<Column> {
  return new Set([...sources.flatMap(({ columns }) => columns), ...merged])
}

export interface Sides {
  readonly join: Join
  readonly left: From
  readonly right: From
}

/** What the right side reads of the left; undefined when it reads nothing there. */
export function readsLeft({ left, right }: Pick<Sides, 'left' | 'right'>): Lateral | undefined {
  const own = columnsOf(left)
  return right.lateral?.reads.some((column) => own.has(column)) ? right.lateral : undefined
}

/** What a join has still to compare with rows further to the left. */
export function stillTied(sides: Pick<Sides, 'left' | 'right'>): Lateral | undefined {
  const open = [sides.left.lateral, readsLeft(sides) ? undefined : sides.right.lateral]
  const lateral = open.find((one) => one !== undefined)
  return lateral && { ...lateral, isNested: true }
}

/** The columns of outer rows that a join still reads, when those of its left side are known. */
export function stillOuter({ left, right }: Pick<Sides, 'left' | 'right'>): readonly Column[] {
  const own = columnsOf(left)
  return [...left.seen.outer, ...right.seen.outer.filter((column) => !own.has(column))]
}

/** Notes what a join with such a side may not be. */
export function checkLateral(sides: Sides, lateral: Lateral, task: Task): void {
  const { join, left, right } = sides
  const at = right.at ?? join
  if (join.join_type !== 'INNER' && join.join_type !== 'LEFT') task.note('JOIN_NOT_ALLOWED', join)
  const areBoth = left.class === 'PK' && right.class === 'PK'
  if (areBoth && !lateral.isNested && !lateral.isWithinPerson)
    task.note('CROSS_PATIENT_JOIN', at, addEquality(left.sources, right.sources))
  if (lateral.isNested && (areBoth || lateral.ties || lateral.isValue))
    task.note('STATEMENT_NOT_ALLOWED', at, { key: 'hint.subqueryInFrom' })
  if (lateral.isValue && !isTrue(join)) task.note('STATEMENT_NOT_ALLOWED', join, { key: 'hint.lateralValue' })
}

function isTrue({ condition, using_columns, ref_type }: Join): boolean {
  if (using_columns.length > 0 || ref_type === 'NATURAL') return false
  if (condition === null) return true
  const written = condition.class === 'CAST' ? condition.child : condition
  return written.class === 'CONSTANT' && (written.value.value === 't' || written.value.value === true)
}

/**
 * `ORDER BY … LIMIT n` of a query that is tied to the person: the first n rows of each person, which is what the left row would
 * see. Null when there is no such limit, or when it is not of plain rows.
 */
export function limitPerPerson(
  select: Select,
  { items, ties }: { items: readonly Item[]; ties: readonly Tie[] },
  scope: Scope,
): Select | null {
  const limit = select.modifiers.find(isLimit)
  const isPlain = select.group_expressions.length === 0 && select.having === null && select.qualify === null
  const others = select.modifiers.filter((one) => one !== limit && one.type !== 'ORDER_MODIFIER')
  if (limit === undefined || ties.length === 0 || !isPlain || others.length > 0) return null
  const skipped = limit.offset === null ? 0 : literalNumber(limit.offset)
  const kept = limit.limit === null ? undefined : literalNumber(limit.limit)
  if (skipped === undefined || kept === undefined) return null
  const orders = select.modifiers.flatMap((one) => (one.type === 'ORDER_MODIFIER' ? one.orders : []))
  if (orders.some(({ expression }) => expression.class === 'STAR')) return null
  const placed = orders.map((order) => ({ ...order, expression: atPosition(order.expression, items, scope) }))
  const [lower, upper] = [whole(skipped + 1), whole(skipped + kept)]
  const input = rowNumber(placed, ties)
  const qualify = { class: 'BETWEEN' as const, type: 'COMPARE_BETWEEN', input, lower, upper }
  return { ...select, modifiers: [], qualify }
}

type Limit = Extract<Modifier, { limit: unknown }>

function isLimit(modifier: Modifier): modifier is Limit {
  return modifier.type === 'LIMIT_MODIFIER'
}

function whole(number: number): Expression {
  const value = { type: { id: 'BIGINT', type_info: null }, is_null: false, value: number }
  const constant = { class: 'CONSTANT' as const, type: 'VALUE_CONSTANT', value }
  return constant
}

/** Everything that the parser would have written, for the tree is printed again. */
function rowNumber(orders: readonly Order[], ties: readonly Tie[]): Window {
  const window = {
    class: 'WINDOW' as const,
    type: 'WINDOW_ROW_NUMBER',
    alias: '',
    function_name: 'row_number',
    schema: '',
    catalog: '',
    children: [],
    partitions: ties.map(({ inner }): Expression => ({ class: 'EXPANDED', column: inner })),
    orders,
    arg_orders: [],
    start: 'UNBOUNDED_PRECEDING',
    end: 'CURRENT_ROW_RANGE',
    exclude_clause: 'NO_OTHER',
    start_expr: null,
    end_expr: null,
    offset_expr: null,
    default_expr: null,
    filter_expr: null,
    ignore_nulls: false,
    distinct: false,
  }
  return window
}
