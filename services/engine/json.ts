/**
 * DuckDB writes 64-bit and 128-bit integers into JSON as bare digits, which JSON.parse rounds. Here they become text on the
 * way in, and digits again on the way out.
 */

/** A string, or a number with all its digits. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs
const longInteger = /^-?\d{16,}$/

/**
 * JSON.parse, except that integers that a number does not hold exactly become strings of digits. A location of DuckDB's
 * trees that says "nowhere" (2^64 - 1) stays a number, beyond every real one.
 */
export function parseJson(text: string): unknown {
  const safe = text.replaceAll(token, (found) => (isUnsafe(found) ? `"${found}"` : found))
  return JSON.parse(safe, (key, value) => (key === 'query_location' ? Number(value) : value))
}

function isUnsafe(found: string): boolean {
  return longInteger.test(found) && !Number.isSafeInteger(Number(found))
}

/** Types whose constants DuckDB writes as integers, or as an upper and a lower half. */
const integerTypes = new Set([
  'BIGINT',
  'UBIGINT',
  'HUGEINT',
  'UHUGEINT',
  'DECIMAL',
  'DATE',
  'TIME',
  'TIME_NS',
  'TIME WITH TIME ZONE',
  'TIMESTAMP',
  'TIMESTAMP_S',
  'TIMESTAMP_MS',
  'TIMESTAMP_NS',
  'TIMESTAMP WITH TIME ZONE',
  'INTERVAL',
  'UUID',
])

const DIGITS = '\u0000digits:'

/**
 * The JSON of a tree of `parseJson`, in which the digits of constants are digits again. Locations are left out: text does not
 * need them, and their rounded "nowhere" would be refused.
 */
export function printTree(tree: unknown): string {
  const json = JSON.stringify(tree, (key, value: unknown) => {
    if (key === 'query_location') return undefined
    return isIntegerConstant(value) ? marked(value) : value
  })
  return json.replaceAll(/"\\u0000digits:(-?\d+)"/g, '$1')
}

interface Constant {
  readonly type: { readonly id: string }
  readonly value: unknown
}

function isIntegerConstant(value: unknown): value is Constant {
  if (value === null || typeof value !== 'object' || !('type' in value && 'value' in value)) return false
  const { type } = value
  return type !== null && typeof type === 'object' && 'id' in type && integerTypes.has(String(type.id))
}

function marked(constant: Constant): Constant {
  return { ...constant, value: markedDigits(constant.value) }
}

function markedDigits(value: unknown): unknown {
  if (typeof value === 'string') return longInteger.test(value) ? `${DIGITS}${value}` : value
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, markedDigits(member)]))
}
