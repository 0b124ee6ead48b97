/** Aggregates across persons: what each becomes (disclosure.md 7.2), and its columns of level 1. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { hasOwnTable, type Shape } from '../plan.ts'
import { labelWithoutLiterals, numberOf } from '../statement/label.ts'
import type { Call, Case, Expression } from '../statement/nodes.ts'
import { synonymOf } from '../synonyms.ts'
import { countOfChosen } from '../typing/chosen.ts'
import { bind, bindCondition, boundColumn, checkRestriction, made } from '../typing/expression.ts'
import { finite } from '../typing/harden.ts'
import { checkComputed } from '../typing/identifiers.ts'
import type { Bound } from '../typing/relation.ts'
import { statisticNames, statisticOf } from './statistic.ts'
import type { Asked, MeasureDraft, Place, Wanted } from './wanted.ts'

const unknown: Bound = { tree: sql.nothing, columns: [], marks: [], hasSubquery: false, kind: 'number' }

/** What counts and sums become; statistics are in `statistic.ts`. What is in neither would show a person's value. */
const forms: Readonly<Record<string, (argument: Expression, asked: Asked) => Bound>> = {
  count,
  count_if: countIf,
  countif: countIf,
  sum,
  avg: mean,
  mean,
}

/** Aggregates that a statement may ask across persons; `count_star` is `count(*)`. */
export const aggregatesAcrossPersons: readonly string[] = [
  'count_star',
  ...Object.keys(forms),
  ...statisticNames,
]

/** The released column, or arithmetic on released columns, that an aggregate becomes; notes AGG_NOT_ALLOWED for the rest. */
export function measureOf(written: Call, place: Place): Bound {
  const call = countOfChosen(written)
  const name = call.function_name.toLowerCase()
  const filter = call.filter ? bindCondition(call.filter, place.scope).tree : null
  const asked = { ...place, call, label: call.alias || labelWithoutLiterals(written), filter }
  if (name === 'count_star') return cell(filter ? 'filtered' : 'presence', null, asked)
  const [argument, second] = call.children
  const form = forms[name]
  const isFit = argument !== undefined && second === undefined && (!call.distinct || name === 'count')
  if (form && isFit) return form(argument, asked)
  return statisticOf(name, asked) ?? no(call, place)
}

/** One measure, as the column that will be released. */
function cell(shape: Shape, value: Tree | null, { measures, label, filter }: Asked): Bound {
  return boundColumn(measures.add({ shape, label, value, filter }))
}

/**
 * count(x), and count(DISTINCT x): persons, their keys, or values that k persons hold each. References to other persons are
 * not counted apart: their number says nothing of how many persons a cell rests on.
 */
function count(argument: Expression, asked: Asked): Bound {
  const { scope, call } = asked
  const bound = bind(argument, scope)
  if (!call.distinct) return cell('filtered', bound.tree, asked)
  const role = bound.identifier?.role
  if (role === 'unit-reference') checkComputed(bound, argument, scope)
  if (role === undefined) checkRestriction(bound, 'output', { at: argument, scope })
  return cell(role === 'unit' ? 'persons' : role === 'key' ? 'keys' : 'values', bound.tree, asked)
}

function countIf(argument: Expression, asked: Asked): Bound {
  const condition = bindCondition(argument, asked.scope).tree
  return cell('filtered', null, { ...asked, filter: both(condition, asked.filter) })
}

function sum(argument: Expression, asked: Asked): Bound {
  const condition = flag(argument, asked, true)
  if (condition) return cell('filtered', null, { ...asked, filter: both(condition, asked.filter) })
  return boundColumn(asked.measures.add({ shape: 'sum', ...value(argument, asked) }))
}

/** The mean of a 0/1 is a share: two counts, each tested as such, divided after release. */
function mean(argument: Expression, asked: Asked): Bound {
  const condition = flag(argument, asked, false)
  if (!condition) return boundColumn(asked.measures.add({ shape: 'avg', ...value(argument, asked) }))
  const part = cell('filtered', null, { ...asked, filter: both(condition, asked.filter) })
  const whole = cell(asked.filter ? 'filtered' : 'presence', null, asked)
  const share = sql.call('/', [sql.cast(part.tree, 'DOUBLE'), whole.tree], { isOperator: true })
  return made(share, [part, whole], 'number')
}

function value(argument: Expression, { scope, label, filter }: Asked): Omit<Wanted, 'shape'> {
  const bound = checkComputed(bind(argument, scope), argument, scope)
  checkRestriction(bound, 'output', { at: argument, scope })
  // A sum of what is not surely a number of ours could overflow, and that would tell of a row: it is taken as a DOUBLE.
  if (bound.kind !== 'number')
    return { label, filter, value: sql.cast(bound.tree, 'DOUBLE', { try: true }), type: 'DOUBLE' }
  return { label, filter, value: bound.tree, ...(bound.type ? { type: bound.type } : {}) }
}

