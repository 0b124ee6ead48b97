/** PIVOT and UNPIVOT of public and released rows: each is written as what it stands for. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type { Call, ColumnReference, Expression, Pivot, Select, TableReference } from '../statement/nodes.ts'
import { selectOf } from '../statement/select-of.ts'
import { findPart, isAggregateCall } from './contains.ts'
import type { Environment, OutputColumn, Relation, Task } from './relation.ts'
import { listNames } from './scope.ts'

type Entry = Pivot['pivots'][number]['entries'][number]

/** The rows of a PIVOT or an UNPIVOT. Notes ROW_LEVEL over patient rows: their rows would become the columns. */
export function bindPivot(pivot: Pivot, task: Task, environment: Environment): Relation {
  const source = task.query(starOf(pivot.source), environment)
  if (source.class === 'PK') return task.refuse('ROW_LEVEL', pivot, { hint: { key: 'hint.pivot' } })
  if (pivot.unpivot_names.length > 0) return unpivoted(pivot, source, task)
  const key = task.fresh()
  const ctes = {
    find: (name: string) => (name === key ? source : environment.ctes.find(name)),
  }
  return task.query(pivoted(pivot, source, { key, task }), { ...environment, ctes })
}

function starOf(from: TableReference): Select {
  const star: Expression = {
    class: 'STAR',
    relation_name: '',
    exclude_list: [],
    replace_list: [],
    qualified_exclude_list: [],
    rename_list: [],
    columns: false,
    expr: null,
  }
  return selectOf([star], from)
}

/** `SELECT others, agg FILTER (WHERE x = 'a') AS a, … GROUP BY others`. */
function pivoted(pivot: Pivot, { columns }: Relation, { key, task }: { key: string; task: Task }): Select {
  const used = new Set(
    [...pivot.aggregates, ...pivot.pivots.flatMap((one) => one.pivot_expressions)].flatMap(namesIn),
  )
  const given = pivot.groups.map((name) => name.toLowerCase())
  const others = columns.map(({ name }) => name).filter((name) => !used.has(name.toLowerCase()))
  const groups = given.length > 0 ? given : others
  const combined = combinations(pivot)
  const cells = combined.flatMap(({ name, conditions }) =>
    pivot.aggregates.map((aggregate) => cellOf(aggregate, { name, conditions, pivot, task })),
  )
  const table = { alias: '', sample: null, catalog_name: '', schema_name: '', column_name_alias: [] }
  const from: TableReference = { type: 'BASE_TABLE', table_name: key, ...table }
  const keys = groups.map((name) => reference(name))
  return {
    ...selectOf([...keys, ...cells], from),
    group_expressions: keys,
    group_sets: keys.length > 0 ? [keys.map((_, index) => index)] : [],
  }
}

function reference(name: string): ColumnReference {
  return { class: 'COLUMN_REF', column_names: [name] }
}

function namesIn(expression: Expression): readonly string[] {
  const names: string[] = []
  findPart(expression, (part) => {
    if (part.class === 'COLUMN_REF') names.push((part.column_names.at(-1) ?? '').toLowerCase())
    return false
  })
  return names
}

interface Cell {
  readonly name: string
  readonly conditions: readonly Expression[]
  readonly pivot: Pivot
  readonly task: Task
}

/** Its name is that of the values; of several aggregates, or of one with a name, the name of the aggregate is added. */
function cellOf(aggregate: Expression, { name, conditions, pivot, task }: Cell): Expression {
  const call = isAggregateCall(aggregate) ? aggregate : undefined
  if (!call || call.filter)
    return task.refuse('STATEMENT_NOT_ALLOWED', aggregate, { hint: { key: 'hint.pivot' } })
  const isNamed = pivot.aggregates.length > 1 || (call.alias ?? '') !== ''
  const filter: Expression = { class: 'CONJUNCTION', type: 'CONJUNCTION_AND', children: conditions }
  const alias = isNamed ? `${name}_${call.alias || call.function_name}` : name
  const filtered: Call = {
    ...call,
    alias,
    filter: conditions.length === 1 ? (conditions[0] ?? null) : filter,
  }
  return filtered
}

interface Combination {
  readonly name: string
  readonly conditions: readonly Expression[]
}

/** Every value of one column with every value of the next. */
function combinations({ pivots }: Pivot): readonly Combination[] {
  return pivots.reduce<readonly Combination[]>(
    (before, { pivot_expressions, entries }) =>
      before.flatMap(({ name, conditions }) =>
        entries.map((entry) => ({
          name: name === '' ? nameOf(entry) : `${name}_${nameOf(entry)}`,
          conditions: [...conditions, ...equalities(pivot_expressions, entry)],
        })),
      ),
    [{ name: '', conditions: [] }],
  )
}

