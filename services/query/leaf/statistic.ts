/** Statistics across persons that are neither counts nor sums (disclosure.md 7.2 and 9.2): what each becomes. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type { RelationStatistic, Shape, SpreadStatistic } from '../plan.ts'
import { numberOf } from '../statement/label.ts'
import type { Expression } from '../statement/nodes.ts'
import { bind, bindCondition, boundColumn, checkRestriction, made } from '../typing/expression.ts'
import { finite, finiteOrOther } from '../typing/harden.ts'
import { checkComputed } from '../typing/identifiers.ts'
import type { Bound } from '../typing/relation.ts'
import type { Asked, Wanted } from './wanted.ts'

type Form = (asked: Asked) => Bound | null

const spread =
  (statistic: SpreadStatistic): Form =>
  (asked) => {
    const [x] = numbers(asked, 1) ?? []
    return x ? released({ shape: 'spread', statistic, value: x }, asked) : null
  }

/** SQL names the explained number first: `regr_slope(y, x)`. */
const relation =
  (statistic: RelationStatistic): Form =>
  (asked) => {
    const [y, x] = numbers(asked, 2) ?? []
    return x && y ? released({ shape: 'relation', statistic, value: x, other: y }, asked) : null
  }

/** The mean of one of two numbers, over the rows that have both. */
const meanOfPairs =
  (place: 0 | 1): Form =>
  (asked) => {
    const pair = numbers(asked, 2)
    return pair
      ? released({ shape: 'avg', value: pair[place] ?? null, filter: paired(pair, asked) }, asked)
      : null
  }

const forms: Readonly<Record<string, Form>> = {
  min: extreme('min'),
  max: extreme('max'),
  median: (asked) => quantile(only(asked), 0.5, asked),
  quantile: quantileOf,
  quantile_cont: quantileOf,
  quantile_disc: quantileOf,
  mode,
  bool_or: flag('any'),
  bool_and: flag('all'),
  var_samp: spread('var_samp'),
  variance: spread('var_samp'),
  var_pop: spread('var_pop'),
  stddev_samp: spread('stddev_samp'),
  stddev: spread('stddev_samp'),
  stddev_pop: spread('stddev_pop'),
  sem: spread('sem'),
  covar_samp: relation('covar_samp'),
  covar_pop: relation('covar_pop'),
  corr: relation('corr'),
  regr_slope: relation('regr_slope'),
  regr_intercept: relation('regr_intercept'),
  regr_r2: relation('regr_r2'),
  regr_avgy: meanOfPairs(0),
  regr_avgx: meanOfPairs(1),
  regr_count: (asked) => {
    const pair = numbers(asked, 2)
    return pair ? released({ shape: 'filtered', value: null, filter: paired(pair, asked) }, asked) : null
  },
}

/** Names that have a form across persons. */
export const statisticNames: readonly string[] = Object.keys(forms)

/** The released column of a statistic; null when the name has none, or when it is not asked in a form that has one. */
export function statisticOf(name: string, asked: Asked): Bound | null {
  const form = Object.hasOwn(forms, name) ? forms[name] : undefined
  return form && !asked.call.distinct ? form(asked) : null
}

function released(wanted: Omit<Wanted, 'label' | 'filter'> & Partial<Wanted>, asked: Asked): Bound {
  const { label, filter } = asked
  return boundColumn(asked.measures.add({ label, filter, ...wanted }))
}

/** The only argument, bare, without an order that would say something else. */
function only({ call: { children, order_bys } }: Asked): Expression | undefined {
  return children.length === 1 && order_bys.orders.length === 0 ? children[0] : undefined
}

function extreme(shape: 'min' | 'max'): Form {
  return (asked) => {
    const argument = only(asked)
    return argument ? ordered({ shape, at: argument }, asked) : null
  }
}

