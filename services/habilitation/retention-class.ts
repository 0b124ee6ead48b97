/** How long a class of things may be kept: policies/vocabulary/retention.json (governance.md 2.10). Pure. */
import type { RetentionEntry } from './vocabulary.ts'

export interface Keeping {
  /** Whole months; `register` is as long as the register itself. */
  readonly months: number | 'register'
  readonly reason?: string
}

/** Why something may not be kept so long; null when it may. */
export function retentionFault(
  { floorMonths, usualMonths, ceilingMonths }: RetentionEntry['facts'],
  { months, reason }: Keeping,
): 'floor' | 'ceiling' | 'reason' | null {
  const long = inMonths(months)
  if (long < inMonths(floorMonths)) return 'floor'
  if (long > inMonths(ceilingMonths)) return 'ceiling'
  return long > inMonths(usualMonths) && !reason?.trim() ? 'reason' : null
}

function inMonths(months: Keeping['months']): number {
  return months === 'register' ? Number.POSITIVE_INFINITY : months
}
