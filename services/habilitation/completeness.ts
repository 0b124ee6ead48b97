/**
 * What a request still lacks, live: the right form (request.ts), then the sense and the context of governance.md 4. Texts
 * need only be there; how long or how alike they are is advice. Pure.
 */

import { addDays } from '../kernel/clock.ts'
import { samePerson } from '../kernel/id.ts'
import type { Missing } from '../kernel/refusal.ts'
import { inForce, isBlank, routeFacts, type Surroundings } from './around.ts'
import { askedAlways } from './form/asked.ts'
import type { LineAsked } from './form/data.ts'
import { ofForms, ofStudy } from './forms.ts'
import { lacks } from './lacking.ts'
import type { DatasetFacts } from './lines.ts'
import { ofOrganisations } from './organisations.ts'
import { unexplained, unjustified } from './quasi.ts'
import type { Body } from './request.ts'
import type { Entry, RouteFacts } from './vocabulary.ts'

export interface FilterAsked {
  readonly dataset: string
  readonly table: string
  readonly filter: string
  readonly path: string
}

/**
 * Everything that submission would miss. `filterFault` is what the dataset room says of a filter that is in a table that
 * exists; it was asked before, so that this stays pure.
 */
export function missing(
  body: Body,
  around: Surroundings,
  filterFault: (filter: FilterAsked) => Missing | null,
): readonly Missing[] {
  return [...gaps(body, around), ...checkable(body, around).flatMap((filter) => filterFault(filter) ?? [])]
}

/** The filters on tables that exist; of the others the table is the fault. */
export function checkable(body: Body, { facts }: Pick<Surroundings, 'facts'>): readonly FilterAsked[] {
  return filtersOf(body).filter(({ dataset, table }) => {
    const known = facts.get(dataset)
    return known ? tableOf(known, table) !== undefined : false
  })
}

function gaps(body: Body, around: Surroundings): readonly Missing[] {
  const route = routeFacts(body, around)
  return [
    ...required(body),
    ...ofRoute(body, around, route),
    ...ofPurposes(body, around, route),
    ...ofProhibitions(body, around, route),
    ...ofOrganisations(body, around, route),
    ...ofForms(body),
    ...ofStudy(body, route),
    ...ofLists(body, around),
    ...ofLines(body, around, route),
    ...ofPeriod(body, route),
  ]
}

/** Advice that stops nothing. */
export function warnings(body: Body, today: string): readonly Missing[] {
  const { title = '', summaryLay, accessPeriod } = body
  const summary = summaryLay?.length ?? 300
  return [
    ...(title.length > 200 ? [lacks('title', 'long')] : []),
    ...(summary < 300 ? [lacks('summaryLay', 'short')] : []),
    ...(summary > 3000 ? [lacks('summaryLay', 'long')] : []),
    ...(accessPeriod !== undefined && accessPeriod.until < today
      ? [lacks('accessPeriod.until', 'over')]
      : []),
  ]
}

function required(body: Body): Missing[] {
  const members: Readonly<Record<string, unknown>> = body
  const absent = askedAlways(body.kind)
    .filter((field) => isBlank(members[field]))
    .map((field) => lacks(field, 'required'))
  const said = !isBlank(body.summaryLay) || !isBlank(body.summaryWithheldReason)
  const labels = (body.objectives ?? []).flatMap(({ label }, i) =>
    isBlank(label) ? [lacks(`objectives[${i}].label`, 'required')] : [],
  )
  return [...absent, ...(said ? [] : [lacks('summaryLay', 'required')]), ...labels]
}

function ofRoute(body: Body, around: Surroundings, route: RouteFacts): Missing[] {
  const { kind } = body
  if (isBlank(body.route)) return []
  if (!inForce(around, 'routes', body.route)) return [lacks('route', 'code')]
  if (route.offered === false) return [lacks('route', 'notOffered')]
  if (route.acceptsFrom !== undefined && around.today < route.acceptsFrom) {
    return [lacks('route', 'notYet', { from: route.acceptsFrom })]
  }
  const members: Readonly<Record<string, unknown>> = body
  const absent = (route.requires ?? []).filter((field) => isBlank(members[field]))
  const wrongKind = kind !== undefined && route.kinds?.includes(kind) === false
  return [...absent.map((field) => lacks(field, 'required')), ...(wrongKind ? [lacks('kind', 'kind')] : [])]
}

