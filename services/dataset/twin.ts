/**
 * The synthetic twin: rows of the same schema as a dataset, made from its descriptor and from nothing else, the same each
 * time. It is for writing and trying SQL; no figure of it says anything about the real data. Pure.
 */
import { createHash } from 'node:crypto'
import type { Descriptor, Field, Resource } from './descriptor.ts'
import { resourceOf } from './relations.ts'

/** Persons of a twin, which is also the most rows of a table. */
const persons = 200
/** Cells of one table at most: very wide tables have fewer rows. */
const mostCells = 40_000

export interface Twin {
  readonly header: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** The rows of one table. Foreign keys lead to rows of the other tables of the twin, as long as they end somewhere. */
export function twinOf(descriptor: Descriptor, resource: Resource): Twin {
  const { fields } = resource.schema
  const rows = Array.from({ length: rowsOf(resource) }, (_, row) =>
    fields.map((field) => valueAt(descriptor, { resource, row, field }, descriptor.resources.length)),
  )
  return { header: fields.map(({ name }) => name), rows }
}

function rowsOf({ schema }: Resource): number {
  return Math.max(1, Math.min(persons, Math.floor(mostCells / schema.fields.length)))
}

interface Place {
  readonly resource: Resource
  readonly row: number
  readonly field: Field
}

/** Any cell by itself, so that a foreign key reads the cell that it refers to. A circle of keys ends after `hops`. */
function valueAt(descriptor: Descriptor, place: Place, hops: number): string | number {
  const { resource, field } = place
  const referred = hops > 0 ? referredBy(descriptor, place) : null
  if (referred !== null) return valueAt(descriptor, referred, hops - 1)
  const isKey = field.role === 'key' || (resource.schema.primaryKey ?? []).join() === field.name
  const draw = drawOf(descriptor.name, place)
  if (isKey) return identifier(field, place.row)
  if (field.role === 'unit' || field.role === 'unit-reference') return identifier(field, draw(persons))
  return plainValue(field, draw)
}

function referredBy(descriptor: Descriptor, { resource, row, field }: Place): Place | null {
  for (const [index, { fields, reference }] of (resource.schema.foreignKeys ?? []).entries()) {
    const target = resourceOf(descriptor, reference.resource === '' ? resource.name : reference.resource)
    const other = target?.schema.fields.find(
      ({ name }) => name === reference.fields[fields.indexOf(field.name)],
    )
    if (target === undefined || other === undefined) continue
    // All fields of one key refer to one row.
    const at = numberOf(`${descriptor.name} ${resource.name} key ${index} ${row}`) % rowsOf(target)
    return { resource: target, row: at, field: other }
  }
  return null
}

/** Nobody's: numbers from 1, texts that say so. */
function identifier({ type }: Field, row: number): string | number {
  return type === 'integer' || type === 'number' ? row + 1 : `FICTIF${String(row + 1).padStart(6, '0')}`
}

/** A whole number from 0, below its argument. */
type Draw = (below: number) => number

function drawOf(dataset: string, { resource, row, field }: Place): Draw {
  const number = numberOf(`${dataset} ${resource.name} ${field.name} ${row}`)
  return (below) => number % below
}

/** Below 2^48: enough for any range that is drawn from. */
function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6)
}

const day = 86_400_000
/** Days of a twin: ten years. */
const firstDay = Date.UTC(2015, 0, 1)
const days = 3653

function plainValue(field: Field, draw: Draw): string | number {
  const { categories } = field
  if (categories !== undefined) {
    const one = categories[draw(categories.length)] ?? ''
    return typeof one === 'object' ? one.value : one
  }
  return drawn[field.type](field, draw)
}

const drawn: Readonly<Record<Field['type'], (field: Field, draw: Draw) => string | number>> = {
  string: ({ name }, draw) => `${name} ${draw(20) + 1}`,
  integer: ({ bounds: [least, most] = [0, 100] }, draw) => {
    const from = Math.ceil(least)
    return from + draw(Math.max(1, Math.floor(most) - from + 1))
  },
  number: ({ bounds: [least, most] = [0, 100] }, draw) => least + ((most - least) * draw(1001)) / 1000,
  boolean: (_, draw) => (draw(2) === 0 ? 'false' : 'true'),
  date: (_, draw) => new Date(firstDay + draw(days) * day).toISOString().slice(0, 10),
  datetime: (_, draw) => new Date(firstDay + draw(days * 86_400) * 1000).toISOString().slice(0, 19),
  time: (_, draw) => new Date(draw(86_400) * 1000).toISOString().slice(11, 19),
}
