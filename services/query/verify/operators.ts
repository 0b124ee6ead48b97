/** Walks a bound, unoptimised plan from its scans to its root (rules V1 to V5 and V7 of disclosure.md 10). Fails closed. */
import { boundFunctionAllowed } from '../../engine/capabilities.ts'
import { conjuncts, inspect, inspectAggregate, inspectWindow, isPlace, meaningOf } from './expression.ts'
import { anyJoin, comparisonJoin, crossProduct, filteredProduct } from './join.ts'
import {
  integerOf,
  listOf,
  mustBeEmpty,
  type Node,
  nodeOf,
  nodesOf,
  notProven,
  only,
  textOf,
} from './node.ts'
import {
  type ColumnFact,
  dataColumn,
  factAt,
  isCovered,
  moved,
  publicRelation,
  type Relation,
  type RelationClass,
} from './relation.ts'

/** What a scan may read: the facts of a granted relation, one column per name of the engine, or nothing. */
export type Grant = (schema: string, table: string) => GrantedTable | undefined

interface GrantedTable {
  readonly class: 'private' | 'public'
  /** At most one row per person. */
  readonly isUnique: boolean
  readonly columns: ReadonlySet<string>
}

interface Scope {
  readonly grant: Grant
  readonly ctes: ReadonlyMap<number, Relation>
  /** Distinct values of the outer row that the nearest correlated subquery takes. */
  readonly outer?: Relation
}

const hiddenKey = '__pix'

type Operator = (node: Node, scope: Scope) => Relation

/** Every node type that may occur. TOP_N, SAMPLE, positional joins and all that is not here are refused. */
const operators: Readonly<Record<string, Operator>> = {
  LOGICAL_GET: scan,
  LOGICAL_DUMMY_SCAN: () => publicRelation(1),
  LOGICAL_EXPRESSION_GET: expressionScan,
  LOGICAL_DELIM_GET: (_, { outer }) => outer ?? notProven('V1'),
  LOGICAL_CTE_REF: cteReference,
  LOGICAL_MATERIALIZED_CTE: materializedCte,
  LOGICAL_RECURSIVE_CTE: recursiveCte,
  LOGICAL_PROJECTION: projection,
  LOGICAL_FILTER: filter,
  LOGICAL_AGGREGATE_AND_GROUP_BY: aggregate,
  LOGICAL_WINDOW: window,
  LOGICAL_UNNEST: unnest,
  LOGICAL_DISTINCT: distinct,
  LOGICAL_ORDER_BY: orderBy,
  LOGICAL_LIMIT: limit,
  LOGICAL_UNION: setOperation,
  LOGICAL_INTERSECT: setOperation,
  LOGICAL_EXCEPT: setOperation,
  LOGICAL_CROSS_PRODUCT: (node, scope) => crossProduct(...sides(node, scope)),
  LOGICAL_COMPARISON_JOIN: (node, scope) => comparisonJoin(node, ...sides(node, scope)),
  LOGICAL_ASOF_JOIN: asOfJoin,
  LOGICAL_ANY_JOIN: (node, scope) => anyJoin(node, ...sides(node, scope)),
  LOGICAL_DELIM_JOIN: delimJoin,
}

/** The relation that a plan computes, or NOT_PROVEN. */
export function relationOf(node: Node, scope: Scope): Relation {
  const type = textOf(node.type)
  const operator = Object.hasOwn(operators, type) ? operators[type] : undefined
  return operator ? operator(node, scope) : notProven('V1')
}

/** The root of a serialised plan of one statement. */
export function rootOf(tree: Node): Node {
  if (tree.error !== undefined && tree.error !== false) notProven('shape')
  return only(nodesOf(tree.plans))
}

function input(node: Node, scope: Scope): Relation {
  return relationOf(only(nodesOf(node.children)), scope)
}

function sides(node: Node, scope: Scope): [Relation, Relation] {
  const [left, right, ...more] = nodesOf(node.children)
  if (!left || !right || more.length > 0) return notProven('shape')
  return [relationOf(left, scope), relationOf(right, scope)]
}

