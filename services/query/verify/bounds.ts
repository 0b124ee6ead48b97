/**
 * V6 for plan M: the one pass without the person is what the kernel takes it for. Every column is known by its form: a mask is a mask
 * of persons, over the rows that its count counts, and nothing else of the person key comes out. A second pass looks at whole groups.
 */
import type { Bulle } from '../../dataset/bulle.ts'
import type { Tree } from '../../engine/engine.ts'
import type { Leaf, Measure } from '../plan.ts'
import { inspectAggregate, meaningOf } from './expression.ts'
import { bare, plain } from './form.ts'
import { grantOf } from './grant.ts'
import { integerOf, listOf, mustBeEmpty, type Node, nodeOf, nodesOf, notProven, only } from './node.ts'
import { relationOf, rootOf } from './operators.ts'
import { isCovered, type Relation } from './relation.ts'

/** One row per group and quarter of the persons. */
export function verifyBounds(plan: Tree, leaf: Leaf, bulle: Bulle): void {
  const { node, outputs } = aggregateOf(rootOf(plan))
  const from = relationOf(only(nodesOf(node.children)), { grant: grantOf(bulle, leaf), ctes: new Map() })
  if (from.class !== 'private') notProven('V6')
  const groups = nodesOf(node.groups)
  const made = nodesOf(node.expressions)
  // Nothing is left out, doubled or moved: position is meaning.
  if (outputs.length !== groups.length + made.length || outputs.some((index, i) => index !== i))
    notProven('V6')
  proveGroups(groups, leaf, from)
  const [first, second, ...measured] = made
  const [rows, persons] = [first ?? notProven('V6'), second ?? notProven('V6')]
  if (rows.name !== 'count_star' || rows.filter != null) notProven('V6')
  const person = proveMask(persons, null, from)
  // Whoever has a bit of the mask, or a quarter, has the row.
  if (!isCovered(from, [person])) notProven('V6')
  if (leaf.mask?.hasQuarters !== false && quarterOf(groups.at(-1)) !== person) notProven('V6')
  proveMeasures(measured, leaf.measures, { from, person })
  proveAlike(leaf, { node, measured })
}

/** One row per group, value of a quantile and quarter of the persons: the value is a label like the others. */
export function verifyBlocks(plan: Tree, leaf: Leaf, bulle: Bulle): void {
  const { keys, mask } = leaf
  const value = { name: 'x', type: '' }
  const bare = { ...leaf, keys: [...keys, value], measures: [], total: false }
  verifyBounds(plan, mask ? { ...bare, mask: { ...mask, alike: [], hasQuarters: true } } : bare, bulle)
}

/** The aggregate at the root, and which of its columns come out. */
function aggregateOf(root: Node): { node: Node; outputs: readonly number[] } {
  if (root.type !== 'LOGICAL_PROJECTION') return notProven('V6')
  const node = only(nodesOf(root.children))
  if (node.type !== 'LOGICAL_AGGREGATE_AND_GROUP_BY') notProven('V6')
  mustBeEmpty(node.grouping_functions, 'V1')
  const [set, ...more] = listOf(node.grouping_sets).map((one) => new Set(listOf(one)))
  if (more.length > 0 || (set && set.size !== nodesOf(node.groups).length)) notProven('V1')
  return { node, outputs: nodesOf(root.expressions).map(refOf) }
}

/** Labels hold nothing of the person key; where there are quarters, the last group is one. */
function proveGroups(groups: readonly Node[], { keys, total, mask }: Leaf, from: Relation): void {
  const quarters = mask?.hasQuarters === false ? 0 : 1
  if (groups.length !== keys.length + quarters || total !== (keys.length === 0)) notProven('V6')
  for (const group of groups.slice(0, keys.length)) {
    const { kind } = meaningOf(group, from).fact
    if (kind !== 'data' && kind !== 'none') notProven('V7')
  }
}

interface Rows {
  readonly from: Relation
  /** Column of the person key. */
  readonly person: number
}

function proveMeasures(made: readonly Node[], measures: readonly Measure[], rows: Rows): void {
  let at = 0
  for (const { shape } of measures) {
    const own = made.slice(at, at + widthOf(shape))
    if (shape === 'filtered') proveFiltered(own, rows)
    if (shape === 'sum' || shape === 'avg') proveSum(own, rows)
    at += widthOf(shape)
  }
  if (at !== made.length) notProven('V6')
}

/** Columns of a measure; what has no bounds is not proven. */
function widthOf(shape: Measure['shape']): number {
  const widths: Readonly<Partial<Record<Measure['shape'], number>>> = {
    presence: 0,
    quantile: 0,
    filtered: 2,
    sum: 4,
    avg: 4,
  }
  return widths[shape] ?? notProven('V6')
}

