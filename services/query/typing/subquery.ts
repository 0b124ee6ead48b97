/** Subqueries of expressions: free over public and released relations, tied to the person over patient rows. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type { Call, Expression, Subquery } from '../statement/nodes.ts'
import { compareSafely } from './harden.ts'
import { personOf } from './hints.ts'
import { isSame } from './identifiers.ts'
import type { Bound, OutputColumn, Relation, Scope } from './relation.ts'
import { columnsUnder, isNearPersons } from './scope.ts'
import { valueOfPerson, valueOfRow } from './value.ts'

type Bind = (expression: Expression, scope: Scope) => Bound

interface Member {
  readonly at: Expression
  readonly bound: Bound
}

/** The subquery as it will run: EXISTS, IN and its kin, or the one row of a scalar beside the rows of this stage. */
export function bindSubquery(expression: Subquery, scope: Scope, bind: Bind): Bound {
  const known = scope.seen.values.get(expression)
  if (known) return known
  const isExists = expression.subquery_type === 'EXISTS'
  const isScalar = expression.subquery_type === 'SCALAR'
  const environment = { ctes: scope.environment.ctes, outer: scope, isExists, isScalar }
  const members = membersOf(expression.child).map((at) => ({ at, bound: bind(at, scope) }))
  const relation = scope.task.query(expression.subquery.node, environment)
  scope.seen.uses.push(...relation.uses)
  const ask = { expression, relation, members, scope }
  if (isScalar) return valueOfPerson(ask, bind) ?? valueOfRow(ask) ?? publicOfRow(ask) ?? keptScalar(ask)
  const parts = members.map(({ bound }) => bound)
  const value: Bound = {
    tree: relation.class === 'PK' ? overPersons(ask) : overRest(ask),
    // What it reads of the rows outside decides its value as much as what is compared.
    columns: [...parts.flatMap(({ columns }) => columns), ...relation.outer],
    marks: parts.flatMap(({ marks }) => marks),
    hasSubquery: true,
    kind: 'boolean',
  }
  // Known again where it is shown, when it is a key.
  scope.seen.values.set(expression, value)
  return value
}

interface Ask {
  readonly expression: Subquery
  readonly relation: Relation
  readonly members: readonly Member[]
  readonly scope: Scope
}

const nothing: Bound = { tree: sql.nothing, columns: [], marks: [], hasSubquery: false }

/** Beside patient rows a scalar may be part of a label: bound once, it is known again where the label is shown. */
function keptScalar(ask: Ask): Bound {
  const bound = scalarOf(ask)
  const { class: own, seen } = ask.scope
  if (own === 'PK') seen.values.set(ask.expression, bound)
  return bound
}

/**
 * The value of a query of one column: its only row, NULL when there is none or when there are several, joined to the rows of
 * this stage. Written so, it can stand under TRY, and nothing raises on a second row.
 */
function scalarOf({ expression, relation, scope }: Ask): Bound {
  const [column, second] = relation.columns
  if (relation.class === 'PK')
    return { ...nothing, tree: refuseCrossing({ expression, relation, members: [], scope }) }
  if (!column || second) scope.task.note('TYPE_ERROR', expression)
  if (relation.outer.length > 0)
    scope.task.note('STATEMENT_NOT_ALLOWED', expression, { key: 'hint.subqueryInFrom' })
  noteReleased({ expression, relation, members: [], scope })
  if (!column) return nothing
  const [inner, outer] = [scope.task.fresh(), scope.task.fresh()]
  const list = [sql.named(onlyValue(inner, column), 'value')]
  const mark = column.mark && sql.call('bool_or', [sql.column(inner, column.mark)])
  if (mark) list.push(sql.named(sql.coalesce(mark, sql.boolean(false)), 'mark'))
  const one = sql.select({ list, from: sql.derived(relation.tree, inner) })
  scope.seen.scalars.push({ tree: sql.derived(one, outer) })
  return {
    ...nothing,
    tree: sql.column(outer, 'value'),
    marks: column.mark ? [sql.column(outer, 'mark')] : [],
    ...(column.kind ? { kind: column.kind } : {}),
  }
}

/** A released relation is read: what is made of the rows of this stage is released too. */
function noteReleased({ relation, scope }: Ask): void {
  if (relation.class === 'SAFE') scope.seen.released.push(relation)
}

/** Of public rows beside public rows, a query that reads the row outside stays where it is. */
function publicOfRow({ relation, scope }: Ask): Bound | null {
  const [column, second] = relation.columns
  const isPublic = scope.class === 'PUB' && relation.class === 'PUB'
  if (!isPublic || relation.outer.length === 0 || !column || second) return null
  const alias = scope.task.fresh()
  const list = [onlyValue(alias, column)]
  return {
    tree: sql.scalar(sql.select({ list, from: sql.derived(relation.tree, alias) })),
    marks: [],
    hasSubquery: true,
    columns: [...columnsUnder(alias, relation.columns), ...relation.outer],
    ...(column.kind ? { kind: column.kind } : {}),
  }
}

/** The value of the only row; NULL when there are several. */
function onlyValue(alias: string, { physical }: OutputColumn): Tree {
  const isOne = sql.comparison('COMPARE_LESSTHANOREQUALTO', sql.call('count_star', []), sql.integer(1))
  return sql.when(isOne, sql.call('min', [sql.column(alias, physical)]))
}

