/**
 * Proves a rewritten statement from its bound plan alone (disclosure.md 10). Written apart from the rewriter and sharing no
 * code with it: two hands must make the same mistake before anything wrong runs near patient rows. Fails closed with NOT_PROVEN.
 */
import type { Bulle } from '../../dataset/bulle.ts'
import { boundFunctionAllowed } from '../../engine/capabilities.ts'
import type { Tree } from '../../engine/engine.ts'
import { chosenRelation, type Leaf, type Measure } from '../plan.ts'
import { proveChosen } from './bounds.ts'
import { bare, plain } from './form.ts'
import { grantOf, grantWithChosen } from './grant.ts'
import { isNode, mustBeEmpty, type Node, nodeOf, nodesOf, notProven, textOf } from './node.ts'
import { type Grant, relationOf, rootOf } from './operators.ts'
import { factAt, isCovered, isSubset, type Relation } from './relation.ts'

/**
 * V6 for level 1: one row per group and person. Keys first, then the person key and nothing like it elsewhere, then the rows,
 * then what each measure needs. What the kernel takes for a count is a count, and for a sum the sum of the same thing.
 */
export function verifyLeaf(plan: Tree, leaf: Leaf, bulle: Bulle): void {
  const relation = relationOf(rootOf(plan), { grant: grantOf(bulle, leaf), ctes: new Map() })
  const { keys } = leaf
  proveRows(relation, leaf, { keyed: keys.length, width: keys.length + 2 + widthOf(leaf.measures) })
  proveFrame(relation, leaf)
  proveSets(relation, leaf)
  if (leaf.total !== (keys.length === 0)) notProven('V6')
  if (leaf.plan !== 'U') proveEvidence(relation, leaf)
}

/** V6 for level 1 of some groups of a plan M: each of them whole, or not there. */
export function verifyChosen(plan: Tree, leaf: Leaf, bulle: Bulle): void {
  const relation = relationOf(rootOf(plan), { grant: grantWithChosen(bulle, leaf), ctes: new Map() })
  const { keys } = leaf
  proveRows(relation, leaf, { keyed: keys.length, width: keys.length + 2 + widthOf(leaf.measures) })
  proveEvidence(relation, leaf)
  proveChosen(plan, leaf, { isChosen, isFiltered: false })
}

/** V6 for the values of a quantile in some groups of a plan M, as `verifyHeld` proves those of all. */
export function verifyChosenValues(plan: Tree, leaf: Leaf, bulle: Bulle): void {
  proveHeld(plan, { leaf, grant: grantWithChosen(bulle, leaf) }, 1)
  proveChosen(plan, leaf, { isChosen, isFiltered: true })
}

function isChosen({ name, function_data: source }: Node): boolean {
  if (name !== 'seq_scan') return false
  const { schema, table } = nodeOf(source)
  return schema === 'main' && table === chosenRelation
}

/** V6 for a `values` measure: group, person and value, each once. */
export function verifyValues(plan: Tree, leaf: Leaf, bulle: Bulle): void {
  const relation = relationOf(rootOf(plan), { grant: grantOf(bulle, leaf), ctes: new Map() })
  const { keys } = leaf
  proveRows(relation, leaf, { keyed: keys.length + 1, width: keys.length + 2 })
}

/** V6 for an order statistic, a flag or the moments of a number: group, person and value, each once, and its rows. */
export function verifyHeld(plan: Tree, leaf: Leaf, bulle: Bulle): void {
  proveHeld(plan, { leaf, grant: grantOf(bulle, leaf) }, 1)
}

/** V6 for the moments of two numbers. */
export function verifyPairs(plan: Tree, leaf: Leaf, bulle: Bulle): void {
  proveHeld(plan, { leaf, grant: grantOf(bulle, leaf) }, 2)
}

/** The last column is a weight: it must count the rows that hold the value, all of them and nothing else. */
function proveHeld(plan: Tree, { leaf, grant }: { leaf: Leaf; grant: Grant }, values: 1 | 2): void {
  const relation = relationOf(rootOf(plan), { grant, ctes: new Map() })
  const keyed = leaf.keys.length + values
  proveRows(relation, leaf, { keyed, width: keyed + 2 })
  proveRowCount(aggregateAt(relation, keyed + 1))
}

/**
 * V8 for the rows of a derived table: each belongs to one person, whose key stands last, there only, and names them on every row.
 * Nothing is released: no evidence is asked for.
 */
export function verifyTable(
  plan: Tree,
  reads: Pick<Leaf, 'reads' | 'inputs'>,
  { bulle, width }: Wanted,
): void {
  const relation = relationOf(rootOf(plan), { grant: grantOf(bulle, reads), ctes: new Map() })
  if (relation.columns.length !== width + 1 || relation.class !== 'private') notProven('V8')
  relation.columns.forEach(({ kind }, i) => {
    if ((kind === 'pix') !== (i === width) || kind === 'hidden' || kind === 'row') notProven('V8')
  })
  if (!isCovered(relation, [width])) notProven('V8')
}

interface Wanted {
  readonly bulle: Bulle
  /** Columns beside the person key. */
  readonly width: number
}

