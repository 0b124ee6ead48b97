/**
 * How the values of one column are looked at: row by row, or, where few values fill many rows, once per value and weighed with its
 * rows. Codes are the most of what hospitals send, and a pattern costs a hundred times what a count does.
 */
import { type Connection, rowsOf } from './asking.ts'
import { describeStatement } from './check.ts'
import { name } from './quote.ts'

/** What one pass tells of a column. */
export interface Spread {
  /** Rows with a value. */
  readonly filled: number
  /** Different values, within some percent. */
  readonly distinct: number
  /** Bytes of the longest value as text; no value has more characters. */
  readonly longest: number
}

/** Where conditions are counted, and how. Each gives an expression of the engine. */
export interface Counting {
  readonly from: string
  /** Rows for which a condition is true. */
  count(condition: string): string
  /** Different values among them, within some percent. */
  distinct(column: string, condition?: string): string
}

const columnsPerStatement = 100

/** Of these columns of a relation, in few passes. */
export async function spreadsOf(
  connection: Connection,
  relation: string,
  columns: readonly string[],
): Promise<ReadonlyMap<string, Spread>> {
  const described = await rowsOf(connection, describeStatement(relation))
  const types = new Map(described.map(([column, type]) => [String(column), String(type)]))
  const spreads = new Map<string, Spread>()
  for (let from = 0; from < columns.length; from += columnsPerStatement) {
    const some = columns.slice(from, from + columnsPerStatement)
    const figures = some.flatMap((column) => [
      `count(${name(column)})`,
      `approx_count_distinct(${name(column)})`,
      longestOf(name(column), types.get(column)),
    ])
    const [row = []] = await rowsOf(connection, `SELECT ${figures.join(', ')} FROM ${relation}`)
    for (const [index, column] of some.entries()) {
      const [filled = 0, distinct = 0, longest = 0] = row.slice(3 * index, 3 * index + 3).map(Number)
      spreads.set(column, { filled, distinct, longest })
    }
  }
  return spreads
}

/** No whole number is written longer than the least and the greatest of them. */
function longestOf(column: string, type = ''): string {
  const length = (value: string) => `strlen(CAST(${value} AS VARCHAR))`
  const longest = type.endsWith('INT')
    ? `greatest(${length(`min(${column})`)}, ${length(`max(${column})`)})`
    : `max(${length(column)})`
  return `COALESCE(${longest}, 0)`
}

/** Whether grouping a column by its values is cheaper than matching each row. */
export function isRepeated({ filled, distinct }: Spread): boolean {
  return distinct * 8 < filled && distinct < 100_000
}

export function byRow(relation: string): Counting {
  return {
    from: relation,
    count: (condition) => `count_if(${condition})`,
    distinct: (column, condition) =>
      `approx_count_distinct(${column})${condition === undefined ? '' : ` FILTER (${condition})`}`,
  }
}

/** For conditions on this column alone. */
export function byValue(relation: string, column: string): Counting {
  return {
    from: `(SELECT ${column}, count(*) AS __rows FROM ${relation} GROUP BY ${column})`,
    count: (condition) => `COALESCE(sum(__rows) FILTER (${condition}), 0)`,
    distinct: (own, condition) => `count(${own})${condition === undefined ? '' : ` FILTER (${condition})`}`,
  }
}
