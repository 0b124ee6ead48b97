/** What the people of a project may name in a statement, with what the holders say that it means. No row is read. */
import type { CurrentPermit } from '../habilitation/permit.ts'
import type { BulleColumn } from './bulle.ts'
import { bulleOf } from './bulle-of.ts'
import type { Catalogue } from './catalogue.ts'
import { derivedTables } from './derived.ts'
import type { Descriptor, Field } from './descriptor.ts'
import { type Extracts, lineKey } from './extract.ts'
import { sealableLines } from './open-bulle.ts'
import type { Workspace } from './workspace.ts'

interface GrantedColumn extends Pick<BulleColumn, 'name' | 'type' | 'role' | 'restrict'> {
  /** As the holder describes it today. */
  readonly title?: string
  readonly description?: string
  /** Of a number. */
  readonly unit?: string
}

export interface GrantedTable {
  readonly name: string
  /** Absent of a derived table. */
  readonly dataset?: string
  readonly class: 'personal' | 'public'
  readonly title?: string
  readonly description?: string
  /** Public tables only. */
  readonly rows?: number
  readonly columns: readonly GrantedColumn[]
}

interface GrantedNeeds {
  readonly extracts: Pick<Extracts, 'list'>
  readonly workspace: Pick<Workspace, 'list'>
  readonly catalogue: Pick<Catalogue, 'find'>
}

/** The sealed tables of the lines that may be read, granted columns only; then the derived tables that still stand on them. */
export async function grantedTables(
  { extracts, workspace, catalogue }: GrantedNeeds,
  current: CurrentPermit,
): Promise<readonly GrantedTable[]> {
  const project = current.permit.base
  const lines = new Set(sealableLines(current).map(lineKey))
  const sealed = (await extracts.list(project)).filter(({ key }) => lines.has(key))
  const { tables, datasets } = bulleOf(current, sealed)
  const names = datasets.map(({ name }) => name)
  const described = new Map(
    await Promise.all(names.map(async (name) => [name, (await catalogue.find(name))?.descriptor] as const)),
  )
  const granted = tables.map(({ name, dataset, class: kind, rows, columns }) => {
    const resource = described.get(dataset)?.resources.find((one) => one.name === name)
    const fields = new Map(resource?.schema.fields.map((field) => [field.name.toLowerCase(), field]))
    return {
      ...{ name, dataset, class: kind },
      ...wordsOf(resource),
      ...(rows === undefined ? {} : { rows }),
      columns: columns.map((column) => columnOf(column, fields.get(column.name.toLowerCase()))),
    }
  })
  const derived = derivedTables(await workspace.list(project), datasets)
  return [
    ...granted,
    ...derived.map(({ name, class: kind, columns }) => ({
      ...{ name, class: kind },
      columns: columns.map((column) => columnOf(column)),
    })),
  ]
}

function columnOf({ name, type, role, restrict }: BulleColumn, field?: Field): GrantedColumn {
  return {
    ...{ name, type },
    ...(role === undefined ? {} : { role }),
    ...(restrict === undefined ? {} : { restrict }),
    ...wordsOf(field),
    ...(field?.unit === undefined ? {} : { unit: field.unit }),
  }
}

function wordsOf(
  told: Pick<Descriptor, 'title' | 'description'> | undefined,
): Pick<GrantedColumn, 'title' | 'description'> {
  return {
    ...(told?.title === undefined ? {} : { title: told.title }),
    ...(told?.description === undefined ? {} : { description: told.description }),
  }
}
