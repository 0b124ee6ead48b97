/** Rules V3 and V7 on bound expressions: known classes, allowed functions, the person key bare or not at all. */
import { boundFunctionAllowed } from '../../engine/capabilities.ts'
import { integerOf, isNode, type Node, nodeOf, nodesOf, notProven, textOf } from './node.ts'
import { type ColumnFact, factAt, isCovered, type Relation } from './relation.ts'

type Columns = Pick<Relation, 'columns' | 'covers'>

/** Every class that may occur; aggregates, windows and unnest have nodes of their own, subqueries are never left in a plan. */
const classes = new Set([
  'BOUND_REF',
  'BOUND_CONSTANT',
  'BOUND_FUNCTION',
  'BOUND_CAST',
  'BOUND_COMPARISON',
  'BOUND_CONJUNCTION',
  'BOUND_OPERATOR',
  'BOUND_CASE',
  'BOUND_BETWEEN',
])

/** What an expression is: a column fact, and whether it names the person on every row that is somebody's. */
export interface Meaning {
  readonly fact: ColumnFact
  readonly isOwner: boolean
}

/** Reads an expression in a place where the person key may stand bare. */
export function meaningOf(expression: Node, input: Columns): Meaning {
  const refs = pixRefs(expression, input)
  if (refs) {
    const isPublic = refs.every((index) => factAt(input, index).isPublic)
    return { fact: { kind: 'pix', isPublic }, isOwner: isCovered(input, refs) }
  }
  if (expression.expression_class === 'BOUND_REF') {
    const fact = factAt(input, refIndex(expression))
    return { fact: fact.kind === 'hidden' ? notProven('V7') : fact, isOwner: false }
  }
  if (isNull(expression)) return { fact: { kind: 'none', isPublic: true }, isOwner: false }
  return { fact: { kind: 'data', isPublic: inspect(expression, input) }, isOwner: false }
}

/** Reads an expression that must not hold the person key but in `pix = pix` and `pix IS NULL`. True when all of it is public. */
export function inspect(expression: Node, input: Columns): boolean {
  if (isPixTest(expression, input)) return false
  if (expression.expression_class === 'BOUND_REF') {
    const fact = factAt(input, refIndex(expression))
    return fact.kind === 'data' || fact.kind === 'none' ? fact.isPublic : notProven('V7')
  }
  checkClass(expression)
  checkLambda(expression.function_data)
  const { function_data: _, ...parts } = expression
  const inner = Object.values(parts).flatMap(expressionsIn)
  return inner.map((part) => inspect(part, input)).every(Boolean)
}

/** The nearest expressions below a part of an expression. */
function expressionsIn(part: unknown): readonly Node[] {
  if (Array.isArray(part)) return part.flatMap(expressionsIn)
  if (!isNode(part)) return []
  return part.expression_class === undefined ? Object.values(part).flatMap(expressionsIn) : [part]
}

function checkClass(expression: Node): void {
  const name = textOf(expression.expression_class)
  if (!classes.has(name)) notProven('V1')
  if (name === 'BOUND_FUNCTION' && !boundFunctionAllowed(textOf(expression.name), 'scalar')) notProven('V3')
}

/**
 * The body of a lambda counts its own parameters, so its references say nothing of columns: those come as arguments. What
 * stands behind `list_sum` and its kin is an aggregate over the elements of one list.
 */
function checkLambda(part: unknown): void {
  for (const inner of expressionsIn(part)) {
    if (inner.expression_class !== 'BOUND_AGGREGATE') checkClass(inner)
    else if (!boundFunctionAllowed(textOf(inner.name), 'aggregate')) notProven('V3')
    for (const below of Object.values(inner)) checkLambda(below)
  }
}

function refIndex(expression: Node): number {
  return integerOf(expression.index)
}

/** The columns behind a bare person key or a coalesce of several; undefined when it is anything else. */
function pixRefs(expression: Node, input: Columns): readonly number[] | undefined {
  const isPix = (one: Node) =>
    one.expression_class === 'BOUND_REF' && factAt(input, refIndex(one)).kind === 'pix'
  if (isPix(expression)) return [refIndex(expression)]
  if (expression.type !== 'OPERATOR_COALESCE') return undefined
  const children = nodesOf(expression.children)
  return children.every(isPix) ? children.map(refIndex) : undefined
}

const pixComparisons = new Set(['COMPARE_EQUAL', 'COMPARE_DISTINCT_FROM', 'COMPARE_NOT_DISTINCT_FROM'])

/** Two keys of the same row compared with each other, or one asked whether it is there: neither says who it is. */
function isPixTest(expression: Node, input: Columns): boolean {
  const { expression_class: kind, type } = expression
  if (kind === 'BOUND_COMPARISON' && pixComparisons.has(textOf(type))) {
    return [expression.left, expression.right].every((side) => pixRefs(nodeOf(side), input))
  }
  const isNullTest = type === 'OPERATOR_IS_NULL' || type === 'OPERATOR_IS_NOT_NULL'
  return isNullTest && nodesOf(expression.children).every((child) => pixRefs(child, input))
}

