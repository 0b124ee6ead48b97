/** `?`, `$1` and `$name` become typed literals of the tree, before anybody reads it. */
import type { Tree } from '../../engine/engine.ts'
import { type Missing, Refusal } from '../../kernel/refusal.ts'

/**
 * The tree with each parameter replaced by its value: text, a whole number, another number, a boolean or null.
 * INVALID with field paths when one is missing, has no use, or is of another type.
 */
export function bindParameters(tree: Tree, parameters: unknown): Tree {
  const given = readParameters(parameters)
  const used = new Set<string>()
  const wrong = new Map<string, string>()
  const literalFor = ({ identifier, alias }: Parameter): object => {
    used.add(identifier)
    const literal = given.has(identifier) ? literalOf(given.get(identifier)) : undefined
    if (!literal) wrong.set(pathOf(parameters, identifier), 'a text, number, boolean or null is expected')
    return { class: 'CONSTANT', type: 'VALUE_CONSTANT', alias, value: literal ?? literalOf(null) }
  }
  const replace = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(replace)
    if (typeof node !== 'object' || node === null) return node
    if (isParameter(node)) return literalFor(node)
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replace(value)]))
  }
  const bound = Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, replace(value)]))
  for (const name of given.keys())
    if (!used.has(name)) wrong.set(pathOf(parameters, name), 'the statement has no such parameter')
  const missing = [...wrong].map(([path, message]): Missing => ({ path, message }))
  if (missing.length > 0) throw new Refusal('INVALID', { missing })
  return bound
}

interface Parameter {
  readonly class: 'PARAMETER'
  readonly identifier: string
  readonly alias?: unknown
}

function isParameter(node: object): node is Parameter {
  return (
    'class' in node &&
    node.class === 'PARAMETER' &&
    'identifier' in node &&
    typeof node.identifier === 'string'
  )
}

/** By name, `1`, `2`, … for an array. */
function readParameters(parameters: unknown): ReadonlyMap<string, unknown> {
  if (parameters === undefined || parameters === null) return new Map()
  if (Array.isArray(parameters)) return new Map(parameters.map((value, index) => [String(index + 1), value]))
  if (typeof parameters === 'object') return new Map(Object.entries(parameters))
  throw new Refusal('INVALID', {
    missing: [{ path: 'parameters', message: 'an array or an object is expected' }],
  })
}

function pathOf(parameters: unknown, name: string): string {
  return typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)
    ? `parameters.${name}`
    : `parameters[${/^\d+$/.test(name) ? Number(name) - 1 : name}]`
}

function literalOf(value: unknown): object | undefined {
  const typed = (id: string) => ({ type: { id, type_info: null }, is_null: false, value })
  if (value === null) return { type: { id: 'NULL', type_info: null }, is_null: true }
  if (typeof value === 'string')
    return value.isWellFormed() && !value.includes('\0') ? typed('VARCHAR') : undefined
  if (typeof value === 'boolean') return typed('BOOLEAN')
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  if (!Number.isInteger(value)) return typed('DOUBLE')
  return Number.isSafeInteger(value)
    ? typed(Math.abs(value) < 2 ** 31 ? 'INTEGER' : 'BIGINT')
    : typed('DOUBLE')
}
