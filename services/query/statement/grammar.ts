/**
 * The accepted part of DuckDB's serialised tree, as data: every node class, its types, and what each field may hold. A
 * class, type, field or value that is not here is refused, so that a new engine version can only make us refuse more.
 */

/** What one field may hold. `walk` goes on into the parts of a node. */
export type Check = (value: unknown, walk: Walk) => boolean
export interface Walk {
  expression(value: unknown): boolean
  query(value: unknown): boolean
  table(value: unknown): boolean
}
export type Shape = Readonly<Record<string, Check>>

const text: Check = (value) => typeof value === 'string'
/** A name that the text gives. Those that begin with two underscores are ours. */
export const givenName: Check = (value) => typeof value === 'string' && !value.startsWith('__')
const flag: Check = (value) => typeof value === 'boolean'
const whole: Check = (value) => Number.isInteger(value)
const is =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value)
const none: Check = (value) => Array.isArray(value) && value.length === 0
const list =
  (one: Check): Check =>
  (value, walk) =>
    Array.isArray(value) && value.every((item) => one(item, walk))
const orNull =
  (one: Check): Check =>
  (value, walk) =>
    value === null || one(value, walk)
/** An object with exactly these members; a member that is left out must be one that DuckDB may leave out. */
const object =
  (shape: Shape, optional: readonly string[] = []): Check =>
  (value, walk) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const members = Object.entries(value)
    if (Object.keys(shape).some((name) => !optional.includes(name) && !(name in value))) return false
    return members.every(([name, member]) => shape[name]?.(member, walk) ?? false)
  }

const expression: Check = (value, walk) => walk.expression(value)
const query: Check = (value, walk) => walk.query(value)
const table: Check = (value, walk) => walk.table(value)
const subquery = object({ node: query, named_param_map: list(() => true) })
const sample = () => true