/** V2. The place of a column in the scan is that of its name; what has no name, such as a row number, is never read. */
function scan(node: Node, scope: Scope): Relation {
  if (node.name !== 'seq_scan') return tableFunction(node, scope)
  mustBeEmpty(nodeOf(node.table_filters).filters, 'V1')
  mustBeEmpty(node.projection_ids, 'V1')
  if (nodeOf(node.extra_info).sample_options != null) notProven('V1')
  const source = nodeOf(node.function_data)
  const table = scope.grant(textOf(source.schema), textOf(source.table)) ?? notProven('V2')
  const names = listOf(node.names)
  const isPersonal = table.class === 'private'
  const columns = nodesOf(node.column_indexes).map(({ index }): ColumnFact => {
    const name = typeof index === 'number' ? names[index] : undefined
    if (name === undefined) return { kind: 'hidden', isPublic: !isPersonal }
    if (isPersonal && name === hiddenKey) return { kind: 'pix', isPublic: false }
    return table.columns.has(textOf(name)) ? { kind: 'data', isPublic: !isPersonal } : notProven('V2')
  })
  const keys = columns.flatMap(({ kind }, i) => (kind === 'pix' ? [new Set([i])] : []))
  return {
    class: table.class,
    columns,
    covers: keys,
    unique: table.isUnique ? keys : [],
    isFrame: !isPersonal,
  }
}

/** Series of constants. What takes rows in is planned as an operator of its own, or not proven. */
function tableFunction(node: Node, _: Scope): Relation {
  if (!boundFunctionAllowed(textOf(node.name), 'table')) notProven('V3')
  mustBeEmpty(node.children, 'V1')
  return publicRelation(nodesOf(node.column_indexes).length)
}

/** One row is chosen among those of the right side: among those of one person, or of nobody. */
function asOfJoin(node: Node, scope: Scope): Relation {
  const [left, right] = sides(node, scope)
  if (right.class !== 'public' && left.class !== 'private') notProven('V4')
  return comparisonJoin(node, left, right)
}

function expressionScan(node: Node, scope: Scope): Relation {
  const from = input(node, scope)
  const rows = listOf(node.expressions).map((row) => projected(from, nodesOf(row)))
  const width = listOf(node.expr_types).length
  if (rows.length === 0 || rows.some(({ columns }) => columns.length !== width)) notProven('shape')
  if (from.class === 'public') return publicRelation(width)
  // Of each row of a person as many are made as are written out: a key that is in all of them stays one.
  const columns = Array.from({ length: width }, (_, i) => mergedColumn(rows, i))
  const covers = columns.flatMap((_, i) => (rows.every((row) => isCovered(row, [i])) ? [new Set([i])] : []))
  return { class: from.class, columns, covers, unique: [], isFrame: false }
}

function cteReference(node: Node, { ctes }: Scope): Relation {
  const found = ctes.get(integerOf(node.cte_index)) ?? notProven('V1')
  return found.columns.length === listOf(node.chunk_types).length ? found : notProven('shape')
}

function materializedCte(node: Node, scope: Scope): Relation {
  const [definition, body, ...more] = nodesOf(node.children)
  if (!definition || !body || more.length > 0) return notProven('shape')
  const relation = relationOf(definition, scope)
  const ctes = new Map(scope.ctes).set(integerOf(node.table_index), relation)
  return relationOf(body, { ...scope, ctes })
}

/** A step that reads what it made before: rows of nobody, from the start and in each step. */
function recursiveCte(node: Node, scope: Scope): Relation {
  mustBeEmpty(node.key_targets, 'V1')
  const [start, step, ...more] = nodesOf(node.children)
  if (!start || !step || more.length > 0) return notProven('shape')
  const { columns, class: kind } = relationOf(start, scope)
  const made = publicRelation(columns.length)
  const ctes = new Map(scope.ctes).set(integerOf(node.table_index), made)
  const next = relationOf(step, { ...scope, ctes })
  if (kind !== 'public' || next.class !== 'public' || next.columns.length !== columns.length)
    return notProven('V1')
  return made
}

function projection(node: Node, scope: Scope): Relation {
  const from = input(node, scope)
  return projected(from, nodesOf(node.expressions))
}

function projected(from: Relation, expressions: readonly Node[]): Relation {
  const meanings = expressions.map((expression) => meaningOf(expression, from))
  const places = new Map<number, number>()
  expressions.forEach(({ expression_class: kind, index }, place) => {
    if (kind === 'BOUND_REF' && !places.has(integerOf(index))) places.set(integerOf(index), place)
  })
  const owners = meanings.flatMap(({ isOwner }, place) => (isOwner ? [new Set([place])] : []))
  return {
    class: from.class,
    columns: meanings.map(({ fact }) => fact),
    covers: [...moved(from.covers, places), ...owners],
    unique: moved(from.unique, places),
    isFrame: from.isFrame,
  }
}

