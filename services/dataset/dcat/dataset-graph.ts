/**
 * One dataset in HealthDCAT-AP (governance.md 13). What the holder left out has the default that this node can vouch for,
 * and none where it would be a guess. Pure.
 */
import type { Dataset } from '../catalogue.ts'
import type { Notice } from '../notice.ts'
import { countryOf } from './country.ts'
import { tableTriples } from './table-graph.ts'
import { authority, known, named, node, type Said, text, typed } from './terms.ts'
import type { Triple } from './triples.ts'

/** What a graph needs to know of its node. */
export interface CatalogueHome {
  /** Without a slash at the end. */
  readonly address: string
  /** Identifier of the node, `FR-NOR`. */
  readonly node: string
  /** Name of an organisation; the identifier itself where none is known. */
  readonly organisation: (id: string) => string
}

/** The regulation on the European Health Data Space, by its ELI. */
const ehds = 'http://data.europa.eu/eli/reg/2025/327/oj'

export const datasetIri = (address: string, name: string) => `${address}/catalogue/${name}`
const agentIri = (address: string, id: string) =>
  `${address}/catalogue#organisation-${encodeURIComponent(id)}`

/** All that a public catalogue says of a dataset, its publisher and its tables included. */
export function datasetTriples(home: CatalogueHome, dataset: Dataset): Triple[] {
  const { descriptor, latest } = dataset
  const { name, holder, resources, catalogue: notice = {} } = descriptor
  const iri = datasetIri(home.address, name)
  const at = (part: string) => `${iri}#${part}`
  const published = latest === null ? undefined : new Date(latest.publishedAt).toISOString()
  return [
    ...node(iri, {
      'rdf:type': known('dcat:Dataset'),
      'dct:identifier': text(iri),
      'dct:title': text(descriptor.title ?? name, 'fr'),
      'dct:description':
        descriptor.description === undefined ? undefined : text(descriptor.description, 'fr'),
      'dcat:keyword': descriptor.keywords?.map((one) => text(one, 'fr')),
      'dct:accessRights': authority('access-right', 'NON_PUBLIC'),
      'dcatap:applicableLegislation': named(ehds),
      'dct:publisher': named(agentIri(home.address, holder)),
      'healthdcatap:hdab': named(`${home.address}/catalogue#hdab`),
      'dct:type': descriptor.kind === 'personal' ? authority('dataset-type', 'PERSONAL_DATA') : undefined,
      'dct:modified': published === undefined ? undefined : typed(published, 'xsd:dateTime'),
      'dcat:version': latest === null ? undefined : text(String(latest.version)),
      'dct:provenance': named(at('provenance')),
      'dcat:contactPoint': named(at('contact')),
      'adms:sample': [
        named(at('dictionary')),
        ...(descriptor.kind === 'personal' ? [named(at('twin')), named(at('twin-parquet'))] : []),
      ],
      'dcat:distribution': named(at('queries')),
      'dct:language': authority('language', 'FRA'),
      ...noticeTerms(home, notice, at),
      'csvw:table': resources.map((one) => named(at(`table-${one.name}`))),
    }),
    ...noticeNodes(notice, at),
    ...node(at('provenance'), {
      'rdf:type': known('dct:ProvenanceStatement'),
      'rdfs:label': text(notice.provenance ?? depositedBy(home.organisation(holder)), 'fr'),
    }),
    ...contactTriples(home, dataset, at('contact')),
    ...distributionTriples(dataset, iri),
    ...resources.flatMap((one) => tableTriples(at, one)),
    ...node(agentIri(home.address, holder), {
      'rdf:type': known('foaf:Agent'),
      'foaf:name': text(home.organisation(holder)),
      'dct:identifier': text(holder),
    }),
  ]
}

const depositedBy = (holder: string) => `Déposé sur ce nœud par son détenteur, ${holder}.`

type At = (part: string) => string

function noticeTerms(home: CatalogueHome, notice: Notice, at: At) {
  const country = countryOf(home.node)
  const spatial = notice.spatial?.map(named) ?? (country === null ? [] : [authority('country', country)])
  const concepts = (kind: string, given: readonly string[] = []) =>
    given.map((_, index) => named(at(`${kind}-${index + 1}`)))
  return {
    'dct:spatial': spatial,
    'dct:temporal': notice.temporal === undefined ? undefined : named(at('period')),
    'dpv:hasPurpose': concepts('purpose', notice.purposes),
    'dpv:hasLegalBasis': concepts('legal-basis', notice.legalBasis),
    'dpv:hasPersonalData': concepts('personal-data', notice.personalData),
    'dcat:theme': ['HEAL', ...(notice.themes ?? [])].map((code) => authority('data-theme', code)),
    'healthdcatap:healthCategory': notice.healthCategories?.map((point) =>
      named(`http://data.europa.eu/eli/reg/2025/327/art_51/par_1/pnt_${point}/oj`),
    ),
    'healthdcatap:healthTheme': notice.healthThemes?.map(named),
    'healthdcatap:populationCoverage':
      notice.populationCoverage === undefined ? undefined : text(notice.populationCoverage, 'fr'),
    'healthdcatap:minTypicalAge': ageOf(notice, 0),
    'healthdcatap:maxTypicalAge': ageOf(notice, 1),
    'healthdcatap:hasCodingSystem': notice.codingSystems?.map(named),
    'dct:conformsTo': notice.conformsTo?.map(named),
    'dct:accrualPeriodicity':
      notice.periodicity === undefined ? undefined : authority('frequency', notice.periodicity),
  } as const
}

