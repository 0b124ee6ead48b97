/**
 * `percent_rank` and `cume_dist` across persons say how many rows stand before one. Shown as labels they would be exact counts of
 * what is withheld between them; compared with a number that is written they part the rows as `ntile` does.
 */
import type { Bound, Column, Scope } from './relation.ts'

const isShare = ({ columns }: Bound) => columns.some((column) => column.isShare)

/** What a window across persons answers. */
export function asShare(bound: Bound): Bound {
  return { ...bound, columns: bound.columns.map((column) => ({ ...column, isShare: true })) }
}

/** Without what it says of the place of a row: where that orders or parts the rows of one person. */
export function withoutShare(bound: Bound): Bound {
  if (!isShare(bound)) return bound
  return { ...bound, columns: bound.columns.map(({ isShare: _isShare, ...column }): Column => column) }
}

/** A comparison: with constants alone beside the share it says on which side of a written number a row stands. */
export function cut(comparison: Bound): Bound {
  return comparison.columns.every((column) => column.isShare) ? withoutShare(comparison) : comparison
}

/** Notes CROSS_PATIENT_WINDOW where a share would be shown, measured, or compared with anything but constants. */
export function checkShare(bound: Bound, at: unknown, { task }: Scope): void {
  if (isShare(bound)) task.note('CROSS_PATIENT_WINDOW', at, { key: 'hint.share' })
}
