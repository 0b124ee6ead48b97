/** Finds one member of a JSON object in its text, so that it can be replaced and nothing else is touched. Pure. */

export interface Member {
  /** Where its value stands in the text. */
  readonly from: number
  readonly to: number
  /** A string's content, or an integer as it is written. */
  readonly text: string
}

/** Null when the member is absent or null; `faulty` when the text is no object or the value neither string nor integer. */
export function memberOf(document: string, name: string): Member | null | 'faulty' | 'repeated' {
  if (!isObject(document)) return 'faulty'
  const found = valuesOf(document).filter((member) => member.name === name)
  const [value] = found
  if (value === undefined) return null
  if (found.length > 1) return 'repeated'
  const source = document.slice(value.from, value.to)
  if (source === 'null') return null
  if (source.startsWith('"')) return { ...value, text: String(JSON.parse(source)) }
  return /^-?\d+$/.test(source) ? { ...value, text: source } : 'faulty'
}

function isObject(document: string): boolean {
  try {
    const value: unknown = JSON.parse(document)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

interface Token {
  readonly text: string
  readonly at: number
}

/** Tokens of JSON, blanks left out. The text is known to be well formed. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g

/** The members of the outermost object, each as its tokens: name, colon, value. */
function membersOf(document: string): Token[][] {
  const members: Token[][] = [[]]
  let depth = 0
  for (const { 0: text, index } of document.matchAll(token)) {
    if (text === '}' || text === ']') depth -= 1
    if (depth === 1 && text === ',') members.push([])
    else if (depth > 0) members.at(-1)?.push({ text, at: index })
    if (text === '{' || text === '[') depth += 1
  }
  return members
}

interface Span {
  readonly name: string
  readonly from: number
  readonly to: number
}

function valuesOf(document: string): Span[] {
  return membersOf(document).flatMap(([name, , first, ...rest]) => {
    if (name === undefined || first === undefined) return []
    const last = rest.at(-1) ?? first
    return [{ name: String(JSON.parse(name.text)), from: first.at, to: last.at + last.text.length }]
  })
}