function filter(node: Node, scope: Scope): Relation {
  const kept = node.projection_map === undefined ? [] : listOf(node.projection_map).map(integerOf)
  const all = filtered(node, scope)
  return kept.length === 0 ? all : chosen(all, kept)
}

/** The columns of a relation that go on. */
function chosen(from: Relation, kept: readonly number[]): Relation {
  const places = new Map(kept.map((index, place) => [index, place]))
  const columns = kept.map((index) => factAt(from, index))
  return { ...from, columns, covers: moved(from.covers, places), unique: moved(from.unique, places) }
}

function filtered(node: Node, scope: Scope): Relation {
  const conditions = nodesOf(node.expressions)
  const child = only(nodesOf(node.children))
  if (child.type === 'LOGICAL_CROSS_PRODUCT') return filteredProduct(conditions, factors(child, scope))
  const from = relationOf(child, scope)
  const isPublic = conjuncts(conditions)
    .map((one) => inspect(one, from))
    .every(Boolean)
  return { ...from, isFrame: from.isFrame && isPublic }
}

/** A product of products, opened, from left to right. */
function factors(node: Node, scope: Scope): readonly Relation[] {
  if (node.type !== 'LOGICAL_CROSS_PRODUCT') return [relationOf(node, scope)]
  return nodesOf(node.children).flatMap((child) => factors(child, scope))
}

/** Rows of one person may be taken together; rows of several never below the evidence. */
function aggregate(node: Node, scope: Scope): Relation {
  mustBeEmpty(node.grouping_functions, 'V1')
  const from = input(node, scope)
  const groups = nodesOf(node.groups)
  oneGroupingSet(listOf(node.grouping_sets), groups.length)
  const keys = projected(from, groups)
  const owned = keys.columns.flatMap(({ kind }, i) => (kind === 'pix' ? [i] : []))
  if (from.class === 'private' && !isCovered(keys, owned)) notProven('V6')
  const isPublic = from.class === 'public'
  const made = nodesOf(node.expressions).map((one): ColumnFact => {
    inspectAggregate(one, from)
    return { kind: 'data', isPublic, aggregate: one }
  })
  const columns = [...keys.columns, ...made]
  return { ...keys, columns, unique: [new Set(groups.keys())] }
}

function oneGroupingSet(sets: readonly unknown[], groups: number): void {
  const [set, ...more] = sets.map((one) => new Set(listOf(one)))
  if (more.length > 0 || (set && set.size !== groups)) notProven('V1')
}

/** V5. A window over rows of persons stays within each person, or says no more than where a row stands among all. */
function window(node: Node, scope: Scope): Relation {
  const from = input(node, scope)
  const made = nodesOf(node.expressions).map((expression): ColumnFact => {
    const { partition, isPublic } = inspectWindow(expression, from)
    const isWithin = partition.some(({ isOwner }) => isOwner)
    // What numbers the rows of several persons is never read: it may only come back to its row, in a correlated join.
    if (from.class === 'private' && isRowNumber(expression)) return { kind: 'row', isPublic: false }
    if (from.class === 'private' && !isWithin && !isPlace(expression)) notProven('V5')
    return { kind: 'data', isPublic: isPublic && from.class === 'public' }
  })
  return { ...from, columns: [...from.columns, ...made] }
}

/** How the engine tells apart the outer rows of a correlated subquery that it cannot compare, such as those with lists. */
function isRowNumber({ type, partitions, orders }: Node): boolean {
  return type === 'WINDOW_ROW_NUMBER' && nodesOf(partitions).length === 0 && nodesOf(orders).length === 0
}

/** One row becomes several: nothing stays unique. */
function unnest(node: Node, scope: Scope): Relation {
  const from = input(node, scope)
  const made = nodesOf(node.expressions).map((expression): ColumnFact => {
    if (expression.expression_class !== 'BOUND_UNNEST') notProven('V1')
    return { kind: 'data', isPublic: inspect(nodeOf(expression.child), from) }
  })
  const isFrame = from.isFrame && made.every(({ isPublic }) => isPublic)
  return { ...from, columns: [...from.columns, ...made], unique: [], isFrame }
}