function ofPurposes(body: Body, around: Surroundings, route: RouteFacts): Missing[] {
  const purposes = body.purposes ?? []
  const snds = purposes.flatMap((code) => inForce(around, 'purposes-snds', code) ?? [])
  const ehds = purposes.flatMap((code) => inForce(around, 'purposes-ehds', code) ?? [])
  const known = new Set([...snds, ...ehds].map(({ code }) => code))
  const unknown = purposes.flatMap((code, i) => (known.has(code) ? [] : [lacks(`purposes[${i}]`, 'code')]))
  const fits =
    (route.family === 'snds' && snds.length > 0) ||
    (route.family === 'ehds' && ehds.length > 0) ||
    (route.family === 'any' && known.size > 0)
  const wrongFamily = purposes.length > 0 && route.family !== undefined && unknown.length === 0 && !fits
  return [
    ...unknown,
    ...(wrongFamily ? [lacks('purposes', 'family')] : []),
    ...(strangers(around, snds, ehds) ? [lacks('purposes', 'neighbours')] : []),
    ...(ehds.some(({ facts }) => facts.reserved) ? ofMandate(body, around) : []),
  ]
}

/** A reserved purpose takes a task given by law: one's own, or that of the public body on whose behalf one acts (REG 53(2)). */
function ofMandate({ mandate, organisationKind }: Body, around: Surroundings): Missing[] {
  if (mandate === undefined) return [lacks('mandate', 'mandate')]
  const isPrivate = inForce(around, 'organisations', organisationKind)?.facts.publicBody === 'no'
  return isPrivate && isBlank(mandate.onBehalfOf) ? [lacks('mandate.onBehalfOf', 'required')] : []
}

/** Codes of both laws must be neighbours in the cross-walk (governance.md 2.5). */
function strangers({ vocabularies }: Surroundings, snds: readonly Entry[], ehds: readonly Entry[]): boolean {
  if (snds.length === 0 || ehds.length === 0) return false
  const near = vocabularies['purpose-crosswalk']
    .filter((one) => snds.some(({ code }) => code === one.code))
    .flatMap(({ facts }) => facts.neighbours)
  return ehds.some(({ code }) => !near.includes(code))
}

function ofProhibitions(body: Body, around: Surroundings, { family }: RouteFacts): Missing[] {
  const { prohibitions } = body
  const { vocabularies } = around
  if (prohibitions === undefined || prohibitions === 'none') return []
  const asked = [
    ...(family === 'ehds' ? [] : vocabularies['prohibitions-snds']),
    ...(family === 'snds' ? [] : vocabularies['prohibitions-ehds']),
  ]
  const everything = [...vocabularies['prohibitions-snds'], ...vocabularies['prohibitions-ehds']]
  const faults = prohibitions.flatMap(({ code, answer }, i) => {
    const entry = everything.find((one) => one.code === code)
    if (entry === undefined) return [lacks(`prohibitions[${i}].code`, 'code')]
    return answer === 'yes' ? [lacks(`prohibitions[${i}]`, 'forbidden', { article: entry.source.text })] : []
  })
  const answered = new Set(prohibitions.map(({ code }) => code))
  const open = asked.filter(({ code }) => !answered.has(code))
  return [...faults, ...open.map(({ code }) => lacks('prohibitions', 'unanswered', { code }))]
}

function ofLists(body: Body, around: Surroundings): Missing[] {
  const { facts } = around
  const { persons = [], objectives = [], quasiIdentifiers = [] } = body
  const twice = persons.flatMap((person, i) =>
    persons.findIndex((other) => samePerson(other, person)) < i ? [lacks(`persons[${i}]`, 'duplicate')] : [],
  )
  const sameId = objectives.flatMap(({ id }, i) =>
    objectives.findIndex((other) => other.id === id) < i ? [lacks(`objectives[${i}].id`, 'duplicate')] : [],
  )
  const quasi = quasiIdentifiers.flatMap(({ code, justification }, i) => {
    if (!inForce(around, 'quasi-identifiers', code)) return [lacks(`quasiIdentifiers[${i}].code`, 'code')]
    return isBlank(justification) ? [lacks(`quasiIdentifiers[${i}].justification`, 'required')] : []
  })
  return [...twice, ...sameId, ...quasi, ...unjustified(body, facts), ...unexplained(body, facts)]
}

