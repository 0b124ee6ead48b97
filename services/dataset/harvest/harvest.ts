/** One harvest: the pages of a foreign catalogue, from the first to the last, as datasets. */
import { expanded, type Triple } from '../dcat/triples.ts'
import { type ForeignDataset, foreignDatasets } from './foreign.ts'
import { HarvestError, limits } from './harvest-error.ts'
import { readForeignJsonLd } from './read-jsonld.ts'
import { readForeignTurtle } from './read-turtle.ts'

export interface Page {
  readonly text: string
  /** Media type, parameters included. */
  readonly type: string
  /** Where it was found, after redirects. */
  readonly address: string
}

/** Fetches or opens one page. */
export type ReadPage = (address: string) => Promise<Page>

const hydra = 'http://www.w3.org/ns/hydra/core#'
/** Of today, and of catalogues that follow an older draft. */
const nextProperties = [expanded('hydra:next'), `${hydra}nextPage`]

/** All datasets, by identifier. Throws HarvestError; then nothing of what was read counts. */
export async function harvest(first: string, read: ReadPage): Promise<readonly ForeignDataset[]> {
  const graph: Triple[] = []
  const seen = new Set<string>()
  let catalogues = 0
  for (let address: string | undefined = first; address !== undefined; ) {
    if (seen.has(address)) throw new HarvestError('loop')
    if (seen.size >= limits.pages) throw new HarvestError('pages')
    seen.add(address)
    const page: Page = await read(address)
    const triples = graphOf(page)
    if (graph.length + triples.length > limits.triples) throw new HarvestError('triples')
    for (const triple of triples) graph.push(named(triple, seen.size))
    catalogues += triples.length > 0 ? 1 : 0
    address = nextOf(triples, first)
  }
  if (catalogues === 0) throw new HarvestError('catalogue')
  const datasets = foreignDatasets(graph)
  insistWhole(graph, datasets.length)
  return datasets
}

function graphOf({ text, type, address }: Page): readonly Triple[] {
  const [media = ''] = type.split(';')
  switch (media.trim().toLowerCase()) {
    case 'text/turtle':
    case 'application/x-turtle':
      return readForeignTurtle(text, address)
    case 'application/ld+json':
    case 'application/json':
      return readForeignJsonLd(text, address)
    default:
      throw new HarvestError('type')
  }
}

/** Nodes without a name are of their page: two pages number theirs alike. */
function named({ subject, predicate, object }: Triple, page: number): Triple {
  const own = (iri: string) => (iri.startsWith('_:') ? `${iri}-${page}` : iri)
  return { subject: own(subject), predicate, object: 'iri' in object ? { iri: own(object.iri) } : object }
}

/** A catalogue leads on within its own house alone. */
function nextOf(triples: readonly Triple[], first: string): string | undefined {
  const found = triples.find(({ predicate }) => nextProperties.includes(predicate))?.object
  if (found === undefined) return undefined
  const next = 'iri' in found ? found.iri : found.text
  if (!URL.canParse(next) || new URL(next).origin !== new URL(first).origin)
    throw new HarvestError('elsewhere')
  return next
}

/** A catalogue that says how many it has and shows fewer was cut: what is missing was not removed. */
function insistWhole(graph: readonly Triple[], found: number): void {
  const totals = graph.flatMap(({ predicate, object }) =>
    predicate === expanded('hydra:totalItems') && 'text' in object ? [Number(object.text)] : [],
  )
  if (totals.some((total) => total > found)) throw new HarvestError('incomplete')
}
