/**
 * What each person puts into a cell: rows counted, and a number. Two cells are as far apart as the persons whose part in them
 * differs (disclosure.md 13, distance). Names and whole numbers only (see level-two.ts).
 */
import { hasOwnTable, type Leaf, type Measure } from '../plan.ts'
import { isMoment, isSum, joined, rowsOf, valuesOf } from './level-two.ts'

type Kind = 'rows' | 'persons' | 'keys' | 'sum' | 'number' | Measure['shape']

/** One way in which a measure can be subtracted from another. */
export interface Part {
  readonly index: number
  readonly measure: Measure
  readonly kind: Kind
  /** Which number of a measure of moments. */
  readonly number: 'x' | 'y'
}

const countKinds: Readonly<Partial<Record<Measure['shape'], Kind>>> = {
  presence: 'rows',
  filtered: 'rows',
  persons: 'persons',
  keys: 'keys',
  sum: 'sum',
  avg: 'number',
  spread: 'number',
  all: 'any',
}

/** Where each person has one row, rows are persons. Moments are made of sums, one for each of their numbers. */
export function partsOf({ measures, plan }: Pick<Leaf, 'measures' | 'plan'>): readonly Part[] {
  return measures.flatMap((measure, index): Part[] => {
    const one = { index, measure, number: 'x' } as const
    if (measure.shape === 'relation')
      return [
        { ...one, kind: 'number' },
        { ...one, kind: 'number', number: 'y' },
      ]
    const kind = countKinds[measure.shape] ?? measure.shape
    return [{ ...one, kind: kind === 'rows' && plan === 'U' ? 'persons' : kind }]
  })
}

export function areComparable(left: Part, right: Part): boolean {
  const isNumber = ({ kind }: Part) => kind === 'sum' || kind === 'number'
  return left.kind === right.kind || (isNumber(left) && isNumber(right))
}

/** Floating numbers that were added in another order are the same number still. */
export function isFloating({ measure: { shape, type } }: Part): boolean {
  return (
    shape === 'avg' || isMoment({ shape }) || /^(DOUBLE|FLOAT)$/.test(type) || isOrderedNumber(shape, type)
  )
}

/**
 * gid, w, p, c, s of the persons whose part is not nothing. `w` stands for all groups of one grouping set together. A sum beside
 * a sum is its number alone; beside a mean or moments it is how many rows it has, too.
 */
export function partRows(leaf: Leaf, part: Part, isSumAlone: boolean): string {
  const whole = leaf.sets ? `-1 - g.g${leaf.keys.length - 1}` : '-1'
  const columns = `g.gid AS gid, ${whole} AS w, r.p AS p`
  if (hasOwnTable(part.measure)) return valueRows(leaf, part, columns)
  const { c, s, where } = levelOne(part, isSumAlone)
  return `SELECT ${columns}, ${c} AS c, ${s} AS s FROM ${joined(leaf, rowsOf(leaf))} WHERE r.p IS NOT NULL AND ${where}`
}

function levelOne({ index, measure, kind }: Part, isSumAlone: boolean) {
  const [c, s] = [`r.c${index}`, `r.s${index}`]
  if (isSum(measure) && isSumAlone) return { c: '0', s, where: `${s} <> 0` }
  if (isSum(measure)) return { c, s: `coalesce(${s}, 0)`, where: `${c} > 0` }
  return { c: kind === 'persons' ? '1' : c, s: '0', where: `${c} > 0` }
}

function valueRows(leaf: Leaf, { measure, number }: Part, columns: string): string {
  const { name, shape, type } = measure
  const rows = shape === 'values' ? '1' : 'r.c'
  const isNumber = isMoment(measure) || isOrderedNumber(shape, type)
  const value = isNumber ? `r.${number}::DOUBLE` : `hash(r.${number})::HUGEINT`
  return `SELECT ${columns}, sum(${rows}) AS c, sum(${value} * ${rows}) AS s FROM ${joined(leaf, valuesOf(leaf, name))} WHERE r.p IS NOT NULL AND r.x IS NOT NULL GROUP BY ALL`
}

function isOrderedNumber(shape: Measure['shape'], type: string): boolean {
  const isOrdered = shape === 'min' || shape === 'max' || shape === 'quantile'
  return isOrdered && type !== 'DATE' && type !== 'TIMESTAMP'
}
