/** A stage of a SELECT that becomes a query of its own, so that what stands above reads plain columns. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type { Expression } from '../statement/nodes.ts'
import { bindCondition } from './expression.ts'
import { isKeyOf } from './identifiers.ts'
import type { Bound, Column, Scope, Source, Task } from './relation.ts'

export interface Layer {
  /** The column that carries an expression of the stage below; the same expression is carried once. */
  readonly carry: (bound: Bound, name?: string) => Column
  readonly carryTree: (tree: Tree) => Tree
  /** The stage as a relation of FROM, once everything above has been bound. */
  readonly close: (parts: Omit<sql.SelectParts, 'list'>) => Tree
}

export function newLayer(task: Task): Layer {
  const alias = task.fresh()
  const list: Tree[] = []
  const known = new Map<string, Tree>()
  const carryTree = (tree: Tree): Tree => {
    const key = JSON.stringify(tree)
    const reference = known.get(key) ?? sql.column(alias, `c${list.length}`)
    if (!known.has(key)) list.push(sql.named(tree, `c${list.length}`))
    known.set(key, reference)
    return reference
  }
  return {
    carryTree,
    carry: (bound, name = '') => {
      const mark = sql.or(marksOf(bound))
      return {
        ...factsOf(bound),
        name,
        ref: carryTree(bound.tree),
        personal: bound.columns.some(({ personal }) => personal),
        ...(mark ? { mark: carryTree(mark) } : {}),
      }
    },
    close: (parts) =>
      sql.derived(sql.select({ list: list.length > 0 ? list : [sql.integer(1)], ...parts }), alias),
  }
}

/** The expression, NULL where what it reads is withheld. */
export function withheldAsNull(bound: Bound): Tree {
  const mark = sql.or(marksOf(bound))
  const isBare = bound.columns.length === 1 && bound.columns[0]?.ref === bound.tree
  return mark && !isBare ? sql.when(mark, sql.nothing, bound.tree) : bound.tree
}

/** The marks of what an expression reads, each once. */
export function marksOf({ columns, marks }: Bound): readonly Tree[] {
  const all = [...columns.flatMap(({ mark }) => (mark ? [mark] : [])), ...marks]
  return [...new Map(all.map((mark) => [JSON.stringify(mark), mark])).values()]
}

/** What a column knows of the expression that it carries. */
export function factsOf({
  columns,
  identifier,
  kind,
  type,
}: Bound): Pick<Column, 'restrict' | 'identifier' | 'kind' | 'type' | 'isShare'> {
  return {
    ...(columns.some(({ isShare }) => isShare) ? { isShare: true } : {}),
    restrict: [...new Set(columns.flatMap(({ restrict }) => restrict))],
    ...(identifier ? { identifier } : {}),
    ...(kind ? { kind } : {}),
    ...(type ? { type } : {}),
  }
}

/** Without marks: an aggregate or a window over withheld cells or rows is not withheld, the answer is partial. */
export function partial(bound: Bound, scope: Scope): Bound {
  if (marksOf(bound).length > 0 || scope.lacks === true) scope.task.markPartial()
  const columns = bound.columns.map(({ mark: _mark, ...column }) => column)
  return { ...bound, columns, marks: [] }
}

/** A condition on rows: where it reads what is withheld it may drop or keep a row wrongly, and the answer is partial. */
export function bindFilter(expression: Expression, scope: Scope): Bound {
  const bound = bindCondition(expression, scope)
  if (marksOf(bound).length > 0) scope.task.markPartial()
  return bound
}

/** Sources that an outer join may have no row of: what a withheld group would have said there is marked. */
export function markedIfAbsent(sources: readonly Source[]): readonly Source[] {
  const absent = sql.and(sources.flatMap(({ there }) => (there ? [sql.isNull(there)] : [])))
  if (absent === null) return sources
  const mark = (column: Column): Column => ({
    ...column,
    mark: column.mark ? (sql.or([column.mark, absent]) ?? absent) : absent,
  })
  return sources.map((source) => ({ ...source, columns: source.columns.map(mark) }))
}

/**
 * A last key for orders that have ties: rows that agree on all columns in use cannot be told apart. Over patient rows an order is
 * one of the rows of a person, or has the person in it: who that is tells nothing apart.
 */
export function closeOrders({ seen, pix }: Scope): void {
  const last = [...seen.columns].filter(([, column]) => pix === undefined || !isKeyOf(column, pix))
  for (const orders of seen.openOrders) {
    const present = new Set(orders.map(({ expression }) => JSON.stringify(expression)))
    for (const [key, { ref }] of last) if (!present.has(key)) orders.push(sql.order(ref))
  }
}
