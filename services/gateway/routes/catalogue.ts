/** The catalogue for everybody: HealthDCAT-AP for harvesters, dictionaries for readers. It says what holders declared; of the data, what the label and the profile of a version tell in bands. */
import type { Request } from 'express'
import { z } from 'zod'
import type { Dataset } from '../../dataset/catalogue.ts'
import { expectation } from '../../dataset/contract.ts'
import { catalogueIri, catalogueTriples, singleTriples } from '../../dataset/dcat/catalogue-graph.ts'
import { type CatalogueHome, datasetIri } from '../../dataset/dcat/dataset-graph.ts'
import { writeJsonLd } from '../../dataset/dcat/jsonld.ts'
import { completenessOf } from '../../dataset/dcat/mandatory.ts'
import type { Triple } from '../../dataset/dcat/triples.ts'
import { writeTurtle } from '../../dataset/dcat/turtle.ts'
import { dictionaryHeads, dictionaryRows } from '../../dataset/dictionary.ts'
import { resourceOf } from '../../dataset/relations.ts'
import { searchDatasets } from '../../dataset/search.ts'
import { twinOf } from '../../dataset/twin.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { csvOf } from '../../review/csv.ts'
import { cacheable } from '../cacheable.ts'
import { cataloguePage } from '../catalogue-page.ts'
import { datasetPage } from '../dataset-page.ts'
import { datasetFilter, organisationNames } from '../dataset-search.ts'
import { searchForeign } from '../foreign-list.ts'
import type { House } from '../house.ts'
import type { Reply } from '../reply.ts'
import { openRoute, type Route } from '../route.ts'

const turtle = 'text/turtle'
const jsonLd = 'application/ld+json'
const html = 'text/html'
const parquet = 'application/vnd.apache.parquet'
const paths = { [turtle]: '/catalog.ttl', [jsonLd]: '/catalog.jsonld' } as const

/** A browser and whoever does not say get the page. */
function wanted(request: Request): typeof html | typeof turtle | typeof jsonLd {
  const accepted = request.accepts([html, turtle, jsonLd])
  return accepted === turtle || accepted === jsonLd ? accepted : html
}

const negotiated = (type: string, content: string) =>
  cacheable(type, content, { Vary: 'Accept, Accept-Language' })

const params = z.strictObject({ name: z.string().max(100) })
const language = { lang: z.enum(['fr', 'en']).optional() }
const search = z.strictObject({
  ...language,
  ...datasetFilter,
  page: z.coerce.number().int().min(1).max(100_000).default(1),
})
const harvest = z.strictObject({ page: z.coerce.number().int().min(1).max(100_000).default(1) })

async function homeOf(house: House): Promise<CatalogueHome> {
  const { address, habilitation } = house
  return { address, node: habilitation.authority.node, organisation: await organisationNames(house) }
}

async function datasetOf(house: House, name: string): Promise<Dataset> {
  const found = await house.catalogue.find(name)
  if (found === null) throw new Refusal('NOT_FOUND')
  return found
}

/** A graph in one of its two forms. */
function written(type: typeof turtle | typeof jsonLd, graph: readonly Triple[], root: string): Reply {
  const content = type === turtle ? writeTurtle(graph) : JSON.stringify(writeJsonLd(graph, root))
  return negotiated(`${type}; charset=utf-8`, content)
}

async function harvested(
  house: House,
  page: number,
  form: { readonly type: typeof turtle | typeof jsonLd; readonly path: string },
): Promise<Reply> {
  const datasets = await house.catalogue.list()
  const graph = catalogueTriples(await homeOf(house), { datasets, page, path: form.path })
  return written(form.type, graph, catalogueIri(house.address))
}

