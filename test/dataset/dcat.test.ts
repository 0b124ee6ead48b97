/** The catalogue in HealthDCAT-AP: the 18 mandatory properties, two forms of one graph, pages. */
import { describe, expect, test } from '@jest/globals'
import type { Dataset } from '../../services/dataset/catalogue.ts'
import { catalogueIri, catalogueTriples, harvestPage } from '../../services/dataset/dcat/catalogue-graph.ts'
import { datasetIri, datasetTriples } from '../../services/dataset/dcat/dataset-graph.ts'
import { writeJsonLd } from '../../services/dataset/dcat/jsonld.ts'
import { completenessOf, mandatoryProperties } from '../../services/dataset/dcat/mandatory.ts'
import { expanded, type Triple } from '../../services/dataset/dcat/triples.ts'
import { writeTurtle } from '../../services/dataset/dcat/turtle.ts'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'
import { readJsonLd, readTurtle } from './catalogue-readers.ts'
import { small } from './small.ts'

const address = 'http://127.0.0.1:8080'
const home = {
  address,
  node: 'FR-NOR',
  organisation: (id: string) => (id === 'chu-rouen' ? 'CHU de Rouen' : id),
}
const publishedAt = Date.UTC(2026, 10, 21)

function dataset(input: object, version: number | null = 3): Dataset {
  const descriptor = descriptorSchema.parse(input)
  const row = { dataset: descriptor.name, manifestSha256: 'a'.repeat(64), folder: '/nowhere', publishedAt }
  return { descriptor, sha256: 'b'.repeat(64), latest: version === null ? null : { ...row, version } }
}

const graphOf = (one: Dataset) => datasetTriples(home, one)
const iriOf = (one: Dataset) => datasetIri(address, one.descriptor.name)
const lackOf = (one: Dataset) => completenessOf(one.descriptor, graphOf(one), iriOf(one))

/** How often and as what each property of NON_PUBLIC data may come: a resource, or text, and one at most. */
const shapes: Readonly<
  Record<(typeof mandatoryProperties)[number], readonly ['iri' | 'text', 'one' | 'many']>
> = {
  'dct:title': ['text', 'many'],
  'dct:description': ['text', 'many'],
  'dct:identifier': ['text', 'many'],
  'dpv:hasPurpose': ['iri', 'many'],
  'dct:provenance': ['iri', 'many'],
  'dcat:keyword': ['text', 'many'],
  'dct:spatial': ['iri', 'many'],
  'dcat:contactPoint': ['iri', 'many'],
  'dct:publisher': ['iri', 'one'],
  'healthdcatap:hdab': ['iri', 'many'],
  'adms:sample': ['iri', 'many'],
  'dcat:distribution': ['iri', 'many'],
  'dcatap:applicableLegislation': ['iri', 'many'],
  'dct:accessRights': ['iri', 'one'],
  'dct:type': ['iri', 'many'],
  'healthdcatap:healthCategory': ['iri', 'many'],
  'dcat:theme': ['iri', 'many'],
  'healthdcatap:healthTheme': ['iri', 'many'],
}

/** What a graph breaks of the shapes, as sentences. */
function violations(graph: readonly Triple[], iri: string): string[] {
  return mandatoryProperties.flatMap((property) => {
    const [kind, most] = shapes[property]
    const found = graph.filter((one) => one.subject === iri && one.predicate === expanded(property))
    return [
      ...(found.length === 0 ? [`${property} is absent`] : []),
      ...(most === 'one' && found.length > 1 ? [`${property} comes twice`] : []),
      ...(found.some(({ object }) => kind in object === false) ? [`${property} is no ${kind}`] : []),
    ]
  })
}