/**
 * V9 for the outer statement: it was bound where no relation of persons exists, and reads released and public relations only,
 * through allowed functions only.
 */
export function verifyOuter(plan: Tree, leaves: readonly Leaf[], bulle: Bulle): void {
  const open = bulle.tables.filter((table) => table.class === 'public').map(({ mount }) => mount)
  const isKnown = (schema: string, table: string) =>
    open.some((mount) => mount.schema === schema && mount.name === table) ||
    (schema === 'main' && leaves.some(({ name }) => name === table))
  walk(rootOf(plan), (node) => {
    proveFunction(node)
    if (node.type !== 'LOGICAL_GET') return
    if (node.name !== 'seq_scan') {
      if (!boundFunctionAllowed(textOf(node.name), 'table')) notProven('V3')
      return
    }
    const { schema, table } = nodeOf(node.function_data)
    if (!isKnown(textOf(schema), textOf(table))) notProven('V9')
  })
}

function proveFunction({ expression_class: kind, name, type }: Node): void {
  if (kind === 'BOUND_FUNCTION' && !boundFunctionAllowed(textOf(name), 'scalar')) notProven('V3')
  if (kind === 'BOUND_AGGREGATE' && !boundFunctionAllowed(textOf(name), 'aggregate')) notProven('V3')
  if (
    kind === 'BOUND_WINDOW' &&
    type === 'WINDOW_AGGREGATE' &&
    !boundFunctionAllowed(textOf(name), 'aggregate')
  )
    notProven('V3')
}

/** Every object of a tree, whatever it hangs on. */
function walk(part: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(part)) for (const inner of part) walk(inner, visit)
  if (!isNode(part)) return
  visit(part)
  for (const inner of Object.values(part)) walk(inner, visit)
}

function widthOf(measures: readonly Measure[]): number {
  return measures.reduce((sum, { shape }) => sum + carried(shape), 0)
}

/** Shapes of which level 1 says nothing: their evidence comes from a table of their own. */
const besideLevelOne: ReadonlySet<string> = new Set<Measure['shape']>([
  ...(['values', 'min', 'max', 'quantile', 'mode', 'any', 'all', 'spread', 'relation'] as const),
])

/** Columns of level 1 that a measure takes. */
function carried(shape: Measure['shape']): 0 | 1 | 2 {
  if (shape === 'sum' || shape === 'avg') return 2
  return besideLevelOne.has(shape) ? 0 : 1
}

/** The person key stands right after the keys, there only, and names the person of every row; `keyed` more make it unique. */
function proveRows(relation: Relation, leaf: Leaf, { keyed, width }: { keyed: number; width: number }): void {
  const at = leaf.keys.length
  if (relation.columns.length !== width || relation.class !== 'private') notProven('V6')
  relation.columns.forEach(({ kind }, i) => {
    if ((kind === 'pix') !== (i === at) || kind === 'hidden' || kind === 'row') notProven('V7')
  })
  if (!isCovered(relation, [at])) notProven('V6')
  const fixed = new Set(Array.from({ length: keyed + 1 }, (_, i) => i))
  if (!relation.unique.some((set) => isSubset(set, fixed))) notProven('V6')
}

/** Labels of a frame stay whatever persons there are: neither they nor which of them occur may depend on anybody. */
function proveFrame(relation: Relation, { framed, keys }: Leaf): void {
  const arePublic = keys.every((_, i) => factAt(relation, i).isPublic)
  if (framed && !(arePublic && relation.isFrame)) notProven('V6')
}

/** A row stands in every grouping set, whoever it is of: the number of the set comes from no row of a person. */
function proveSets(relation: Relation, { sets, keys }: Leaf): void {
  if (sets && !factAt(relation, keys.length - 1).isPublic) notProven('V6')
}

function proveEvidence(relation: Relation, { keys, measures }: Leaf): void {
  let at = keys.length + 1
  proveRowCount(aggregateAt(relation, at))
  for (const { shape } of measures) {
    const width = carried(shape)
    if (width >= 1) proveCount(aggregateAt(relation, at + 1))
    if (width === 2) proveSum(aggregateAt(relation, at + 2), aggregateAt(relation, at + 1))
    at += width
  }
}

function aggregateAt(relation: Relation, at: number): Node {
  return factAt(relation, at).aggregate ?? notProven('V6')
}

function proveRowCount({ name, filter }: Node): void {
  if (name !== 'count_star' || filter != null) notProven('V6')
}

function proveCount({ name }: Node): void {
  if (name !== 'count_star' && name !== 'count') notProven('V6')
}

/** A sum and the count beside it are of the same expression under the same condition, or T1 would look at other persons. */
function proveSum(sum: Node, count: Node): void {
  if (sum.name !== 'sum' || count.name !== 'count') notProven('V6')
  if (sum.aggregate_type !== 'NON_DISTINCT' || count.aggregate_type !== 'NON_DISTINCT') notProven('V6')
  mustBeEmpty(sum.order_bys, 'V6')
  const [summed, counted] = [nodesOf(sum.children), nodesOf(count.children)].map((children) =>
    children.map(bare),
  )
  if (JSON.stringify([summed, plain(sum.filter)]) !== JSON.stringify([counted, plain(count.filter)]))
    notProven('V6')
}
