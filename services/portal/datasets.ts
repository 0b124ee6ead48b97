/** What the catalogue says of datasets, for whoever asks for them. */
import { queryOptions } from '@tanstack/react-query'
import { api, told } from './client.ts'

export interface Column {
  readonly name: string
  readonly type: string
  readonly role?: string
  readonly meaning: string
}

export interface Table {
  readonly name: string
  readonly title?: string
  readonly columns: readonly Column[]
}

export function datasetsQuery(q: string) {
  return queryOptions({
    queryKey: ['datasets', { q }],
    queryFn: async () =>
      (await told(api.GET('/api/v1/datasets', { params: { query: q === '' ? {} : { q } } }))).datasets,
  })
}

export function datasetQuery(name: string) {
  return queryOptions({
    queryKey: ['datasets', name],
    queryFn: () => told(api.GET('/api/v1/datasets/{name}', { params: { path: { name } } })),
    staleTime: 60_000,
  })
}

interface Described {
  readonly name: string
  readonly title?: string
  readonly schema?: { readonly fields?: readonly DescribedField[] }
}

interface DescribedField {
  readonly name: string
  readonly type: string
  readonly role?: string
  readonly title?: string
  readonly description?: string
  readonly unit?: string
}

/** Its tables, with what their holder says of each column. */
export function tablesOf({ resources }: { readonly resources: readonly unknown[] }): readonly Table[] {
  return (resources as readonly Described[]).map(({ name, title, schema }) => ({
    name,
    ...(title !== undefined && { title }),
    columns: (schema?.fields ?? []).map(columnOf),
  }))
}

function columnOf({ name, type, role, title, description, unit }: DescribedField): Column {
  const meaning = [title, description, unit && `(${unit})`].filter(Boolean).join(' — ')
  return { name, type, meaning, ...(role !== undefined && { role }) }
}