function ageOf({ typicalAge }: Notice, end: 0 | 1) {
  return typicalAge === undefined ? undefined : typed(typicalAge[end], 'xsd:nonNegativeInteger')
}

function noticeNodes(notice: Notice, at: At): Triple[] {
  const { temporal } = notice
  const concepts = {
    purpose: notice.purposes,
    'legal-basis': notice.legalBasis,
    'personal-data': notice.personalData,
  }
  const classes = {
    purpose: known('dpv:Purpose'),
    'legal-basis': known('dpv:LegalBasis'),
    'personal-data': known('dpv:PersonalData'),
  }
  const said = Object.entries(concepts).flatMap(([kind, given = []]) =>
    given.flatMap((label, index) =>
      node(at(`${kind}-${index + 1}`), {
        'rdf:type': classes[kind as keyof typeof classes],
        'skos:prefLabel': text(label, 'fr'),
      }),
    ),
  )
  if (temporal === undefined) return said
  const period = node(at('period'), {
    'rdf:type': known('dct:PeriodOfTime'),
    'dcat:startDate': typed(temporal.from, 'xsd:date'),
    'dcat:endDate': temporal.until === undefined ? undefined : typed(temporal.until, 'xsd:date'),
  })
  return [...said, ...period]
}

/** Without a contact of its own a dataset is asked for at this node, in the name of its holder. */
function contactTriples(home: CatalogueHome, { descriptor }: Dataset, iri: string): Triple[] {
  const { contactPoint } = descriptor.catalogue ?? {}
  const email = contactPoint?.email
  const url =
    contactPoint?.url ?? (email === undefined ? datasetIri(home.address, descriptor.name) : undefined)
  return node(iri, {
    'rdf:type': known('vcard:Kind'),
    'vcard:fn': text(contactPoint?.name ?? home.organisation(descriptor.holder)),
    'vcard:hasEmail': email === undefined ? undefined : named(`mailto:${email}`),
    'vcard:hasURL': url === undefined ? undefined : named(url),
  })
}

/** Questions to the data are the one distribution; the dictionary and the synthetic twin are its samples. */
function distributionTriples({ descriptor }: Dataset, iri: string): Triple[] {
  const rights = authority('access-right', 'NON_PUBLIC')
  const open = authority('access-right', 'PUBLIC')
  const csv = named('https://www.iana.org/assignments/media-types/text/csv')
  const common = { 'rdf:type': known('dcat:Distribution'), 'dcatap:applicableLegislation': named(ehds) }
  const dictionary = node(`${iri}#dictionary`, {
    ...common,
    'dct:title': [text('Dictionnaire des variables', 'fr'), text('Data dictionary', 'en')],
    'dct:accessRights': open,
    'dcat:accessURL': named(`${iri}/dictionary.csv`),
    'dcat:downloadURL': named(`${iri}/dictionary.csv`),
    'dcat:mediaType': csv,
  })
  return [
    ...node(`${iri}#queries`, {
      ...common,
      'dct:title': [
        text('Requêtes SQL dans un projet autorisé', 'fr'),
        text('SQL in a permitted project', 'en'),
      ],
      'dct:accessRights': rights,
      'dcat:accessURL': named(iri),
      'dct:conformsTo': named('https://specs.frictionlessdata.io/table-schema/'),
      'csvw:tableSchema': descriptor.resources.map((one) => named(`${iri}#schema-${one.name}`)),
    }),
    ...dictionary,
    ...(descriptor.kind === 'personal'
      ? twinTriples(descriptor, { ...common, 'dct:accessRights': open }, iri)
      : []),
  ]
}

/** Invented rows of the same schema, for whoever writes SQL before asking. */
function twinTriples({ resources }: Dataset['descriptor'], common: Said, iri: string): Triple[] {
  const form = (part: string, type: string, query: string) =>
    node(`${iri}#${part}`, {
      ...common,
      'dct:title': [
        text('Jumeau synthétique, sans donnée réelle', 'fr'),
        text('Synthetic twin, without real data', 'en'),
      ],
      'dcat:mediaType': named(`https://www.iana.org/assignments/media-types/${type}`),
      'dcat:accessURL': named(iri),
      'dcat:downloadURL': resources.map((one) => named(`${iri}/twin/${one.name}${query}`)),
    })
  return [
    ...form('twin', 'text/csv', ''),
    ...form('twin-parquet', 'application/vnd.apache.parquet', '?format=parquet'),
  ]
}
