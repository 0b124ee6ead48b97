/** What names mean: columns against the sources in scope, then the rows outside, then names of the select list. */
import type { Facts } from '../../kernel/refusal.ts'
import { column as reference } from '../build.ts'
import type { ColumnReference, Expression } from '../statement/nodes.ts'
import { nearest } from './nearest.ts'
import type { Bound, Column, Environment, From, Scope, Seen, Source, Task } from './relation.ts'

const maxNames = 100

const sameName = (left: string, right: string) => left.toLowerCase() === right.toLowerCase()

export function newSeen(): Seen {
  return {
    uses: [],
    columns: new Map(),
    outer: [],
    openOrders: [],
    scalars: [],
    values: new Map(),
    resolving: new Set(),
    released: [],
  }
}

/** The scope of the rows that a FROM clause makes. */
export function scopeOf(from: From, task: Task, environment: Environment): Scope {
  const scope: Scope = {
    task,
    environment,
    class: from.class,
    ...(from.pix ? { pix: from.pix } : {}),
    sources: from.sources,
    lacks: from.sources.some(({ there }) => there !== undefined),
    resolve: (name) => resolveIn(from, name, scope),
    aliases: new Map(),
    lambdas: new Map(),
    seen: newSeen(),
  }
  return scope
}

function resolveIn(from: From, name: ColumnReference, scope: Scope): Column | null {
  const parts = name.column_names
  const wanted = parts.at(-1) ?? ''
  if (wanted.startsWith('__')) return null
  if (parts.length === 1) {
    const merged = from.merged.find((column) => sameName(column.name, wanted))
    if (merged) return merged
  }
  const found = sourcesFor(from.sources, parts.slice(0, -1)).flatMap(({ columns }) =>
    columns.filter((column) => sameName(column.name, wanted)),
  )
  if (found.length > 1) scope.task.refuse('COLUMN_UNKNOWN', name, { hint: { key: 'hint.ambiguous' } })
  return found[0] ?? null
}

/** The visible sources that a qualifier names: none, `alias`, or `"dataset".table`. */
export function sourcesFor(sources: readonly Source[], qualifier: readonly string[]): readonly Source[] {
  const visible = sources.filter(({ hidden }) => hidden !== true)
  const [first, second] = qualifier
  if (first === undefined) return visible
  if (qualifier.length > 2) return []
  if (second === undefined) return visible.filter(({ alias }) => sameName(alias, first))
  return visible.filter(
    ({ alias, dataset }) => sameName(alias, second) && dataset !== undefined && sameName(dataset, first),
  )
}

/**
 * The column that a name stands for, here or in a row outside; null when it is a name of the select list or nothing.
 * Marks it as used.
 */
export function findColumn(name: ColumnReference, scope: Scope): Column | null {
  const own = scope.resolve(name)
  if (own) return touch(own, scope)
  const outer = scope.environment.outer
  const found = outer ? findColumn(name, outer) : null
  if (found) scope.seen.outer.push(found)
  return found
}

/** Notes that a column is used, at this stage and in the table that it comes from. */
export function touch(column: Column, scope: Scope): Column {
  scope.seen.columns.set(JSON.stringify(column.ref), column)
  column.origin?.use.columns.add(column.origin.name)
  return column
}

/** Patient rows are here, or in a row outside: what could raise would tell of one of them. */
export function isNearPersons({ class: own, environment: { outer } }: Scope): boolean {
  return own === 'PK' || (outer !== undefined && isNearPersons(outer))
}

/** Refuses a name that nobody knows: the same answer whether it is absent, not granted or hidden. */
export function unknownColumn(name: ColumnReference, scope: Scope): never {
  const [first] = name.column_names
  const isWholeRow = name.column_names.length === 1 && sourcesFor(scope.sources, [first ?? '']).length > 0
  if (isWholeRow) return scope.task.refuse('STATEMENT_NOT_ALLOWED', name, { hint: { key: 'hint.wholeRow' } })
  const facts = knownColumns(name.column_names.at(-1) ?? '', columnNames(name, scope), scope.task)
  return scope.task.refuse('COLUMN_UNKNOWN', name, facts)
}

/** Units that other systems write bare, as in DATEDIFF(day, a, b). */
const timeUnits = new Set([
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'dd',
  'mm',
  'yy',
  'yyyy',
])

/** Columns of this place for one that it does not have: of the same name in another granted table, or of a near name. */
function knownColumns(name: string, names: readonly string[], { tables }: Pick<Task, 'tables'>): Facts {
  const known = listNames(names)
  const has = (others: readonly string[]) =>
    !name.startsWith('__') && others.some((other) => sameName(other, name))
  const elsewhere = tables.filter(({ columns }) => has(columns.map((column) => column.name)))
  if (elsewhere.length > 0 && !has(names)) {
    const facts = { tables: listNames(elsewhere.map((table) => table.name)), known }
    return { with: { known }, hint: { key: 'hint.columnElsewhere', with: facts } }
  }
  if (timeUnits.has(name.toLowerCase()))
    return { with: { known }, hint: { key: 'hint.timeUnit', with: { known } } }
  const near = nearest(name, names)
  const hint = { key: 'hint.nearColumn', with: { near: near.join(', '), known } }
  return { with: { known }, ...(near.length > 0 ? { hint } : {}) }
}

function columnNames(name: ColumnReference, scope: Scope): readonly string[] {
  const qualified = sourcesFor(scope.sources, name.column_names.slice(0, -1))
  const sources = qualified.length > 0 ? qualified : sourcesFor(scope.sources, [])
  return sources.flatMap(({ columns }) => columns.map((column) => column.name))
}

/** Names for a hint: each once, not more than a person would read. */
export function listNames(names: readonly string[]): string {
  const each = [...new Set(names)]
  const shown = each.slice(0, maxNames).join(', ')
  return each.length > maxNames ? `${shown}, …` : shown || '-'
}

/** The expression behind a name of the select list, bound here; null when there is none. */
export function boundAlias(
  name: ColumnReference,
  scope: Scope,
  bind: (expression: Expression, scope: Scope) => Bound,
): Bound | null {
  const [first = ''] = name.column_names
  const key = first.toLowerCase()
  const expression = name.column_names.length === 1 ? scope.aliases.get(key) : undefined
  if (expression === undefined || scope.seen.resolving.has(key)) return null
  scope.seen.resolving.add(key)
  const bound = bind(expression, scope)
  scope.seen.resolving.delete(key)
  return bound
}

/** A source over a typed query or table; `physical` are its column names inside the tree. */
export function columnsUnder(
  alias: string,
  columns: readonly (Omit<Column, 'ref' | 'mark' | 'origin'> & {
    readonly physical: string
    readonly mark?: string
  })[],
): readonly Column[] {
  return columns.map(({ physical, mark, ...column }) => ({
    ...column,
    ref: reference(alias, physical),
    ...(mark === undefined ? {} : { mark: reference(alias, mark) }),
  }))
}
