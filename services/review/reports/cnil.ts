/** What the CNIL and the CESREES are told every three years (MR-007 6.4), from permits and the log. Pure. */
import {
  accessOf,
  counted,
  granted,
  happened,
  incidentsOf,
  labelled,
  meanOf,
  organisationName,
  purposes,
  type ReportFacts,
  tally,
  written,
} from './facts.ts'
import { joined, type Section } from './report.ts'

const dayMs = 86_400_000

export function cnil(facts: ReportFacts): readonly Section[] {
  const studies = granted(facts)
  const requests = studies.map(({ habilitation }) => habilitation.request)
  const { vocabularies, language, datasets } = facts
  const lengths = studies.flatMap((one) => {
    const access = accessOf(one, facts.at)
    return access === null ? [] : [Math.round((access.to - access.from) / dayMs)]
  })
  const components = tally(requests.flatMap(({ lines = [] }) => lines.map(({ dataset }) => dataset)))
  const profiles = tally(requests.flatMap(({ persons = [] }) => persons.map(({ profile }) => profile)))
  return [
    {
      key: 'studies',
      fields: {
        studies: studies.length,
        ended: studies.filter((one) => (accessOf(one, facts.at)?.to ?? 0) <= facts.at).length,
        meanAccessDays: meanOf(lengths),
        meanDepthYears: null,
        meanPatients: null,
        expressedNeed: null,
        informationSupports: null,
        meanHabilitated: meanOf(requests.map(({ persons = [] }) => persons.length)),
        incidents: incidentsOf(facts).length,
        rulesLoaded: counted(facts, 'policy.loaded'),
        architectureChanges: null,
        publications: happened(facts, 'resultsHandedIn'),
        benefits: null,
      },
    },
    {
      key: 'byRoute',
      columns: ['route', 'studies'],
      rows: tally(requests.map(({ route = '' }) => labelled(vocabularies.routes, route, language))),
    },
    {
      key: 'byPurpose',
      columns: ['purpose', 'studies'],
      rows: tally(
        requests.flatMap(({ purposes: codes = [] }) =>
          codes.map((code) => labelled(purposes(facts), code, language)),
        ),
      ),
    },
    {
      key: 'components',
      columns: ['dataset', 'holder', 'studies'],
      rows: components.map(([dataset, count]) => {
        const holder = datasets.find(({ name }) => name === dataset)?.holder
        return [dataset, holder === undefined ? null : organisationName(facts, holder), count]
      }),
    },
    { key: 'profiles', columns: ['profile', 'persons'], rows: profiles },
    {
      key: 'financing',
      columns: ['request', 'title', 'financing', 'partners', 'publicationPlan'],
      rows: studies.map(({ habilitation: { id, request } }) => [
        ...[id, written(request.title), written(request.financing)],
        joined(request.controllers ?? []),
        written(request.publicationPlan),
      ]),
    },
  ]
}
