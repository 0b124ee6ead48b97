/** Empty copies of what a project may read, so that statements are bound and proved far from any row. */
import type { Bulle, BulleTable } from '../dataset/bulle.ts'
import type { Column, RewrittenStatement, Twin } from '../engine/engine.ts'
import { Refusal } from '../kernel/refusal.ts'
import { quoted, template } from './disclosure/template.ts'
import { chosenRelation, type Input, type Leaf } from './plan.ts'

/** The hidden person key of a personal relation; never granted, never named by a user, never in an answer. */
const personKey = '__pix'

/** Flat types and lists of them. Nested ones (STRUCT, MAP, ENUM) carry names and values in their text: they are refused. */
const typeForm = /^[A-Z][A-Z0-9_ ]*(\(\d+(, ?\d+)?\))?(\[\d*\])*$/

/** The empty twin of the vault: every relation of the bulle, personal ones with their hidden `__pix`, and what is handed in. */
export function bulleTwin(bulle: Bulle, inputs: readonly Pick<Input, 'name' | 'columns'>[] = []): Twin {
  const given = inputs.map(({ name, columns }) => create(quoted(name), columns))
  return { statements: [...schemas(bulle.tables), ...bulle.tables.map(relation), ...given] }
}

/** A twin of the vault with the keys of chosen groups beside its relations (plan M). */
export function chosenTwin(twin: Twin, keys: readonly Column[]): Twin {
  return { statements: [...twin.statements, create(quoted(chosenRelation), keys)] }
}

/** A released relation with its types: `g…`, `m…`, and the mark `m…__s` of each measure. */
export function releasedColumns({ keys, measures }: Pick<Leaf, 'keys' | 'measures'>): readonly Column[] {
  return [
    ...keys.map(({ name, type }) => ({ name, type })),
    ...measures.map(({ name, type }) => ({ name, type })),
    ...measures.map(({ name }) => ({ name: `${name}__s`, type: 'BOOLEAN' })),
  ]
}

/** The empty twin of the release engine: public relations and released tables, no personal one. */
export function releaseTwin(leaves: readonly Pick<Leaf, 'name' | 'keys' | 'measures'>[], bulle: Bulle): Twin {
  const open = bulle.tables.filter((table) => table.class === 'public')
  const released = leaves.map((leaf) => create(quoted(leaf.name), releasedColumns(leaf)))
  return { statements: [...schemas(open), ...open.map(relation), ...released] }
}

function schemas(tables: readonly BulleTable[]): readonly RewrittenStatement[] {
  const names = [...new Set(tables.map(({ mount }) => mount.schema))]
  return names.map((name) => template(`CREATE SCHEMA IF NOT EXISTS ${quoted(name)}`))
}

function relation(table: BulleTable): RewrittenStatement {
  const { schema, name } = table.mount
  const hidden = table.class === 'personal' ? [{ name: personKey, type: 'UINTEGER' }] : []
  const marks = table.derived?.withheld ? marksOf(table.columns) : []
  return create(`${quoted(schema)}.${quoted(name)}`, [...table.columns, ...marks, ...hidden])
}

/** The marks of a derived table of released cells, one per column. */
export function marksOf(columns: readonly unknown[]): readonly Column[] {
  return columns.map((_, index) => ({ name: `__s${index}`, type: 'BOOLEAN' }))
}

/** True for a type that the twins can have. */
export function isFlat(type: string): boolean {
  return typeForm.test(type)
}

function create(name: string, columns: readonly Column[]): RewrittenStatement {
  return template(`CREATE TABLE ${name} (${columns.map(definition).join(', ')})`)
}

function definition({ name, type }: Column): string {
  if (!isFlat(type)) throw new Refusal('TYPE_ERROR', { rule: 'query.flat-type' })
  return `${quoted(name)} ${type}`
}
