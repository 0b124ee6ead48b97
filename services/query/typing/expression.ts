/** Expressions: names are resolved, identifiers kept opaque, functions checked, and what can raise is run under TRY. */
import { isFallible } from '../../engine/capabilities.ts'
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { clockOf, compares, isAggregate, mayCompute, resultOf, unboundedLength } from '../functions.ts'
import { decimalDigits, scaleOfDecimal } from '../statement/label.ts'
import type * as node from '../statement/nodes.ts'
import { findPart } from './contains.ts'
import { compareSafely, doubleLiteral, isMomentText, kindOf, roundedDouble } from './harden.ts'
import { instead } from './hints.ts'
import { checkComparison, checkComputed } from './identifiers.ts'
import type { Bound, Column, Kind, Restriction, Scope } from './relation.ts'
import { boundAlias, findColumn, isNearPersons, touch, unknownColumn } from './scope.ts'
import { boundedOperands, isSeries, maxSeries, seriesLength } from './series.ts'
import { checkShare, cut } from './share.ts'
import { bindSubquery } from './subquery.ts'
import { checkOperands, checkWritten } from './written.ts'

/** The expression as it will run. Step 4 refusals are thrown; those of typing are noted and the walk goes on. */
export function bind(expression: node.Expression, scope: Scope): Bound {
  scope.task.spend(1, expression)
  const replaced = scope.replace?.(expression)
  if (replaced) return replaced
  switch (expression.class) {
    case 'EXPANDED':
      return bindExpanded(expression, scope)
    case 'COLUMN_REF':
      return bindReference(expression, scope)
    case 'CONSTANT':
      return bindConstant(expression, scope)
    case 'FUNCTION':
      return bindCall(expression, scope)
    case 'COMPARISON':
      return bindComparison(expression, scope)
    case 'CONJUNCTION': {
      const children = expression.children.map((child) => asBoolean(bindComputed(child, scope), scope))
      return made({ ...bare(expression), children: trees(children) }, children, 'boolean')
    }
    case 'OPERATOR':
      return bindOperator(expression, scope)
    case 'CAST':
      return bindCast(expression, scope)
    case 'CASE':
      return bindCase(expression, scope)
    case 'BETWEEN':
      return bindBetween(expression, scope)
    case 'SUBQUERY':
      return bindSubquery(expression, scope, bind)
    case 'WINDOW':
      return scope.window?.(expression) ?? misplaced(expression, scope)
    case 'LAMBDA':
      return bindLambda(expression, scope)
    case 'STAR':
      return scope.task.refuse('STATEMENT_NOT_ALLOWED', expression, { hint: { key: 'hint.star' } })
  }
}

/** As `bind`, for a place where a bare identifier is computed with. */
export function bindComputed(expression: node.Expression, scope: Scope): Bound {
  return checkComputed(bind(expression, scope), expression, scope)
}

/** As `bindComputed`, for a condition; notes COLUMN_RESTRICTED where a column may not filter. */
export function bindCondition(expression: node.Expression, scope: Scope): Bound {
  const bound = bindComputed(expression, scope)
  checkRestriction(bound, 'filter', { at: expression, scope })
  checkShare(bound, expression, scope)
  return asBoolean(bound, scope)
}

/** A condition that is not surely a boolean is made one without raising. */
function asBoolean(bound: Bound, scope: Scope): Bound {
  if (bound.kind === 'boolean' || scope.class === 'SAFE') return bound
  return { ...bound, tree: sql.cast(bound.tree, 'BOOLEAN', { try: true }), kind: 'boolean' }
}

/** Notes COLUMN_RESTRICTED, at the column, when an expression reads one that the holder keeps from this use. */
export function checkRestriction(
  bound: Bound,
  use: Restriction,
  { at, scope }: { at: node.Expression; scope: Scope },
): void {
  const { columns } = bound
  if (use !== 'filter') checkShare(bound, at, scope)
  const isRestricted = (column: Column | null) => column?.restrict.includes(use) === true
  if (!columns.some(isRestricted)) return
  const isAtFault = (part: node.Expression) =>
    part.class === 'COLUMN_REF' && isRestricted(scope.resolve(part))
  scope.task.note('COLUMN_RESTRICTED', findPart(at, isAtFault) ?? at)
}

/** The parts of an AND, each on its own. */
export function conjuncts(expression: node.Expression | null): readonly node.Expression[] {
  if (expression === null) return []
  if (expression.class !== 'CONJUNCTION' || expression.type !== 'CONJUNCTION_AND') return [expression]
  return expression.children.flatMap(conjuncts)
}

