/** The descriptor of FHIR deposits: the tables that services/dataset/fhir.ts makes of resources. Pure. */
import type { DescriptorText } from '../descriptor.ts'
import { type FhirColumn, fhirViews } from '../fhir.ts'

/** What a column is about a person; the other columns are plain. */
const roles: Readonly<Record<string, 'quasi-identifier' | 'sensitive'>> = {
  birth_date: 'quasi-identifier',
  birth_year: 'quasi-identifier',
  deceased_at: 'sensitive',
}

function tableName(type: string): string {
  return type.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}

function roleOf({ name }: FhirColumn, own: string) {
  if (name === 'patient_id') return 'unit'
  return name === own || name === 'encounter_id' ? 'key' : roles[name]
}

function resourceFor(type: string, columns: readonly FhirColumn[]): DescriptorText['resources'][number] {
  const [own] = columns
  const key = own?.name ?? ''
  const links = columns.filter(({ name, to }) => name !== key && to !== undefined && to in fhirViews)
  return {
    name: tableName(type),
    title: `FHIR ${type}`,
    schema: {
      primaryKey: [key],
      foreignKeys: links.map(({ name, to = '' }) => ({
        fields: [name],
        reference: { resource: tableName(to), fields: [name] },
      })),
      fields: columns.map((column) => {
        const role = roleOf(column, key)
        return { name: column.name, type: column.type, ...(role === undefined ? {} : { role }) }
      }),
    },
  }
}

export const fhirResources: DescriptorText['resources'] = Object.entries(fhirViews).map(([type, columns]) =>
  resourceFor(type, columns),
)
