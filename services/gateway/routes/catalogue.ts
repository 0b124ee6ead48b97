/** The catalogue for everybody: HealthDCAT-AP for harvesters, dictionaries for readers. It says what holders declared, nothing of the data. */
import { z } from 'zod'
import type { Dataset } from '../../dataset/catalogue.ts'
import { catalogueIri, catalogueTriples, singleTriples } from '../../dataset/dcat/catalogue-graph.ts'
import { type CatalogueHome, datasetIri } from '../../dataset/dcat/dataset-graph.ts'
import { writeJsonLd } from '../../dataset/dcat/jsonld.ts'
import type { Triple } from '../../dataset/dcat/triples.ts'
import { writeTurtle } from '../../dataset/dcat/turtle.ts'
import { dictionaryHeads, dictionaryRows } from '../../dataset/dictionary.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { csvOf } from '../../review/csv.ts'
import { cacheable } from '../cacheable.ts'
import type { House } from '../house.ts'
import type { Reply } from '../reply.ts'
import { openRoute, type Route } from '../route.ts'

const turtle = 'text/turtle'
const jsonLd = 'application/ld+json'

const params = z.strictObject({ name: z.string().max(100) })
const harvest = z.strictObject({ page: z.coerce.number().int().min(1).max(100_000).default(1) })

async function homeOf({ address, habilitation, reports }: House): Promise<CatalogueHome> {
  const names = new Map((await reports.accounts.organisations()).map(({ id, name }) => [id, name]))
  return { address, node: habilitation.authority.node, organisation: (id) => names.get(id) ?? id }
}

async function datasetOf(house: House, name: string): Promise<Dataset> {
  const found = await house.catalogue.find(name)
  if (found === null) throw new Refusal('NOT_FOUND')
  return found
}

/** A graph in one of its two forms. */
function written(type: typeof turtle | typeof jsonLd, graph: readonly Triple[], root: string): Reply {
  const content = type === turtle ? writeTurtle(graph) : JSON.stringify(writeJsonLd(graph, root))
  return cacheable(`${type}; charset=utf-8`, content, { Vary: 'Accept, Accept-Language' })
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
    path: '/catalogue/{name}',
    summary: 'One dataset of the catalogue, as JSON-LD or Turtle',
    params,
    responses: { 200: { description: 'What it holds, and how to ask', types: [jsonLd, turtle] } },
    handler: async (house, { params: { name }, request }) => {
      const dataset = await datasetOf(house, name)
      const type = request.accepts([jsonLd, turtle]) === turtle ? turtle : jsonLd
      const graph = singleTriples(await homeOf(house), dataset)
      return written(type, graph, datasetIri(house.address, name))
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
]
