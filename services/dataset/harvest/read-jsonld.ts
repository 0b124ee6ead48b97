/**
 * A JSON-LD document of somebody else (W3C JSON-LD 1.1) as triples, as far as catalogues use it: its own context, prefixes,
 * terms with a type or a language, nested nodes, graphs, lists and sets. A context elsewhere is not fetched. Pure.
 */
import { type as rdfType, type Term, type Triple } from '../dcat/triples.ts'
import { HarvestError, limits } from './harvest-error.ts'

type Json = Readonly<Record<string, unknown>>

interface TermForm {
  readonly iri: string
  /** `@id` for resources, else a datatype. */
  readonly type?: string
  readonly language?: string
  readonly isLanguageMap?: boolean
}

interface Context {
  readonly vocabulary: string
  readonly terms: ReadonlyMap<string, TermForm>
  readonly language?: string
}

/** Throws HarvestError: `syntax`, `context`, `triples`, `depth`. `base` is the address of the document. */
export function readForeignJsonLd(text: string, base: string): readonly Triple[] {
  const triples: Triple[] = []
  const reader = new Reader(base, triples)
  reader.top(parsed(text), { vocabulary: '', terms: new Map() })
  return triples
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HarvestError('syntax')
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

class Reader {
  readonly #base: string
  readonly #triples: Triple[]
  #nodes = 0
  #depth = 0

  constructor(base: string, triples: Triple[]) {
    this.#base = base
    this.#triples = triples
  }

  top(value: unknown, context: Context): void {
    for (const one of listOf(value)) {
      if (!isObject(one)) throw new HarvestError('syntax')
      this.#node(one, context)
    }
  }

  /** The identifier of a node, after its triples. */
  #node(node: Json, outer: Context): string {
    if (this.#depth >= limits.depth) throw new HarvestError('depth')
    this.#depth += 1
    const context = '@context' in node ? contextOf(outer, node['@context']) : outer
    const own = new Map(Object.entries(node).map(([member, value]) => [keywordOf(member, context), value]))
    const id = this.#idOf(own.get('@id'), context)
    for (const type of listOf(own.get('@type') ?? []))
      this.#say(id, rdfType, { iri: this.#expanded(String(type), context, true) })
    for (const inner of ['@graph', '@included']) {
      if (own.has(inner)) this.top(own.get(inner), context)
    }
    for (const [member, value] of Object.entries(node)) {
      if (keywordOf(member, context).startsWith('@')) continue
      const form = this.#formOf(member, context)
      if (form !== null) this.#values(id, form, { value, context })
    }
    this.#depth -= 1
    return id
  }

  #idOf(given: unknown, context: Context): string {
    if (typeof given === 'string') return this.#expanded(given, context, false)
    this.#nodes += 1
    return `_:b${this.#nodes}`
  }

  #values(id: string, form: TermForm, { value, context }: { value: unknown; context: Context }): void {
    if (form.isLanguageMap && isObject(value)) {
      for (const [language, texts] of Object.entries(value))
        for (const text of listOf(texts)) this.#say(id, form.iri, { text: String(text), language })
      return
    }
    for (const one of flat(value)) {
      const term = this.#termOf(one, form, context)
      if (term !== null) this.#say(id, form.iri, term)
    }
  }

  #termOf(value: unknown, form: TermForm, context: Context): Term | null {
    if (value === null || value === undefined) return null
    if (isObject(value))
      return '@value' in value ? this.#literal(value, context) : { iri: this.#node(value, context) }
    if (form.type === '@id' || form.type === '@vocab')
      return { iri: this.#expanded(String(value), context, form.type === '@vocab') }
    return plain(value, form, context)
  }

  #literal(value: Json, context: Context): Term {
    const { '@value': text, '@language': language, '@type': type } = value
    if (typeof language === 'string') return { text: String(text), language }
    if (typeof type !== 'string') return plain(text, { iri: '' }, { vocabulary: '', terms: new Map() })
    const datatype = this.#expanded(type, context, true)
    return datatype === `${xsd}string` ? { text: String(text) } : { text: String(text), datatype }
  }

  /** Null for a member that no term and no vocabulary explains: it says nothing. */
  #formOf(member: string, context: Context): TermForm | null {
    const known = context.terms.get(member)
    if (known !== undefined) return known
    const iri = this.#expanded(member, context, true)
    return iri.includes(':') ? { iri } : null
  }

  #expanded(name: string, context: Context, isVocabulary: boolean): string {
    const term = isVocabulary ? context.terms.get(name) : undefined
    if (term !== undefined) return term.iri
    const expanded = prefixed(name, context)
    if (expanded !== null) return expanded
    if (isVocabulary) return context.vocabulary + name
    return URL.canParse(name, this.#base) ? new URL(name, this.#base).href : name
  }

  #say(subject: string, predicate: string, object: Term): void {
    if (this.#triples.length >= limits.triples) throw new HarvestError('triples')
    this.#triples.push({ subject, predicate, object })
  }
}

