/** JSON made from a schema by a seed: most of it is what the schema asks for, so that a call gets past its form. */
import type { Dice } from '../property/seed.ts'
import { canary } from './naughty.ts'
import { type Document, resolved, type Schema } from './operations.ts'

/** Names that the house knows, by the segment of a path that they follow, such as `datasets`; `any` where nothing is known of it. */
export type Known = Readonly<Record<string, readonly string[]>>

/** One of them: what fits there, or anything. */
export function knownName({ dice, known }: Pick<Making, 'dice' | 'known'>, after = 'any'): string {
  const fitting = known[after] ?? known.any ?? ['']
  return dice.pick(dice.chance(0.85) ? fitting : Object.values(known).flat())
}

export interface Making {
  readonly document: Document
  readonly dice: Dice
  readonly known: Known
}

const uuid = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001'
const texts: Readonly<Record<string, readonly string[]>> = {
  date: ['2026-11-22', '2027-01-01', '1999-12-31'],
  'date-time': ['2026-11-22T10:00:00Z', '2026-01-01T00:00:00+01:00'],
  uuid: [uuid],
  uri: ['https://example.org/'],
  email: ['a@example.org'],
}
const sql = [
  'SELECT 1',
  'SELECT count(*) FROM patients',
  'SELECT sex, count(*) FROM patients GROUP BY 1',
  'SELEC',
]
const words = ['', 'a', 'visits', 'A text of some words.', 'demo', 'alice', canary, ...sql]

/** A value of this schema; undefined where it asks for nothing that JSON can say. */
export function made(making: Making, given: Schema, depth = 0): unknown {
  const { document, dice } = making
  const schema = resolved(document, given)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return dice.pick(schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return made(making, dice.pick(choices), depth)
  if (schema.allOf) {
    const parts = schema.allOf.map((part) => made(making, part, depth))
    return Object.assign({}, ...parts)
  }
  const types = [schema.type ?? 'any'].flat()
  return depth > 6 ? null : ofType(making, schema, { type: dice.pick(types), depth })
}

interface Typed {
  readonly type: string
  readonly depth: number
}

function ofType(making: Making, schema: Schema, { type, depth }: Typed): unknown {
  const { dice } = making
  switch (type) {
    case 'object':
      return objectOf(making, schema, depth)
    case 'array':
      return arrayOf(making, schema, depth)
    case 'string':
      return textOf(making, schema)
    case 'integer':
      return dice.pick([0, 1, 2, 11, 2026, -1])
    case 'number':
      return dice.pick([0, 1.5, -2, 1e9])
    case 'boolean':
      return dice.chance(0.5)
    case 'null':
      return null
    default:
      return dice.pick<unknown>([null, 1, 'a', true, [], {}, { a: [1] }])
  }
}

function objectOf(making: Making, schema: Schema, depth: number): object {
  const { dice } = making
  const { properties = {}, required = [], additionalProperties } = schema
  const chosen = Object.entries(properties).filter(([name]) => required.includes(name) || dice.chance(0.4))
  const members = chosen.map(([name, one]) => [name, made(making, one, depth + 1)] as const)
  const isOpen = typeof additionalProperties === 'object' && dice.chance(0.7)
  const more = isOpen
    ? [[dice.pick(['a', 'b', 'subject']), made(making, additionalProperties, depth + 1)] as const]
    : []
  return Object.fromEntries([...members, ...more])
}

function arrayOf(making: Making, { items, prefixItems }: Schema, depth: number): readonly unknown[] {
  if (prefixItems) return prefixItems.map((one) => made(making, one, depth + 1))
  const length = making.dice.below(3)
  return Array.from({ length }, () => (items ? made(making, items, depth + 1) : making.dice.below(9)))
}

function textOf(making: Making, { format }: Schema): string {
  const { dice } = making
  const formed = format === undefined ? undefined : texts[format]
  if (formed) return dice.pick(formed)
  return dice.chance(0.4) ? knownName(making) : dice.pick(words)
}
