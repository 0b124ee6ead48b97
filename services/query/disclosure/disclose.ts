/** Evidence → what may leave. The last thing that stands between patient rows and an answer. Pure (see secondary.ts). */
import type { ReleasedTable, Value } from '../../engine/engine.ts'
import type { Leaf, Measure, Shape } from '../plan.ts'
import { releasedColumns } from '../twin.ts'
import { isMoment, isSum } from './level-two.ts'
import type { Thresholds } from './rules.ts'
import type { Verdict } from './secondary.ts'

export interface Disclosed {
  /** The leaf as the release engine sees it: keys, measures (null where withheld), one mark per measure. */
  readonly table: ReleasedTable
  /** True when absent groups hold at least k persons together. */
  readonly groupsWithheld: boolean
  readonly cellsWithheld: number
}

/** Labels stay when they are public, or when there is but one row and it has none. */
export function keepsLabels({ framed, total }: Pick<Leaf, 'framed' | 'total'>): boolean {
  return framed || total
}

/** The released table of a leaf that has been decided. */
export function disclose(verdict: Verdict, leaf: Leaf, { k }: Pick<Thresholds, 'k'>): Disclosed {
  const { measures } = leaf
  const rows = verdict.shown.map(({ gid, keys, cells }) => {
    const marks = measures.map((_, i) => isHidden(verdict, i, gid))
    const values = measures.map((measure, i) =>
      marks[i] ? null : shownValue(measure, cells[i]?.value ?? null),
    )
    return [...keys, ...values, ...marks]
  })
  const cellsWithheld = verdict.hidden.reduce((sum, { size }) => sum + size, 0)
  return {
    table: { name: leaf.name, data: { columns: releasedColumns(leaf), rows } },
    groupsWithheld: verdict.absentPersons >= k,
    cellsWithheld,
  }
}

function isHidden({ hidden }: Verdict, index: number, gid: number): boolean {
  return hidden[index]?.has(gid) ?? true
}

/**
 * Sums and statistics of floating numbers are rounded to 12 significant digits: the engine adds in no fixed order, and the same question must get
 * the same answer. Whole numbers and decimals are exact and stay.
 */
export function shownValue(measure: Measure, value: Value): Value {
  const isFloating =
    measure.shape !== 'mode' && typeof value === 'number' && /^(DOUBLE|FLOAT)$/.test(measure.type)
  return isFloating ? Number(value.toPrecision(12)) : value
}

/** Rules that apply to these leaves, whether or not they withheld anything: naming those that did would say why. */
export function rulesOf(leaves: readonly Leaf[]): readonly string[] {
  const measures = leaves.flatMap((leaf) => leaf.measures)
  const rules = leaves.length > 0 ? ['T1'] : []
  const has = (...shapes: readonly Shape[]) => measures.some(({ shape }) => shapes.includes(shape))
  const hasSums = measures.some((measure) => isSum(measure) || isMoment(measure))
  if (hasSums) rules.push('T2', 'T3', 'T4')
  else if (has('quantile')) rules.push('T4')
  if (measures.some(isMoment)) rules.push('DF')
  if (has('min', 'max', 'quantile', 'mode')) rules.push('order')
  if (has('any', 'all')) rules.push('sides')
  if (leaves.some(({ total }) => !total)) rules.push('secondary')
  if (measures.some(({ shape }) => shape === 'values')) rules.push('values')
  return rules
}
