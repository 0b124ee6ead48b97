/** FROM: base tables of the project, subqueries, values, series; joins are in join.ts. */
import type { BulleTable } from '../../dataset/bulle.ts'
import { functionClass } from '../../engine/capabilities.ts'
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type * as node from '../statement/nodes.ts'
import { selectOf } from '../statement/select-of.ts'
import { contains } from './contains.ts'
import { bindComputed, made } from './expression.ts'
import { kindOf } from './harden.ts'
import { instead, knownTables } from './hints.ts'
import { inputOfFrom, isBesidePersons } from './input.ts'
import { bindJoin } from './join.ts'
import { lateralOf } from './lateral.ts'
import { bindPivot } from './pivot.ts'
import type {
  Bound,
  Column,
  Environment,
  From,
  Identifier,
  Relation,
  Scope,
  Source,
  Task,
  Use,
} from './relation.ts'
import { columnsUnder, scopeOf } from './scope.ts'
import { isSeries, maxSeries, seriesLength } from './series.ts'
import { ofNoRows } from './value.ts'

const nothing = {
  merged: [],
  unique: false,
  equalities: [],
  obligations: [],
  uses: [],
  seen: { outer: [], released: [] },
} satisfies Partial<From>

/** The relations of FROM; inside a query on patient rows, those that are released are there as inputs of the leaf. */
export function bindFrom(table: node.TableReference, task: Task, environment: Environment): From {
  const from = bindTable(table, task, environment)
  return isBesidePersons(environment) ? inputOfFrom(from, task) : from
}

function bindTable(table: node.TableReference, task: Task, environment: Environment): From {
  task.spend(1, table)
  if (table.sample !== null && table.sample !== undefined) task.note('SAMPLE', table)
  switch (table.type) {
    case 'EMPTY':
      return { ...nothing, tree: sql.empty, sources: [], class: 'PUB', rows: 1 }
    case 'BASE_TABLE':
      return bindBase(table, task, environment)
    case 'SUBQUERY': {
      const relation = task.query(table.subquery.node, besideLeft(environment))
      const from = fromRelation(relation, { alias: table.alias, columns: table.column_name_alias }, task)
      return { ...withValues(from, { relation, table }, environment), at: table }
    }
    case 'JOIN': {
      const left = bindFrom(table.left, task, environment)
      const beside = scopeOf(left, task, besideLeft(environment))
      const right = bindFrom(table.right, task, { ...environment, left: beside })
      return bindJoin({ join: table, left, right }, task, environment)
    }
    case 'PIVOT': {
      const relation = bindPivot(table, task, { ctes: environment.ctes })
      return fromRelation(relation, { alias: table.alias, columns: table.column_name_alias }, task)
    }
    case 'EXPRESSION_LIST':
      return bindValues(table, task, environment)
    case 'TABLE_FUNCTION':
      return bindSeries(table, task, environment)
  }
}

/** A relation of FROM may refer to the rows to its left, and to rows outside of its query. */
function besideLeft({ ctes, outer, left }: Environment): Environment {
  if (left) return { ctes, outer: left, isLateral: true }
  return outer ? { ctes, outer } : { ctes }
}