describe('a dataset of persons', () => {
  test('that its holder described has the 18 properties, each in its shape', () => {
    const demo = dataset(pmsiDemo)
    expect(violations(graphOf(demo), iriOf(demo))).toEqual([])
    expect(lackOf(demo)).toEqual({ filled: 18, of: 18, missing: [] })
    expect(new Set(mandatoryProperties).size).toBe(18)
  })

  test('says what its tables and columns are', () => {
    const column = graphOf(dataset(pmsiDemo)).filter(({ subject }) =>
      subject.endsWith('#column-stays-cost_eur'),
    )
    expect(column.map(({ object }) => object)).toContainEqual({
      iri: 'http://www.w3.org/2001/XMLSchema#double',
    })
    expect(column.map(({ object }) => object)).toContainEqual({ text: 'Coût', language: 'fr' })
  })

  test('in the form of the contract alone is taken, and says itself what it lacks', () => {
    const bare = dataset(small('bare'), null)
    expect(lackOf(bare)).toEqual({
      filled: 13,
      of: 18,
      missing: [
        'dct:description',
        'dpv:hasPurpose',
        'dcat:keyword',
        'healthdcatap:healthCategory',
        'healthdcatap:healthTheme',
      ],
    })
    expect(violations(graphOf(bare), iriOf(bare))).toHaveLength(5)
  })

  test('without a contact of its own is asked for at its page, in the name of the holder', () => {
    const contact = graphOf(dataset(small('bare'))).filter(({ subject }) => subject.endsWith('#contact'))
    expect(contact.map(({ object }) => object)).toEqual(
      expect.arrayContaining([{ text: 'CHU de Rouen' }, { iri: `${address}/catalogue/bare` }]),
    )
    const given = {
      ...small('given'),
      catalogue: { contactPoint: { name: 'DIM', email: 'dim@chu.example' } },
    }
    const own = graphOf(dataset(given)).filter(({ subject }) => subject.endsWith('#contact'))
    expect(own.map(({ object }) => object)).toContainEqual({ iri: 'mailto:dim@chu.example' })
    expect(own.some(({ predicate }) => predicate === expanded('vcard:hasURL'))).toBe(false)
  })

  test.each([
    ['a category beyond article 51', { healthCategories: ['z'] }],
    ['an address that is none', { contactPoint: { name: 'x', email: 'nobody' } }],
    ['a member that nobody knows', { colour: 'red' }],
    ['a script for a theme', { healthThemes: ['javascript:alert(1)'] }],
  ])('is not taken with %s', (_, catalogue) => {
    expect(descriptorSchema.safeParse({ ...small('wrong'), catalogue }).success).toBe(false)
  })
})

test('a dataset that is about no person is plain DCAT-AP', () => {
  const open = dataset({
    ...{ name: 'beds', title: 'Lits', description: 'Lits', kind: 'non-personal', holder: 'chu-rouen' },
    keywords: ['lits'],
    resources: [{ name: 'beds', schema: { fields: [{ name: 'ward' }] } }],
  })
  expect(lackOf(open)).toEqual({ filled: 14, of: 14, missing: [] })
  expect(graphOf(open).map(({ predicate }) => predicate)).not.toContain(expanded('dct:type'))
})

describe('the two forms of the catalogue', () => {
  const hostile = 'a "b" \\ \n\r\t\u0000\u007f\u2028 é 😀 \ud800 <c> . ; @en ^^'
  const all = [
    dataset(pmsiDemo),
    dataset(small('bare'), null),
    dataset({
      ...{ ...small('hostile'), title: hostile, description: hostile, keywords: [hostile, 'b', 'b'] },
      catalogue: { ...pmsiDemo.catalogue, purposes: [hostile], typicalAge: [0, 99], legalBasis: ['CSP'] },
    }),
  ]
  const graph = catalogueTriples(home, { datasets: all, page: 1, path: '/catalog.ttl' })
  const turtle = readTurtle(writeTurtle(graph))
  const jsonLd = readJsonLd(JSON.stringify(writeJsonLd(graph, catalogueIri(address))))

  test('say the same triples, which are those of the graph', () => {
    expect(jsonLd).toEqual(turtle)
    expect(turtle).toHaveLength(graph.length)
    expect(new Set(turtle).size).toBe(graph.length)
  })

  test('say texts as they were given', () => {
    const said = JSON.stringify([hostile.toWellFormed(), 'fr', ''])
    expect(turtle).toContain(`<${address}/catalogue/hostile> <http://purl.org/dc/terms/title> ${said}`)
  })

  test('name the same catalogue, which leads to each dataset', () => {
    const linked = all.map(
      (one) => `<${address}/catalogue> <http://www.w3.org/ns/dcat#dataset> <${iriOf(one)}>`,
    )
    expect(turtle).toEqual(expect.arrayContaining(linked))
  })
})

test('pages hold every dataset once, and lead from one to the next', () => {
  const datasets = Array.from({ length: 2 * harvestPage + 1 }, (_, i) => dataset(small(`d${i}`)))
  const pages = [1, 2, 3, 4].map((page) => catalogueTriples(home, { datasets, page, path: '/catalog.ttl' }))
  const objects = (graph: readonly Triple[] | undefined, predicate: Parameters<typeof expanded>[0]) =>
    (graph ?? []).flatMap((one) =>
      one.predicate === expanded(predicate) && 'iri' in one.object ? [one.object.iri] : [],
    )
  const listed = pages.map((page) => objects(page, 'dcat:dataset'))
  expect(listed.map(({ length }) => length)).toEqual([harvestPage, harvestPage, 1, 0])
  expect(new Set(listed.flat()).size).toBe(datasets.length)
  expect(pages.map((page) => objects(page, 'hydra:next'))).toEqual([
    [`${address}/catalog.ttl?page=2`],
    [`${address}/catalog.ttl?page=3`],
    [],
    [],
  ])
})
