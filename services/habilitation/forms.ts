/** The technical checks of texts that have a form, and the answers that call for words of their own (governance.md 4). Pure. */
import type { Missing } from '../kernel/refusal.ts'
import { isBlank } from './around.ts'
import { lacks } from './lacking.ts'
import type { Body } from './request.ts'
import type { RouteFacts } from './vocabulary.ts'

/** Texts that are there and of no possible form, and answers without the words they call for. */
export function ofForms(body: Body): readonly Missing[] {
  const formless = forms(body).filter(([, value, isForm]) => value !== undefined && !isForm(value))
  const silent = owed(body).filter(([, isOwed, value]) => isOwed && isBlank(value))
  return [
    ...formless.map(([path]) => lacks(path, 'form')),
    ...silent.map(([path]) => lacks(path, 'required')),
    ...periods(body),
  ]
}

type Form = readonly [path: string, value: string | undefined, isForm: (value: string) => boolean]

function forms({
  applicant,
  leadCountry,
  responsible,
  principalInvestigator,
  persons = [],
}: Body): readonly Form[] {
  return [
    ['leadCountry', leadCountry, isCountry],
    ['applicant.siret', applicant?.siret, isSiret],
    ['applicant.email', applicant?.email, isEmail],
    ['responsible.email', responsible?.email, isEmail],
    ['principalInvestigator.email', principalInvestigator?.email, isEmail],
    ...persons.map(({ email }, i): Form => [`persons[${i}].email`, email, isEmail]),
  ]
}

function isCountry(text: string): boolean {
  return /^[A-Z]{2}$/.test(text)
}

function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text)
}

/** Fourteen digits whose key is that of Luhn; those of La Poste add up to a multiple of five instead (INSEE). */
export function isSiret(text: string): boolean {
  const digits = text.replaceAll(' ', '')
  if (!/^\d{14}$/.test(digits)) return false
  const plain = [...digits].reduce((total, digit) => total + Number(digit), 0)
  if (digits.startsWith('356000000') && plain % 5 === 0) return true
  const luhn = [...digits].reverse().reduce((total, digit, i) => {
    const doubled = Number(digit) * (i % 2 === 0 ? 1 : 2)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return luhn % 10 === 0
}

type Owed = readonly [path: string, isOwed: boolean, value: unknown]

function owed(body: Body): readonly Owed[] {
  const { professionalIds, optOutException, format, transfers, modelsTrained, noStigma, linkage } = body
  const ofLines = (body.lines ?? []).map(({ cohort }, i): Owed => {
    return [`lines[${i}].cohort.reason`, cohort?.origin === 'whole-population', cohort?.reason]
  })
  const ofInterests = (body.declarationsOfInterest ?? []).map(({ none, text }, i): Owed => {
    return [`declarationsOfInterest[${i}].text`, !none, text]
  })
  return [
    ['professionalIds.justification', professionalIds?.asked === true, professionalIds?.justification],
    ['optOutException.justification', optOutException?.asked === true, optOutException?.justification],
    ['format.reason', format?.form === 'pseudonymised', format?.reason],
    ['transfers.basis', (transfers?.countries.length ?? 0) > 0, transfers?.basis],
    ['modelsTrained.plan', modelsTrained?.trained === true, modelsTrained?.plan],
    ['noStigma.text', noStigma?.confirmed === false, noStigma?.text],
    ['linkage.method', (linkage?.groups.length ?? 0) > 0, linkage?.method],
    ...ofLines,
    ...ofInterests,
  ]
}

function periods({ storagePeriod, lines = [] }: Body): readonly Missing[] {
  const all = [
    ['storagePeriod', storagePeriod] as const,
    ...lines.map(({ period }, i) => [`lines[${i}].period`, period] as const),
  ]
  return all.flatMap(([path, period]) =>
    period && period.until < period.from ? [lacks(`${path}.until`, 'dates')] : [],
  )
}

/** What a route shuts out whatever its other gates say: linkage, long histories, cold storage (MR-007 2.5.1). */
export function ofStudy(body: Body, route: RouteFacts): readonly Missing[] {
  const { maxHistory, noLinkage, noStorage } = route
  const isLinked = (body.linkage?.groups.length ?? 0) > 0
  const tooOld = (body.lines ?? []).flatMap(({ history }, i) =>
    maxHistory !== undefined && history !== undefined && history > maxHistory
      ? [lacks(`lines[${i}].history`, 'history', { years: maxHistory })]
      : [],
  )
  return [
    ...(noLinkage && isLinked ? [lacks('linkage', 'noLinkage')] : []),
    ...(noStorage && body.storagePeriod ? [lacks('storagePeriod', 'noStorage')] : []),
    ...tooOld,
  ]
}