/** A result computed from parts. */
export function made(tree: Tree, parts: readonly Bound[], kind?: Kind): Bound {
  return {
    tree,
    columns: parts.flatMap(({ columns }) => columns),
    marks: parts.flatMap(({ marks }) => marks),
    hasSubquery: parts.some(({ hasSubquery }) => hasSubquery),
    ...(kind ? { kind } : {}),
  }
}

/** The node without its place and name: what is left is what it means. */
export function bare(expression: node.Expression): Tree {
  const { query_location: _place, alias: _alias, ...rest } = expression
  return { ...rest, alias: '' }
}

function trees(parts: readonly Bound[]): readonly Tree[] {
  return parts.map(({ tree }) => tree)
}

export function boundColumn(column: Column): Bound {
  return {
    tree: column.ref,
    columns: [column],
    marks: [],
    hasSubquery: false,
    ...(column.identifier ? { identifier: column.identifier } : {}),
    ...(column.kind ? { kind: column.kind } : {}),
    ...(column.type ? { type: column.type } : {}),
  }
}

const nullBound: Bound = { tree: sql.nothing, columns: [], marks: [], hasSubquery: false }

function misplaced(expression: node.Expression, scope: Scope): Bound {
  scope.task.note('TYPE_ERROR', expression, { key: 'hint.misplaced' })
  return nullBound
}

function bindExpanded(expression: node.Expanded, scope: Scope): Bound {
  // A star is expanded by the scope that resolves it, with columns of its own: the one cast of this file.
  return boundColumn(touch(expression.column as Column, scope))
}

function bindReference(expression: node.ColumnReference, scope: Scope): Bound {
  const [first = '', ...rest] = expression.column_names
  const parameter = scope.lambdas.get(first.toLowerCase())
  if (parameter !== undefined) return { ...nullBound, tree: sql.column(parameter, ...rest) }
  const column = findColumn(expression, scope)
  if (column) return boundColumn(column)
  const alias = boundAlias(expression, scope, bind)
  if (alias) return alias
  const clock = expression.column_names.length === 1 ? clockOf(first.toLowerCase()) : null
  if (clock) return today(scope, clock)
  return unknownColumn(expression, scope)
}

function today(scope: Scope, type: 'DATE' | 'TIMESTAMP'): Bound {
  const tree = sql.cast(sql.text(scope.task.today), type)
  return { ...nullBound, tree, kind: type === 'DATE' ? 'date' : 'timestamp' }
}

const real = { kind: 'number', type: 'DOUBLE' } as const

function bindConstant(expression: node.Constant, scope: Scope): Bound {
  const { value, type, is_null } = expression.value
  const isReal = type.id === 'DOUBLE' || type.id === 'FLOAT'
  if (!is_null && isReal) return { ...nullBound, tree: doubleLiteral(String(value)), ...real }
  if (!is_null && type.id === 'DECIMAL' && scope.class !== 'SAFE')
    return { ...nullBound, tree: doubleLiteral(decimalDigits(expression.value)), ...real }
  const kind = kindOf(type.id)
  const literal =
    typeof value === 'object' || value === undefined ? undefined : (value as string | number | boolean)
  return {
    ...nullBound,
    tree: bare(expression),
    ...(kind ? { kind } : {}),
    ...(literal === undefined ? {} : { literal }),
  }
}

function bindCall(expression: node.Call, scope: Scope): Bound {
  const name = expression.function_name.toLowerCase()
  if (expression.schema !== '' && expression.schema !== 'main') return denied(expression, scope)
  if (isAggregate(name)) return scope.aggregate?.(expression) ?? misplaced(expression, scope)
  if (name === 'unnest') return scope.unnest?.(expression) ?? misplaced(expression, scope)
  const clock = clockOf(name)
  if (clock) return today(scope, clock)
  return mayCompute(name) ? bindScalar(expression, name, scope) : denied(expression, scope)
}

function denied(expression: node.Call, scope: Scope): never {
  return scope.task.refuse('FUNCTION_NOT_ALLOWED', expression, instead(expression.function_name, 'scalar'))
}