const xsd = 'http://www.w3.org/2001/XMLSchema#'

function plain(value: unknown, { type, language }: TermForm, context: Context): Term {
  if (type !== undefined) return { text: String(value), datatype: type }
  if (typeof value === 'boolean') return { text: String(value), datatype: `${xsd}boolean` }
  if (typeof value === 'number')
    return { text: String(value), datatype: xsd + (Number.isInteger(value) ? 'integer' : 'double') }
  const spoken = language ?? context.language
  return { text: String(value), ...(spoken === undefined ? {} : { language: spoken }) }
}

/** Lists and sets as what they hold: their order says nothing in a catalogue. */
function flat(value: unknown): readonly unknown[] {
  return listOf(value).flatMap((one) =>
    isObject(one) && ('@list' in one || '@set' in one) ? listOf(one['@list'] ?? one['@set']) : [one],
  )
}

function keywordOf(member: string, { terms }: Context): string {
  const iri = terms.get(member)?.iri
  return iri?.startsWith('@') ? iri : member
}

/** An absolute identifier, or one under a prefix; null for a plain name. */
function prefixed(name: string, { terms }: Context): string | null {
  const at = name.indexOf(':')
  if (at < 0) return null
  const rest = name.slice(at + 1)
  const base = rest.startsWith('//') ? undefined : terms.get(name.slice(0, at))?.iri
  return base === undefined ? name : base + rest
}

function contextOf(outer: Context, given: unknown): Context {
  let context = outer
  for (const one of listOf(given)) {
    if (one === null) context = { vocabulary: '', terms: new Map() }
    else if (isObject(one)) context = joined(context, one)
    else throw new HarvestError('context')
  }
  return context
}

function joined(outer: Context, given: Json): Context {
  const { '@vocab': vocabulary = outer.vocabulary, '@language': language = outer.language } = given
  const terms = new Map(outer.terms)
  const made: Context = {
    vocabulary: String(vocabulary ?? ''),
    terms,
    ...(typeof language === 'string' ? { language } : {}),
  }
  const entries = Object.entries(given).filter(([name]) => !name.startsWith('@'))
  // Prefixes first: terms are written with them.
  for (const [name, form] of entries) if (typeof form === 'string') terms.set(name, { iri: form })
  for (const [name, form] of entries) {
    const term = termOf(name, form, made)
    if (term === null) terms.delete(name)
    else terms.set(name, term)
  }
  return made
}

/** Null for a term that is taken back. */
function termOf(name: string, form: unknown, context: Context): TermForm | null {
  if (typeof form === 'string') return { iri: named(form, context) }
  if (!isObject(form)) return null
  const iri = form['@id'] ?? name
  return typeof iri === 'string' ? { iri: named(iri, context), ...formOf(form, context) } : null
}

const named = (iri: string, context: Context) =>
  iri.startsWith('@') ? iri : (prefixed(iri, context) ?? context.vocabulary + iri)

function formOf(form: Json, context: Context): Partial<TermForm> {
  const { '@type': type, '@language': language, '@container': container } = form
  return {
    ...(typeof type === 'string' ? { type: named(type, context) } : {}),
    ...(typeof language === 'string' ? { language } : {}),
    ...(listOf(container).includes('@language') ? { isLanguageMap: true } : {}),
  }
}
