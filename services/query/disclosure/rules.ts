/** The tests a cell must pass (disclosure.md 8.1 and 9.1). Pure. */
import type { DisclosureParameters } from '../../habilitation/decision.ts'
import type { CellEvidence, Contributions } from './evidence.ts'

/** The parameters in force for one answer: `k` is the maximum over the parameters and the datasets read. */
export type Thresholds = Pick<DisclosureParameters, 'k' | 'p' | 'twoShare'>

/**
 * T1 at least k persons in the selection · T2 at least k contribute something other than zero · T3 at least k contribute
 * something other than the commonest value · T4 no one and no two persons make up the result.
 */
export type Rule = 'T1' | 'T2' | 'T3' | 'T4'

/** The rules that a cell fails; none means that it may be shown, as far as this cell alone goes. */
export function failed({ persons, contributions }: CellEvidence, thresholds: Thresholds): readonly Rule[] {
  const { k } = thresholds
  const rules: Rule[] = []
  if (persons < k) rules.push('T1')
  if (!contributions) return rules
  if (contributions.nonZero < k) rules.push('T2')
  if (contributions.differing < k) rules.push('T3')
  if (isDominated(contributions, thresholds)) rules.push('T4')
  return rules
}

/**
 * p % rule: what the others contribute must be at least p of the largest, or the second could compute the largest closely.
 * (2, n %) rule: the two largest must not make up more than n % of the whole. On absolute values, so that sums of mixed signs are
 * covered. A whole of zero is not dominated; T2 speaks for it.
 */
export function isDominated({ total, largest, second }: Contributions, { p, twoShare }: Thresholds): boolean {
  if (largest === 0) return false
  return total - largest - second < p * largest || largest + second > twoShare * total
}

/**
 * Whether what was withheld would be given away by a known total. Its cells taken as one are a cell: it must be empty, or
 * pass like any other. What rests on nobody (0 for T1, T2, T3) gives away nobody (disclosure.md 12: 0 < |R| < k).
 */
export function isExposed({ persons, contributions }: CellEvidence, thresholds: Thresholds): boolean {
  const { k } = thresholds
  const isFew = (count: number) => count > 0 && count < k
  if (isFew(persons)) return true
  if (persons === 0 || !contributions) return false
  return (
    isFew(contributions.nonZero) || isFew(contributions.differing) || isDominated(contributions, thresholds)
  )
}
