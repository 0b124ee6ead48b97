/** FROM: base tables of the project, subqueries, values, series; joins are in join.ts. */
import type { BulleTable } from '../../dataset/bulle.ts'
import { functionClass } from '../../engine/capabilities.ts'
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type * as node from '../statement/nodes.ts'
import { bindComputed, made } from './expression.ts'
import { kindOf } from './harden.ts'
import { bindJoin } from './join.ts'
import type { Bound, Column, Environment, From, Identifier, Relation, Source, Task, Use } from './relation.ts'
import { columnsUnder, listNames, scopeOf } from './scope.ts'
import { listLength, momentOf, seriesLength } from './series.ts'

/** Rows of a series or a list of values in FROM. */
const maxSeries = 10_000

const nothing = {
  merged: [],
  unique: false,
  equalities: [],
  obligations: [],
  uses: [],
  seen: { outer: [], released: [] },
} satisfies Partial<From>

export function bindFrom(table: node.TableReference, task: Task, environment: Environment): From {
  task.spend(1, table)
  if (table.sample !== null && table.sample !== undefined) task.note('SAMPLE', table)
  switch (table.type) {
    case 'EMPTY':
      return { ...nothing, tree: sql.empty, sources: [], class: 'PUB', rows: 1 }
    case 'BASE_TABLE':
      return bindBase(table, task, environment)
    case 'SUBQUERY': {
      // A subquery of FROM may refer to rows outside of its query; not to its neighbours, there is no LATERAL yet.
      const relation = task.query(table.subquery.node, { ctes: environment.ctes, ...outerOf(environment) })
      return fromRelation(relation, { alias: table.alias, columns: table.column_name_alias }, task)
    }
    case 'JOIN': {
      const sides = [
        bindFrom(table.left, task, environment),
        bindFrom(table.right, task, environment),
      ] as const
      return bindJoin({ join: table, left: sides[0], right: sides[1] }, task, environment)
    }
    case 'EXPRESSION_LIST':
      return bindValues(table, task, environment)
    case 'TABLE_FUNCTION':
      return bindSeries(table, task, environment)
  }
}

function outerOf({ outer }: Environment): Pick<Environment, 'outer'> {
  return outer ? { outer } : {}
}

function bindBase(table: node.BaseTable, task: Task, environment: Environment): From {
  const isPlain = table.schema_name === '' && table.catalog_name === ''
  const cte = isPlain ? environment.ctes.find(table.table_name.toLowerCase()) : undefined
  const naming = { alias: table.alias || table.table_name, columns: table.column_name_alias }
  if (cte) return fromRelation(cte, naming, task)
  const found = lookUp(table, task)
  return fromTable(found, naming, task)
}

/** The one granted table of this name. Absent, forbidden, system tables and file paths all get the same refusal. */
function lookUp(table: node.BaseTable, task: Task): BulleTable {
  const matches = task.tables.filter(
    ({ dataset, name }) =>
      table.catalog_name === '' &&
      name.toLowerCase() === table.table_name.toLowerCase() &&
      (table.schema_name === '' || dataset.toLowerCase() === table.schema_name.toLowerCase()),
  )
  const [found, second] = matches
  if (found && second === undefined) return found
  const shared = (name: string) => task.tables.filter((other) => other.name === name).length > 1
  const known = task.tables.map(({ dataset, name }) => (shared(name) ? `"${dataset}".${name}` : name))
  return task.refuse('RELATION_UNKNOWN', table, { with: { known: listNames(known) } })
}

interface Naming {
  readonly alias: string
  readonly columns: readonly string[]
}

function fromTable(table: BulleTable, naming: Naming, task: Task): From {
  const alias = task.fresh()
  const personal = table.class === 'personal'
  const use: Use = { table, columns: new Set() }
  const isReleased = table.derived?.withheld !== undefined
  const rows = personal ? 1 : (table.rows ?? 10 ** table.magnitude)
  const visible = table.columns.filter(({ name }) => !name.startsWith('__'))
  const columns = visible.map(({ name, type, role, restrict, key = name }, index): Column => {
    const identifier = personal ? identifierOf(role, table, key) : undefined
    const kind = kindOf(type)
    return {
      name,
      ref: sql.column(alias, name),
      origin: { use, name },
      ...(identifier ? { identifier } : {}),
      ...(kind ? { kind } : {}),
      type,
      restrict: restrict ?? [],
      personal,
      // A derived table has no hidden columns among its own: the mark of each stands at its place.
      ...(isReleased ? { mark: sql.column(alias, `__s${index}`) } : {}),
    }
  })
  const source = {
    alias: naming.alias,
    dataset: table.dataset,
    columns: renamed(columns, naming),
    personal,
    rows,
  }
  return {
    ...nothing,
    tree: sql.base(table.mount.schema, table.mount.name, alias),
    sources: [source],
    class: personal ? 'PK' : isReleased ? 'SAFE' : 'PUB',
    ...(personal ? { pix: sql.column(alias, '__pix') } : {}),
    unique: personal && table.unique,
    uses: [use],
    rows,
  }
}

