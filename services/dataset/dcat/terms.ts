/** Terms and nodes of a graph, in the words of its writers. Pure. */
import { type Curie, expanded, type Term, type Triple } from './triples.ts'

export const named = (iri: string): Term => ({ iri })
export const known = (curie: Curie): Term => ({ iri: expanded(curie) })

/** Text that every form can carry: a half of a surrogate pair becomes U+FFFD. */
export const text = (value: string, language?: string): Term => ({
  text: value.toWellFormed(),
  ...(language === undefined ? {} : { language }),
})

export const typed = (value: string | number, datatype: Curie): Term => ({
  text: String(value),
  datatype: expanded(datatype),
})

const eu = 'http://publications.europa.eu/resource/authority'

/** An entry of a table of the Publications Office of the EU. */
export const authority = (table: string, code: string): Term => named(`${eu}/${table}/${code}`)

/** What a subject says: one term or several for each property, none where nothing is known. */
export type Said = Readonly<Partial<Record<Curie, Term | readonly Term[] | undefined>>>

/** The triples of one subject. The same thing said twice is said once. */
export function node(subject: string, said: Said): Triple[] {
  return Object.entries(said).flatMap(([curie, given]) => {
    const terms = given === undefined ? [] : [given].flat()
    const unique = new Map(terms.map((object) => [JSON.stringify(object), object]))
    return [...unique.values()].map((object) => ({ subject, predicate: expanded(curie as Curie), object }))
  })
}