function ofLines(body: Body, around: Surroundings, route: RouteFacts): Missing[] {
  const lines = body.lines ?? []
  return lines.flatMap((line, i) => {
    const path = `lines[${i}]`
    if (lines.findIndex(({ dataset }) => dataset === line.dataset) < i)
      return [lacks(`${path}.dataset`, 'duplicate')]
    const facts = around.facts.get(line.dataset)
    if (!facts) return [lacks(`${path}.dataset`, 'dataset')]
    if (route.data === 'non-personal' && facts.kind === 'personal')
      return [lacks(`${path}.dataset`, 'nonPersonal')]
    const justified = isBlank(line.justification) ? [lacks(`${path}.justification`, 'required')] : []
    return [...justified, ...ofLevel(line, facts, { body, path }), ...ofTables(line, facts, path)]
  })
}

function ofLevel(
  { establishmentLevel }: LineAsked,
  { entity }: DatasetFacts,
  { body, path }: { body: Body; path: string },
): Missing[] {
  const isOfUnits = entity === 'establishment' && body.kind === 'SECTOR_USEFUL'
  return establishmentLevel === 'consented' && !isOfUnits
    ? [lacks(`${path}.establishmentLevel`, 'establishment')]
    : []
}

function ofTables({ tables = {}, population }: LineAsked, facts: DatasetFacts, path: string): Missing[] {
  const asked = Object.entries(tables)
  const none = asked.length === 0 ? [lacks(`${path}.tables`, 'required')] : []
  const unknown = asked.flatMap(([table, { columns }]) => {
    const at = `${path}.tables.${table}`
    const known = tableOf(facts, table)
    if (known === undefined) return [lacks(at, 'table')]
    if (columns === '*') return []
    return columns.flatMap((column, i) =>
      known.columns.includes(column) ? [] : [lacks(`${at}.columns[${i}]`, 'column')],
    )
  })
  const nowhere = population !== undefined && tableOf(facts, population.table) === undefined
  return [...none, ...unknown, ...(nowhere ? [lacks(`${path}.population.table`, 'table')] : [])]
}

/** A table by its own name only: `constructor` is not one. */
function tableOf({ tables }: DatasetFacts, name: string) {
  return Object.hasOwn(tables, name) ? tables[name] : undefined
}

function filtersOf(body: Body): readonly FilterAsked[] {
  return (body.lines ?? []).flatMap(({ dataset, population, tables = {} }, i) => {
    const path = `lines[${i}]`
    const ofTable = Object.entries(tables).flatMap(([table, { filter }]) =>
      filter === undefined ? [] : [{ dataset, table, filter, path: `${path}.tables.${table}.filter` }],
    )
    const ofPersons = population ? [{ dataset, ...population, path: `${path}.population.filter` }] : []
    return [...ofPersons, ...ofTable]
  })
}

function ofPeriod({ accessPeriod, emergency }: Body, { maxYears }: RouteFacts): Missing[] {
  const unsaid = emergency && isBlank(emergency.reason) ? [lacks('emergency.reason', 'required')] : []
  if (accessPeriod === undefined) return unsaid
  const { from, until } = accessPeriod
  if (until < from) return [...unsaid, lacks('accessPeriod.until', 'dates')]
  if (emergency && until >= addDays(from, emergencyDays))
    return [...unsaid, lacks('accessPeriod.until', 'emergencyTooLong', { days: emergencyDays })]
  if (maxYears === undefined || until < afterYears(from, maxYears)) return unsaid
  return [...unsaid, lacks('accessPeriod.until', 'tooLong', { years: maxYears })]
}

const emergencyDays = 30

/** The same day some years later; 29 February becomes 1 March. */
function afterYears(day: string, years: number): string {
  const later = `${Number(day.slice(0, 4)) + years}${day.slice(4)}`
  return addDays(later, 0)
}
