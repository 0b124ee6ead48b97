/** Which parameters of the disclosure rules are in force for one answer (governance.md 2.9 and 3, disclosure.md 9.1). Pure. */
import type { DisclosureParameters, Rulebook } from '../habilitation/decision.ts'
import type { PermitLine } from '../habilitation/permit.ts'
import type { Thresholds } from './disclosure/rules.ts'
import type { Work } from './journal.ts'

type Needs = { readonly rulebook: Pick<Rulebook, 'disclosure'> }

/**
 * The strictest of the policy, the datasets and derived tables read, and their lines; a permit may only tighten. Persons are
 * protected unless the project is one useful to the sector and all that it reads of units is of establishments. These may be
 * shown one by one where every holder of what is read has signed so.
 */
export function thresholdsOf({ rulebook }: Needs, work: Work): Thresholds {
  const { establishment, ...persons } = rulebook.disclosure
  const lines = linesOfUnits(work)
  if (!isOfEstablishments(work, lines)) return { ...persons, k: strictest(persons.k, work) }
  if (lines.every(({ establishmentLevel }) => establishmentLevel === 'consented'))
    return { ...persons, k: 1, unit: 'establishment', isConsented: true }
  return ofEstablishments(rulebook.disclosure, strictest(establishment.k, work))
}

/** The thresholds where establishments are counted, at least `k` of them. */
export function ofEstablishments(
  { establishment, degreesOfFreedom }: DisclosureParameters,
  k: number,
): Thresholds {
  return {
    k,
    p: 0,
    twoShare: 1,
    oneShare: establishment.share,
    // Of three that differ, two differ from any one of them.
    differing: establishment.k - 1,
    degreesOfFreedom,
    unit: 'establishment',
  }
}

function strictest(policy: number, { plan, bulle, granted }: Work): number {
  const isRead = (name: string) => plan.reads.some(({ dataset }) => dataset === name)
  const datasets = bulle.datasets.filter(({ name }) => isRead(name)).map(({ k }) => k)
  const lines = granted.current.permit.lines.filter(({ dataset }) => isRead(dataset)).map(({ k }) => k)
  const derived = bulle.tables.flatMap(({ name, derived: made }) =>
    made && plan.derived.includes(name) ? [made.k] : [],
  )
  return Math.max(policy, ...datasets, ...lines, ...derived)
}

/** The lines of what is read of units; public rows are nobody's. */
function linesOfUnits({ plan, granted }: Work): readonly PermitLine[] {
  const read = new Set(plan.reads.flatMap((one) => (one.class === 'personal' ? [one.dataset] : [])))
  return granted.current.permit.lines.filter(({ dataset }) => read.has(dataset))
}

function isOfEstablishments({ plan, granted }: Work, lines: readonly PermitLine[]): boolean {
  const datasets = new Set(plan.reads.flatMap((one) => (one.class === 'personal' ? [one.dataset] : [])))
  const isWhole = lines.length > 0 && lines.length === datasets.size
  return (
    isWhole &&
    granted.current.permit.kind === 'SECTOR_USEFUL' &&
    lines.every(({ entity }) => entity === 'establishment')
  )
}
