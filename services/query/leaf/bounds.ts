/** The one pass of plan M (disclosure.md 8.3): what can be said of a group without grouping by person. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type { Mask, Shape } from '../plan.ts'
import { finite } from '../typing/harden.ts'
import { own, type Parts } from './parts.ts'
import type { MeasureDraft } from './wanted.ts'

const bounded: ReadonlySet<Shape> = new Set(['presence', 'filtered', 'sum', 'avg'])

/** Whether plan M has bounds for all of these measures. Two quantiles are compared with each other, which takes the persons of all groups. */
export function isBounded(drafts: readonly MeasureDraft[]): boolean {
  const others = drafts.filter(({ shape }) => !bounded.has(shape))
  return others.length <= 1 && others.every(hasBlocks)
}

/** A share so close to an end needs more persons beyond it than a mask has bits to tell apart. */
const leastTail = 0.1 - 1e-9

/** Whole numbers repeat: there are few values for many rows. */
function hasBlocks({ shape, type = '', q = 0 }: MeasureDraft): boolean {
  const isWhole = /^U?((TINY|SMALL|BIG)INT|INTEGER)$/.test(type)
  return shape === 'quantile' && isWhole && Math.min(q, 1 - q) >= leastTail
}

/** The quantile of these measures. */
export function quantileOf(drafts: readonly MeasureDraft[]): MeasureDraft | undefined {
  return drafts.find(({ shape }) => shape === 'quantile')
}

const row = 'b'
const pix = sql.column(row, '__pix')
const operator = (name: string, left: Tree, right: Tree) =>
  sql.call(name, [left, right], { isOperator: true })

/** `1 << (__pix >> 2 & 63)`: persons of one quarter share a bit at most with each other. */
const bit = operator(
  '<<',
  sql.cast(sql.integer(1), 'UBIGINT'),
  operator('&', operator('>>', pix, sql.integer(2)), sql.integer(63)),
)
const quarter = operator('&', pix, sql.integer(3))
const maskWhere = (filter: Tree | null) => sql.call('bit_or', [bit], { filter })

/** Each measure takes what is not NULL of one column that holds its selection already. */
export function boundsOf(
  { from, names }: Parts,
  drafts: readonly MeasureDraft[],
): Pick<Mask<Tree>, 'bounds' | 'alike' | 'hasQuarters'> {
  // One key of a group more costs up to twice the pass where groups are many (measured).
  const hasQuarters = drafts.some(isSum)
  const taken = drafts.flatMap((draft) => {
    const tree = takenBy(draft)
    return tree ? [sql.named(tree, draft.name)] : []
  })
  const rows = sql.select({ list: [...names.map(own), own('__pix'), ...taken], from })
  const groups = [...names.map((name) => sql.column(row, name)), ...(hasQuarters ? [quarter] : [])]
  const bounds = sql.select({
    list: [...groups, sql.call('count_star', []), maskWhere(null), ...drafts.flatMap(boundsOfOne)],
    from: sql.derived(rows, row),
    groups,
  })
  return { bounds: sql.statement(bounds), alike: alike(drafts), hasQuarters }
}

/** How many rows hold each value, and whose they are. `held`: the rows of FROM that have a value, as its own table takes them. */
export function blocksOf(
  { names }: Parts,
  value: string,
  held: Pick<sql.SelectParts, 'from' | 'where'>,
): Tree {
  const rows = sql.select({ list: [...names.map(own), own('__pix'), sql.named(own(value), 'x')], ...held })
  const groups = [...[...names, 'x'].map((name) => sql.column(row, name)), quarter]
  const list = [...groups, sql.call('count_star', []), maskWhere(null)]
  return sql.statement(sql.select({ list, from: sql.derived(rows, row), groups }))
}

/** What a row gives a measure, NULL where it is not in the selection. A presence takes every row. */
function takenBy({ shape, value, filter, type }: MeasureDraft): Tree | null {
  if (shape === 'presence' || shape === 'quantile') return null
  const condition = filter === null ? null : own(filter)
  const within = (tree: Tree) => (condition ? sql.when(condition, tree) : tree)
  if (value === null) return within(sql.boolean(true))
  if (shape === 'filtered') return within(sql.when(sql.isNotNull(own(value)), sql.boolean(true)))
  const measured = within(finite(own(value), type))
  return shape === 'avg' ? sql.cast(measured, 'DOUBLE') : measured
}

function boundsOfOne({ shape, name }: MeasureDraft): readonly Tree[] {
  if (shape === 'presence' || shape === 'quantile') return []
  const taken = sql.column(row, name)
  const count = sql.call('count', [taken])
  if (shape === 'filtered') return [count, maskWhere(sql.isNotNull(taken))]
  const isNotZero = sql.comparison('COMPARE_NOTEQUAL', taken, sql.integer(0))
  const isPositive = sql.comparison('COMPARE_GREATERTHANOREQUALTO', taken, sql.integer(0))
  // Asked of each value: a minimum costs more than the sum (measured).
  return [count, sql.call('sum', [taken]), maskWhere(isNotZero), sql.call('bool_and', [isPositive])]
}

function isSum({ shape }: MeasureDraft): boolean {
  return shape === 'sum' || shape === 'avg'
}

/** A sum and a mean of one value differ for nobody. */
function alike(drafts: readonly MeasureDraft[]): Mask['alike'] {
  return drafts.flatMap((left, i) =>
    drafts.flatMap((right, j): [number, number][] => {
      const isSame = left.value === right.value && left.filter === right.filter
      return i < j && isSum(left) && isSum(right) && isSame ? [[i, j]] : []
    }),
  )
}