/** Repeats are dropped within a person only: whether a row of one survives must not depend on another. */
function distinct(node: Node, scope: Scope): Relation {
  const from = input(node, scope)
  const targets = projected(from, nodesOf(node.distinct_targets))
  if (from.class === 'private' && targets.covers.length === 0) notProven('V6')
  if (node.order_by != null) inspectOrders(nodesOf(nodeOf(node.order_by).orders), from)
  const refs = nodesOf(node.distinct_targets).flatMap((one) =>
    one.expression_class === 'BOUND_REF' ? [integerOf(one.index)] : [],
  )
  const isPlain = refs.length === targets.columns.length
  const isFrame = from.isFrame && node.distinct_type === 'DISTINCT'
  return { ...from, unique: isPlain ? [...from.unique, new Set(refs)] : from.unique, isFrame }
}

/** An order without a limit changes nothing; it may name the person key. */
function orderBy(node: Node, scope: Scope): Relation {
  mustBeEmpty(node.projections, 'V1')
  const from = input(node, scope)
  inspectOrders(nodesOf(node.orders), from)
  return from
}

/** One person would decide which rows of others survive: rows of nobody only. */
function limit(node: Node, scope: Scope): Relation {
  const from = input(node, scope)
  return from.class === 'public' ? from : notProven('V1')
}

function inspectOrders(orders: readonly Node[], from: Relation): void {
  for (const order of orders) meaningOf(nodeOf(order.expression), from)
}

/** Branches are read column by column; a person key stands in the same place in each, or the constant NULL does. */
function setOperation(node: Node, scope: Scope): Relation {
  const branches = nodesOf(node.children).map((child) => relationOf(child, scope))
  const [first, ...rest] = branches
  if (!first || rest.some(({ columns }) => columns.length !== first.columns.length)) return notProven('shape')
  const isUnionAll = node.type === 'LOGICAL_UNION'
  if (branches.every((branch) => branch.class === 'public')) return publicRelation(first.columns.length)
  if (branches.every((branch) => branch.class !== 'private')) return ofParameters(first.columns.length)
  if (branches.some((branch) => branch.class === 'parameter')) return notProven('V4')
  const columns = first.columns.map((_, i) => mergedColumn(branches, i))
  const owners = columns.flatMap(({ kind }, i) => (kind === 'pix' ? [i] : []))
  const covers = owners
    .filter((i) => branches.every((branch) => branch.class !== 'private' || isCovered(branch, [i])))
    .map((i) => new Set([i]))
  // Sets stay within a person: every private branch must say whose row it is, in the same place.
  const areAllPrivate = branches.every((branch) => branch.class === 'private')
  if (!isUnionAll && (!areAllPrivate || covers.length === 0)) return notProven('V4')
  return { class: 'private', columns, covers, unique: [], isFrame: false }
}

/** Values of an outer row beside public ones: they go back to the row that they came from. */
function ofParameters(width: number): Relation {
  const columns = Array.from({ length: width }, () => dataColumn)
  return { class: 'parameter', columns, covers: [], unique: [], isFrame: false }
}

function mergedColumn(branches: readonly Relation[], i: number): ColumnFact {
  const kinds = new Set(branches.map(({ columns }) => columns[i]?.kind))
  if (kinds.has('hidden')) return notProven('V7')
  if (!kinds.has('pix')) return dataColumn
  kinds.delete('none')
  return kinds.size === 1 ? { kind: 'pix', isPublic: false } : notProven('V7')
}

/**
 * A correlated subquery: its right side sees the distinct values of the outer row. With the person key among them these are
 * rows of that person; without it the right side may read public relations only.
 */
function delimJoin(node: Node, scope: Scope): Relation {
  const [leftNode, rightNode, ...more] = nodesOf(node.children)
  if (!leftNode || !rightNode || more.length > 0 || node.delim_flipped !== false) return notProven('V1')
  const left = relationOf(leftNode, scope)
  const targets = nodesOf(node.duplicate_eliminated_columns)
  const values = projected(left, targets)
  const kind: RelationClass =
    left.class === 'private' && values.covers.length === 0 ? 'parameter' : left.class
  const outer: Relation = {
    ...values,
    class: kind,
    columns: values.columns.map((fact) => ({ ...fact, isPublic: fact.isPublic && left.class === 'public' })),
    unique: [new Set(targets.keys())],
    isFrame: false,
  }
  const right = relationOf(rightNode, { ...scope, outer })
  // Values handed over without the key met public relations only, and come back to the row they left.
  const met: Relation =
    right.class === 'parameter' && kind === 'parameter' ? { ...right, class: 'public' } : right
  return comparisonJoin(node, left, met)
}
