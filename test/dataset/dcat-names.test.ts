/**
 * The names that the catalogue uses, read back from what it writes and compared with the vocabularies themselves:
 * HealthDCAT-AP release 6, DCAT-AP 3, DPV 2, ADMS, CSVW, vCard, Hydra and the Core Vocabularies. A name that no list has
 * was made up.
 */
import { expect, test } from '@jest/globals'
import { catalogueTriples } from '../../services/dataset/dcat/catalogue-graph.ts'
import { mandatoryProperties } from '../../services/dataset/dcat/mandatory.ts'
import { writeTurtle } from '../../services/dataset/dcat/turtle.ts'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'
import { readTurtle } from './catalogue-readers.ts'

const [dcat, dct, dpv] = ['http://www.w3.org/ns/dcat#', 'http://purl.org/dc/terms/', 'https://w3id.org/dpv#']
const health = 'http://healthdataportal.eu/ns/health#'

/** What a dataset that is not public must have, whatever prefix a document gives it. */
const required = [
  `${dct}title`,
  `${dct}description`,
  `${dct}identifier`,
  `${dpv}hasPurpose`,
  `${dct}provenance`,
  `${dcat}keyword`,
  `${dct}spatial`,
  `${dcat}contactPoint`,
  `${dct}publisher`,
  `${health}hdab`,
  'http://www.w3.org/ns/adms#sample',
  `${dcat}distribution`,
  'http://data.europa.eu/r5r/applicableLegislation',
  `${dct}accessRights`,
  `${dct}type`,
  `${health}healthCategory`,
  `${dcat}theme`,
  `${health}healthTheme`,
]

/** The terms of each vocabulary that this node uses. */
const vocabularies: Readonly<Record<string, string>> = {
  'http://data.europa.eu/m8g/': 'contactPoint ContactPoint contactPage',
  'http://data.europa.eu/r5r/': 'applicableLegislation',
  [health]:
    'hdab healthCategory healthTheme populationCoverage minTypicalAge maxTypicalAge hasCodingSystem hasCodeValues numberOfRecords numberOfUniqueIndividuals',
  [dct]:
    'title description identifier publisher language provenance ProvenanceStatement spatial accessRights type conformsTo temporal PeriodOfTime accrualPeriodicity modified',
  [dcat]:
    'Catalog Dataset Distribution dataset distribution keyword theme contactPoint accessURL downloadURL mediaType startDate endDate version',
  'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'type',
  'http://www.w3.org/2000/01/rdf-schema#': 'label',
  'http://www.w3.org/2001/XMLSchema#': 'string integer double boolean date dateTime time',
  'http://www.w3.org/2004/02/skos/core#': 'prefLabel',
  'http://www.w3.org/2006/vcard/ns#': 'Kind fn hasEmail hasURL',
  'http://www.w3.org/ns/adms#': 'sample',
  'http://www.w3.org/ns/csvw#': 'Table Schema Column table tableSchema column name title datatype required',
  'http://www.w3.org/ns/hydra/core#':
    'Collection PartialCollectionView totalItems view first last previous next',
  'http://xmlns.com/foaf/0.1/': 'Agent name homepage',
  [dpv]: 'hasPurpose hasLegalBasis hasPersonalData Purpose LegalBasis PersonalData',
}
const terms = new Set(
  Object.entries(vocabularies).flatMap(([base, names]) => names.split(' ').map((name) => base + name)),
)

const descriptor = descriptorSchema.parse({
  ...pmsiDemo,
  catalogue: {
    ...pmsiDemo.catalogue,
    ...{ temporal: { from: '2015-01-01', until: '2024-12-31' }, typicalAge: [0, 99], legalBasis: ['CSP'] },
    ...{ personalData: ['Santé'], populationCoverage: 'Normandie', periodicity: 'ANNUAL' },
    ...{ codingSystems: ['http://www.wikidata.org/entity/P494'], conformsTo: ['https://hl7.org/fhir/'] },
  },
})
const home = { address: 'https://node.example', node: 'FR-NOR', organisation: (id: string) => id }
const latest = { dataset: descriptor.name, version: 1, manifestSha256: '', folder: '', publishedAt: 0 }
const datasets = [{ descriptor, sha256: '', latest }]
const graph = readTurtle(writeTurtle(catalogueTriples(home, { datasets, page: 1, path: '/catalog.ttl' })))
const parts = graph.map((line) => /^<([^>]*)> <([^>]*)> (.*)$/s.exec(line)?.slice(1) ?? [])

test('a dataset has the 18 required properties under their exact names', () => {
  const own = parts.filter(([subject]) => subject === `${home.address}/catalogue/${descriptor.name}`)
  expect(required).toHaveLength(mandatoryProperties.length)
  expect(required.filter((one) => !own.some(([, predicate]) => predicate === one))).toEqual([])
})

test('every property and every class is one of a vocabulary', () => {
  const used = parts.flatMap(([, predicate = '', object = '']) =>
    predicate.endsWith('#type') ? [predicate, object.slice(1, -1)] : [predicate],
  )
  expect([...new Set(used)].filter((one) => !terms.has(one))).toEqual([])
})

test('the values that a harvester looks for are those of the authority tables', () => {
  const authority = 'http://publications.europa.eu/resource/authority'
  const own = (predicate: string) => parts.flatMap(([, one, object]) => (one === predicate ? [object] : []))
  expect(own(`${dct}accessRights`)).toContain(`<${authority}/access-right/NON_PUBLIC>`)
  expect(own(`${dcat}theme`)).toContain(`<${authority}/data-theme/HEAL>`)
  expect(own(`${dct}type`)).toContain(`<${authority}/dataset-type/PERSONAL_DATA>`)
  expect(own('http://data.europa.eu/r5r/applicableLegislation')).toContain(
    '<http://data.europa.eu/eli/reg/2025/327/oj>',
  )
})
