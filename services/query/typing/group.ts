/** GROUP BY and aggregates: on the person rows stay patient-keyed, across persons they become a leaf (disclosure.md 7). */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { isOrderSensitive, literalNumber, mayAggregate } from '../functions.ts'
import { newLeaf } from '../leaf/leaf.ts'
import { labelWithoutLiterals } from '../statement/label.ts'
import type { Call, Expression, Operator, Select } from '../statement/nodes.ts'
import { countOfChosen } from './chosen.ts'
import { contains, isAggregateCall, isSubquery, isWindow } from './contains.ts'
import { bind, bindCondition, boundColumn, checkRestriction, made } from './expression.ts'
import { kindOfSum } from './harden.ts'
import { instead } from './hints.ts'
import { checkComputed, isOwn } from './identifiers.ts'
import type { Item } from './items.ts'
import { newLayer, partial, withheldAsNull } from './layer.ts'
import type { Bound, Column, From, Kind, Scope } from './relation.ts'
import { newSeen } from './scope.ts'
import { type Stage, shared } from './stage.ts'
import { steadyOperands } from './steady.ts'
import { isUnnest } from './unnest.ts'
import { bindOrder } from './window.ts'

interface Key {
  readonly at: Expression
  readonly bound: Bound
}

export interface Grouping {
  readonly select: Pick<Select, 'group_expressions' | 'group_sets' | 'aggregate_handling'>
  readonly items: readonly Item[]
  readonly from: From
  readonly at: unknown
}

/** The stage above GROUP BY: its names are keys and aggregates, nothing else. */
export function groupStage(grouping: Grouping, below: Stage): Stage {
  const { scope } = below
  const keys = groupKeys(grouping, scope)
  const isOnPerson = scope.class === 'PK' && keys.some(({ bound }) => isOwn(bound.identifier))
  if (scope.class === 'PK') checkSets(grouping.select, isOnPerson, scope)
  return scope.class === 'PK' && !isOnPerson
    ? leafStage(grouping, below, keys)
    : plainStage(grouping, below, keys)
}

/** Sets of one statement; each is a table of its own to be decided. */
const maxSets = 32

/** Some rows grouped by the person and others not would be rows of persons beside released ones. */
function checkSets(
  { group_sets, group_expressions }: Grouping['select'],
  isOnPerson: boolean,
  scope: Scope,
): void {
  if (group_sets.length > maxSets) scope.task.note('COMPLEXITY', group_expressions, { key: 'hint.maxSets' })
  if (group_sets.length > 1 && isOnPerson)
    scope.task.note('STATEMENT_NOT_ALLOWED', group_expressions, { key: 'hint.groupingSets' })
}

function groupKeys({ select, items }: Grouping, scope: Scope): readonly Key[] {
  const isAll = select.aggregate_handling === 'FORCE_AGGREGATES'
  const isLabel = ({ expression }: Item) =>
    expression.class !== 'CONSTANT' &&
    !contains(expression, (node) => isAggregateCall(node) || isWindow(node) || isUnnest(node))
  const expressions = isAll
    ? items.filter(isLabel).map(({ expression }) => expression)
    : select.group_expressions.map((expression) => atPosition(expression, items, scope))
  return expressions.map((at) => ({ at, bound: bind(at, scope) }))
}

/** `GROUP BY 1` and `ORDER BY 1` mean the first of the select list. */
export function atPosition(expression: Expression, items: readonly Item[], scope: Scope): Expression {
  const position = literalNumber(expression)
  if (position === undefined) return expression
  const item = items[position - 1]
  if (item === undefined)
    return scope.task.refuse('TYPE_ERROR', expression, { hint: { key: 'hint.position' } })
  return item.expression
}

/** Keys and aggregates as columns of a query of its own: over public and released rows, and within the person. */
function plainStage({ select, at }: Grouping, below: Stage, keys: readonly Key[]): Stage {
  const { scope } = below
  const layer = newLayer(scope.task)
  const isOnPerson = scope.class === 'PK'
  const carried = keys.map((key) => ({ ...key, column: layer.carry(labelled(key.bound), nameOf(key)) }))
  const pix = isOnPerson && scope.pix ? layer.carryTree(scope.pix) : undefined
  const groups = [
    ...keys.map(({ bound }) => withheldAsNull(bound)),
    ...(isOnPerson && scope.pix ? [scope.pix] : []),
  ]
  const above = aboveGroups(scope, carried, {
    class: scope.class,
    ...(pix ? { pix } : {}),
    aggregate: (call) => boundColumn(layer.carry(bindAggregate(call, scope))),
    grouping: (positions) => {
      const children = positions.flatMap((position) => groups[position] ?? [])
      const tree = { class: 'OPERATOR', type: 'GROUPING_FUNCTION', alias: '', children }
      return boundColumn(layer.carry(made(tree, [], 'number')))
    },
  })
  const groupSets = isOnPerson || select.group_sets.length <= 1 ? undefined : select.group_sets
  const parts = (): Omit<sql.SelectParts, 'list'> => ({
    from: below.tree(),
    where: sql.and(below.where),
    groups,
    ...(groupSets ? { groupSets } : {}),
  })
  return {
    scope: above,
    tree: () => sql.beside(layer.close(parts()), above.seen.scalars),
    where: [],
    unique: false,
    isGrouped: isOnPerson,
    isPerPerson: isOnPerson && keys.every(({ bound }) => bound.identifier?.role === 'unit'),
    isSingle: keys.length === 0,
    below,
    at,
  }
}