/** EXISTS and IN over public and released rows. */
function overRest(ask: Ask): Tree {
  const { expression, relation, members, scope } = ask
  noteReleased(ask)
  const isWhole = relation.class !== 'SAFE' || relation.lacks === false
  if (!isWhole || relation.columns.some(({ mark }) => mark)) scope.task.markPartial()
  for (const { at, bound } of members) if (bound.identifier) scope.task.note('IDENTIFIER_COMPARED', at)
  if (expression.subquery_type === 'EXISTS') return sql.exists(relation.tree)
  if (relation.columns.length !== members.length) scope.task.note('TYPE_ERROR', expression)
  const isLike = ({ bound }: Member, index: number) =>
    compareSafely([bound, asBound(relation.columns[index])])
  // TRY takes no subquery: what could raise on patient rows must be written as a join.
  if (isNearPersons(scope) && !members.every(isLike))
    scope.task.note('STATEMENT_NOT_ALLOWED', expression, { key: 'hint.subqueryInFrom' })
  const query = only(relation, relation.columns.slice(0, members.length), scope)
  return sql.anyOf(rowOf(members.map(({ bound }) => bound.tree)), query, expression.comparison_type)
}

function asBound(column: OutputColumn | undefined): Bound {
  const kind = column?.kind
  return { tree: sql.nothing, columns: [], marks: [], hasSubquery: false, ...(kind ? { kind } : {}) }
}

function refuseCrossing({ expression, relation, scope }: Ask): Tree {
  if (relation.isWithinPerson) {
    scope.task.note('CROSS_PATIENT_SUBQUERY', expression, { key: 'hint.subqueryInFrom' })
    return sql.boolean(false)
  }
  const [inner, outer] = [relation.person, personOf(scope.sources)]
  const hint =
    inner && outer ? { key: 'hint.addEquality', with: { equality: `${inner} = ${outer}` } } : undefined
  scope.task.note('CROSS_PATIENT_SUBQUERY', expression, hint)
  return sql.boolean(false)
}

/** `id [NOT] IN (rows with that id)` and EXISTS tied to the person; `__pix` is compared beside what the text compares. */
function overPersons(ask: Ask): Tree {
  const { scope } = ask
  if (scope.class !== 'PK' || scope.pix === undefined) return refuseCrossing(ask)
  return ask.expression.subquery_type === 'EXISTS'
    ? existsOfPerson(ask, scope.pix)
    : inOfPerson(ask, scope.pix)
}

/** Tied by the person alone it is asked as IN, which needs no correlation; EXISTS is never NULL. */
function existsOfPerson(ask: Ask, pix: Tree): Tree {
  const { relation, scope } = ask
  if (!relation.ties) return relation.isWithinPerson ? sql.exists(relation.tree) : refuseCrossing(ask)
  const inside = onlyNamed(relation, [...relation.ties.map(({ inner }) => inner), '__pix'], scope)
  const outside = rowOf([...relation.ties.map(({ outer }) => outer), pix])
  return sql.coalesce(sql.anyOf(outside, inside, 'COMPARE_EQUAL'), sql.boolean(false))
}

function inOfPerson(ask: Ask, pix: Tree): Tree {
  const { expression, relation, members, scope } = ask
  const pairs = members.map(({ bound }, index) =>
    isSame(bound.identifier, relation.columns[index]?.identifier),
  )
  const isIn = expression.comparison_type === 'COMPARE_EQUAL' && relation.columns.length === members.length
  if (!isIn || !pairs.includes(true)) return refuseCrossing(ask)
  const mixed = members.find(
    ({ bound }, index) => !pairs[index] && (bound.identifier || relation.columns[index]?.identifier),
  )
  if (mixed) scope.task.note('IDENTIFIER_COMPARED', mixed.at)
  const inside = onlyNamed(relation, [...relation.columns.map(({ physical }) => physical), '__pix'], scope)
  return sql.anyOf(rowOf([...members.map(({ bound }) => bound.tree), pix]), inside, 'COMPARE_EQUAL')
}

function membersOf(child: Expression | null): readonly Expression[] {
  if (child === null) return []
  return isRow(child) ? child.children : [child]
}

function isRow(child: Expression): child is Call {
  return child.class === 'FUNCTION' && child.function_name === 'row' && child.schema === 'main'
}

function rowOf(parts: readonly Tree[]): Tree {
  const [first = sql.nothing, ...rest] = parts
  return rest.length === 0 ? first : sql.call('row', parts)
}

/** The query with these columns and nothing beside them. */
function only(relation: Relation, columns: readonly OutputColumn[], scope: Scope): Tree {
  const isBare = relation.class === 'PUB' && columns.length === relation.columns.length
  if (isBare) return relation.tree
  return onlyNamed(
    relation,
    columns.map(({ physical }) => physical),
    scope,
  )
}

function onlyNamed(relation: Relation, names: readonly string[], scope: Scope): Tree {
  const alias = scope.task.fresh()
  const list = names.map((name) => sql.column(alias, name))
  return sql.select({ list, from: sql.derived(relation.tree, alias) })
}
