/** What is shown of datasets of other catalogues. Pure. */
import { type Curie, expanded, type as rdfType, type Term, type Triple } from '../dcat/triples.ts'

/** Described by somebody else, and held by somebody else: nothing of it can be queried here. */
export interface ForeignDataset {
  /** Its identifier, absolute. */
  readonly iri: string
  readonly title: string
  readonly description?: string
  readonly keywords: readonly string[]
  /** Name of whoever publishes it, else the identifier. */
  readonly publisher?: string
  readonly licences: readonly string[]
  readonly provenance?: string
  readonly modified?: string
  /** A page about it, http or https alone. */
  readonly page?: string
}

/** Characters kept of one text: a catalogue entry is no document. */
const longest = 4000
const mostValues = 50

/** The datasets of a graph, in the order of their identifiers. Nodes without a name are left out: nobody could find them again. */
export function foreignDatasets(graph: readonly Triple[]): readonly ForeignDataset[] {
  const subjects = new Map<string, Triple[]>()
  for (const triple of graph) {
    const known = subjects.get(triple.subject)
    if (known === undefined) subjects.set(triple.subject, [triple])
    else known.push(triple)
  }
  const isDataset = (triples: readonly Triple[]) =>
    triples.some(
      ({ predicate, object }) =>
        predicate === rdfType && 'iri' in object && object.iri === expanded('dcat:Dataset'),
    )
  const found = [...subjects].flatMap(([iri, triples]) =>
    isDataset(triples) && !iri.startsWith('_:') ? [datasetOf(iri, subjects)] : [],
  )
  return found.sort((a, b) => (a.iri < b.iri ? -1 : 1))
}

type Subjects = ReadonlyMap<string, readonly Triple[]>

const objectsOf = (subjects: Subjects, subject: string, property: Curie): readonly Term[] =>
  (subjects.get(subject) ?? []).flatMap(({ predicate, object }) =>
    predicate === expanded(property) ? [object] : [],
  )

function datasetOf(iri: string, subjects: Subjects): ForeignDataset {
  const terms = (property: Curie) => objectsOf(subjects, iri, property)
  const named = (property: Curie, name: Curie): string | undefined => {
    const [one] = terms(property)
    if (one === undefined) return undefined
    return 'iri' in one ? (bestText(objectsOf(subjects, one.iri, name)) ?? one.iri) : kept(one.text)
  }
  const distributions = terms('dcat:distribution').flatMap((one) => ('iri' in one ? [one.iri] : []))
  const licences = [iri, ...distributions].flatMap((one) => objectsOf(subjects, one, 'dct:license'))
  const page = [...terms('dcat:landingPage'), ...terms('foaf:page'), { iri }].flatMap((one) =>
    'iri' in one && /^https?:\/\//.test(one.iri) ? [one.iri] : [],
  )[0]
  return {
    iri,
    title: bestText(terms('dct:title')) ?? iri,
    keywords: valuesOf(terms('dcat:keyword')),
    licences: valuesOf(licences),
    ...some('description', bestText(terms('dct:description'))),
    ...some('publisher', named('dct:publisher', 'foaf:name')),
    ...some('provenance', named('dct:provenance', 'rdfs:label')),
    ...some('modified', bestText(terms('dct:modified'))),
    ...some('page', page),
  }
}

const some = <K extends string>(name: K, value: string | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [member in K]?: string }

const kept = (text: string) => text.slice(0, longest).toWellFormed()
const plainOf = (term: Term) => kept('iri' in term ? term.iri : term.text)

/** Each value once. */
function valuesOf(terms: readonly Term[]): readonly string[] {
  return [...new Set(terms.map(plainOf))].slice(0, mostValues)
}

/** French, else English, else whatever there is. */
function bestText(terms: readonly Term[]): string | undefined {
  const texts = terms.flatMap((one) => ('iri' in one ? [] : [one]))
  const of = (language: string) => texts.find((one) => one.language?.toLowerCase().startsWith(language))
  const best = of('fr') ?? of('en') ?? texts[0]
  return best === undefined ? undefined : kept(best.text)
}
