/**
 * Released relations beside patient rows: they go back into the vault as small tables (disclosure.md section 4). There they
 * are public relations whose withheld cells are NULL, and what is made of them is partial.
 */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { tablesOf } from '../leaf/order.ts'
import type { Column, Environment, Equality, From, Relation, Source, Task, Use } from './relation.ts'
import { columnsUnder } from './scope.ts'

/** Rows that may go back into the vault; a statement that would send more fails. */
export const maxInputRows = 10_000

/** Whether a query of this environment runs near patient rows: its rows are read for each row of a person. */
export function isBesidePersons({ outer }: Environment): boolean {
  if (!outer) return false
  return outer.class === 'PK' || (outer.class === 'PUB' && isBesidePersons(outer.environment))
}

/** A typed query as it stands in the vault: what is released is read from its input. */
export function inputOfRelation(relation: Relation, task: Task): Relation {
  if (relation.class !== 'SAFE') return relation
  const alias = task.fresh()
  const columns = columnsUnder(alias, relation.columns)
  const given = { node: sql.derived(relation.tree, alias), columns }
  const name = nameOfInput(given, task)
  return {
    ...relation,
    tree: sql.select({ list: [sql.star], from: sql.base('', name, task.fresh()) }),
    columns: relation.columns.map(({ mark: _mark, type: _type, ...column }, i) => ({
      ...column,
      physical: `c${i}`,
    })),
    class: 'PUB',
    lacks: false,
    uses: relation.uses.map(released),
    rows: Math.min(relation.rows, maxInputRows),
  }
}

/** Relations of FROM as they stand in the vault; each factor of a product is an input of its own. */
export function inputOfFrom(from: From, task: Task): From {
  if (from.class === 'PK' || (from.class === 'PUB' && from.seen.released.length === 0)) return from
  const renewed = new Map<Column, Column>()
  const all = [...from.sources.flatMap(({ columns }) => columns), ...from.merged]
  const tree = inputTree(from.tree, { columns: all, renewed, task })
  for (const column of all) if (!renewed.has(column)) renewed.set(column, unmarked(column))
  const renew = (column: Column) => renewed.get(column) ?? column
  const source = ({ there: _there, ...one }: Source): Source => ({
    ...one,
    columns: one.columns.map(renew),
    rows: one.dataset === undefined ? Math.min(one.rows ?? 1, maxInputRows) : (one.rows ?? 1),
  })
  const equality = (one: Equality): Equality => ({
    ...one,
    left: one.left.map(renew),
    right: one.right.map(renew),
    bare: one.bare.map(renew),
  })
  task.markPartial()
  const sources = from.sources.map(source)
  return {
    ...from,
    tree,
    sources,
    merged: from.merged.map(renew),
    class: 'PUB',
    equalities: from.equalities.map(equality),
    ties: (from.ties ?? []).map(equality),
    uses: from.uses.map(released),
    seen: { ...from.seen, released: [] },
    rows: sources.reduce((product, { rows = 1 }) => product * rows, 1),
  }
}

interface Renewal {
  readonly columns: readonly Column[]
  /** Filled with what each column has become. */
  readonly renewed: Map<Column, Column>
  readonly task: Task
}

/** What reads no leaf is in the vault already: public relations, and stored tables of released cells. */
function inputTree(tree: Tree, renewal: Renewal): Tree {
  if (![...tablesOf(tree)].some(isOfStatement)) return tree
  if (isProduct(tree))
    return { ...tree, left: inputTree(tree.left, renewal), right: inputTree(tree.right, renewal) }
  const { renewed, task } = renewal
  const aliases = new Set(aliasesOf(tree))
  const columns = renewal.columns.filter(({ ref }) => aliases.has(aliasIn(ref) ?? ''))
  const alias = task.fresh()
  const name = nameOfInput({ node: tree, columns }, task)
  columns.forEach((column, i) => {
    renewed.set(column, { ...unmarked(column), ref: sql.column(alias, `c${i}`) })
  })
  return sql.base('', name, alias)
}

/** Of the relations without a schema: leaves, and inputs that are there already. */
const isOfStatement = (name: string) => name.startsWith('leaf_')

interface Product extends Tree {
  readonly left: Tree
  readonly right: Tree
}

function isProduct(tree: Tree): tree is Product {
  return sql.isProduct(tree)
}

/** The names that a tree of FROM gives to its relations. */
function aliasesOf(tree: Tree): readonly string[] {
  if (tree.type !== 'JOIN') return typeof tree.alias === 'string' ? [tree.alias] : []
  return [tree.left, tree.right].flatMap((side) => aliasesOf(side as Tree))
}

/** The relation that a reference reads; of a column merged by FULL JOIN, the first of them. */
function aliasIn(ref: Tree): string | undefined {
  if (Array.isArray(ref.column_names)) return String(ref.column_names[0])
  return Array.isArray(ref.children) ? aliasIn(ref.children[0]) : undefined
}

/** The type of a released column is known when it is bound; until then what it is compared as says enough. */
function unmarked({ mark: _mark, type: _type, ...column }: Column): Column {
  return column
}

function nameOfInput({ node, columns }: { node: Tree; columns: readonly Column[] }, task: Task): string {
  task.markPartial()
  const list = columns.map(({ ref }, i) => sql.named(ref, `c${i}`))
  const query = sql.select({ list: list.length > 0 ? list : [sql.named(sql.integer(1), 'c0')], from: node })
  return task.input(
    query,
    columns.map(({ kind }) => kind),
  )
}

/** It is read where the input is made, not by the leaf. */
function released(use: Use): Use {
  return { ...use, isReleased: true }
}