/** Withheld labels are one group; a group is marked when one of its rows is. */
function labelled(bound: Bound): Bound {
  const anyOf = (mark: Tree) => sql.call('bool_or', [mark])
  const columns = bound.columns.map((column) =>
    column.mark ? { ...column, mark: anyOf(column.mark) } : column,
  )
  return { ...bound, tree: withheldAsNull(bound), columns, marks: bound.marks.map(anyOf) }
}

function nameOf({ at, bound }: Key): string {
  const isName = at.class !== 'FUNCTION' && at.class !== 'SUBQUERY'
  return bound.columns.length === 1 && isName ? (bound.columns[0]?.name ?? '') : ''
}

/** The leaf: a query of the vault below, a released relation above. */
function leafStage({ at, from, select }: Grouping, below: Stage, given: readonly Key[]): Stage {
  const { scope } = below
  const isSeveral = select.group_sets.length > 1
  // A constant says nothing of a row: it is written above, and the leaf has no label for it. Several sets name keys by position.
  const keys = isSeveral ? given : given.filter(({ bound }) => bound.tree.class !== 'CONSTANT')
  for (const key of keys) checkKey(key, scope)
  const sets = isSeveral ? { sets: select.group_sets } : {}
  const leaf = newLeaf({ below, from, keys: keys.map(({ bound }) => bound), ...sets }, scope)
  const carried = keys.map((key, index) => ({
    ...key,
    column: { ...leaf.keyColumn(index), name: nameOf(key) },
  }))
  const labels = keys.map((key) => key.bound.columns[0]?.name ?? '…')
  const above = aboveGroups(scope, carried, {
    class: 'SAFE',
    lacks: !leaf.hasAllGroups,
    aggregate: (call) => leaf.measure(call, labels),
    grouping: (positions) => made(leaf.grouping(positions), [], 'number'),
  })
  return {
    scope: above,
    tree: () => {
      if (scope.seen.outer.length > 0)
        scope.task.note('CROSS_PATIENT_SUBQUERY', at, { key: 'hint.subqueryInFrom' })
      return sql.beside(leaf.close(), above.seen.scalars)
    },
    where: [],
    unique: false,
    isGrouped: false,
    isSingle: keys.length === 0,
    below,
    at,
  }
}

function checkKey({ at, bound }: Key, scope: Scope): void {
  if (bound.identifier) scope.task.note('IDENTIFIER_OUTPUT', at)
  checkRestriction(bound, 'group-by', { at, scope })
  checkRestriction(bound, 'output', { at, scope })
}

interface Above extends Pick<Scope, 'class' | 'aggregate'>, Partial<Pick<Scope, 'pix' | 'lacks'>> {
  /** GROUPING() of these keys, by position. */
  readonly grouping: (positions: readonly number[]) => Bound
}

/** The scope above groups: an expression that equals a key is that key, an aggregate is a column, nothing else is known. */
function aboveGroups(scope: Scope, keys: readonly (Key & { column: Column })[], above: Above): Scope {
  const byTree = new Map(keys.map(({ bound, column }) => [JSON.stringify(bound.tree), column]))
  const keyOf = (bound: Bound) => byTree.get(JSON.stringify(bound.tree))
  const { pix: _pix, aggregate: _aggregate, ...rest } = scope
  const { grouping, ...own } = above
  return {
    ...rest,
    ...own,
    seen: { ...newSeen(), ...shared(scope) },
    resolve: (name) => {
      const column = scope.resolve(name)
      if (column === null) return null
      return keyOf(boundColumn(column)) ?? ungrouped(name, column.name, { scope, above })
    },
    replace: (expression) => {
      if (expression.class === 'EXPANDED') {
        const bound = bind(expression, scope)
        const column = keyOf(bound)
        return boundColumn(column ?? ungrouped(expression, bound.columns[0]?.name ?? '', { scope, above }))
      }
      if (isGrouping(expression)) return grouping(positionsOf(expression, keys, scope))
      if (!mayBeKey(expression, scope)) return null
      const column = byTree.size > 0 ? keyOf(bind(expression, probing(scope))) : undefined
      return column ? boundColumn(column) : null
    },
  }
}

