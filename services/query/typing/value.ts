/** Scalar subqueries over the rows of the outer person: one value per person, joined to the rows of the stage. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { isAggregate } from '../functions.ts'
import type { Expression, Subquery } from '../statement/nodes.ts'
import { contains, isSubquery } from './contains.ts'
import type { Bound, Relation, Scope } from './relation.ts'
import { columnsUnder } from './scope.ts'

type Bind = (expression: Expression, scope: Scope) => Bound

interface Ask {
  readonly expression: Subquery
  readonly relation: Relation
  readonly scope: Scope
}

/** Aggregates that have a value where there is no row. */
const zeroes = new Set(['count', 'count_star', 'count_if', 'countif', 'regr_count', 'entropy'])

/**
 * `(SELECT count(*) FROM … WHERE x.id = outer.id)`: grouped by the person and joined to the rows of this stage; a person without a
 * row has what the aggregates say of no rows.
 */
export function valueOfPerson({ expression, relation, scope }: Ask, bind: Bind): Bound | null {
  const { ties } = relation
  const { node } = expression.subquery
  const [item] = node.type === 'SELECT_NODE' ? node.select_list : []
  if (!ties || !item || relation.class !== 'PK' || !scope.pix) return null
  const otherwise = ofNoRows(item)
  if (otherwise === null) return null
  const alias = scope.task.fresh()
  const [column] = columnsUnder(alias, relation.columns)
  if (!column) return null
  const own = sql.column(alias, '__pix')
  const pairs = ties.map(({ outer, inner }) => sql.equal(outer, sql.column(alias, inner)))
  const on = sql.and([...pairs, sql.equal(scope.pix, own)])
  scope.seen.scalars.push({ tree: sql.derived(relation.tree, alias), ...(on ? { on } : {}) })
  const tree = sql.when(sql.isNotNull(own), column.ref, bind(otherwise, scope).tree)
  const value: Bound = {
    tree,
    marks: [],
    hasSubquery: false,
    columns: [column],
    ...(column.kind ? { kind: column.kind } : {}),
    ...(column.type ? { type: column.type } : {}),
  }
  scope.seen.values.set(expression, value)
  return value
}

/**
 * `(SELECT max_by(x.value, x.day) FROM … WHERE x.id = outer.id AND x.day < outer.day)`: what is tied to more of the outer row than its
 * person stays a subquery. It is grouped by the person, so it has one row at most and cannot raise.
 */
export function valueOfRow({ expression, relation, scope }: Ask): Bound | null {
  const { node } = expression.subquery
  const [item] = node.type === 'SELECT_NODE' ? node.select_list : []
  const alias = scope.task.fresh()
  const [column] = columnsUnder(alias, relation.columns)
  const isOwn = relation.class === 'PK' && relation.isWithinPerson && relation.isValue === true
  if (!item || !column || !isOwn || scope.class !== 'PK') return null
  // A count inside of more is 0 where there is no row, and NULL would come out.
  if (!isZeroing(item) && contains(item, isZeroing)) return null
  const one = sql.scalar(sql.select({ list: [column.ref], from: sql.derived(relation.tree, alias) }))
  const value: Bound = {
    tree: isZeroing(item) ? sql.coalesce(one, sql.integer(0)) : one,
    marks: [],
    hasSubquery: true,
    // What the holder keeps of the column inside is kept of the value.
    columns: [column, ...relation.outer],
    ...(column.kind ? { kind: column.kind } : {}),
    ...(column.type ? { type: column.type } : {}),
  }
  scope.seen.values.set(expression, value)
  return value
}

function isZeroing(part: Expression): boolean {
  return part.class === 'FUNCTION' && zeroes.has(part.function_name.toLowerCase())
}

/**
 * An expression over aggregates, as it is where there are no rows: the same tree with constants in the place of calls. Null when
 * something of a row is left in it.
 */
export function ofNoRows(item: Expression): Expression | null {
  const otherwise = replaced(item) as Expression
  const isOfRows = (part: Expression) =>
    part.class === 'COLUMN_REF' || part.class === 'STAR' || isSubquery(part)
  return contains(otherwise, isOfRows) ? null : otherwise
}

function replaced(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(replaced)
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).map(([key, value]) => [key, replaced(value)])
  return ofNothing(part) ?? Object.fromEntries(entries)
}

/** What an aggregate says of no rows. */
function ofNothing(part: object): Tree | undefined {
  if (!('class' in part && part.class === 'FUNCTION' && 'function_name' in part)) return undefined
  const name = String(part.function_name).toLowerCase()
  if (zeroes.has(name)) return sql.integer(0)
  return isAggregate(name) ? sql.nothing : undefined
}
