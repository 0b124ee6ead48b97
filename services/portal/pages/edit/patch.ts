/** From what a person typed to what may be sent: empty members leave, a member that must be there is given its empty form. Pure. */
import type { FieldSchema } from '../../request-form.ts'

/** `undefined` removes the member. A value that no schema would take yet, such as half a period, is held back. */
export type Sendable = { readonly isHeld: false; readonly value: unknown } | { readonly isHeld: true }

const held: Sendable = { isHeld: true }

export function sendable(schema: FieldSchema, value: unknown): Sendable {
  if (isEmpty(value)) return { isHeld: false, value: undefined }
  if (Array.isArray(value)) return listOf(schema, value)
  if (isObject(value) && schema.properties) return objectOf(schema, value)
  return { isHeld: false, value }
}

function listOf({ items = {} }: FieldSchema, values: readonly unknown[]): Sendable {
  const sent = values.map((one) => sendable(items, one))
  const kept = sent.flatMap((one) => (one.isHeld || one.value === undefined ? [] : [one.value]))
  return sent.some(({ isHeld }) => isHeld) ? held : { isHeld: false, value: kept }
}

function objectOf({ properties = {}, required = [] }: FieldSchema, value: Members): Sendable {
  const filled: [string, unknown][] = []
  for (const [name, schema] of Object.entries(properties)) {
    const one = sendable(schema, value[name])
    if (one.isHeld) return held
    if (one.value !== undefined) filled.push([name, one.value])
  }
  if (filled.length === 0) return { isHeld: false, value: undefined }
  const absent = required.filter((name) => !filled.some(([one]) => one === name))
  const blanks = absent.map((name) => [name, blankOf(properties[name])] as const)
  if (blanks.some(([, blank]) => blank === undefined)) return held
  return { isHeld: false, value: Object.fromEntries([...filled, ...blanks]) }
}

/** What stands for nothing in a member that must be there; undefined where nothing does. */
function blankOf(schema: FieldSchema = {}): unknown {
  const { type, enum: words, format, minLength, minItems, const: only } = schema
  if (only !== undefined) return only
  if (type === 'boolean') return false
  if (type === 'array') return minItems === undefined ? [] : undefined
  const isFree = type === 'string' && words === undefined && format === undefined && minLength === undefined
  return isFree ? '' : undefined
}

/** What a JSON merge patch (RFC 7396) must say so that `before` becomes `after`. */
export function mergePatchFor(before: unknown, after: unknown): unknown {
  if (after === undefined) return null
  if (!isObject(before) || !isObject(after)) return after
  const gone = Object.keys(before).filter((name) => after[name] === undefined)
  const there = Object.entries(after).filter(([, value]) => value !== undefined)
  return Object.fromEntries([
    ...gone.map((name) => [name, null] as const),
    ...there.map(([name, value]) => [name, mergePatchFor(before[name], value)] as const),
  ])
}

type Members = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (typeof value === 'number' && Number.isNaN(value))
  )
}

/** Only the members that the schema of the items knows: the API shows lines with more than was asked for. */
export function asAsked(value: unknown, { items }: FieldSchema): unknown {
  const known = items?.properties
  if (!Array.isArray(value) || known === undefined) return value
  return value.map((one) =>
    isObject(one)
      ? Object.fromEntries(Object.entries(one).filter(([name]) => Object.hasOwn(known, name)))
      : one,
  )
}
