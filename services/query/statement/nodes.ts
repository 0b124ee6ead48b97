/** DuckDB's tree after grammar.ts has accepted it: what the other files of this room may rely on. */

interface Placed {
  /** Byte offset in the UTF-8 text, or 2^64 - 1 when DuckDB does not know. */
  readonly query_location?: number
  readonly alias?: string
}

export interface ColumnReference extends Placed {
  readonly class: 'COLUMN_REF'
  readonly column_names: readonly string[]
}
export interface LiteralType {
  readonly id: string
  readonly type_info: unknown
}
export interface Constant extends Placed {
  readonly class: 'CONSTANT'
  readonly value: { readonly type: LiteralType; readonly is_null: boolean; readonly value?: unknown }
}
export interface Call extends Placed {
  readonly class: 'FUNCTION'
  readonly function_name: string
  readonly schema: string
  readonly children: readonly Expression[]
  readonly filter: Expression | null
  readonly order_bys: { readonly type: 'ORDER_MODIFIER'; readonly orders: readonly Order[] }
  readonly distinct: boolean
  readonly is_operator: boolean
}
export interface Comparison extends Placed {
  readonly class: 'COMPARISON'
  readonly type: string
  readonly left: Expression
  readonly right: Expression
}
interface Conjunction extends Placed {
  readonly class: 'CONJUNCTION'
  readonly type: 'CONJUNCTION_AND' | 'CONJUNCTION_OR'
  readonly children: readonly Expression[]
}
export interface Operator extends Placed {
  readonly class: 'OPERATOR'
  readonly type: string
  readonly children: readonly Expression[]
}
export interface Cast extends Placed {
  readonly class: 'CAST'
  readonly child: Expression
  readonly cast_type: LiteralType
  readonly try_cast: boolean
}
export interface Case extends Placed {
  readonly class: 'CASE'
  readonly case_checks: readonly { readonly when_expr: Expression; readonly then_expr: Expression }[]
  readonly else_expr: Expression
}
export interface Between extends Placed {
  readonly class: 'BETWEEN'
  readonly input: Expression
  readonly lower: Expression
  readonly upper: Expression
}
export interface Star extends Placed {
  readonly class: 'STAR'
  readonly relation_name: string
  readonly exclude_list: readonly string[]
  readonly replace_list: readonly { readonly key: string; readonly value: Expression }[]
  readonly qualified_exclude_list: readonly ColumnName[]
  readonly rename_list: readonly { readonly key: ColumnName; readonly value: string }[]
  /** COLUMNS(…), or a star that an ORDER BY ALL stands for. */
  readonly columns: boolean
  /** What COLUMNS(…) chooses by: a pattern, a list of names, a list_filter of a star. */
  readonly expr: Expression | null
}
interface ColumnName {
  /** A qualifier, or nothing. */
  readonly table: string
  readonly column: string
}
export interface Subquery extends Placed {
  readonly class: 'SUBQUERY'
  readonly subquery_type: 'EXISTS' | 'SCALAR' | 'ANY'
  readonly subquery: { readonly node: QueryNode }
  readonly child: Expression | null
  readonly comparison_type: string
}
export interface Window extends Placed {
  readonly class: 'WINDOW'
  readonly type: string
  readonly function_name: string
  readonly children: readonly Expression[]
  readonly partitions: readonly Expression[]
  readonly orders: readonly Order[]
  readonly arg_orders: readonly Order[]
  readonly start: string
  readonly end: string
  readonly exclude_clause: string
  readonly start_expr: Expression | null
  readonly end_expr: Expression | null
  readonly offset_expr: Expression | null
  readonly default_expr: Expression | null
  readonly filter_expr: Expression | null
  readonly distinct: boolean
}
export interface Lambda extends Placed {
  readonly class: 'LAMBDA'
  readonly lhs: Expression
  readonly expr: Expression
}
/** A column that a star stood for: made here, never by the parser, so that no name is looked up twice. */
export interface Expanded extends Placed {
  readonly class: 'EXPANDED'
  readonly column: object
}
export type Expression =
  | ColumnReference
  | Constant
  | Call
  | Comparison
  | Conjunction
  | Operator
  | Cast
  | Case
  | Between
  | Star
  | Subquery
  | Window
  | Lambda
  | Expanded