function nameOf({ alias, values }: Entry): string {
  return alias || values.map(({ value, is_null }) => (is_null ? 'NULL' : String(value))).join('_')
}

function equalities(expressions: readonly Expression[], { values }: Entry): readonly Expression[] {
  return expressions.map((left, index) => {
    const value = values[index] ?? { type: { id: 'NULL', type_info: null }, is_null: true }
    const right = { class: 'CONSTANT' as const, type: 'VALUE_CONSTANT', value }
    const equality = { class: 'COMPARISON' as const, type: 'COMPARE_NOT_DISTINCT_FROM', left, right }
    return equality
  })
}

/** One row for each of the named columns of a row; without INCLUDE NULLS those that hold something, or are withheld. */
function unpivoted(pivot: Pivot, source: Relation, task: Task): Relation {
  const [into, second] = pivot.pivots
  const known = listNames(source.columns.map(({ name }) => name))
  const find = (name: string) =>
    source.columns.find((column) => column.name.toLowerCase() === name.toLowerCase()) ??
    task.refuse('COLUMN_UNKNOWN', pivot, { with: { known } })
  if (!into || second || into.unpivot_names.length !== 1)
    return task.refuse('STATEMENT_NOT_ALLOWED', pivot, { hint: { key: 'hint.pivot' } })
  const branches = into.entries.map((entry) => ({
    label: nameOf(entry),
    values: entry.values.map(({ value }) => find(String(value))),
  }))
  const taken = new Set(branches.flatMap(({ values }) => values))
  const others = source.columns.filter((column) => !taken.has(column))
  const marked = pivot.unpivot_names.map((_, i) =>
    branches.some(({ values }) => values[i]?.mark !== undefined),
  )
  const shape: Shape = { others, marked, isWhole: pivot.include_nulls }
  const trees = branches.map((branch) => branchOf(source, { branch, shape }, task))
  const [first, ...rest] = trees
  if (!first) return task.refuse('STATEMENT_NOT_ALLOWED', pivot, { hint: { key: 'hint.pivot' } })
  const label = { physical: 'l', name: into.unpivot_names[0] ?? '', kind: 'text' as const, type: 'VARCHAR' }
  const values = pivot.unpivot_names.map((name, i): OutputColumn => {
    const restrict = [...new Set(branches.flatMap((branch) => branch.values[i]?.restrict ?? []))]
    const mark = marked[i] ? { mark: `v${i}__s` } : {}
    return { name, physical: `v${i}`, restrict, personal: false, isNamed: true, ...mark }
  })
  return {
    ...source,
    tree: rest.reduce((left, right) => sql.setOperation('UNION', true, [left, right]), first),
    columns: [
      ...others.map((column, i) => ({
        ...column,
        physical: `o${i}`,
        ...(column.mark ? { mark: `o${i}__s` } : {}),
      })),
      { ...label, restrict: [], personal: false, isNamed: true },
      ...values,
    ],
    unique: false,
    rows: source.rows * branches.length,
  }
}

interface Shape {
  readonly others: readonly OutputColumn[]
  readonly marked: readonly boolean[]
  readonly isWhole: boolean
}

interface Branch {
  readonly label: string
  readonly values: readonly OutputColumn[]
}

function branchOf(
  source: Relation,
  { branch: { label, values }, shape: { others, marked, isWhole } }: { branch: Branch; shape: Shape },
  task: Task,
): Tree {
  const alias = task.fresh()
  const own = (name: string) => sql.column(alias, name)
  const isThere = values.flatMap(({ physical, mark }) => [
    sql.isNotNull(own(physical)),
    ...(mark === undefined ? [] : [sql.coalesce(own(mark), sql.boolean(false))]),
  ])
  return sql.select({
    list: [
      ...others.flatMap(({ physical, mark }, i) => [
        sql.named(own(physical), `o${i}`),
        ...(mark === undefined ? [] : [sql.named(own(mark), `o${i}__s`)]),
      ]),
      sql.named(sql.text(label), 'l'),
      ...values.flatMap(({ physical, mark }, i) => [
        sql.named(own(physical), `v${i}`),
        ...(marked[i] ? [sql.named(mark === undefined ? sql.boolean(false) : own(mark), `v${i}__s`)] : []),
      ]),
    ],
    from: sql.derived(source.tree, alias),
    where: isWhole ? null : sql.or(isThere),
  })
}