const plainTypes = [
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'],
  ...['UBIGINT', 'UHUGEINT', 'FLOAT', 'DOUBLE', 'VARCHAR', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_S'],
  ...['TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMP WITH TIME ZONE', 'INTERVAL', 'NULL'],
]
const decimal = object({
  type: is('DECIMAL_TYPE_INFO'),
  alias: is(''),
  extension_info: is(null),
  width: whole,
  scale: whole,
})
const type: Check = (value, walk) =>
  object({ id: is(...plainTypes), type_info: is(null) })(value, walk) ||
  object({ id: is('DECIMAL'), type_info: decimal })(value, walk) ||
  object({
    id: is('LIST'),
    type_info: object({
      type: is('LIST_TYPE_INFO'),
      alias: is(''),
      extension_info: is(null),
      child_type: type,
    }),
  })(value, walk)

const number128 = object({ upper: () => true, lower: () => true })
/** An end of a slice that is left open: `code[:3]`. */
const openEnd = object({ children: none })
const literal: Check = (value, walk) =>
  typeof value === 'number' || [text, flag, number128, openEnd].some((check) => check(value, walk))

const order = object({
  type: is('ORDER_DEFAULT', 'ASCENDING', 'DESCENDING'),
  null_order: is('ORDER_DEFAULT', 'NULLS FIRST', 'NULLS LAST'),
  expression,
})
const orders = object({ type: is('ORDER_MODIFIER'), orders: list(order) })
const limits = { limit: orNull(expression), offset: orNull(expression) }

const modifiers: Check = list(
  (value, walk) =>
    orders(value, walk) ||
    object({ type: is('DISTINCT_MODIFIER'), distinct_on_targets: list(expression) })(value, walk) ||
    object({ type: is('LIMIT_MODIFIER', 'LIMIT_PERCENT_MODIFIER'), ...limits })(value, walk),
)

const cte = object({
  key: givenName,
  value: object({
    aliases: list(givenName),
    query: subquery,
    materialized: is('CTE_MATERIALIZE_DEFAULT', 'CTE_MATERIALIZE_ALWAYS', 'CTE_MATERIALIZE_NEVER'),
    key_targets: none,
  }),
})
const anyQuery = { modifiers, cte_map: object({ map: list(cte) }) }

export const queries: Readonly<Record<string, Shape>> = {
  SELECT_NODE: {
    ...anyQuery,
    select_list: list(expression),
    from_table: table,
    where_clause: orNull(expression),
    group_expressions: list(expression),
    group_sets: list(list(whole)),
    aggregate_handling: is('STANDARD_HANDLING', 'FORCE_AGGREGATES'),
    having: orNull(expression),
    sample,
    qualify: orNull(expression),
  },
  SET_OPERATION_NODE: {
    ...anyQuery,
    setop_type: is('UNION', 'INTERSECT', 'EXCEPT', 'UNION_BY_NAME'),
    setop_all: flag,
    left: query,
    right: query,
  },
  RECURSIVE_CTE_NODE: {
    ...anyQuery,
    cte_name: text,
    union_all: flag,
    left: query,
    right: query,
    aliases: list(text),
    key_targets: none,
  },
}

const names = { column_name_alias: list(givenName) }
const pivotEntry = object({
  values: list(object({ type, is_null: flag, value: literal }, ['value'])),
  star_expr: is(null),
  alias: givenName,
})
const pivotColumn = object({
  pivot_expressions: list(expression),
  unpivot_names: list(givenName),
  entries: list(pivotEntry),
  pivot_enum: is(''),
})
export const tables: Readonly<Record<string, Shape>> = {
  EMPTY: {},
  BASE_TABLE: { schema_name: text, table_name: text, catalog_name: text, at_clause: is(null), ...names },
  SUBQUERY: { subquery, ...names },
  JOIN: {
    left: table,
    right: table,
    condition: orNull(expression),
    join_type: is('INNER', 'LEFT', 'RIGHT', 'FULL', 'SEMI', 'ANTI'),
    ref_type: is('REGULAR', 'NATURAL', 'CROSS', 'POSITIONAL', 'ASOF'),
    using_columns: list(text),
    delim_flipped: is(false),
    duplicate_eliminated_columns: none,
  },
  TABLE_FUNCTION: { function: expression, with_ordinality: is('WITHOUT_ORDINALITY'), ...names },
  PIVOT: {
    source: table,
    aggregates: list(expression),
    unpivot_names: list(givenName),
    pivots: list(pivotColumn),
    groups: list(text),
    include_nulls: flag,
    ...names,
  },
  EXPRESSION_LIST: { expected_names: list(text), expected_types: none, values: list(list(expression)) },
}

const columnName = object({ catalog: is(''), schema: is(''), table: text, column: text })
const windowBound = is(
  ...['UNBOUNDED_PRECEDING', 'UNBOUNDED_FOLLOWING', 'CURRENT_ROW_RANGE', 'CURRENT_ROW_ROWS'],
  ...['CURRENT_ROW_GROUPS', 'EXPR_PRECEDING_ROWS', 'EXPR_FOLLOWING_ROWS', 'EXPR_PRECEDING_RANGE'],
  ...['EXPR_FOLLOWING_RANGE', 'EXPR_PRECEDING_GROUPS', 'EXPR_FOLLOWING_GROUPS'],
)
const called = { function_name: text, schema: text, catalog: is(''), children: list(expression) }

const comparisons = [
  ...['COMPARE_EQUAL', 'COMPARE_NOTEQUAL', 'COMPARE_LESSTHAN', 'COMPARE_GREATERTHAN'],
  ...['COMPARE_LESSTHANOREQUALTO', 'COMPARE_GREATERTHANOREQUALTO'],
  ...['COMPARE_DISTINCT_FROM', 'COMPARE_NOT_DISTINCT_FROM'],
]

const operators = [
  ...['OPERATOR_IS_NULL', 'OPERATOR_IS_NOT_NULL', 'OPERATOR_NOT', 'OPERATOR_COALESCE', 'OPERATOR_TRY'],
  ...['COMPARE_IN', 'COMPARE_NOT_IN', 'ARRAY_EXTRACT', 'ARRAY_SLICE', 'STRUCT_EXTRACT', 'GROUPING_FUNCTION'],
  'OPERATOR_UNPACK',
]

export const expressions: Readonly<Record<string, Shape>> = {
  COLUMN_REF: { type: is('COLUMN_REF'), column_names: list(text) },
  CONSTANT: {
    type: is('VALUE_CONSTANT'),
    value: object({ type, is_null: flag, value: literal }, ['value']),
  },
  PARAMETER: { type: is('VALUE_PARAMETER'), identifier: text },
  FUNCTION: {
    type: is('FUNCTION'),
    ...called,
    filter: orNull(expression),
    order_bys: orders,
    distinct: flag,
    is_operator: flag,
    export_state: is(false),
  },
  COMPARISON: { type: is(...comparisons), left: expression, right: expression },
  CONJUNCTION: { type: is('CONJUNCTION_AND', 'CONJUNCTION_OR'), children: list(expression) },
  OPERATOR: { type: is(...operators), children: list(expression) },
  CAST: { type: is('OPERATOR_CAST'), child: expression, cast_type: type, try_cast: flag },
  CASE: {
    type: is('CASE_EXPR'),
    case_checks: list(object({ when_expr: expression, then_expr: expression })),
    else_expr: expression,
  },
  BETWEEN: { type: is('COMPARE_BETWEEN'), input: expression, lower: expression, upper: expression },
  LAMBDA: { type: is('LAMBDA'), lhs: expression, expr: expression },
  STAR: {
    type: is('STAR'),
    relation_name: text,
    exclude_list: list(text),
    replace_list: list(object({ key: text, value: expression })),
    columns: flag,
    expr: orNull(expression),
    qualified_exclude_list: list(columnName),
    rename_list: list(object({ key: columnName, value: givenName })),
  },
  SUBQUERY: {
    type: is('SUBQUERY'),
    subquery_type: is('EXISTS', 'SCALAR', 'ANY'),
    subquery,
    child: orNull(expression),
    comparison_type: is('INVALID', ...comparisons),
  },
  WINDOW: {
    type: (value) => typeof value === 'string' && /^WINDOW_[A-Z_]+$/.test(value),
    ...called,
    partitions: list(expression),
    orders: list(order),
    arg_orders: list(order),
    start: windowBound,
    end: windowBound,
    start_expr: orNull(expression),
    end_expr: orNull(expression),
    offset_expr: orNull(expression),
    default_expr: orNull(expression),
    ignore_nulls: flag,
    filter_expr: orNull(expression),
    exclude_clause: is('NO_OTHER', 'CURRENT_ROW', 'GROUP', 'TIES'),
    distinct: flag,
  },
}
