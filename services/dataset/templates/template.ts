/** Ready descriptors for the models that many hospitals share. Pure. */
import type { DescriptorText } from '../descriptor.ts'
import { fhirResources } from './fhir.ts'
import { omopResources } from './omop.ts'

const models: ReadonlyMap<string, DescriptorText['resources']> = new Map([
  ['fhir', fhirResources],
  ['omop', omopResources],
])

export const templateNames: readonly string[] = [...models.keys()]

export interface TemplateAsked {
  readonly model: string
  readonly name: string
  readonly holder: string
  /** The tables that are delivered; all of the model when empty. */
  readonly tables: readonly string[]
}

type Schema = DescriptorText['resources'][number]['schema']

/** A descriptor of those tables, without the foreign keys that would lead out of it. Null for an unknown model or table. */
export function templateOf({ model, name, holder, tables }: TemplateAsked): DescriptorText | null {
  const known = models.get(model)
  if (known === undefined) return null
  const wanted = new Set(tables.length > 0 ? tables : known.map((resource) => resource.name))
  const resources = known.filter((resource) => wanted.has(resource.name))
  if (resources.length < wanted.size) return null
  const kept = resources.map(({ schema, ...resource }) => ({
    ...resource,
    schema: within(schema, wanted),
  }))
  return { name, kind: 'personal', holder, resources: kept }
}

/**
 * The schema without what leads out of the tables wanted. Nothing is left that says whose row such a column names, and a key
 * without a table to find it in is refused where it is empty: so it is a plain column.
 */
function within(schema: Schema, wanted: ReadonlySet<string>): Schema {
  const { foreignKeys, fields } = schema
  const own = new Set(schema.primaryKey)
  const kept = foreignKeys?.filter(({ reference }) => wanted.has(reference.resource)) ?? []
  const staying = new Set(kept.flatMap((one) => one.fields))
  const leading = new Set(foreignKeys?.flatMap((one) => one.fields))
  const isLost = (field: string) => leading.has(field) && !staying.has(field) && !own.has(field)
  const plain = fields.map(({ role, ...field }) =>
    role === undefined || (role === 'key' && isLost(field.name)) ? field : { ...field, role },
  )
  return { ...schema, foreignKeys: kept, fields: plain }
}
