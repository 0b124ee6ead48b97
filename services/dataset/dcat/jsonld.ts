/** A graph in JSON-LD 1.1: a tree under its root, a node written in full where it is first named. Pure. */
import { bySubject, prefixes, type as rdfType, shortened, type Term, type Triple } from './triples.ts'

type Json = { [member: string]: unknown }

/** `root` is a subject of the graph. What the root does not lead to stands beside it, under @included. */
export function writeJsonLd(graph: readonly Triple[], root: string): object {
  const subjects = bySubject(graph)
  const written = new Set<string>()
  const nodeOf = (subject: string): Json => {
    const triples = subjects.get(subject)
    if (triples === undefined || written.has(subject)) return { '@id': subject }
    written.add(subject)
    const node: Json = { '@id': subject }
    for (const [predicate, objects] of objectsOf(triples)) {
      if (predicate === rdfType) node['@type'] = single(objects.map(typeName))
      else node[shortened(predicate) ?? predicate] = single(objects.map((one) => jsonOf(one, nodeOf)))
    }
    return node
  }
  const tree = nodeOf(root)
  const beside = [...subjects.keys()].flatMap((subject) => (written.has(subject) ? [] : [nodeOf(subject)]))
  return { '@context': prefixes, ...tree, ...(beside.length === 0 ? {} : { '@included': beside }) }
}

function objectsOf(triples: readonly Triple[]): ReadonlyMap<string, readonly Term[]> {
  const found = new Map<string, Term[]>()
  for (const { predicate, object } of triples) {
    const objects = found.get(predicate)
    if (objects === undefined) found.set(predicate, [object])
    else objects.push(object)
  }
  return found
}

/** A type is always a resource. */
const typeName = (term: Term) => ('iri' in term ? (shortened(term.iri) ?? term.iri) : term.text)

function jsonOf(term: Term, nodeOf: (subject: string) => Json): unknown {
  if ('iri' in term) return nodeOf(term.iri)
  const { text, language, datatype } = term
  if (language !== undefined) return { '@value': text, '@language': language }
  return datatype === undefined ? text : { '@value': text, '@type': shortened(datatype) ?? datatype }
}

const single = (values: readonly unknown[]): unknown => (values.length === 1 ? values[0] : values)