export const catalogueRoutes: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/catalog.jsonld',
    summary: 'The catalogue in HealthDCAT-AP, as JSON-LD; hydra:next leads on',
    query: harvest,
    responses: { 200: { description: 'A graph', types: [jsonLd] } },
    handler: (house, { query: { page } }) =>
      harvested(house, page, { type: jsonLd, path: '/catalog.jsonld' }),
  }),
  openRoute({
    method: 'get',
    path: '/catalog.ttl',
    summary: 'The catalogue in HealthDCAT-AP, as Turtle; hydra:next leads on',
    query: harvest,
    responses: { 200: { description: 'A graph', types: [turtle] } },
    handler: (house, { query: { page } }) => harvested(house, page, { type: turtle, path: '/catalog.ttl' }),
  }),
  openRoute({
    method: 'get',
    path: '/catalogue',
    summary: 'The catalogue as a page with its search; as JSON-LD or Turtle where that is asked for',
    query: search,
    responses: { 200: { description: 'A page or a graph', types: [html, jsonLd, turtle] } },
    handler: async (house, { query: { lang, page, ...filter }, language: spoken, request }) => {
      const type = wanted(request)
      if (type !== html) return harvested(house, page, { type, path: paths[type] })
      const datasets = await house.catalogue.list()
      const nameOf = await organisationNames(house)
      const found = searchDatasets(datasets, filter, nameOf)
      const shown = {
        ...found,
        filter,
        page,
        nameOf,
        language: lang ?? spoken,
        isEmpty: datasets.length === 0,
        foreign: page === 1 ? searchForeign(await house.harvested.list(), filter) : [],
      }
      return negotiated('text/html; charset=utf-8', cataloguePage(shown))
    },
  }),
  openRoute({
    method: 'get',
    path: '/catalogue/{name}',
    summary: 'One dataset of the catalogue as a page; as JSON-LD or Turtle where that is asked for',
    params,
    query: z.strictObject(language),
    responses: {
      200: { description: 'What it holds, and how to ask', types: [html, jsonLd, turtle] },
    },
    handler: async (house, { params: { name }, query: { lang }, language: spoken, request }) => {
      const dataset = await datasetOf(house, name)
      const home = await homeOf(house)
      const graph = singleTriples(home, dataset)
      const iri = datasetIri(house.address, name)
      const type = wanted(request)
      if (type !== html) return written(type, graph, iri)
      const completeness = completenessOf(dataset.descriptor, graph, iri)
      const expected = expectation(dataset.contract, dataset.latest?.publishedAt, house.dataset.clock.now())
      const profile = await house.profiles.of(dataset)
      const about = { dataset, completeness, expected, profile, nameOf: home.organisation }
      const shown = { ...about, language: lang ?? spoken }
      return negotiated('text/html; charset=utf-8', datasetPage(shown))
    },
  }),
  openRoute({
    method: 'get',
    path: '/catalogue/{name}/dictionary.csv',
    summary: 'The columns of a dataset, for a spreadsheet',
    params,
    responses: { 200: { description: 'A file', types: ['text/csv'] } },
    handler: async (house, { params: { name } }) => {
      const { descriptor } = await datasetOf(house, name)
      return cacheable(
        'text/csv; charset=utf-8',
        csvOf({ header: dictionaryHeads, rows: dictionaryRows(descriptor) }),
        {
          'Content-Disposition': `attachment; filename="${descriptor.name}-dictionary.csv"`,
        },
      )
    },
  }),
  openRoute({
    method: 'get',
    path: '/catalogue/{name}/twin/{table}',
    summary:
      'Invented rows of one table of a personal dataset, made from its descriptor alone, as CSV or Parquet',
    params: z.strictObject({ name: z.string().max(100), table: z.string().max(100) }),
    query: z.strictObject({ format: z.enum(['csv', 'parquet']).default('csv') }),
    responses: { 200: { description: 'A file', types: ['text/csv', parquet] } },
    handler: async (house, { params: { name, table }, query: { format } }) => {
      const { descriptor } = await datasetOf(house, name)
      const resource = resourceOf(descriptor, table)
      if (descriptor.kind !== 'personal' || resource === undefined) throw new Refusal('NOT_FOUND')
      if (format === 'parquet') {
        return cacheable(parquet, Buffer.from(await house.twins.parquet(descriptor, table)), {
          'Content-Disposition': `attachment; filename="${name}-${table}-twin.parquet"`,
        })
      }
      return cacheable('text/csv; charset=utf-8', csvOf(twinOf(descriptor, resource)), {
        'Content-Disposition': `attachment; filename="${name}-${table}-twin.csv"`,
      })
    },
  }),
]
