/**
 * The organisations of a request and the extra duty of some (CSP L.1461-3 II, governance.md 2.7). The duty follows whoever
 * benefits: what the lead declares, what the accounts know of its organisation, and the beneficiary behind a laboratory. Pure.
 */
import type { Missing } from '../kernel/refusal.ts'
import { inForce, isBlank, type Surroundings } from './around.ts'
import { lacks } from './lacking.ts'
import type { Body } from './request.ts'
import type { OrganisationFacts, RouteFacts } from './vocabulary.ts'

/** What is missing of the organisations of a request. */
export function ofOrganisations(body: Body, around: Surroundings, route: RouteFacts): readonly Missing[] {
  const { organisationKind, beneficiary } = body
  const faults = [
    ...kindFaults('organisationKind', organisationKind, around),
    ...kindFaults('beneficiary.organisationKind', beneficiary?.organisationKind, around),
  ]
  if (faults.length > 0) return faults
  const isAllowed =
    organisationKind === undefined || route.organisations?.includes(organisationKind) !== false
  if (!isAllowed) return [lacks('organisationKind', 'organisation')]
  return [...ofBeneficiary(body, around), ...ofDuty(body, around)]
}

function kindFaults(path: string, kind: string | undefined, around: Surroundings): readonly Missing[] {
  return kind === undefined || inForce(around, 'organisations', kind) ? [] : [lacks(path, 'code')]
}

type Organisations = Pick<Surroundings, 'vocabularies' | 'today' | 'parties'>

function factsOf(kind: string | undefined, around: Organisations): OrganisationFacts {
  return inForce(around, 'organisations', kind)?.facts ?? {}
}

function leadKind({ parties }: Organisations): string | undefined {
  return parties?.kinds.get(parties.lead)
}

/** Who works for others says for whom. */
function ofBeneficiary({ organisationKind, beneficiary }: Body, around: Organisations): readonly Missing[] {
  const kinds = [organisationKind, leadKind(around)]
  const forOthers = kinds.some((kind) => factsOf(kind, around).forOthers)
  return forOthers && (beneficiary === undefined || isBlank(beneficiary.name))
    ? [lacks('beneficiary', 'beneficiary')]
    : []
}

const duties = ['PREUVE_IMPOSSIBILITE', 'INTERMEDIAIRE_INDEPENDANT']

function ofDuty(body: Body, around: Organisations): readonly Missing[] {
  const { extraDuty, implementer } = body
  const promoters = promotersOf(body, around)
  if (promoters === null) return []
  if (!extraDuty || isBlank(extraDuty.evidence)) return [lacks('extraDuty', 'extraDuty')]
  if (!duties.includes(extraDuty.mode)) return [lacks('extraDuty.mode', 'code')]
  if (extraDuty.mode !== 'INTERMEDIAIRE_INDEPENDANT') return []
  const employed = (around.parties?.employers ?? []).flatMap((employer, i) =>
    employer !== null && promoters.includes(employer) ? [lacks(`persons[${i}]`, 'promoter')] : [],
  )
  return [...(isBlank(implementer) ? [lacks('implementer', 'required')] : []), ...employed]
}

/** The organisations that the duty is on, by id where it is known; null when it is on nobody. */
function promotersOf(
  { organisationKind, beneficiary }: Body,
  around: Organisations,
): readonly string[] | null {
  const isBound = (kind: string | undefined) => factsOf(kind, around).extraDuty === true
  const { parties } = around
  const leads = isBound(organisationKind) || isBound(leadKind(around))
  const behind = beneficiary?.organisation
  const benefits =
    isBound(beneficiary?.organisationKind) || (behind !== undefined && isBound(parties?.kinds.get(behind)))
  if (!(leads || benefits)) return null
  return [...(leads && parties ? [parties.lead] : []), ...(benefits && behind !== undefined ? [behind] : [])]
}