function isNull(expression: Node): boolean {
  if (expression.expression_class === 'BOUND_CAST') return isNull(nodeOf(expression.child))
  return expression.expression_class === 'BOUND_CONSTANT' && nodeOf(expression.value).is_null === true
}

/** A bound aggregate: an allowed one, on data; the person key may be counted, nothing else. True when all of it is public. */
export function inspectAggregate(aggregate: Node, input: Columns): boolean {
  if (aggregate.expression_class !== 'BOUND_AGGREGATE') notProven('V1')
  const name = textOf(aggregate.name)
  if (!boundFunctionAllowed(name, 'aggregate')) notProven('V3')
  const parts = [aggregate.filter, aggregate.order_bys].flatMap(expressionsIn)
  const isCount = name === 'count'
  const read = (child: Node) => (isCount && pixRefs(child, input) ? false : inspect(child, input))
  const results = [...nodesOf(aggregate.children).map(read), ...parts.map((part) => inspect(part, input))]
  return results.every(Boolean)
}

/** A bound window: its partition is read apart, the rest is data. */
export function inspectWindow(
  window: Node,
  input: Columns,
): { partition: readonly Meaning[]; isPublic: boolean } {
  if (window.expression_class !== 'BOUND_WINDOW') notProven('V1')
  const type = textOf(window.type)
  const name = type === 'WINDOW_AGGREGATE' ? textOf(window.name) : type.replace(/^WINDOW_/, '').toLowerCase()
  if (!boundFunctionAllowed(name, 'window') && !boundFunctionAllowed(name, 'aggregate')) notProven('V3')
  const { partitions, orders, ...rest } = window
  const partition = nodesOf(partitions).map((part) => meaningOf(part, input))
  // The person key may part rows that are alike in all else, where no more than their place is asked for.
  const isTie = ({ expression }: Node) => isPlace(window) && pixRefs(nodeOf(expression), input) !== undefined
  const sorts = nodesOf(orders).filter((order) => !isTie(order))
  const parts = Object.values({ ...rest, sorts }).flatMap(expressionsIn)
  const isPublic = parts.map((part) => inspect(part, input)).every(Boolean)
  return { partition, isPublic: isPublic && partition.every(({ fact }) => fact.isPublic) }
}

const maxTiles = 20

/** Tiles, few of them, and shares of rows: windows that may look across persons. */
export function isPlace({ type, children, exclude_clause }: Node): boolean {
  if (exclude_clause !== 'NO_OTHER') return false
  const operands = nodesOf(children)
  if (type === 'WINDOW_PERCENT_RANK' || type === 'WINDOW_CUME_DIST') return operands.length === 0
  const [tiles, more] = operands
  return type === 'WINDOW_NTILE' && tiles !== undefined && more === undefined && isFew(tiles)
}

function isFew(expression: Node): boolean {
  if (expression.expression_class === 'BOUND_CAST') return isFew(nodeOf(expression.child))
  if (expression.expression_class !== 'BOUND_CONSTANT') return false
  const count = Number(nodeOf(expression.value).value ?? 0)
  return count >= 1 && count <= maxTiles
}

/** The conjuncts of a list of conditions: ANDs are opened, all else stays whole. */
export function conjuncts(conditions: readonly Node[]): readonly Node[] {
  return conditions.flatMap((condition) =>
    condition.type === 'CONJUNCTION_AND' ? conjuncts(nodesOf(condition.children)) : [condition],
  )
}

/** The pairs of single person-key columns that a conjunct makes equal. */
export function pixLinks(
  conditions: readonly Node[],
  input: Columns,
): readonly (readonly [number, number])[] {
  return conjuncts(conditions).flatMap((condition) => {
    if (condition.expression_class !== 'BOUND_COMPARISON') return []
    const sides = [condition.left, condition.right].map((side) => pixRefs(nodeOf(side), input))
    const [[left, ...more] = [], [right, ...others] = []] = sides
    const isPlain = left !== undefined && right !== undefined && more.length === 0 && others.length === 0
    return isPlain && isLink(textOf(condition.type), input, [left, right]) ? [[left, right] as const] : []
  })
}

/** `=` never matches NULL; IS NOT DISTINCT FROM does, so both sides must name the person wherever there is one. */
function isLink(comparison: string, input: Columns, sides: readonly number[]): boolean {
  if (comparison === 'COMPARE_EQUAL') return true
  return comparison === 'COMPARE_NOT_DISTINCT_FROM' && sides.every((side) => isCovered(input, [side]))
}
