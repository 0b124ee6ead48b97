/** Follows what an expression is made of through the queries of FROM. Reads trees of our own making, after typing. */
import type { Tree } from '../../engine/engine.ts'

/** A column of a relation that is no query. */
export interface BaseColumn {
  /** Of the mount; empty for the released tables of the statement itself. */
  readonly schema: string
  readonly relation: string
  readonly column: string
}

/** What is made of the parts of a tree. */
interface Reader<T> {
  readonly column: (column: BaseColumn) => T
  /** A reference to nothing of FROM: a parameter of a lambda. */
  readonly parameter: T
  /** Any other expression; `parts` gives what the expressions below one of its fields were made into. Ask for a field once. */
  readonly expression: (node: Tree, parts: (field: string) => readonly T[]) => T
  /** Of the branches of a set operation. */
  readonly either: (left: T, right: T) => T
}

interface Named<T> {
  readonly name: string
  readonly value: T
}

/** What an alias of FROM stands for: a relation as it is, or the columns of a query. */
type Source<T> = Omit<BaseColumn, 'column'> | { readonly columns: readonly Named<T>[] }
type Sources<T> = ReadonlyMap<string, Source<T>>

/** Per column of the select list what the reader makes of it. Conditions, groups and orders are read too, and answer nothing. */
export function readColumns<T>(query: Tree, reader: Reader<T>): readonly T[] {
  return columnsOf(query, new Map(), reader).map(({ value }) => value)
}

function columnsOf<T>(query: Tree, outer: Sources<T>, reader: Reader<T>): readonly Named<T>[] {
  if (query.type === 'SET_OPERATION_NODE') {
    const right = columnsOf(treeOf(query.right), outer, reader)
    return columnsOf(treeOf(query.left), outer, reader).map(({ name, value }, index) => {
      const other = right[index]
      return { name, value: other ? reader.either(value, other.value) : value }
    })
  }
  const own = sourcesOf(treeOf(query.from_table), outer, reader)
  const sources: Sources<T> = new Map([...outer, ...own])
  for (const field of conditions) readAll(query[field], sources, reader)
  return treesOf(query.select_list).flatMap((item) =>
    item.class === 'STAR'
      ? [...own.values()].flatMap((source) => ('columns' in source ? source.columns : []))
      : [{ name: nameOf(item), value: readOne(item, sources, reader) }],
  )
}

const conditions = ['where_clause', 'group_expressions', 'having', 'qualify', 'modifiers']

function sourcesOf<T>(table: Tree, outer: Sources<T>, reader: Reader<T>): Sources<T> {
  const alias = String(table.alias)
  switch (table.type) {
    case 'JOIN': {
      const sides = [table.left, table.right].flatMap((side) => [...sourcesOf(treeOf(side), outer, reader)])
      readAll(table.condition, new Map([...outer, ...sides]), reader)
      return new Map(sides)
    }
    case 'BASE_TABLE':
      return new Map([[alias, { schema: String(table.schema_name), relation: String(table.table_name) }]])
    case 'SUBQUERY': {
      const columns = columnsOf(treeOf(treeOf(table.subquery).node), outer, reader)
      return new Map([[alias, { columns: renamed(columns, table.column_name_alias) }]])
    }
    default:
      return new Map()
  }
}

function renamed<T>(columns: readonly Named<T>[], names: unknown): readonly Named<T>[] {
  if (!Array.isArray(names)) return columns
  return columns.map((column, index) => ({ ...column, name: String(names[index] ?? column.name) }))
}

function readOne<T>(node: Tree, sources: Sources<T>, reader: Reader<T>): T {
  if (node.class === 'COLUMN_REF') return follow(node.column_names, sources, reader)
  return reader.expression(node, (field) => readAll(node[field], sources, reader))
}

/** The outermost expressions below a part, queries among them by their columns. */
function readAll<T>(part: unknown, sources: Sources<T>, reader: Reader<T>): readonly T[] {
  if (Array.isArray(part)) return part.flatMap((one) => readAll(one, sources, reader))
  if (!isTree(part)) return []
  if (typeof part.class === 'string') return [readOne(part, sources, reader)]
  if (part.type === 'SELECT_NODE' || part.type === 'SET_OPERATION_NODE')
    return columnsOf(part, sources, reader).map(({ value }) => value)
  return Object.values(part).flatMap((one) => readAll(one, sources, reader))
}

function follow<T>(names: unknown, sources: Sources<T>, reader: Reader<T>): T {
  const [alias = '', column] = Array.isArray(names) ? names.map(String) : []
  const source = sources.get(alias)
  if (source === undefined || column === undefined) return reader.parameter
  if ('relation' in source) return reader.column({ ...source, column })
  return source.columns.find(({ name }) => name === column)?.value ?? reader.parameter
}

function nameOf({ alias, column_names }: Tree): string {
  if (alias !== '' && alias !== undefined) return String(alias)
  return Array.isArray(column_names) ? String(column_names.at(-1)) : ''
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const treeOf = (value: unknown): Tree => (isTree(value) ? value : {})
const treesOf = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.map(treeOf) : [])
