/**
 * The cells that the rules withhold, with what they are and why: never for who asks, only for what is sealed to the checkers of the
 * airlock (docs/decisions/0026). Groups that are absent never left the vault and are not among them. Pure.
 */
import type { Value } from '../../engine/engine.ts'
import type { Leaf, Measure, Shape } from '../plan.ts'
import { shownValue } from './disclose.ts'
import { failed, type Rule, type Thresholds } from './rules.ts'
import { cellOf, type Verdict } from './secondary.ts'

/** `secondary`: it passes by itself, and was withheld so that another one stays so. */
export type Reason = Rule | 'secondary'

export interface WithheldCell {
  readonly leaf: string
  readonly measure: string
  readonly keys: readonly Value[]
  /** Null where it would be somebody's own value, and where no value is made of so few. */
  readonly value: Value
  /** Distinct persons, or units, that it rests on. */
  readonly persons: number
  readonly rules: readonly Reason[]
}

/** What counts says how many there are, not what they have. */
const countShapes: ReadonlySet<Shape> = new Set(['presence', 'filtered', 'persons', 'keys', 'values'])

/** Of one person, or of two who know each other's part, a sum or a statistic is a row: rows are shown to nobody. */
const ownBelow = 3

/** The cells that were withheld in the groups of a leaf that are shown. */
export function withheldCells(
  { shown, hidden }: Verdict,
  leaf: Leaf,
  thresholds: Thresholds,
): readonly WithheldCell[] {
  return leaf.measures.flatMap((measure, index) =>
    shown
      .filter(({ gid }) => hidden[index]?.has(gid) ?? true)
      .map(({ keys, cells }) => {
        const cell = cellOf(cells, index)
        const rules = failed(cell, thresholds)
        return {
          ...{ leaf: leaf.name, measure: measure.name, keys, persons: cell.persons },
          value: isOwn(measure, cell.persons) ? null : shownValue(measure, cell.value),
          rules: rules.length > 0 ? rules : (['secondary'] as const),
        }
      }),
  )
}

function isOwn({ shape }: Measure, persons: number): boolean {
  return !countShapes.has(shape) && persons < ownBelow
}
