/** The tests a cell must pass (disclosure.md 8.1 and 9.1). Pure. */
import type { DisclosureParameters } from '../../habilitation/decision.ts'
import type { CellEvidence, Contributions, Sizes } from './evidence.ts'

/** The parameters in force for one answer: `k` is the maximum over the parameters and the datasets read. */
export interface Thresholds extends Omit<DisclosureParameters, 'establishment'> {
  /** Who is counted; persons where it is absent. */
  readonly unit?: 'establishment'
  /** The largest share that one unit may make up; any where it is absent. */
  readonly oneShare?: number
  /** Units that must differ from the commonest contribution; k where it is absent. */
  readonly differing?: number
  /** Holders agreed that single units are shown: nothing is withheld. */
  readonly isConsented?: boolean
}

/**
 * T1 at least k persons in the selection · T2 at least k contribute something other than zero · T3 at least k contribute
 * something other than the commonest value · T4 no one and no two persons make up the result · DF a statistic of moments leaves
 * degrees of freedom.
 */
export type Rule = 'T1' | 'T2' | 'T3' | 'T4' | 'DF'

/** The rules that a cell fails; none means that it may be shown, as far as this cell alone goes. */
export function failed(cell: CellEvidence, thresholds: Thresholds): readonly Rule[] {
  const { k, differing: least = k, degreesOfFreedom, isConsented } = thresholds
  const { persons, support = persons, freedom = degreesOfFreedom, parts = [] } = cell
  // Nothing is made of too few: an extreme, which takes two.
  if (isConsented) return persons > 0 && support < 1 ? ['T1'] : []
  const sums = sumsOf(cell)
  const rules: Rule[] = []
  if (persons < k || support < k) rules.push('T1')
  if (sums.some(({ nonZero }) => nonZero < k)) rules.push('T2')
  if (sums.some(({ differing }) => differing < least)) rules.push('T3')
  if ([...sums, ...parts].some((sizes) => isDominated(sizes, thresholds))) rules.push('T4')
  if (freedom < degreesOfFreedom) rules.push('DF')
  return rules
}

function sumsOf({ contributions, moments = [] }: CellEvidence): readonly Contributions[] {
  return contributions ? [contributions, ...moments] : moments
}

/**
 * p % rule: what the others contribute must be at least p of the largest, or the second could compute the largest closely.
 * (2, n %) rule: the two largest must not make up more than n % of the whole; (1, n %) rule: nor the largest alone. On absolute values, so that sums of mixed signs are
 * covered. A whole of zero is not dominated; T2 speaks for it.
 */
export function isDominated(
  { total, largest, second }: Sizes,
  { p, twoShare, oneShare = 1 }: Thresholds,
): boolean {
  if (largest === 0) return false
  if (oneShare < 1 && largest > oneShare * total) return true
  // A share of one is no rule, and adding floating numbers up must not make it one.
  const isPair = twoShare < 1 && largest + second > twoShare * total
  return isPair || (p > 0 && total - largest - second < p * largest)
}

/**
 * Whether what was withheld would be given away by a known total. Its cells taken as one are a cell: it must pass like any
 * other. What nobody can see is withheld may also be empty; a mark may not (docs/decisions/0007-a-mark-never-says-zero.md).
 */
export function isExposed(cell: CellEvidence, thresholds: Thresholds, isMarked: boolean): boolean {
  const { k, differing: least = k, isConsented } = thresholds
  if (isConsented) return false
  const { persons } = cell
  const isFew = (count: number, than = k) => count < than && (isMarked || count > 0)
  if (isFew(persons)) return true
  if (persons === 0) return false
  return sumsOf(cell).some(
    (sum) => isFew(sum.nonZero) || isFew(sum.differing, least) || isDominated(sum, thresholds),
  )
}
