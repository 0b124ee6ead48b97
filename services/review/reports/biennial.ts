/** What the access body reports every two years (REG 59): public, so questions are told in bands. Pure. */
import type { HabilitationEvent } from '../../habilitation/event.ts'
import { bandOf } from '../bands.ts'
import {
  counted,
  happened,
  happenedTo,
  incidentsOf,
  isIn,
  labelled,
  meanOf,
  organisationName,
  purposes,
  type ReportFacts,
  type RequestFacts,
  tally,
  written,
} from './facts.ts'
import type { Fields, Section } from './report.ts'

const dayMs = 86_400_000

export function biennial(facts: ReportFacts): readonly Section[] {
  const received = facts.requests.filter(({ habilitation }) => isIn(facts.period, habilitation.submittedAt))
  return [
    { key: 'applications', fields: applications(facts, received) },
    ...breakdowns(facts, received),
    {
      key: 'refusals',
      columns: ['request', 'title', 'decided', 'reasons'],
      rows: facts.requests
        .filter((one) => happenedTo(one, facts.period, 'refused') > 0)
        .map(({ habilitation: { id, request, proposal, decidedAt } }) => [
          ...[id, written(request.title)],
          decidedAt === undefined ? null : new Date(decidedAt).toISOString(),
          written(proposal?.reasons),
        ]),
    },
    { key: 'measures', fields: measures(facts) },
    {
      key: 'catalogue',
      columns: ['dataset', 'holder', 'applications', 'questions'],
      rows: facts.datasets.map(({ name, holder }) => [
        name,
        organisationName(facts, holder),
        received.filter(({ habilitation: { request } }) => asksFor(request.lines, name)).length,
        bandOf(facts.questions.get(name) ?? 0),
      ]),
    },
    {
      key: 'byHand',
      fields: {
        improvements: null,
        audits: null,
        personsRequests: null,
        stakeholders: null,
        revenues: null,
        labels: null,
        publications: null,
        products: null,
      },
    },
  ]
}

function asksFor(lines: readonly { readonly dataset: string }[] | undefined, name: string): boolean {
  return (lines ?? []).some(({ dataset }) => dataset === name)
}

function applications(facts: ReportFacts, received: readonly RequestFacts[]): Fields['fields'] {
  const { requests, period } = facts
  const isGranted = (one: RequestFacts) => happenedTo(one, period, 'confirmed') > 0
  const partial = requests.filter((one) => isGranted(one) && hasDeclinedLine(one))
  return {
    received: received.length,
    granted: requests.filter(isGranted).length,
    partial: partial.length,
    refused: requests.filter((one) => happenedTo(one, period, 'refused') > 0).length,
    withdrawn: happened(facts, 'withdrawn'),
    lapsed: happened(facts, 'lapsed'),
    appeals: happened(facts, 'appealed') + happened(facts, 'revocationAppealed'),
    permits: happened(facts, 'granted'),
    amendments: happened(facts, 'amended'),
    amendmentsRefused: happened(facts, 'amendmentRefused'),
    meanDaysToDecision: meanOf(delays(facts, ['confirmed', 'refused'])),
    meanDaysToAccess: meanOf(delays(facts, ['granted'])),
  }
}

function hasDeclinedLine({ habilitation: { request, lines } }: RequestFacts): boolean {
  return (request.lines ?? []).some(({ dataset }) => lines[dataset]?.answer === 'declined')
}

/** Days from reception to the first of these events, where it lies in the period. */
function delays(
  { requests, period }: ReportFacts,
  types: readonly HabilitationEvent['type'][],
): readonly number[] {
  return requests.flatMap(({ habilitation: { submittedAt }, events }) => {
    const first = events.find(({ type }) => types.includes(type))
    if (first === undefined || submittedAt === undefined || !isIn(period, first.at)) return []
    return [(first.at - submittedAt) / dayMs]
  })
}

function breakdowns(facts: ReportFacts, received: readonly RequestFacts[]): readonly Section[] {
  const { vocabularies, language, organisations } = facts
  const requests = received.map(({ habilitation }) => habilitation)
  const kindOf = (organisation: string) =>
    organisations.find(({ id }) => id === organisation)?.kind ?? organisation
  const kinds = requests.map(({ request: { organisationKind }, lead }) =>
    labelled(vocabularies.organisations, organisationKind ?? kindOf(lead.organisation), language),
  )
  const routes = requests.map(({ request: { route = '' } }) => labelled(vocabularies.routes, route, language))
  const codes = requests.flatMap(({ request }) =>
    (request.purposes ?? []).map((code) => labelled(purposes(facts), code, language)),
  )
  const columns = (first: string) => [first, 'applications']
  return [
    { key: 'byRoute', columns: columns('route'), rows: tally(routes) },
    { key: 'byApplicant', columns: columns('applicantKind'), rows: tally(kinds) },
    { key: 'byPurpose', columns: columns('purpose'), rows: tally(codes) },
  ]
}

function measures(facts: ReportFacts): Fields['fields'] {
  return {
    suspensions: happened(facts, 'suspended'),
    notices: happened(facts, 'noticed'),
    revocations: happened(facts, 'revoked'),
    findingsRaised: counted(facts, 'anomaly.raised'),
    findingsClosed: counted(facts, 'anomaly.closed'),
    incidents: incidentsOf(facts).length,
    questions: bandOf(counted(facts, 'query.intent') + counted(facts, 'query.refused')),
    questionsRefused: bandOf(counted(facts, 'query.refused')),
    destructions: happened(facts, 'shredded'),
  }
}
