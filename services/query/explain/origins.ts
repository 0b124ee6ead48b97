/** Where each column of an outer statement comes from. Reads trees of our own making, after typing. */
import type { Tree } from '../../engine/engine.ts'

/** A column of a released table, such as `leaf_0.m1`, of a public one, or of a derived one. */
export interface Origin {
  /** Of the mount; empty for the released tables of the statement itself. */
  readonly schema: string
  readonly relation: string
  readonly column: string
}

interface Named {
  readonly name: string
  readonly origins: readonly Origin[]
}

/** What an alias of FROM stands for: a relation as it is, or the columns of a query. */
type Source = Omit<Origin, 'column'> | { readonly columns: readonly Named[] }
type Sources = ReadonlyMap<string, Source>

/** Per column of the select list, the columns that its value is made of; conditions, orders and groups are not among them. */
export function originsOf(query: Tree): readonly (readonly Origin[])[] {
  return columnsOf(query, new Map()).map(({ origins }) => origins)
}

function columnsOf(query: Tree, outer: Sources): readonly Named[] {
  if (query.type === 'SET_OPERATION_NODE') {
    const right = columnsOf(treeOf(query.right), outer)
    return columnsOf(treeOf(query.left), outer).map(({ name, origins }, index) => ({
      name,
      origins: distinct([...origins, ...(right[index]?.origins ?? [])]),
    }))
  }
  const own = sourcesOf(treeOf(query.from_table), outer)
  const sources: Sources = new Map([...outer, ...own])
  return treesOf(query.select_list).flatMap((item) =>
    item.class === 'STAR'
      ? [...own.values()].flatMap((source) => ('columns' in source ? source.columns : []))
      : [{ name: nameOf(item), origins: distinct(originsIn(item, sources)) }],
  )
}

function sourcesOf(table: Tree, outer: Sources): Sources {
  const alias = String(table.alias)
  switch (table.type) {
    case 'JOIN':
      return new Map([...sourcesOf(treeOf(table.left), outer), ...sourcesOf(treeOf(table.right), outer)])
    case 'BASE_TABLE':
      return new Map([[alias, { schema: String(table.schema_name), relation: String(table.table_name) }]])
    case 'SUBQUERY':
      return new Map([
        [alias, { columns: renamed(columnsOf(queryOf(table), outer), table.column_name_alias) }],
      ])
    default:
      return new Map()
  }
}

function renamed(columns: readonly Named[], names: unknown): readonly Named[] {
  if (!Array.isArray(names)) return columns
  return columns.map((column, index) => ({ ...column, name: String(names[index] ?? column.name) }))
}

/** Every reference below an expression, followed to where it comes from. */
function originsIn(part: unknown, sources: Sources): readonly Origin[] {
  if (Array.isArray(part)) return part.flatMap((one) => originsIn(one, sources))
  if (!isTree(part)) return []
  if (part.class === 'COLUMN_REF') return follow(part.column_names, sources)
  if (part.class === 'SUBQUERY') {
    const inner = columnsOf(queryOf(part), sources).flatMap(({ origins }) => origins)
    return [...inner, ...originsIn(part.child, sources)]
  }
  const values = Object.entries(part).filter(([field]) => !arranging.has(field))
  return values.flatMap(([, one]) => originsIn(one, sources))
}

/** Fields of calls and windows that say in which order or group values are taken, not which values. */
const arranging = new Set(['orders', 'arg_orders', 'order_bys', 'partitions'])

function follow(names: unknown, sources: Sources): readonly Origin[] {
  if (!Array.isArray(names)) return []
  const [alias, column] = names.map(String)
  const source = sources.get(alias ?? '')
  if (source === undefined || column === undefined) return []
  if ('relation' in source) return [{ ...source, column }]
  return source.columns.find(({ name }) => name === column)?.origins ?? []
}

function nameOf({ alias, column_names }: Tree): string {
  if (alias !== '' && alias !== undefined) return String(alias)
  return Array.isArray(column_names) ? String(column_names.at(-1)) : ''
}

function distinct(origins: readonly Origin[]): readonly Origin[] {
  return [...new Map(origins.map((one) => [`${one.relation} ${one.column}`, one])).values()]
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const treeOf = (value: unknown): Tree => (isTree(value) ? value : {})
const treesOf = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.map(treeOf) : [])
const queryOf = ({ subquery }: Tree): Tree => treeOf(treeOf(subquery).node)
