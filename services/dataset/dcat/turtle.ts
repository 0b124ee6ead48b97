/** A graph in Turtle (W3C RDF 1.1 Turtle). Pure. */
import { bySubject, prefixes, type as rdfType, shortened, type Term, type Triple } from './triples.ts'

/** Every triple once, subjects in their order. */
export function writeTurtle(graph: readonly Triple[]): string {
  const heads = Object.entries(prefixes).map(([prefix, iri]) => `@prefix ${prefix}: <${iri}> .`)
  const blocks = [...bySubject(graph)].map(([subject, triples]) => {
    const said = triples.map(({ predicate, object }) => `${verbOf(predicate)} ${termOf(object)}`)
    return `\n${nameOf(subject)} ${said.join(' ;\n  ')} .`
  })
  return [...heads, ...blocks, ''].join('\n')
}

const verbOf = (predicate: string) => (predicate === rdfType ? 'a' : nameOf(predicate))

function nameOf(iri: string): string {
  return iri.startsWith('_:')
    ? iri
    : (shortened(iri) ?? `<${iri.replaceAll(/[\p{Cc} <>"{}|^`\\]/gu, unicode)}>`)
}

function termOf(term: Term): string {
  if ('iri' in term) return nameOf(term.iri)
  const text = `"${term.text.replaceAll(/["\\\p{Cc}\u2028\u2029]/gu, escapeOf)}"`
  if (term.language !== undefined) return `${text}@${term.language}`
  return term.datatype === undefined ? text : `${text}^^${nameOf(term.datatype)}`
}

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}
const escapeOf = (character: string) => short[character] ?? unicode(character)

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}