function identifierOf(role: string | undefined, table: BulleTable, name: string): Identifier | undefined {
  if (role !== 'unit' && role !== 'key' && role !== 'unit-reference') return undefined
  return { role, domain: table.domain ?? table.dataset, name: role === 'unit' ? '' : name.toLowerCase() }
}

function renamed(columns: readonly Column[], { columns: names }: Naming): readonly Column[] {
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }))
}

/** A typed query as a relation of FROM. */
export function fromRelation(relation: Relation, naming: Naming, task: Task): From {
  const alias = task.fresh()
  const columns = columnsUnder(alias, relation.columns)
  const personal = relation.class === 'PK'
  const { rows } = relation
  const there = relation.class === 'SAFE' && relation.lacks !== false ? task.fresh() : undefined
  const source: Source = {
    ...{ alias: naming.alias, columns: renamed(columns, naming), personal, rows },
    ...(there === undefined ? {} : { there: sql.column(alias, there) }),
  }
  return {
    ...nothing,
    tree: sql.derived(there === undefined ? relation.tree : withThere(relation.tree, there, task), alias),
    sources: [source],
    class: relation.class,
    ...(personal ? { pix: sql.column(alias, '__pix') } : {}),
    unique: relation.unique,
    uses: relation.uses,
    seen: { outer: [...relation.outer], released: [] },
    rows,
  }
}

/** The query with a column that is true on each of its rows. */
function withThere(query: Tree, name: string, task: Task): Tree {
  const from = sql.derived(query, task.fresh())
  return sql.select({ list: [sql.star, sql.named(sql.boolean(true), name)], from })
}

/** A relation of public values under names of our own. */
function publicSource(tree: (alias: string) => ReturnType<typeof sql.base>, named: Named, task: Task): From {
  const alias = task.fresh()
  const columns = named.physical.map((physical, index) => ({
    name: named.names[index] ?? physical,
    physical,
    restrict: [],
    personal: false,
    ...(named.kinds[index] ? { kind: named.kinds[index] } : {}),
  }))
  const { rows } = named
  const source = { alias: named.alias, columns: columnsUnder(alias, columns), personal: false, rows }
  return { ...nothing, tree: tree(alias), sources: [source], class: 'PUB', rows }
}

interface Named {
  readonly alias: string
  readonly names: readonly string[]
  readonly physical: readonly string[]
  readonly kinds: readonly (Bound['kind'] | undefined)[]
  readonly rows: number
}

function emptyScope(task: Task, environment: Environment) {
  return scopeOf({ ...nothing, tree: sql.empty, sources: [], class: 'PUB', rows: 1 }, task, {
    ctes: environment.ctes,
  })
}

function bindValues(table: node.ValueList, task: Task, environment: Environment): From {
  const scope = emptyScope(task, environment)
  const rows = table.values.map((row) => row.map((value) => bindComputed(value, scope)))
  if (rows.length > maxSeries) task.note('COST', table)
  const physical = (rows[0] ?? []).map((_, index) => `col${index}`)
  const listed = rows.map((row) => row.map(({ tree }) => tree))
  const query = sql.select({ list: [sql.star], from: sql.values(listed) })
  const kinds = (rows[0] ?? []).map(({ kind }) => kind)
  const named = { alias: table.alias, names: table.expected_names ?? [], physical, kinds, rows: rows.length }
  return publicSource((alias) => sql.derived(query, alias, physical), named, task)
}

/** `range`, `generate_series` and `unnest`, of literals: what bounds them stands in the text. */
function bindSeries(table: node.TableFunction, task: Task, environment: Environment): From {
  const called = table.function
  const name = called.function_name?.toLowerCase() ?? ''
  const isSeries = name === 'range' || name === 'generate_series'
  const isKnown = called.class === 'FUNCTION' && (isSeries || name === 'unnest') && called.schema === ''
  if (!isKnown || functionClass(name, 'table') === 'deny') return task.refuse('FUNCTION_NOT_ALLOWED', table)
  const rows = isSeries ? seriesLength(called.children) : listLength(called.children)
  if (rows === undefined || rows > maxSeries) task.note('COST', table, { key: 'hint.series' })
  const scope = emptyScope(task, environment)
  const children = called.children.map((child) => listOf(child, scope) ?? bindComputed(child, scope))
  const physical = [name]
  const kinds = isSeries ? [kindOfSeries(called.children)] : []
  const named = {
    alias: table.alias || name,
    names: table.column_name_alias,
    physical,
    kinds,
    rows: rows ?? 0,
  }
  const tree = sql.call(
    name,
    children.map((child) => child.tree),
  )
  return publicSource((alias) => sql.tableFunction(tree, alias, physical), named, task)
}

function kindOfSeries(bounds: readonly node.Expression[]): 'timestamp' | 'number' {
  return bounds.some((bound) => momentOf(bound) !== undefined) ? 'timestamp' : 'number'
}

/** A list written out: its maker is a function of the parser's, not one that the text names. */
function listOf(child: node.Expression, scope: Parameters<typeof bindComputed>[1]): Bound | undefined {
  if (child.class !== 'FUNCTION' || child.function_name !== 'list_value') return undefined
  const parts = child.children.map((part) => bindComputed(part, scope))
  const tree = sql.call(
    'list_value',
    parts.map((part) => part.tree),
  )
  return made(tree, parts)
}