/** The persons of the mask are those of the rows that are counted. */
function proveFiltered([count = notProven('V6'), mask = notProven('V6')]: readonly Node[], rows: Rows): void {
  const taken = argumentOf(count, 'count', rows.from)
  proveMaskOf(mask, { type: 'OPERATOR_IS_NOT_NULL', taken }, rows)
}

/** Count, sum, mask of what is not zero and sign are of one column. */
function proveSum(made: readonly Node[], rows: Rows): void {
  const [count = notProven('V6'), sum = notProven('V6'), mask = notProven('V6'), sign = notProven('V6')] =
    made
  const taken = argumentOf(count, 'count', rows.from)
  if (argumentOf(sum, 'sum', rows.from) !== taken) notProven('V6')
  const condition = wholeOf(sign, 'bool_and', rows.from)
  if (condition.type !== 'COMPARE_GREATERTHANOREQUALTO') notProven('V6')
  proveCompared(condition, taken)
  proveMaskOf(mask, { type: 'COMPARE_NOTEQUAL', taken }, rows)
}

function proveMaskOf(mask: Node, condition: Condition, { from, person }: Rows): void {
  if (proveMask(mask, condition, from) !== person) notProven('V6')
}

/** The column that an aggregate takes whole: without a filter, an order or DISTINCT, under casts that only widen it. */
function argumentOf(aggregate: Node, name: string, from: Relation): number {
  return refOf(uncast(wholeOf(aggregate, name, from)))
}

function wholeOf(aggregate: Node, name: string, from: Relation): Node {
  inspectAggregate(aggregate, from)
  if (aggregate.name !== name || aggregate.filter != null) notProven('V6')
  if (aggregate.aggregate_type !== 'NON_DISTINCT') notProven('V6')
  mustBeEmpty(aggregate.order_bys, 'V6')
  return only(nodesOf(aggregate.children))
}

type Condition = { readonly type: 'OPERATOR_IS_NOT_NULL' | 'COMPARE_NOTEQUAL'; readonly taken: number }

/** `bit_or(1 << (pix >> 2 & 63))` over the rows of a condition; answers the column of the person key. */
function proveMask(mask: Node, condition: Condition | null, from: Relation): number {
  if (mask.expression_class !== 'BOUND_AGGREGATE' || mask.name !== 'bit_or') notProven('V6')
  if (mask.aggregate_type !== 'NON_DISTINCT') notProven('V6')
  mustBeEmpty(mask.order_bys, 'V6')
  const [one, place] = operandsOf(only(nodesOf(mask.children)), '<<')
  if (constantOf(one) !== 1) notProven('V6')
  const [shifted, most] = operandsOf(place, '&')
  if (constantOf(most) !== 63) notProven('V6')
  const [key, by] = operandsOf(shifted, '>>')
  if (constantOf(by) !== 2) notProven('V6')
  proveCondition(mask.filter, condition)
  return personAt(key, from)
}

function proveCondition(filter: unknown, condition: Condition | null): void {
  if (condition === null) {
    if (filter != null) notProven('V6')
    return
  }
  const node = nodeOf(filter)
  if (node.type !== condition.type) notProven('V6')
  if (condition.type === 'OPERATOR_IS_NOT_NULL') {
    if (refOf(only(nodesOf(node.children))) !== condition.taken) notProven('V6')
    return
  }
  proveCompared(node, condition.taken)
}

/** The column is compared with zero. */
function proveCompared(comparison: Node, taken: number): void {
  const { left, right } = comparison
  if (refOf(uncast(nodeOf(left))) !== taken || constantOf(nodeOf(right)) !== 0) notProven('V6')
}

function quarterOf(group: Node | undefined): number {
  const [key, most] = operandsOf(group ?? notProven('V6'), '&')
  if (constantOf(most) !== 3) notProven('V6')
  return refOf(key)
}

function personAt(key: Node, from: Relation): number {
  const at = refOf(key)
  return from.columns[at]?.kind === 'pix' ? at : notProven('V6')
}

function operandsOf(expression: Node, name: string): readonly [Node, Node] {
  const call = uncast(expression)
  if (call.expression_class !== 'BOUND_FUNCTION' || call.name !== name) notProven('V6')
  const [left, right, ...more] = nodesOf(call.children).map(uncast)
  return left && right && more.length === 0 ? [left, right] : notProven('V6')
}

function uncast(expression: Node): Node {
  if (expression.expression_class !== 'BOUND_CAST' || expression.try_cast === true) return expression
  return uncast(nodeOf(expression.child))
}

function constantOf(expression: Node): unknown {
  const constant = uncast(expression)
  if (constant.expression_class !== 'BOUND_CONSTANT') notProven('V6')
  return nodeOf(constant.value).value
}

function refOf(expression: Node): number {
  return expression.expression_class === 'BOUND_REF' ? integerOf(expression.index) : notProven('V6')
}