function bindScalar(expression: node.Call, name: string, scope: Scope): Bound {
  const { distinct, filter, order_bys } = expression
  if (distinct || filter || order_bys.orders.length > 0) return misplaced(expression, scope)
  const sides = expression.children.map((at) => ({ at, bound: bind(at, scope) }))
  const parts = sides.map(({ bound }) => bound)
  checkOperands(name, sides, scope)
  const operands = boundedSeries(expression, parts, scope)
  const tooLong = operands ? undefined : unboundedLength(expression)
  if (tooLong) scope.task.note('COST', tooLong, { key: 'hint.length' })
  const identifier = expression.children[parts.findIndex((part) => part.identifier)]
  if (identifier) scope.task.note(compares(name) ? 'IDENTIFIER_COMPARED' : 'IDENTIFIER_COMPUTED', identifier)
  const own = operands ?? parts.map(({ tree }) => tree)
  const children = own.map((tree, index) => sql.named(tree, expression.children[index]?.alias ?? ''))
  const tree = sql.call(name, children, { isOperator: expression.is_operator })
  return guarded({ ...made(tree, parts), ...resultOf(name) }, isFallible(name), scope)
}

/** The operands of a series of known or bounded length; null for all other calls. */
function boundedSeries(call: node.Call, parts: readonly Bound[], { task }: Scope): readonly Tree[] | null {
  if (!isSeries(call.function_name.toLowerCase())) return null
  const length = seriesLength(call.children, task.today)
  if (length !== undefined && length <= maxSeries) return parts.map(({ tree }) => tree)
  return length === undefined ? boundedOperands(call, parts) : null
}

/** Under TRY when it can raise. TRY takes no subquery: on patient rows those must stand in FROM. */
function guarded(bound: Bound, canRaise: boolean, scope: Scope): Bound {
  if (scope.class === 'SAFE' || !(canRaise || isTried(bound.tree))) return bound
  if (bound.hasSubquery) {
    if (isNearPersons(scope))
      scope.task.note('STATEMENT_NOT_ALLOWED', undefined, { key: 'hint.subqueryInFrom' })
    return bound
  }
  return { ...bound, tree: sql.tryOf(untried(bound.tree)) }
}

function isTry(tree: Tree): boolean {
  return tree.type === 'OPERATOR_TRY'
}

/** Whether an operand of a computation is under TRY already: of NULL it makes NULL, so that one TRY around the whole is enough. */
function isTried(tree: Tree): boolean {
  return tree.is_operator === true && Array.isArray(tree.children) && tree.children.some(isTry)
}

function untried(tree: Tree): Tree {
  if (!isTried(tree) || !Array.isArray(tree.children)) return tree
  return { ...tree, children: tree.children.map((child) => (isTry(child) ? lifted(child) : child)) }
}

function lifted(tree: Tree): Tree {
  const [inner] = Array.isArray(tree.children) ? tree.children : []
  return inner ? { ...inner, alias: tree.alias } : tree
}

function bindComparison(expression: node.Comparison, scope: Scope): Bound {
  const left = bind(expression.left, scope)
  const right = bind(expression.right, scope)
  const sides = [
    { bound: left, at: expression.left },
    { bound: right, at: expression.right },
  ]
  checkComparison(expression.type, sides, scope)
  checkWritten(sides, scope)
  const tree = { ...bare(expression), left: left.tree, right: right.tree }
  const result = cut(made(tree, [left, right], 'boolean'))
  return guarded(result, !compareSafely([left, right]), scope)
}

function bindBetween(expression: node.Between, scope: Scope): Bound {
  const sides = [expression.input, expression.lower, expression.upper].map((at) => ({
    at,
    bound: bind(at, scope),
  }))
  checkComparison(expression.class, sides, scope)
  checkWritten(sides, scope)
  const parts = sides.map(({ bound }) => bound)
  const [input, lower, upper] = trees(parts)
  return guarded(
    cut(made({ ...bare(expression), input, lower, upper }, parts, 'boolean')),
    !compareSafely(parts),
    scope,
  )
}

const nullTests = new Set(['OPERATOR_IS_NULL', 'OPERATOR_IS_NOT_NULL'])
const lists = new Set(['COMPARE_IN', 'COMPARE_NOT_IN'])
/** Operators that bring their operands to one type. */
const mixing = new Set([...lists, 'OPERATOR_COALESCE', 'ARRAY_EXTRACT', 'ARRAY_SLICE'])

function bindOperator(expression: node.Operator, scope: Scope): Bound {
  const { type } = expression
  if (type === 'GROUPING_FUNCTION')
    return scope.task.refuse('STATEMENT_NOT_ALLOWED', expression, { hint: { key: 'hint.misplaced' } })
  if (type === 'OPERATOR_TRY') return bindTry(expression, scope)
  const sides = expression.children.map((at) => ({ at, bound: bind(at, scope) }))
  const parts = sides.map(({ bound }) => bound)
  if (lists.has(type)) {
    checkComparison(type, sides, scope)
    checkWritten(sides, scope)
  } else if (!nullTests.has(type)) for (const { at, bound } of sides) checkComputed(bound, at, scope)
  const isNot = type === 'OPERATOR_NOT'
  const children = isNot ? parts.map((part) => asBoolean(part, scope)) : parts
  const kind = isNot || nullTests.has(type) || lists.has(type) ? 'boolean' : commonKind(parts)
  const canRaise = mixing.has(type) && !compareSafely(parts)
  const result = made({ ...bare(expression), children: trees(children) }, parts, kind)
  return guarded(lists.has(type) || nullTests.has(type) ? cut(result) : result, canRaise, scope)
}

