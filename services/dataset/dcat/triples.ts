/** A graph as plain triples with absolute identifiers: the one form that every other is written from. Pure. */

interface Literal {
  readonly text: string
  readonly language?: string
  /** Absolute; a plain string where it is absent. */
  readonly datatype?: string
}

/** A resource by its identifier, or a value. Nodes without a name are written `_:n`, as only foreign graphs have them. */
export type Term = { readonly iri: string } | Literal

export interface Triple {
  readonly subject: string
  readonly predicate: string
  readonly object: Term
}

export const prefixes = {
  adms: 'http://www.w3.org/ns/adms#',
  csvw: 'http://www.w3.org/ns/csvw#',
  cv: 'http://data.europa.eu/m8g/',
  dcat: 'http://www.w3.org/ns/dcat#',
  dcatap: 'http://data.europa.eu/r5r/',
  dct: 'http://purl.org/dc/terms/',
  dpv: 'https://w3id.org/dpv#',
  foaf: 'http://xmlns.com/foaf/0.1/',
  healthdcatap: 'http://healthdataportal.eu/ns/health#',
  hydra: 'http://www.w3.org/ns/hydra/core#',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const satisfies Readonly<Record<string, string>>

export type Curie = `${keyof typeof prefixes}:${string}`

export function expanded(curie: Curie): string {
  const at = curie.indexOf(':')
  return prefixes[curie.slice(0, at) as keyof typeof prefixes] + curie.slice(at + 1)
}

/** `dct:title` of an identifier under a known prefix whose rest needs no escape; else null. */
export function shortened(iri: string): string | null {
  for (const [prefix, base] of Object.entries(prefixes)) {
    const rest = iri.slice(base.length)
    if (iri.startsWith(base) && /^[A-Za-z][A-Za-z0-9_]*$/.test(rest)) return `${prefix}:${rest}`
  }
  return null
}

export const type = expanded('rdf:type')

/** The triples of each subject, in the order in which they first come. */
export function bySubject(graph: readonly Triple[]): ReadonlyMap<string, readonly Triple[]> {
  const groups = new Map<string, Triple[]>()
  for (const triple of graph) {
    const group = groups.get(triple.subject)
    if (group === undefined) groups.set(triple.subject, [triple])
    else group.push(triple)
  }
  return groups
}
