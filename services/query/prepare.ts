/** What a statement means: leaves for the vault and one outer statement for the release engine, or why not. */
import type { Bulle } from '../dataset/bulle.ts'
import type { Tree } from '../engine/engine.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import * as sql from './build.ts'
import { readsOf } from './leaf/leaf.ts'
import type { Draft, LeafDraft } from './plan.ts'
import type { Cte, QueryNode } from './statement/nodes.ts'
import { bindParameters } from './statement/parameters.ts'
import { readStatement, type Statement } from './statement/read.ts'
import { distinctOfRows } from './typing/distinct.ts'
import { checkOutermost } from './typing/outermost.ts'
import { bindRecursive } from './typing/recursive.ts'
import type { Ctes, Environment, Relation, Task } from './typing/relation.ts'
import { bindSelect } from './typing/select.ts'
import { bindSetOperation } from './typing/setop.ts'
import { lineageOf } from './workspace/lineage.ts'

export interface PrepareContext {
  /** The text as it was sent, for places. */
  readonly sql: string
  readonly bulle: Bulle
  /** Calendar day of the request: what `now()` and its like answer. */
  readonly today: string
  /** An array for `?` and `$1`, an object for `$name`. */
  readonly parameters?: unknown
}

/** Relations read once common table expressions are written out (disclosure.md section 5). */
const maxRelations = 256
/** Nodes of what will be run: names of the select list and common table expressions may stand for much text. */
const maxNodes = 50_000

/**
 * Reads the parser's tree against what the project was granted. Pure: the same text, bulle, day and parameters give the same
 * draft or the same Refusal, whatever the data. Of several faults the earliest step of disclosure.md section 5 decides; in
 * typing the outermost relation comes first, then bottom-up, left to right.
 */
export function prepare(tree: Tree, context: PrepareContext): Draft {
  const statement = readStatement(bindParameters(tree, context.parameters), context.sql)
  const work = newTask(statement, context)
  const relation = work.task.query(statement.query, { ctes: noCtes, isAnswer: true })
  checkOutermost(relation, statement.query, work.task)
  const [first] = work.noted
  if (first) throw first
  return {
    leaves: work.leaves.filter(({ name }) => reads(relation.tree, name)),
    outer: sql.statement(relation.tree),
    columns: relation.columns.map(({ name }) => name),
    partial: work.isPartial(),
    ...lineageOf(readsOf(relation.uses), context.bulle.tables),
    sha256: sha256(canonical(withoutPlaces(statement.query))),
  }
}

/** The body of a derived table that has been typed, before anybody asked whether it may be an answer. */
export function prepareRows(tree: Tree, context: PrepareContext): { relation: Relation; sha256: string } {
  const statement = readStatement(bindParameters(tree, context.parameters), context.sql)
  const work = newTask(statement, context)
  const relation = work.task.query(statement.query, { ctes: noCtes })
  const [first] = work.noted
  if (first) throw first
  return { relation, sha256: sha256(canonical(withoutPlaces(statement.query))) }
}

/** Some text is typed twice, to be tried: only leaves that the outer statement reads are kept. */
function reads(tree: unknown, leaf: string): boolean {
  if (typeof tree !== 'object' || tree === null) return false
  if ('table_name' in tree && tree.table_name === leaf && 'schema_name' in tree && tree.schema_name === '')
    return true
  return Object.values(tree).some((part) => reads(part, leaf))
}

const noCtes: Ctes = { find: () => undefined }

interface Work {
  readonly task: Task
  readonly leaves: readonly LeafDraft[]
  /** Refusals of typing, in the order in which they were found. */
  readonly noted: readonly Refusal[]
  readonly isPartial: () => boolean
}

function newTask({ placeOf }: Statement, { bulle, today }: PrepareContext): Work {
  const leaves: LeafDraft[] = []
  const noted: Refusal[] = []
  let aliases = 0
  let spent = 0
  let isPartial = false
  const refusal = (code: Refusal['code'], at: unknown, facts: Refusal['facts']) => {
    const location = placeOf(at)
    return new Refusal(code, { ...(location ? { location } : {}), ...facts })
  }
  const task: Task = {
    tables: bulle.tables,
    today,
    refuse: (code, at, facts = {}) => {
      throw refusal(code, at, facts)
    },
    note: (code, at, hint) => {
      noted.push(refusal(code, at, hint ? { hint } : {}))
    },
    spend: (nodes, at) => {
      spent += nodes
      if (spent > maxNodes) throw refusal('COMPLEXITY', at, {})
    },
    fresh: () => {
      aliases += 1
      return `__r${aliases}`
    },
    leaf: (draft) => {
      const name = `leaf_${leaves.length}`
      leaves.push({ name, ...draft })
      return name
    },
    markPartial: () => {
      isPartial = true
    },
    ctes: (map, outer) => commonTables(map, outer, { task, spent: () => spent }),
    query: (node, environment) => {
      const relation = bindQuery(node, task, environment)
      if (relation.uses.length > maxRelations) return task.refuse('COMPLEXITY', node)
      return relation
    },
  }
  return { task, leaves, noted, isPartial: () => isPartial }
}

function bindQuery(node: QueryNode, task: Task, environment: Environment): Relation {
  switch (node.type) {
    case 'SELECT_NODE':
      return distinctOfRows(node, bindSelect, { task, environment })
    case 'SET_OPERATION_NODE':
      return bindSetOperation(node, task, environment)
    case 'RECURSIVE_CTE_NODE':
      return bindRecursive(node, task, environment)
  }
}

/** Each is typed when it is first used, sees those before it, and is written out, and paid for, where it is used. */
function commonTables(
  map: readonly Cte[],
  outer: Environment,
  { task, spent }: { task: Task; spent: () => number },
): Ctes {
  return map.reduce<Ctes>((before, { key, value }) => {
    let typed: { readonly relation: Relation; readonly nodes: number } | undefined
    const typeOnce = () => {
      const start = spent()
      const relation = task.query(value.query.node, { ctes: before })
      const columns = relation.columns.map((column, i) => ({
        ...column,
        name: value.aliases[i] ?? column.name,
      }))
      return { relation: { ...relation, columns }, nodes: spent() - start }
    }
    const find = (name: string): Relation | undefined => {
      if (name !== key.toLowerCase()) return before.find(name)
      if (typed) task.spend(typed.nodes, value.query.node)
      typed ??= typeOnce()
      return typed.relation
    }
    return { find }
  }, outer.ctes)
}

function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces)
  if (typeof node !== 'object' || node === null) return node
  const kept = Object.entries(node).filter(([key]) => key !== 'query_location')
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutPlaces(value)]))
}
