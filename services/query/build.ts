/** Makers of DuckDB's tree nodes, so that a rewrite reads like the SQL it stands for. */
import type { Tree } from '../engine/engine.ts'

const noOrder = { type: 'ORDER_MODIFIER', orders: [] }

export const column = (...names: readonly string[]): Tree => ({
  class: 'COLUMN_REF',
  type: 'COLUMN_REF',
  alias: '',
  column_names: names,
})

const constant = (id: string, value: unknown): Tree => ({
  class: 'CONSTANT',
  type: 'VALUE_CONSTANT',
  alias: '',
  value: { type: { id, type_info: null }, is_null: false, value },
})
export const integer = (value: number): Tree => constant('INTEGER', value)
export const text = (value: string): Tree => constant('VARCHAR', value)
export const boolean = (value: boolean): Tree => constant('BOOLEAN', value)
export const nothing: Tree = {
  class: 'CONSTANT',
  type: 'VALUE_CONSTANT',
  alias: '',
  value: { type: { id: 'NULL', type_info: null }, is_null: true },
}

export interface CallOptions {
  readonly filter?: Tree | null
  readonly distinct?: boolean
  readonly orders?: readonly Tree[]
  readonly isOperator?: boolean
}
export const call = (name: string, children: readonly Tree[], options: CallOptions = {}): Tree => ({
  class: 'FUNCTION',
  type: 'FUNCTION',
  alias: '',
  function_name: name,
  schema: '',
  children,
  filter: options.filter ?? null,
  order_bys: options.orders ? { type: 'ORDER_MODIFIER', orders: options.orders } : noOrder,
  distinct: options.distinct ?? false,
  is_operator: options.isOperator ?? false,
  export_state: false,
  catalog: '',
})

export const comparison = (type: string, left: Tree, right: Tree): Tree => ({
  class: 'COMPARISON',
  type,
  alias: '',
  left,
  right,
})
/** Equal, or both NULL. */
export const same = (left: Tree, right: Tree): Tree => comparison('COMPARE_NOT_DISTINCT_FROM', left, right)
export const equal = (left: Tree, right: Tree): Tree => comparison('COMPARE_EQUAL', left, right)

const conjunction = (type: string, children: readonly Tree[]): Tree => ({
  class: 'CONJUNCTION',
  type,
  alias: '',
  children,
})
/** All of them; null when there are none. */
export function and(parts: readonly Tree[]): Tree | null {
  const [first, ...rest] = parts
  if (first === undefined) return null
  return rest.length === 0 ? first : conjunction('CONJUNCTION_AND', parts)
}
export function or(parts: readonly Tree[]): Tree | null {
  const [first, ...rest] = parts
  if (first === undefined) return null
  return rest.length === 0 ? first : conjunction('CONJUNCTION_OR', parts)
}

const operator = (type: string, children: readonly Tree[]): Tree => ({
  class: 'OPERATOR',
  type,
  alias: '',
  children,
})
export const tryOf = (child: Tree): Tree => operator('OPERATOR_TRY', [child])
export const isNull = (child: Tree): Tree => operator('OPERATOR_IS_NULL', [child])
export const isNotNull = (child: Tree): Tree => operator('OPERATOR_IS_NOT_NULL', [child])
export const coalesce = (...children: readonly Tree[]): Tree => operator('OPERATOR_COALESCE', children)

export const cast = (child: Tree, type: string, options: { try?: boolean } = {}): Tree => ({
  class: 'CAST',
  type: 'OPERATOR_CAST',
  alias: '',
  child,
  cast_type: { id: type, type_info: null },
  try_cast: options.try ?? false,
})

export const when = (condition: Tree, value: Tree, otherwise: Tree = nothing): Tree => ({
  class: 'CASE',
  type: 'CASE_EXPR',
  alias: '',
  case_checks: [{ when_expr: condition, then_expr: value }],
  else_expr: otherwise,
})

export const order = (expression: Tree, type = 'ORDER_DEFAULT', nulls = 'NULLS LAST'): Tree => ({
  type,
  null_order: nulls,
  expression,
})

export const named = (expression: Tree, alias: string): Tree => ({ ...expression, alias })

