/**
 * A Turtle document of somebody else (W3C RDF 1.1 Turtle) as triples. One pass, no recursion deeper than the limit, and no
 * pattern that can run away. Pure.
 */
import { type as rdfType, type Term, type Triple } from '../dcat/triples.ts'
import { HarvestError, limits } from './harvest-error.ts'

const xsd = 'http://www.w3.org/2001/XMLSchema#'
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'

const patterns = {
  blank: /(?:[ \t\r\n]+|#[^\r\n]*)*/y,
  directive: /@(prefix|base)\b|(prefix|base)(?=[ \t\r\n])/iy,
  iri: /<([^<>"{}|^`\s]*)>/y,
  prefixed:
    /((?:[\p{L}_][\p{L}\p{N}_.-]*)?):((?:[\p{L}\p{N}_:.-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?#@%-])*)/uy,
  node: /_:([\p{L}\p{N}_][\p{L}\p{N}_.-]*)/uy,
  number: /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y,
  word: /(?:a|true|false)(?=[\s;,.<[("'\])#])/y,
  language: /@([A-Za-z]+(?:-[A-Za-z0-9]+)*)/y,
} as const

const escapes: Readonly<Record<string, string>> = {
  ...{ t: '\t', b: '\b', n: '\n', r: '\r', f: '\f' },
  ...{ '"': '"', "'": "'", '\\': '\\' },
}

/** Throws HarvestError: `syntax` with its line, `triples`, `depth`. `base` is the address of the document. */
export function readForeignTurtle(text: string, base: string): readonly Triple[] {
  return new Reader(text, base).document()
}

class Reader {
  readonly #text: string
  readonly #prefixes = new Map<string, string>()
  readonly #triples: Triple[] = []
  #base: string
  #at = 0
  #nodes = 0
  #depth = 0

  constructor(text: string, base: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text
    this.#base = base
  }

  document(): readonly Triple[] {
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) {
      const directive = this.#match('directive')
      if (directive)
        this.#declare((directive[1] ?? directive[2] ?? '').toLowerCase(), directive[1] !== undefined)
      else this.#statement()
    }
    return this.#triples
  }

  #declare(kind: string, isDotted: boolean): void {
    if (kind === 'base') this.#base = this.#iri()
    else {
      const [, prefix = '', rest] = this.#match('prefixed') ?? this.#fail()
      if (rest !== '') this.#fail()
      this.#prefixes.set(prefix, this.#iri())
    }
    if (isDotted) this.#expect('.')
  }

  #statement(): void {
    const isBlank = this.#peek() === '['
    const subject = this.#subject()
    if (!(isBlank && this.#peek() === '.')) this.#predicates(subject)
    this.#expect('.')
  }

  #predicates(subject: string): void {
    do {
      if (';.]'.includes(this.#peek())) continue
      const predicate = this.#verb()
      do this.#say(subject, predicate, this.#object())
      while (this.#take(','))
    } while (this.#take(';'))
  }

  #say(subject: string, predicate: string, object: Term): void {
    if (this.#triples.length >= limits.triples) throw new HarvestError('triples')
    this.#triples.push({ subject, predicate, object })
  }

  #subject(): string {
    const term = this.#object()
    return 'iri' in term ? term.iri : this.#fail()
  }

  #verb(): string {
    const [word] = this.#match('word') ?? []
    if (word === 'a') return rdfType
    return word === undefined ? this.#name() : this.#fail()
  }

  #object(): Term {
    const next = this.#peek()
    if (next === '"' || next === "'") return this.#literal(next)
    if (next === '[') return this.#nested(']', () => this.#blank())
    if (next === '(') return this.#nested(')', () => this.#list())
    if (next === '<') return { iri: this.#iri() }
    const node = this.#match('node')
    return node ? { iri: `_:n-${node[1]}` } : this.#bare(next)
  }

  /** A number, a truth, or a name. */
  #bare(next: string): Term {
    const [word] = this.#match('word') ?? []
    if (word === 'a') this.#fail()
    if (word !== undefined) return { text: word, datatype: `${xsd}boolean` }
    const [number] = /[\d+.-]/.test(next) ? (this.#match('number') ?? []) : []
    return number === undefined ? { iri: this.#name() } : { text: number, datatype: xsd + numberType(number) }
  }

  #nested(end: string, read: () => Term): Term {
    if (this.#depth >= limits.depth) throw new HarvestError('depth')
    this.#depth += 1
    this.#at += 1
    const term = read()
    this.#expect(end)
    this.#depth -= 1
    return term
  }

  #blank(): Term {
    const iri = this.#fresh()
    if (this.#peek() !== ']') this.#predicates(iri)
    return { iri }
  }

  /** A chain of rdf:first and rdf:rest. */
  #list(): Term {
    const head = { iri: this.#peek() === ')' ? `${rdf}nil` : this.#fresh() }
    for (let cell = head.iri; this.#peek() !== ')'; ) {
      this.#say(cell, `${rdf}first`, this.#object())
      const rest = this.#peek() === ')' ? `${rdf}nil` : this.#fresh()
      this.#say(cell, `${rdf}rest`, { iri: rest })
      cell = rest
    }
    return head
  }

  #fresh(): string {
    this.#nodes += 1
    return `_:b${this.#nodes}`
  }

  #literal(quote: string): Term {
    const text = this.#string(quote)
    if (this.#text[this.#at] === '@') {
      const [, language = ''] = this.#match('language') ?? this.#fail()
      return { text, language }
    }
    if (!this.#text.startsWith('^^', this.#at)) return { text }
    this.#at += 2
    const datatype = this.#name()
    return datatype === `${xsd}string` ? { text } : { text, datatype }
  }

  #string(quote: string): string {
    const isLong = this.#text.startsWith(quote.repeat(3), this.#at)
    const end = isLong ? quote.repeat(3) : quote
    const from = this.#at + end.length
    let at = from
    while (!this.#text.startsWith(end, at)) {
      const character = this.#text[at] ?? '\n'
      if (at >= this.#text.length || (!isLong && /[\r\n]/.test(character))) this.#fail()
      at += character === '\\' ? 2 : 1
    }
    // Quotes may stand right before the three that end a long one.
    while (isLong && this.#text[at + end.length] === quote) at += 1
    this.#at = at + end.length
    return this.#unescaped(this.#text.slice(from, at))
  }

  #unescaped(text: string): string {
    return text.replaceAll(/\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[\s\S])/g, (_, one: string) => {
      if (one.length === 1) return escapes[one] ?? this.#fail()
      const code = Number.parseInt(one.slice(1), 16)
      return code > 0x10ffff ? this.#fail() : String.fromCodePoint(code)
    })
  }

  #name(): string {
    if (this.#peek() === '<') return this.#iri()
    const [, prefix = '', rest = ''] = this.#match('prefixed') ?? this.#fail()
    // A dot at the end belongs to the sentence.
    const local = rest.replace(/[.]+$/, '')
    this.#at -= rest.length - local.length
    const base = this.#prefixes.get(prefix) ?? this.#fail()
    return base + local.replaceAll(/\\([_~.!$&'()*+,;=/?#@%-])/g, '$1')
  }

  #iri(): string {
    const [, given = ''] = this.#match('iri') ?? this.#fail()
    const plain = given.replaceAll(/\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})/g, (_, short, long) =>
      String.fromCodePoint(Math.min(Number.parseInt(short ?? long, 16), 0x10ffff)),
    )
    return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(plain) ? plain : this.#resolved(plain)
  }

  #resolved(given: string): string {
    return URL.canParse(given, this.#base) ? new URL(given, this.#base).href : this.#fail()
  }

  #skip(): void {
    patterns.blank.lastIndex = this.#at
    patterns.blank.exec(this.#text)
    this.#at = Math.max(this.#at, patterns.blank.lastIndex)
  }

  #peek(): string {
    this.#skip()
    return this.#text[this.#at] ?? ''
  }

  #match(name: keyof typeof patterns): RegExpExecArray | null {
    this.#skip()
    const pattern = patterns[name]
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found) this.#at = pattern.lastIndex
    return found
  }

  #take(mark: string): boolean {
    if (this.#peek() !== mark) return false
    this.#at += 1
    return true
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) this.#fail()
  }

  #fail(): never {
    throw new HarvestError('syntax', this.#text.slice(0, this.#at).split('\n').length)
  }
}

function numberType(text: string): string {
  if (/[eE]/.test(text)) return 'double'
  return text.includes('.') ? 'decimal' : 'integer'
}
