/** The register of processing activities (GDPR art. 30(1) and (2)), from permits and the catalogue. Pure. */
import {
  accessOf,
  dayOf,
  granted,
  holding,
  labelled,
  organisationName,
  purposes,
  type ReportFacts,
  type RequestFacts,
  type Word,
  wordsOf,
  written,
} from './facts.ts'
import { joined, type Section } from './report.ts'

const securityMeasures = ['pseudonyms', 'release', 'rights', 'factors', 'log', 'erasure'] as const

export function article30(facts: ReportFacts): readonly Section[] {
  const word = wordsOf(facts.language)
  return [
    {
      key: 'organisation',
      fields: {
        node: facts.node,
        controller: null,
        jointControllers: null,
        representative: null,
        dpo: holding(facts, 'dpo'),
        contact: null,
      },
    },
    {
      key: 'processings',
      columns: [
        ...['request', 'permit', 'sha256', 'title', 'controllers', 'purposes', 'legalBasis', 'route'],
        ...['dataSubjects', 'dataCategories', 'recipients', 'transfers', 'safeguards', 'from', 'until'],
        ...['erasure', 'dpia', 'security'],
      ],
      rows: granted(facts).map((one) => processing(one, facts, word)),
    },
    {
      key: 'processor',
      fields: {
        operators: holding(facts, 'operator'),
        onBehalfOf: joined(holdersOf(facts)),
        processingCategories: word('word.processing-categories'),
        transfers: null,
        security: word('word.security'),
      },
    },
    {
      key: 'security',
      columns: ['measure'],
      rows: securityMeasures.map((measure) => [word(`security.${measure}`)]),
    },
  ]
}

function processing(one: RequestFacts, facts: ReportFacts, word: Word) {
  const { habilitation } = one
  const { id, request, permits, project } = habilitation
  const { vocabularies, language, at } = facts
  const access = accessOf(one, at)
  const current = permits.at(-1)
  const personal = (request.lines ?? []).some(({ dataset }) => isPersonal(facts, dataset))
  const people = request.persons ?? []
  return [
    id,
    project === undefined || current === undefined ? null : `${project} v${current.version}`,
    current?.sha256 ?? null,
    written(request.title),
    joined(request.controllers ?? []),
    joined((request.purposes ?? []).map((code) => labelled(purposes(facts), code, language))),
    joined(request.legalBasis ?? []),
    labelled(vocabularies.routes, request.route ?? '', language),
    word(personal ? 'word.patients' : 'word.establishments'),
    joined((request.lines ?? []).map(({ dataset }) => titleOf(facts, dataset))),
    word('word.recipients', { persons: people.length, organisation: leadOf(facts, one) }),
    null,
    null,
    dayOf(access?.from),
    // The last day of access, not the first without it.
    dayOf(access === null ? undefined : access.to - 1),
    word('word.erasure'),
    written(request.dpia),
    word('word.security'),
  ]
}

function leadOf(facts: ReportFacts, { habilitation }: RequestFacts): string {
  return organisationName(facts, habilitation.lead.organisation)
}

function isPersonal({ datasets }: ReportFacts, dataset: string): boolean {
  return datasets.find(({ name }) => name === dataset)?.kind !== 'non-personal'
}

function titleOf({ datasets }: ReportFacts, dataset: string): string {
  const title = datasets.find(({ name }) => name === dataset)?.title
  return title === undefined || title === dataset ? dataset : `${dataset} (${title})`
}

function holdersOf(facts: ReportFacts): readonly string[] {
  return [...new Set(facts.datasets.map(({ holder }) => holder))]
    .sort()
    .map((holder) => organisationName(facts, holder))
}