export interface Order {
  readonly type: 'ORDER_DEFAULT' | 'ASCENDING' | 'DESCENDING'
  readonly null_order: 'ORDER_DEFAULT' | 'NULLS FIRST' | 'NULLS LAST'
  readonly expression: Expression
}

export type Modifier =
  | { readonly type: 'ORDER_MODIFIER'; readonly orders: readonly Order[] }
  | { readonly type: 'DISTINCT_MODIFIER'; readonly distinct_on_targets: readonly Expression[] }
  | {
      readonly type: 'LIMIT_MODIFIER' | 'LIMIT_PERCENT_MODIFIER'
      readonly limit: Expression | null
      readonly offset: Expression | null
    }

export interface Cte {
  readonly key: string
  readonly value: {
    readonly aliases: readonly string[]
    readonly query: { readonly node: QueryNode }
  }
}

interface AnyQuery {
  readonly modifiers: readonly Modifier[]
  readonly cte_map: { readonly map: readonly Cte[] }
}
export interface Select extends AnyQuery {
  readonly type: 'SELECT_NODE'
  readonly select_list: readonly Expression[]
  readonly from_table: TableReference
  readonly where_clause: Expression | null
  readonly group_expressions: readonly Expression[]
  readonly group_sets: readonly (readonly number[])[]
  readonly aggregate_handling: string
  readonly having: Expression | null
  readonly sample: unknown
  readonly qualify: Expression | null
}
export interface SetOperation extends AnyQuery {
  readonly type: 'SET_OPERATION_NODE'
  readonly setop_type: 'UNION' | 'INTERSECT' | 'EXCEPT' | 'UNION_BY_NAME'
  readonly setop_all: boolean
  readonly left: QueryNode
  readonly right: QueryNode
}
export interface Recursive extends AnyQuery {
  readonly type: 'RECURSIVE_CTE_NODE'
  readonly cte_name: string
  readonly union_all: boolean
  readonly aliases: readonly string[]
  readonly left: QueryNode
  readonly right: QueryNode
}
export type QueryNode = Select | SetOperation | Recursive

interface AnyTable {
  readonly alias: string
  readonly sample: unknown
  readonly query_location?: number
}
export interface BaseTable extends AnyTable {
  readonly type: 'BASE_TABLE'
  readonly catalog_name: string
  readonly schema_name: string
  readonly table_name: string
  readonly column_name_alias: readonly string[]
}
export interface DerivedTable extends AnyTable {
  readonly type: 'SUBQUERY'
  readonly subquery: { readonly node: QueryNode }
  readonly column_name_alias: readonly string[]
}
export interface Join extends AnyTable {
  readonly type: 'JOIN'
  readonly left: TableReference
  readonly right: TableReference
  readonly condition: Expression | null
  readonly join_type: string
  readonly ref_type: string
  readonly using_columns: readonly string[]
}
export interface TableFunction extends AnyTable {
  readonly type: 'TABLE_FUNCTION'
  readonly function: Call
  readonly column_name_alias: readonly string[]
}
export interface ValueList extends AnyTable {
  readonly type: 'EXPRESSION_LIST'
  readonly values: readonly (readonly Expression[])[]
  readonly expected_names?: readonly string[]
}
interface Empty extends AnyTable {
  readonly type: 'EMPTY'
}
interface Literal {
  readonly type: LiteralType
  readonly is_null: boolean
  readonly value?: unknown
}
export interface Pivot extends AnyTable {
  readonly type: 'PIVOT'
  readonly source: TableReference
  readonly aggregates: readonly Expression[]
  /** Of UNPIVOT: the columns of values. */
  readonly unpivot_names: readonly string[]
  readonly pivots: readonly {
    readonly pivot_expressions: readonly Expression[]
    readonly unpivot_names: readonly string[]
    readonly entries: readonly { readonly values: readonly Literal[]; readonly alias: string }[]
  }[]
  readonly groups: readonly string[]
  readonly include_nulls: boolean
  readonly column_name_alias: readonly string[]
}
export type TableReference = Pivot | BaseTable | DerivedTable | Join | TableFunction | ValueList | Empty
