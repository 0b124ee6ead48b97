/** Small readers of Turtle and JSON-LD that share nothing with the writers: a graph as sorted lines, one per triple. */

const rdfType = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'
const lineOf = (subject: string, predicate: string, object: string) => `${subject} ${predicate} ${object}`
const literal = (text: string, language = '', datatype = '') => JSON.stringify([text, language, datatype])

const prefixLine = /@prefix (\w+): <([^>]*)> \./g
const token =
  /\s*(?:<(?<iri>[^>]*)>|"(?<text>(?:[^"\\]|\\.)*)"(?:@(?<language>[A-Za-z-]+)|\^\^(?<datatype>\w*:\w*))?|(?<curie>\w*:\w*)|(?<a>a)(?=\s)|(?<mark>[.;,]))/y

function unescaped(text: string): string {
  const plain: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
  return text.replaceAll(/\\(?:u([0-9A-Fa-f]{4})|(.))/g, (_, hex: string | undefined, one: string) =>
    hex === undefined ? (plain[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

type Groups = Readonly<Record<string, string | undefined>>

/** The terms and marks of a document without its prefixes. Throws on what it does not know. */
function tokensOf(body: string): Groups[] {
  const found: Groups[] = []
  let end = 0
  token.lastIndex = 0
  for (let match = token.exec(body); match !== null; match = token.exec(body)) {
    found.push(match.groups ?? {})
    end = token.lastIndex
  }
  if (body.slice(end).trim() !== '') throw new Error(`not Turtle: ${body.slice(end, end + 40)}`)
  return found
}

/** How many terms stay said after each mark. */
const kept: Readonly<Record<string, number>> = { '.': 0, ';': 1, ',': 2 }

export function readTurtle(source: string): string[] {
  const prefixes = new Map([...source.matchAll(prefixLine)].map((match) => [match[1], match[2]]))
  const full = (curie: string) => {
    const [prefix, rest] = curie.split(':')
    if (!prefixes.has(prefix)) throw new Error(`no prefix ${prefix}`)
    return `${prefixes.get(prefix)}${rest}`
  }
  const termOf = ({ iri, text, language, datatype, curie }: Groups): string => {
    if (text !== undefined) return literal(unescaped(text), language, datatype && full(datatype))
    if (iri !== undefined) return `<${unescaped(iri)}>`
    return `<${curie === undefined ? rdfType : full(curie)}>`
  }
  const lines: string[] = []
  let said: string[] = []
  for (const one of tokensOf(source.replaceAll(prefixLine, ''))) {
    if (one.mark === undefined) said.push(termOf(one))
    else {
      const [subject = '', predicate = '', object = ''] = said
      lines.push(lineOf(subject, predicate, object))
      said = said.slice(0, kept[one.mark])
    }
  }
  return lines.sort()
}

type Json = Record<string, unknown>

export function readJsonLd(source: string): string[] {
  const document = JSON.parse(source) as Json
  const context = document['@context'] as Record<string, string>
  const full = (name: string) => {
    const [prefix = '', rest = ''] = name.split(/:(.*)/s)
    return prefix in context ? `${context[prefix]}${rest}` : name
  }
  const lines: string[] = []
  const termOf = (value: unknown): string => {
    if (typeof value === 'string') return literal(value)
    const {
      '@value': text,
      '@language': language,
      '@type': type,
    } = value as Record<string, string | undefined>
    if (text !== undefined) return literal(text, language, type && full(type))
    return read(value as Json)
  }
  const memberLines = (id: string, member: string, value: unknown): void => {
    if (member === '@type') lines.push(lineOf(id, `<${rdfType}>`, `<${full(String(value))}>`))
    else if (member === '@included') read(value as Json)
    else lines.push(lineOf(id, `<${full(member)}>`, termOf(value)))
  }
  const read = ({ '@id': id, '@context': _, ...members }: Json): string => {
    for (const [member, given] of Object.entries(members)) {
      for (const value of [given].flat()) memberLines(`<${String(id)}>`, member, value)
    }
    return `<${String(id)}>`
  }
  read(document)
  return lines.sort()
}
