/** What a dataset is made of, for readers: a Table Schema of each table, and the dictionary of all columns. Pure. */
import type { Descriptor, Field } from './descriptor.ts'
import { classOf } from './relations.ts'

/** The tables of a dataset as a Data Package, without what only the holder and the gate need. */
export function tableSchemas(descriptor: Descriptor): object {
  return {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: descriptor.name,
    ...(descriptor.title === undefined ? {} : { title: descriptor.title }),
    resources: descriptor.resources.map((one) => ({
      name: one.name,
      ...(one.title === undefined ? {} : { title: one.title }),
      ...(one.description === undefined ? {} : { description: one.description }),
      class: classOf(descriptor, one),
      schema: { $schema: 'https://datapackage.org/profiles/2.0/tableschema.json', ...one.schema },
    })),
  }
}

export const dictionaryHeads = [
  'table',
  'column',
  'type',
  'role',
  'title',
  'description',
  'unit',
  'least',
  'most',
  'required',
  'codes',
] as const

/** One row per column, in the order of the heads. */
export function dictionaryRows({ resources }: Pick<Descriptor, 'resources'>): readonly (readonly string[])[] {
  return resources.flatMap(({ name, schema }) => schema.fields.map((field) => [name, ...cellsOf(field)]))
}

function cellsOf(field: Field): string[] {
  const { name, type, role, title, description, unit, bounds, constraints, categories = [] } = field
  const [least, most] = bounds?.map(String) ?? []
  const isRequired = constraints?.required === true
  const texts = [name, type, role, title, description, unit, least, most].map((one) => one ?? '')
  const codes = categories.map((one) => (typeof one === 'object' ? `${one.value}=${one.label ?? ''}` : one))
  return [...texts, isRequired ? 'true' : 'false', codes.join(' | ')]
}