function bindTry({ children: [child] }: node.Operator, scope: Scope): Bound {
  const inner = child ? bindComputed(child, scope) : nullBound
  return isTry(inner.tree) ? inner : { ...inner, tree: sql.tryOf(inner.tree) }
}

function commonKind(parts: readonly Bound[]): Kind | undefined {
  const [first] = parts
  return parts.every(({ kind }) => kind === first?.kind) ? first?.kind : undefined
}

function isNull(tree: Tree): boolean {
  const value = tree.value
  return typeof value === 'object' && value !== null && 'is_null' in value && value.is_null === true
}

/** CAST becomes TRY_CAST: a value that does not fit is NULL. Literals are checked here instead. */
function bindCast(expression: node.Cast, scope: Scope): Bound {
  const child = bindComputed(expression.child, scope)
  const target = expression.cast_type.id
  if (target === 'DECIMAL' && scope.class !== 'SAFE')
    return { ...made(roundedDouble(child.tree, scaleOfDecimal(expression.cast_type)), [child]), ...real }
  const kind = kindOf(target)
  const isMoment = kind === 'date' || kind === 'timestamp'
  const literal = typeof child.literal === 'string' ? child.literal : undefined
  if (isMoment && literal !== undefined && !expression.try_cast && !isMomentText(literal))
    scope.task.note('TYPE_ERROR', expression.child, { key: 'hint.date' })
  const isSure = literal !== undefined && (isMoment || (kind === 'boolean' && /^[tf]$/.test(literal)))
  const isTried = expression.try_cast || (scope.class !== 'SAFE' && !isSure)
  const tree = { ...bare(expression), child: child.tree, try_cast: isTried }
  return { ...made(tree, [child], kind), ...(target === 'DECIMAL' ? {} : { type: target }) }
}

function bindCase(expression: node.Case, scope: Scope): Bound {
  const checks = expression.case_checks.map(({ when_expr, then_expr }) => ({
    when: bindCondition(when_expr, scope),
    value: bindComputed(then_expr, scope),
  }))
  const otherwise = bindComputed(expression.else_expr, scope)
  const values = [...checks.map(({ value }) => value), otherwise]
  const parts = [...checks.map(({ when }) => when), ...values]
  const tree = {
    ...bare(expression),
    case_checks: checks.map(({ when, value }) => ({ when_expr: when.tree, then_expr: value.tree })),
    else_expr: otherwise.tree,
  }
  const kind = commonKind(values.filter((value) => !isNull(value.tree)))
  return guarded(made(tree, parts, kind), kind === undefined, scope)
}

function bindLambda(expression: node.Lambda, scope: Scope): Bound {
  const names = lambdaNames(expression.lhs)
  if (names === null) return misplaced(expression, scope)
  const fresh = names.map((name) => [name.toLowerCase(), scope.task.fresh()] as const)
  const lambdas = new Map([...scope.lambdas, ...fresh])
  const isParameter = (part: node.Expression) =>
    part.class === 'COLUMN_REF' && lambdas.has(part.column_names[0]?.toLowerCase() ?? '')
  // What names a parameter is no key of a stage below, which does not know it.
  const replace = (part: node.Expression) =>
    findPart(part, isParameter) ? null : (scope.replace?.(part) ?? null)
  const body = bindComputed(expression.expr, { ...scope, lambdas, replace })
  const parameters = fresh.map(([, name]) => sql.column(name))
  const [only = sql.nothing, second] = parameters
  const lhs = second === undefined ? only : sql.call('row', parameters)
  return made({ ...bare(expression), lhs, expr: body.tree }, [body])
}

function lambdaNames(parameters: node.Expression): readonly string[] | null {
  if (parameters.class === 'COLUMN_REF')
    return parameters.column_names.length === 1 ? parameters.column_names : null
  if (parameters.class !== 'FUNCTION' || parameters.function_name !== 'row') return null
  const names = parameters.children.map(lambdaNames)
  return names.every((name) => name !== null) ? names.flat() : null
}