function quantile(at: Expression | undefined, q: number | undefined, asked: Asked): Bound | null {
  // 0 and 1 are the extremes: no k persons stand beyond them.
  if (at === undefined || q === undefined || !(q > 0 && q < 1)) return null
  return ordered({ shape: 'quantile', q, at }, asked)
}

/** `quantile_cont(x, 0.9)`, and `percentile_cont(0.9) WITHIN GROUP (ORDER BY x)`, where an order that falls turns the share. */
function quantileOf(asked: Asked): Bound | null {
  const { children, order_bys } = asked.call
  const [first, second, ...more] = children
  const [order, ...others] = order_bys.orders
  if (!first || more.length > 0 || others.length > 0) return null
  const shares = second && !order ? sharesOf(second) : undefined
  if (shares) return quantiles(first, shares, asked)
  if (!order) return quantile(first, second && numberOf(second), asked)
  const q = second ? undefined : numberOf(first)
  const share = q !== undefined && order.type === 'DESCENDING' ? Number((1 - q).toPrecision(12)) : q
  return quantile(order.expression, share, asked)
}

/** The elements of `[0.25, 0.5, 0.75]`; undefined for anything else. */
function sharesOf(written: Expression): readonly Expression[] | undefined {
  const isList = written.class === 'FUNCTION' && written.function_name === 'list_value'
  return isList && written.children.length > 0 ? written.children : undefined
}

/** Several quantiles of one number are several cells, put in a list after their release: one that is withheld takes the list. */
function quantiles(at: Expression, shares: readonly Expression[], asked: Asked): Bound | null {
  const parts = shares.map((share) => quantile(at, numberOf(share), asked))
  const found = parts.filter((part) => part !== null)
  if (found.length < parts.length) return null
  return made(
    sql.call(
      'list_value',
      found.map(({ tree }) => tree),
    ),
    found,
  )
}

/** `mode(x)` and `mode() WITHIN GROUP (ORDER BY x)`. */
function mode(asked: Asked): Bound | null {
  const { children, order_bys } = asked.call
  const [order, ...others] = order_bys.orders
  const at = children.length === 0 && others.length === 0 ? order?.expression : only(asked)
  if (!at) return null
  const { tree, kind } = shown(at, asked)
  return released({ shape: 'mode', value: tree, kind }, asked)
}

const comparable = new Set([undefined, 'number', 'date', 'timestamp'])

/** What has an order worth showing: numbers and moments. A text at the end of the alphabet is somebody's text. */
function ordered({ at, ...about }: { shape: Shape; q?: number; at: Expression }, asked: Asked): Bound | null {
  const { tree, kind } = shown(at, asked)
  return comparable.has(kind) ? released({ ...about, value: finiteOrOther(tree), kind }, asked) : null
}

function flag(shape: 'any' | 'all'): Form {
  return (asked) => {
    const argument = only(asked)
    if (!argument) return null
    return released({ shape, value: bindCondition(argument, asked.scope).tree, kind: 'boolean' }, asked)
  }
}

/** So many arguments as finite numbers; undefined when there are others, or one is known not to be a number. */
function numbers(asked: Asked, count: number): readonly Tree[] | undefined {
  const { children, order_bys } = asked.call
  if (children.length !== count || order_bys.orders.length > 0) return undefined
  const bounds = children.map((child) => shown(child, asked))
  if (bounds.some(({ kind }) => kind !== undefined && kind !== 'number')) return undefined
  return bounds.map(({ tree }) => sql.cast(finite(tree), 'DOUBLE'))
}

/** An expression of which something will be shown. */
function shown(at: Expression, { scope }: Asked): Bound {
  const bound = checkComputed(bind(at, scope), at, scope)
  checkRestriction(bound, 'output', { at, scope })
  return bound
}

function paired(pair: readonly Tree[], { filter }: Asked): Tree | null {
  return sql.and([...pair.map(sql.isNotNull), ...(filter ? [filter] : [])])
}
