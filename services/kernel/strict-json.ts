/**
 * One JSON object whose members have one meaning only: a repeated name, which one reader takes first and another last, and
 * `__proto__` are refused at every depth. Null when the text is not such an object. Pure.
 */
export function parseStrictObject(text: string): Readonly<Record<string, unknown>> | null {
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return hasAmbiguousNames(text) ? null : (value as Readonly<Record<string, unknown>>)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const marks = /"(?:[^"\\]|\\.)*"|[{}[\]]/g

/**
 * Whether a name stands twice in one object, or means something to JavaScript. `text` is JSON, so that strings and brackets are all
 * that matters: a string before a colon is a name. SyntaxError for some texts that are not.
 */
export function hasAmbiguousNames(text: string): boolean {
  const open: Set<string>[] = []
  for (const { 0: mark, index } of text.matchAll(marks)) {
    if (mark === '{' || mark === '[') open.push(new Set())
    else if (mark === '}' || mark === ']') open.pop()
    else if (isName(text, index + mark.length) && !addName(open.at(-1), JSON.parse(mark))) return true
  }
  return false
}

const colon = /[ \t\n\r]*:/y

function isName(text: string, end: number): boolean {
  colon.lastIndex = end
  return colon.test(text)
}

/** False when the name stands there already or would mean something to JavaScript. */
function addName(names: Set<string> | undefined, name: string): boolean {
  if (name === '__proto__' || names === undefined || names.has(name)) return false
  names.add(name)
  return true
}
