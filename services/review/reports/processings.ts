/** The list of processings that the DPO keeps (order of 6 April 2017, model): one line for each request, granted or not. Pure. */
import {
  labelled,
  organisationName,
  type ReportFacts,
  type RequestFacts,
  stateWord,
  written,
} from './facts.ts'
import { type Cell, joined, type Section } from './report.ts'

/** The six purposes of CSP L.1461-1 III, a box each. */
const boxes = [1, 2, 3, 4, 5, 6].map((number) => `SNDS-III-${number}`)

export function processings(facts: ReportFacts): readonly Section[] {
  return [
    {
      key: 'processings',
      columns: [
        ...['request', 'permit', 'organisation', 'title', 'route', 'state'],
        ...boxes,
        ...['otherPurposes', 'summary', 'interest', 'aim', 'objectives', 'data', 'justifications'],
        ...['quasiIdentifiers', 'professionalIds', 'responsible', 'implementer', 'personsMobilised'],
      ],
      rows: facts.requests.map((one) => processing(one, facts)),
    },
  ]
}

function processing({ habilitation, state }: RequestFacts, facts: ReportFacts): readonly Cell[] {
  const { id, project = '', request, lead } = habilitation
  const { language, vocabularies } = facts
  const { purposes = [], lines = [], quasiIdentifiers = [] } = request
  const others = purposes.filter((code) => !boxes.includes(code))
  const objectives = (request.objectives ?? []).map(({ id: name, label }) => `${name} ${label}`)
  return [
    ...[id, project, organisationName(facts, lead.organisation), written(request.title)],
    labelled(vocabularies.routes, request.route ?? '', language),
    stateWord(state, language),
    ...boxes.map((code) => (purposes.includes(code) ? 'X' : '')),
    others.map((code) => labelled(vocabularies['purposes-ehds'], code, language)).join(' ; '),
    ...[written(request.summaryLay), written(request.publicInterest), written(request.aim)],
    joined(objectives),
    joined(lines.map(({ dataset }) => dataset)),
    joined(lines.flatMap(({ justification }) => justification ?? [])),
    joined(
      quasiIdentifiers.map(({ code, justification }) => {
        const label = labelled(vocabularies['quasi-identifiers'], code, language)
        return justification === undefined ? label : `${label} : ${justification}`
      }),
    ),
    null,
    joined(request.controllers ?? []),
    written(request.implementer),
    (request.persons ?? []).length,
  ]
}
