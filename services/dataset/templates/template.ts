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

/** A descriptor of those tables, without the foreign keys that would lead out of it. Null for an unknown model or table. */
export function templateOf({ model, name, holder, tables }: TemplateAsked): DescriptorText | null {
  const known = models.get(model)
  if (known === undefined) return null
  const wanted = new Set(tables.length > 0 ? tables : known.map((resource) => resource.name))
  const resources = known.filter((resource) => wanted.has(resource.name))
  if (resources.length < wanted.size) return null
  const kept = resources.map(({ schema, ...resource }) => ({
    ...resource,
    schema: {
      ...schema,
      foreignKeys: schema.foreignKeys?.filter(({ reference }) => wanted.has(reference.resource)),
    },
  }))
  return { name, kind: 'personal', holder, resources: kept }
}