/** Aggregates tied to the person on the left: where there is no row they say what they say of no rows. */
function withValues(
  from: From,
  { relation, table }: { relation: Relation; table: node.DerivedTable },
  { left }: Environment,
): From {
  const { node: query } = table.subquery
  const [source] = from.sources
  if (relation.isValue !== true || !left || !from.pix || !source || query.type !== 'SELECT_NODE') return from
  const isThere = sql.isNotNull(from.pix)
  const columns = source.columns.map((column, index) => {
    const item = query.select_list[index]
    const otherwise = item && ofNoRows(item)
    if (!otherwise) return column
    return { ...column, ref: sql.when(isThere, column.ref, bindComputed(otherwise, left).tree) }
  })
  return { ...from, sources: [{ ...source, columns }] }
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
  const open = task.tables.filter(({ closed }) => !closed)
  const isMeant = ({ dataset, name }: BulleTable) =>
    table.catalog_name === '' &&
    name.toLowerCase() === table.table_name.toLowerCase() &&
    (table.schema_name === '' || dataset.toLowerCase() === table.schema_name.toLowerCase())
  const matches = open.filter(isMeant)
  // A table of a closed line is understood where no other has its name: the rules then refuse it by its line.
  const [found, second] = matches.length > 0 ? matches : task.tables.filter(isMeant)
  if (found && second === undefined) return found
  const shared = (name: string) => open.filter((other) => other.name === name).length > 1
  const known = open.map(({ dataset, name }) => (shared(name) ? `"${dataset}".${name}` : name))
  return task.refuse('RELATION_UNKNOWN', table, knownTables(table.table_name, known))
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
      ...(role === 'unit' && personal && !table.derived ? { personKey: sql.column(alias, '__pix') } : {}),
      ...(kind ? { kind } : {}),
      type,
      restrict: restrict ?? [],
      personal,
      // A derived table has no hidden columns among its own: the mark of each stands at its place.
      ...(isReleased ? { mark: sql.column(alias, `__s${index}`) } : {}),
    }
  })
  const { primaryKey: key } = table
  const source = {
    alias: naming.alias,
    dataset: table.dataset,
    columns: renamed(columns, naming),
    personal,
    rows,
    ...(key ? { primaryKey: columns.filter(({ origin }) => origin && key.includes(origin.name)) } : {}),
  }
  return {
    ...nothing,
    tree: sql.base(table.mount.schema, table.mount.name, alias),
    sources: [source],
    class: personal ? 'PK' : isReleased ? 'SAFE' : 'PUB',
    ...(personal ? { pix: sql.column(alias, '__pix') } : {}),
    unique: personal && table.unique,
    ...(table.repeats ? { repeats: true } : {}),
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
  const lateral = lateralOf(relation, alias)
  return {
    ...nothing,
    ...(lateral ? { lateral } : {}),
    tree: sql.derived(there === undefined ? relation.tree : withThere(relation.tree, there, task), alias),
    sources: [source],
    class: relation.class,
    ...(personal ? { pix: sql.column(alias, '__pix') } : {}),
    unique: relation.unique,
    ...(relation.repeats ? { repeats: true } : {}),
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

/** Nothing is in scope but the rows to the left and those outside. */
function emptyScope(task: Task, environment: Environment) {
  const empty: From = { ...nothing, tree: sql.empty, sources: [], class: 'PUB', rows: 1 }
  return scopeOf(empty, task, besideLeft(environment))
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
  if (scope.seen.scalars.length > 0)
    task.note('STATEMENT_NOT_ALLOWED', table.values, { key: 'hint.subqueryInFrom' })
  const from = publicSource((alias) => sql.derived(query, alias, physical), named, task)
  return scope.seen.outer.length > 0 ? ofLeftRow(from, rows, scope) : from
}

/** Values that are computed from the row to the left: what may be done with a column of it may be done with them. */
function ofLeftRow(from: From, rows: readonly (readonly Bound[])[], { seen }: Scope): From {
  const readBy = (index: number) => rows.flatMap((row) => row[index]?.columns ?? [])
  const restrict = (index: number) => [...new Set(readBy(index).flatMap((column) => column.restrict))]
  const share = (index: number) => (readBy(index).some(({ isShare }) => isShare) ? { isShare: true } : {})
  const sources = from.sources.map((source) => ({
    ...source,
    columns: source.columns.map((column, index) => ({
      ...column,
      restrict: restrict(index),
      ...share(index),
    })),
  }))
  const lateral = { reads: seen.outer, isWithinPerson: false, isValue: false }
  return { ...from, sources, lateral, seen: { outer: seen.outer, released: [] } }
}

/** `range`, `generate_series` and `unnest`: of what is written out, or of the row to the left. */
function bindSeries(table: node.TableFunction, task: Task, environment: Environment): From {
  const called = table.function
  const name =
    seriesName(table) ??
    task.refuse('FUNCTION_NOT_ALLOWED', table, instead(called.function_name?.toLowerCase() ?? '', 'table'))
  const rows = isSeries(name) ? seriesLength(called.children, task.today) : listLength(called.children)
  if (isOfRow(called, rows)) return bindFrom(unnested(table, name), task, environment)
  if (rows === undefined || rows > maxSeries) task.note('COST', table, { key: 'hint.series' })
  const scope = emptyScope(task, environment)
  const children = called.children.map((child) => listOf(child, scope) ?? bindComputed(child, scope))
  const physical = [name]
  const kind = children[0]?.kind === 'number' ? ('number' as const) : ('timestamp' as const)
  const named = {
    alias: table.alias || name,
    names: table.column_name_alias,
    physical,
    kinds: isSeries(name) ? [kind] : [],
    rows: rows ?? 0,
  }
  const tree = sql.call(
    name,
    children.map((child) => child.tree),
  )
  return publicSource((alias) => sql.tableFunction(tree, alias, physical), named, task)
}

function seriesName({ function: called }: node.TableFunction): string | undefined {
  const name = called.function_name?.toLowerCase() ?? ''
  const isKnown = called.class === 'FUNCTION' && (isSeries(name) || name === 'unnest') && called.schema === ''
  return isKnown && functionClass(name, 'table') !== 'deny' ? name : undefined
}

/** A series whose bounds, or a list whose members, are columns. */
function isOfRow(called: node.Call, rows: number | undefined): boolean {
  const isColumn = (part: node.Expression) => part.class === 'COLUMN_REF'
  const isOpen = rows === undefined || called.function_name.toLowerCase() === 'unnest'
  return isOpen && called.children.some((child) => contains(child, isColumn))
}

/** `FROM t, unnest(t.list) u(x)` says `FROM t, LATERAL (SELECT unnest(t.list)) u(x)`; so does a series, which is a list first. */
function unnested(table: node.TableFunction, name: string): node.DerivedTable {
  const called = { ...table.function, is_operator: false }
  const list = name === 'unnest' ? called : { ...called, function_name: 'unnest', children: [called] }
  const query = selectOf([{ ...list, alias: name }], { type: 'EMPTY', alias: '', sample: null })
  const { alias, column_name_alias, query_location } = table
  const place = query_location === undefined ? {} : { query_location }
  return {
    ...{ type: 'SUBQUERY', alias: alias || name, sample: null, column_name_alias, ...place },
    subquery: { node: query },
  }
}

function listLength([list]: readonly node.Expression[]): number | undefined {
  const isList = list?.class === 'FUNCTION' && list.function_name === 'list_value'
  return isList ? list.children.length : undefined
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