/** The condition of `CASE WHEN p THEN 1 ELSE 0 END`; a sum may leave the ELSE out. */
function flag(argument: Expression, { scope }: Asked, mayBeOpen: boolean): Tree | null {
  if (argument.class !== 'CASE' || argument.case_checks.length !== 1) return null
  const { case_checks, else_expr }: Case = argument
  const [check] = case_checks
  const otherwise = numberOf(else_expr)
  const isOpen = mayBeOpen && else_expr.class === 'CONSTANT' && else_expr.value.is_null
  if (!check || numberOf(check.then_expr) !== 1 || !(otherwise === 0 || isOpen)) return null
  return bindCondition(check.when_expr, scope).tree
}

function both(left: Tree | null, right: Tree | null): Tree | null {
  return sql.and([left, right].filter((part) => part !== null))
}

const ordered = new Set(['min', 'max', 'median', 'quantile', 'quantile_cont', 'quantile_disc'])

function no(call: Call, { scope, labels }: Place): Bound {
  const name = call.function_name.toLowerCase()
  const [argument] = call.children
  for (const child of call.children) checkComputed(bind(child, scope), child, scope)
  const columns = [...labels, ...(argument ? [labelWithoutLiterals(argument)] : [])].join(', ')
  const form = synonymOf(name)
  const otherwise = form
    ? { key: 'hint.writeInstead', with: { form } }
    : { key: 'hint.groupByValue', with: { columns } }
  const hint = ordered.has(name) ? { key: 'hint.orderStatistic' } : otherwise
  scope.task.note('AGG_NOT_ALLOWED', call, hint)
  return unknown
}

/** The columns that a measure has at level 1, over the rows of one person and over the only row of one. */
export interface LevelOne {
  readonly ofRows: readonly Tree[]
  readonly ofRow: readonly Tree[]
  /** The type of a sum over one row is known, so that plan U gives what plan X gives. */
  readonly isSimple: boolean
}

export function readMeasure(draft: MeasureDraft): LevelOne {
  if (hasOwnTable(draft)) return { ofRows: [], ofRow: [], isSimple: true }
  const x = draft.value === null ? null : sql.column('i', draft.value)
  const condition = draft.filter === null ? null : sql.column('i', draft.filter)
  const isSum = draft.shape === 'sum' || draft.shape === 'avg'
  return x && isSum ? readSum(draft, { x, condition }) : readCount(draft, { x, condition })
}

interface Parts<X> {
  readonly x: X
  readonly condition: Tree | null
}

function readCount({ name, shape }: MeasureDraft, { x, condition }: Parts<Tree | null>): LevelOne {
  const column = `c${name.slice(1)}`
  const options = { filter: condition, distinct: shape === 'keys' }
  const counted = x ? sql.call('count', [x], options) : sql.call('count_star', [], { filter: condition })
  const isCounted = both(x && sql.isNotNull(x), condition)
  return {
    ofRows: [sql.named(counted, column)],
    ofRow: [sql.named(oneIf(isCounted), column)],
    isSimple: true,
  }
}

function readSum({ name, shape, type }: MeasureDraft, { x, condition }: Parts<Tree>): LevelOne {
  const [c, s] = [`c${name.slice(1)}`, `s${name.slice(1)}`]
  const measured = finite(x, type)
  const summand = shape === 'avg' ? sql.cast(measured, 'DOUBLE') : measured
  const sumType = shape === 'avg' ? 'DOUBLE' : sumTypeOf(type)
  const contribution = condition ? sql.when(condition, measured) : measured
  return {
    ofRows: [
      sql.named(sql.call('count', [measured], { filter: condition }), c),
      sql.named(sql.call('sum', [summand], { filter: condition }), s),
    ],
    ofRow: [
      sql.named(oneIf(both(sql.isNotNull(measured), condition)), c),
      sql.named(sql.cast(contribution, sumType ?? 'DOUBLE'), s),
    ],
    isSimple: sumType !== undefined,
  }
}

/** 1 where the condition holds, else 0. */
function oneIf(condition: Tree | null): Tree {
  const one = sql.integer(1)
  return sql.cast(condition ? sql.when(condition, one, sql.integer(0)) : one, 'BIGINT')
}

/** The type that DuckDB gives the sum of a type. */
function sumTypeOf(type: string | undefined): string | undefined {
  if (type === 'DOUBLE' || type === 'FLOAT') return 'DOUBLE'
  return type !== undefined && /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|HUGEINT)$/.test(type)
    ? 'HUGEINT'
    : undefined
}
