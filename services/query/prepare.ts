/** What a statement means: leaves for the vault and one outer statement for the release engine, or why not. */
import type { Bulle } from '../dataset/bulle.ts'
import type { Tree } from '../engine/engine.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { type Place, Refusal } from '../kernel/refusal.ts'
import * as sql from './build.ts'
import { copiesOf, originsOf } from './explain/origins.ts'
import { checkGrowth } from './growth.ts'
import { readsOf } from './leaf/leaf.ts'
import { inputsFor, leavesFor, shapeOf, tablesOf } from './leaf/order.ts'
import type { Draft, InputDraft, LeafDraft } from './plan.ts'
import type { Cte, QueryNode } from './statement/nodes.ts'
import { bindParameters } from './statement/parameters.ts'
import { readStatement, type Statement } from './statement/read.ts'
import { distinctOfRows } from './typing/distinct.ts'
import { inputOfRelation, isBesidePersons } from './typing/input.ts'
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
  const leaves = leavesFor(relation.tree, work)
  checkGrowthOf(leaves)
  return {
    leaves,
    outer: sql.statement(relation.tree),
    columns: relation.columns.map(({ name }) => name),
    origins: originsOf(relation.tree),
    copies: copiesOf(relation.tree),
    partial: work.isPartial(),
    ...lineageOf(readsOf(relation.uses), context.bulle.tables),
    sha256: sha256(canonical(withoutPlaces(statement.query))),
  }
}

/** The body of a derived table that has been typed, before anybody asked whether it may be an answer. */
export interface TypedRows extends Pick<Draft, 'leaves' | 'partial' | 'sha256'> {
  readonly relation: Relation
  /** Of rows of persons: the released relations that stand beside them. */
  readonly inputs: readonly InputDraft[]
}

export function prepareRows(tree: Tree, context: PrepareContext): TypedRows {
  const statement = readStatement(bindParameters(tree, context.parameters), context.sql)
  const work = newTask(statement, context)
  const relation = work.task.query(statement.query, { ctes: noCtes })
  checkKept(relation, statement.query, work.task)
  const [first] = work.noted
  if (first) throw first
  checkGrowth(relation.tree)
  const leaves = leavesFor(relation.tree, work)
  checkGrowthOf(leaves)
  return {
    relation,
    leaves,
    inputs: inputsFor(relation.tree, work),
    partial: work.isPartial(),
    sha256: sha256(canonical(withoutPlaces(statement.query))),
  }
}

/** A column that is kept would be shown by a later statement, which does not know what it is. */
function checkKept({ columns }: Relation, query: QueryNode, task: Task): void {
  const index = columns.findIndex(({ isShare }) => isShare)
  const items = query.type === 'SELECT_NODE' ? query.select_list : []
  if (index >= 0) task.note('CROSS_PATIENT_WINDOW', items[index] ?? items, { key: 'hint.share' })
}

function checkGrowthOf(leaves: readonly LeafDraft[]): void {
  for (const { level1, values } of leaves)
    for (const tree of [level1, ...values.map((value) => value.tree)]) checkGrowth(queryOf(tree))
}

/** The query of a tree that `build.statement` made. */
function queryOf({ statements }: Tree): Tree {
  const [first] = Array.isArray(statements) ? statements : []
  return first?.node ?? {}
}

const noCtes: Ctes = { find: () => undefined }

interface Work {
  readonly task: Task
  readonly leaves: readonly LeafDraft[]
  readonly inputs: readonly InputDraft[]
  /** Refusals of typing, in the order in which they were found. */
  readonly noted: readonly Refusal[]
  readonly isPartial: () => boolean
}

/** `ward = "CARDIO"` names a column where text was meant; what names a near column keeps its own hint. */
function isQuotedName(text: string, location: Place | undefined): boolean {
  return location !== undefined && text[location.offset] === '"'
}

function newTask({ placeOf }: Statement, { sql: text, bulle, today }: PrepareContext): Work {
  const leaves = newKeep<LeafDraft>('leaf')
  const inputs = newKeep<InputDraft>('input')
  const noted: Refusal[] = []
  let aliases = 0
  let spent = 0
  let isPartial = false
  const refusal = (code: Refusal['code'], at: unknown, facts: Refusal['facts']) => {
    const location = placeOf(at)
    const isText = code === 'COLUMN_UNKNOWN' && !facts.hint && isQuotedName(text, location)
    const hint = isText ? { hint: { key: 'hint.quotedText', with: facts.with ?? {} } } : {}
    return new Refusal(code, { ...(location ? { location } : {}), ...facts, ...hint })
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
    leaf: (draft) => leaves.keep(shapeOf({ ...draft, reads: [] }), draft),
    input: (query, kinds) =>
      inputs.keep(shapeOf(query), { tree: query, kinds, leaves: [...tablesOf(query)] }),
    markPartial: () => {
      isPartial = true
    },
    ctes: (map, outer) => commonTables(map, outer, { task, spent: () => spent }),
    query: (node, environment) => {
      const relation = bindQuery(node, task, environment)
      if (relation.uses.length > maxRelations) return task.refuse('COMPLEXITY', node)
      return isBesidePersons(environment) ? inputOfRelation(relation, task) : relation
    },
  }
  return { task, leaves: leaves.all, inputs: inputs.all, noted, isPartial: () => isPartial }
}

interface Keep<T> {
  readonly all: readonly T[]
  /** Keeps what is not known by its key yet, and answers its name. */
  readonly keep: (key: string, draft: Omit<T, 'name'>) => string
}

/** Things made while typing, in their order; one that is written twice is kept once. */
function newKeep<T extends { readonly name: string }>(word: string): Keep<T> {
  const all: T[] = []
  const known = new Map<string, string>()
  return {
    all,
    keep: (key, draft) => {
      const name = known.get(key) ?? `${word}_${all.length}`
      // A draft lacks its name and nothing else.
      if (!known.has(key)) all.push({ ...draft, name } as T)
      known.set(key, name)
      return name
    },
  }
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
