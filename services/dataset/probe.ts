/** What is asked of the rows of one table in one pass, and when the count of cases is a finding. Pure. */
import type { Finding, Rule } from './finding.ts'

/** One rule on one column: a row is a case when the condition is true. */
export interface Probe {
  readonly rule: Rule
  readonly severity: Finding['severity']
  readonly column?: string
  readonly condition: string
  /** The condition looks at the value of `column` alone, and no value of fewer characters is a case. */
  readonly least?: number
  readonly with?: Readonly<Record<string, string | number>>
  /** Another condition whose count `tolerated` is told. */
  readonly shaped?: string
  /** Whether `tolerated` is told how many different values the cases have. */
  readonly isSpread?: true
  /** Cases that are still no finding. Default none. */
  readonly tolerated?: (cases: Counted) => boolean
}

export interface Counted {
  readonly count: number
  /** Rows that have a value. */
  readonly filled: number
  /** Rows for which `shaped` is true. */
  readonly shaped: number
  /** Different values among the cases, estimated within some percent; 0 where the probe does not ask. */
  readonly distinct: number
}
