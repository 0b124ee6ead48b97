/** A page of the catalogue as one graph, with the way to the next page. Pure. */
import type { Dataset } from '../catalogue.ts'
import { type CatalogueHome, datasetIri, datasetTriples } from './dataset-graph.ts'
import { authority, known, named, node, text, typed } from './terms.ts'
import type { Triple } from './triples.ts'

/** Datasets of one page of a harvest. */
export const harvestPage = 100

export const catalogueIri = (address: string) => `${address}/catalogue`

export interface HarvestPage {
  /** Of the whole catalogue, in the order of the pages. */
  readonly datasets: readonly Dataset[]
  /** From 1. */
  readonly page: number
  /** Path of this form of the catalogue, `/catalog.ttl`. */
  readonly path: string
}

/** A page after the last one is a catalogue without datasets. */
export function catalogueTriples(home: CatalogueHome, { datasets, page, path }: HarvestPage): Triple[] {
  const { address } = home
  const iri = catalogueIri(address)
  const shown = datasets.slice((page - 1) * harvestPage, page * harvestPage)
  const last = Math.max(1, Math.ceil(datasets.length / harvestPage))
  const pageIri = (number: number) => named(`${address}${path}?page=${number}`)
  return unique([
    ...node(iri, {
      'rdf:type': [known('dcat:Catalog'), known('hydra:Collection')],
      'dct:title': [text('Catalogue huisclos', 'fr'), text('huisclos catalogue', 'en')],
      'dct:description': [
        text('Les jeux de données de ce nœud, interrogeables dans un projet autorisé.', 'fr'),
        text('The datasets of this node, to be queried within a permitted project.', 'en'),
      ],
      'dct:publisher': named(`${iri}#hdab`),
      'dct:language': authority('language', 'FRA'),
      'foaf:homepage': named(iri),
      'dcatap:applicableLegislation': named('http://data.europa.eu/eli/reg/2025/327/oj'),
      'hydra:totalItems': typed(datasets.length, 'xsd:integer'),
      'hydra:view': pageIri(page),
      'dcat:dataset': shown.map(({ descriptor }) => named(datasetIri(address, descriptor.name))),
    }),
    ...node(`${address}${path}?page=${page}`, {
      'rdf:type': known('hydra:PartialCollectionView'),
      'hydra:first': pageIri(1),
      'hydra:last': pageIri(last),
      'hydra:previous': page > 1 ? pageIri(page - 1) : undefined,
      'hydra:next': page < last ? pageIri(page + 1) : undefined,
    }),
    ...hdabTriples(home),
    ...shown.flatMap((dataset) => datasetTriples(home, dataset)),
  ])
}

/** One dataset by itself, with the body that decides on access to it. */
export function singleTriples(home: CatalogueHome, dataset: Dataset): Triple[] {
  return unique([...datasetTriples(home, dataset), ...hdabTriples(home)])
}

/** The health data access body is the one that runs this node. */
function hdabTriples({ address, node: id }: CatalogueHome): Triple[] {
  const iri = `${catalogueIri(address)}#hdab`
  return [
    ...node(iri, {
      'rdf:type': known('foaf:Agent'),
      'foaf:name': text(`huisclos ${id}`),
      'foaf:homepage': named(address),
      'cv:contactPoint': named(`${iri}-contact`),
    }),
    // Of an agent; that of a dataset is a vcard.
    ...node(`${iri}-contact`, { 'rdf:type': known('cv:ContactPoint'), 'cv:contactPage': named(address) }),
  ]
}

/** Datasets of one holder name the same publisher: said once. */
function unique(graph: readonly Triple[]): Triple[] {
  const seen = new Set<string>()
  return graph.filter((triple) => {
    const key = JSON.stringify(triple)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