/** Measures said to be of one value are made of one expression. */
function proveAlike(
  { measures, mask }: Leaf,
  { node, measured }: { node: Node; measured: readonly Node[] },
): void {
  const { alike } = mask ?? notProven('V6')
  if (alike.length === 0) return
  const expressions = nodesOf(only(nodesOf(node.children)).expressions)
  let at = 0
  const taken = measures.map(({ shape }) => {
    const first = measured[at]
    at += widthOf(shape)
    const isSum = shape === 'sum' || shape === 'avg'
    return isSum && first ? expressions[refOf(uncast(only(nodesOf(first.children))))] : undefined
  })
  for (const [i, j] of alike) {
    const [left, right] = [taken[i] ?? notProven('V6'), taken[j] ?? notProven('V6')]
    if (JSON.stringify(bare(left)) !== JSON.stringify(bare(right))) notProven('V6')
  }
}

/** The passes look at the same rows: what stands below the bounds and the chosen groups is what stands below level 1, word for word. */
export function verifyRows(levelOne: Tree, { bounds, chosen }: { bounds: Tree; chosen?: Tree }): void {
  const rows = inputOf(levelOne)
  const passes = [inputOf(bounds), ...(chosen ? [inputOf(chosen)] : [])]
  for (const pass of passes) {
    const [same] = nodesOf(pass.children)
    if (!same || words(same) !== words(rows)) notProven('V6')
  }
}

/** As `verifyRows`, for the values of a quantile: those that are there are chosen before any of its groups are. */
export function verifyValueRows(values: Tree, { bounds, chosen }: { bounds: Tree; chosen?: Tree }): void {
  verifyRows(values, { bounds })
  if (chosen === undefined) return
  const filter = inputOf(chosen)
  const [rows] = nodesOf(joinOf(filter).children)
  if (filter.type !== 'LOGICAL_FILTER' || !rows) notProven('V6')
  if (words({ ...filter, children: [rows] }) !== words(inputOf(values))) notProven('V6')
}

/** What stands below a filter, or what is none. */
function joinOf(node: Node): Node {
  if (node.type !== 'LOGICAL_FILTER') return node
  if (node.projection_map !== undefined) mustBeEmpty(node.projection_map, 'V6')
  return only(nodesOf(node.children))
}

function inputOf(plan: Tree): Node {
  return only(nodesOf(aggregateOf(rootOf(plan)).node.children))
}

/** Numbers that the binder gives to the relations of a statement, which differ with what else stands in it. */
const bindings = /^(table|group|aggregate|groupings|window|unnest|mark|cte)_index$/

/** A plan whose relations are numbered as they come: which of them is meant is a part of what it says. */
function words(part: Node): string {
  const numbers = new Map<unknown, number>()
  return JSON.stringify(plain(part), (name, value) => {
    if (!bindings.test(name)) return value
    const number = numbers.get(value) ?? numbers.size
    numbers.set(value, number)
    return number
  })
}

interface Choice {
  /** A scan of the keys of the groups that are chosen. */
  readonly isChosen: (get: Node) => boolean
  /** A condition on rows may stand above: whoever says so proves that it is that of all groups. */
  readonly isFiltered: boolean
}

/** The rows of a group of level 1 are there all or not at all: they are chosen by all keys, and by nothing else. */
export function proveChosen(plan: Tree, { keys }: Leaf, { isChosen, isFiltered }: Choice): void {
  const { node } = aggregateOf(rootOf(plan))
  const below = only(nodesOf(node.children))
  const join = isFiltered ? joinOf(below) : below
  if (join.type !== 'LOGICAL_COMPARISON_JOIN' || join.join_type !== 'SEMI') notProven('V6')
  mustBeEmpty(join.predicate, 'V6')
  const [rows, right = notProven('V6'), ...more] = nodesOf(join.children)
  if (more.length > 0 || !isChosen(right) || holds(rows, isChosen)) notProven('V6')
  const groups = nodesOf(node.groups).slice(0, keys.length).map(refOf)
  const conditions = nodesOf(join.conditions)
  if (conditions.length !== keys.length) notProven('V6')
  const places = nodesOf(right.column_indexes).map(({ index }) => integerOf(index))
  conditions.forEach(({ comparison, left, right: chosen }, i) => {
    if (comparison !== 'COMPARE_NOT_DISTINCT_FROM' || refOf(nodeOf(left)) !== groups[i]) notProven('V6')
    if (places[refOf(nodeOf(chosen))] !== i) notProven('V6')
  })
}

function holds(part: unknown, isChosen: (get: Node) => boolean): boolean {
  if (Array.isArray(part)) return part.some((inner) => holds(inner, isChosen))
  if (typeof part !== 'object' || part === null) return false
  const node = nodeOf(part)
  return isChosen(node) || Object.values(node).some((inner) => holds(inner, isChosen))
}