function isGrouping(expression: Expression): expression is Operator {
  return expression.class === 'OPERATOR' && expression.type === 'GROUPING_FUNCTION'
}

/** Which keys GROUPING() names; what is no key has no answer. */
function positionsOf({ children }: Operator, keys: readonly Key[], scope: Scope): readonly number[] {
  return children.map((child) => {
    const wanted = JSON.stringify(bind(child, probing(scope)).tree)
    const position = keys.findIndex(({ bound }) => JSON.stringify(bound.tree) === wanted)
    if (position < 0)
      scope.task.note('TYPE_ERROR', child, {
        key: 'hint.groupBy',
        with: { column: labelWithoutLiterals(child) },
      })
    return position
  })
}

/** Names find their keys by themselves; what holds an aggregate or a subquery is no label, but a value per person may be. */
function mayBeKey(expression: Expression, { seen }: Scope): boolean {
  const isNoLabel = (part: Expression) => isNotLabel(part) && !seen.values.has(part)
  return !leavesAsTheyAre.has(expression.class) && !contains(expression, isNoLabel)
}

const leavesAsTheyAre = new Set(['COLUMN_REF', 'CONSTANT', 'LAMBDA', 'STAR'])
const isNotLabel = (part: Expression) =>
  isAggregateCall(part) || isWindow(part) || isSubquery(part) || isGrouping(part) || part.class === 'LAMBDA'

/** A scope in which an expression is bound only to be compared with the keys: what is wrong with it is said elsewhere. */
function probing(scope: Scope): Scope {
  return { ...scope, task: { ...scope.task, note: () => undefined } }
}

/** A bare column beside groups is one row's value: what `any_value` would show. */
function ungrouped(at: unknown, column: string, { scope, above }: { scope: Scope; above: Above }): Column {
  const hint = { key: 'hint.groupBy', with: { column } }
  scope.task.note(scope.class === 'PK' && above.class === 'SAFE' ? 'AGG_NOT_ALLOWED' : 'TYPE_ERROR', at, hint)
  return { name: column, ref: sql.nothing, restrict: [], personal: false }
}

/** An aggregate that stays inside: over public or released rows, or within the person. */
function bindAggregate(written: Call, scope: Scope): Bound {
  const call = countOfChosen(written)
  const name = call.function_name.toLowerCase()
  if (!mayAggregate(name)) return scope.task.refuse('FUNCTION_NOT_ALLOWED', call, instead(name, 'aggregate'))
  const children = call.children.map((child) => {
    const bound = bind(child, scope)
    const mayTake = name === 'count' || (choosing.has(name) && call.children.length === 1)
    return mayTake && isOwn(bound.identifier) ? bound : checkComputed(bound, child, scope)
  })
  const identifier = name === 'count' ? undefined : children[0]?.identifier
  const filter = call.filter ? bindCondition(call.filter, scope) : null
  const given = call.order_bys.orders.map((order) => bindOrder(order, scope))
  const orders: Tree[] = given.map(({ tree }) => tree)
  if (isOrderSensitive(name) && call.distinct && orders.length === 0)
    orders.push(...children.slice(0, 1).map(({ tree }) => sql.order(tree)))
  if (isOrderSensitive(name) && !call.distinct) scope.seen.openOrders.push(orders)
  const operands = children.map((bound, index) => ({ bound, at: call.children[index] ?? call }))
  const tree = sql.call(name, steadyOperands(name, operands, scope), {
    filter: filter?.tree ?? null,
    distinct: call.distinct,
    orders,
  })
  const sorts = given.map(({ by }) => by)
  const parts = [...children, ...(filter ? [filter] : []), ...sorts]
  return {
    ...partial(made(tree, parts, kindOf(name, children)), scope),
    ...(identifier ? { identifier } : {}),
  }
}

/** One of the identifiers of a person is an identifier of that person, and stays one: `max(stay_id)` of the rows of an act. */
const choosing = new Set(['min', 'max', 'any_value', 'first', 'arbitrary'])
const counts = new Set(['count', 'count_star', 'count_if', 'avg', 'mean', 'stddev', 'variance'])
const picks = new Set(['min', 'max', 'first', 'last', 'any_value', 'median', 'mode', 'arg_min', 'arg_max'])

function kindOf(name: string, [first]: readonly Bound[]): Kind | undefined {
  if (name === 'sum') return kindOfSum(first)
  if (counts.has(name)) return 'number'
  return picks.has(name) ? first?.kind : undefined
}