export interface SelectParts {
  readonly list: readonly Tree[]
  readonly from: Tree
  readonly where?: Tree | null
  readonly groups?: readonly Tree[]
  readonly groupSets?: readonly (readonly number[])[]
  readonly modifiers?: readonly Tree[]
}
export const select = (parts: SelectParts): Tree => ({
  type: 'SELECT_NODE',
  modifiers: parts.modifiers ?? [],
  cte_map: { map: [] },
  select_list: parts.list,
  from_table: parts.from,
  where_clause: parts.where ?? null,
  group_expressions: parts.groups ?? [],
  group_sets: parts.groupSets ?? (parts.groups?.length ? [parts.groups.map((_, index) => index)] : []),
  aggregate_handling: 'STANDARD_HANDLING',
  having: null,
  sample: null,
  qualify: null,
})

export const setOperation = (type: string, all: boolean, [left, right]: readonly [Tree, Tree]): Tree => ({
  type: 'SET_OPERATION_NODE',
  modifiers: [],
  cte_map: { map: [] },
  setop_type: type,
  left,
  right,
  setop_all: all,
})

const tableFields = { sample: null }
export const empty: Tree = { type: 'EMPTY', alias: '', ...tableFields }
export const base = (schema: string, table: string, alias: string): Tree => ({
  type: 'BASE_TABLE',
  alias,
  ...tableFields,
  schema_name: schema,
  table_name: table,
  column_name_alias: [],
  catalog_name: '',
  at_clause: null,
})
export const derived = (query: Tree, alias: string, columns: readonly string[] = []): Tree => ({
  type: 'SUBQUERY',
  alias,
  ...tableFields,
  subquery: { node: query, named_param_map: [] },
  column_name_alias: columns,
})
/**
 * Without a condition it says ON true: the engine prints a product as a comma, without parentheses, and that binds less than the
 * joins around it.
 */
export const join = (
  type: string,
  [left, right]: readonly [Tree, Tree],
  { on = null, isAsOf = false }: { readonly on?: Tree | null; readonly isAsOf?: boolean } = {},
): Tree => ({
  type: 'JOIN',
  alias: '',
  ...tableFields,
  left,
  right,
  condition: on ?? boolean(true),
  join_type: type,
  ref_type: isAsOf ? 'ASOF' : 'REGULAR',
  using_columns: [],
  delim_flipped: false,
  duplicate_eliminated_columns: [],
})
/** Whether every row of the one side meets every row of the other. */
export const isProduct = ({ type, join_type: kind, condition }: Tree): boolean =>
  type === 'JOIN' && kind === 'INNER' && JSON.stringify(condition) === JSON.stringify(boolean(true))
/** What stands beside the rows of a stage: its only row, or, of a value per person, the row that `on` finds, if there is one. */
export interface Beside {
  readonly tree: Tree
  readonly on?: Tree
}
/** The rows of the first, each once, with what stands beside them. */
export const beside = (first: Tree, others: readonly Beside[]): Tree =>
  others.reduce((left, { tree, on }) => {
    if (on) return join('LEFT', [left, tree], { on })
    return left === empty ? tree : join('INNER', [left, tree])
  }, first)
export const values = (rows: readonly (readonly Tree[])[]): Tree => ({
  type: 'EXPRESSION_LIST',
  alias: 'valueslist',
  ...tableFields,
  expected_names: [],
  expected_types: [],
  values: rows,
})
export const tableFunction = (called: Tree, alias: string, columns: readonly string[]): Tree => ({
  type: 'TABLE_FUNCTION',
  alias,
  ...tableFields,
  function: called,
  column_name_alias: columns,
  with_ordinality: 'WITHOUT_ORDINALITY',
})
export const star: Tree = {
  class: 'STAR',
  type: 'STAR',
  alias: '',
  relation_name: '',
  exclude_list: [],
  replace_list: [],
  columns: false,
  expr: null,
  qualified_exclude_list: [],
  rename_list: [],
}
const subquery = (node: Tree, type: string, child: Tree | null): Tree => ({
  class: 'SUBQUERY',
  type: 'SUBQUERY',
  alias: '',
  subquery_type: type,
  subquery: { node, named_param_map: [] },
  child,
  comparison_type: child === null ? 'INVALID' : 'COMPARE_EQUAL',
})
export const exists = (node: Tree): Tree => subquery(node, 'EXISTS', null)
/** The value of a query of one column; it must have one row at most, for the engine raises on a second. */
export const scalar = (node: Tree): Tree => subquery(node, 'SCALAR', null)
export const anyOf = (child: Tree, node: Tree, comparisonType: string): Tree => ({
  ...subquery(node, 'ANY', child),
  comparison_type: comparisonType,
})

/** A query as the parser's answer, ready for `Parser.text`. */
export const statement = (node: Tree): Tree => ({ error: false, statements: [{ node, named_param_map: [] }] })
