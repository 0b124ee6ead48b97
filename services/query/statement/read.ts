/** The parser's tree, checked against grammar.ts and the limits of size: what comes out may be relied on. */
import type { Tree } from '../../engine/engine.ts'
import { type Place, Refusal, type Sentence } from '../../kernel/refusal.ts'
import { expressions, givenName, queries, type Shape, tables, type Walk } from './grammar.ts'
import type { QueryNode } from './nodes.ts'
import { offsetOf, placesOf } from './place.ts'

/** disclosure.md section 5: the largest of 66 real clinical concept files has 3 100 nodes, depth 20, 39 relations. */
const limits = { nodes: 6000, depth: 64, relations: 64 }

/** Nodes that have a refusal, or a sentence, of their own. */
const hints: Readonly<Record<string, string>> = {
  COLLATE: 'hint.collate',
  SHOW_REF: 'hint.describe',
  POSITIONAL_REFERENCE: 'hint.positional',
}

export interface Statement {
  readonly query: QueryNode
  readonly placeOf: (node: unknown) => Place | undefined
}

/** Refusals: SYNTAX without a statement, ONE_STATEMENT, STATEMENT_NOT_ALLOWED, COMPLEXITY; each with its place. */
export function readStatement(tree: Tree, sql: string): Statement {
  const places = placesOf(sql)
  const placeOf = (node: unknown) => places(offsetOf(node))
  const statements = Array.isArray(tree.statements) ? tree.statements : []
  if (tree.error !== false || statements.length === 0) throw new Refusal('SYNTAX')
  const [first, second] = statements
  if (second !== undefined) throw new Refusal('ONE_STATEMENT', place(placeOf(second)))
  walkOver(placeOf).query(first?.node)
  // The walk has checked every node and field: this is the one place where the tree gets its type.
  return { query: first.node as QueryNode, placeOf }
}

function place(location: Place | undefined): { location?: Place } {
  return location === undefined ? {} : { location }
}

/** The walk over one statement: it counts, and refuses the first node that the grammar does not have. */
function walkOver(placeOf: Statement['placeOf']): Walk {
  const count = { nodes: 0, depth: 0, relations: 0 }
  const deny = (node: unknown): never => {
    throw new Refusal('STATEMENT_NOT_ALLOWED', { ...place(placeOf(node)), ...hintFor(node) })
  }
  const enter = (node: unknown, { shapes, common, by }: Kind): boolean => {
    const shape = isRecord(node) ? shapes[String(node[by])] : undefined
    if (!isRecord(node) || shape === undefined) return deny(node)
    count.nodes += 1
    count.depth += 1
    if (isOver(count)) throw new Refusal('COMPLEXITY', place(placeOf(node)))
    if (
      !hasShape(node, { ...common, ...shape }, walk) ||
      Object.keys(shape).some((field) => !(field in node))
    )
      return deny(node)
    count.depth -= 1
    return true
  }
  const walk: Walk = {
    expression: (node) => enter(node, { shapes: expressions, common: located, by: 'class' }),
    query: (node) => enter(node, { shapes: queries, common: { type: () => true }, by: 'type' }),
    table: (node) => {
      if (isRecord(node) && node.type !== 'JOIN' && node.type !== 'EMPTY') count.relations += 1
      return enter(node, { shapes: tables, common: { ...located, sample: () => true }, by: 'type' })
    },
  }
  return walk
}

interface Kind {
  readonly shapes: Readonly<Record<string, Shape>>
  readonly common: Shape
  readonly by: 'class' | 'type'
}

const located: Shape = {
  class: () => true,
  type: () => true,
  alias: givenName,
  query_location: (value) => typeof value === 'number',
}

function isOver(count: typeof limits): boolean {
  return count.nodes > limits.nodes || count.depth > limits.depth || count.relations > limits.relations
}

function hasShape(node: Record<string, unknown>, shape: Shape, walk: Walk): boolean {
  return Object.entries(node).every(([field, value]) => shape[field]?.(value, walk) ?? false)
}

function hintFor(node: unknown): { hint?: Sentence } {
  if (!isRecord(node)) return {}
  const key = hints[String(node.type)] ?? hints[String(node.class)] ?? hints[String(node.setop_type)]
  return key === undefined ? {} : { hint: { key } }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
