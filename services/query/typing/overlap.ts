/**
 * Whether one row of a person may stand in several groups of a leaf. What two such groups differ by can be chosen by the text
 * (disclosure.md 13, G1), so they are compared with each other (disclosure/within.ts). Said by text and catalogue alone.
 */
import type { Tree } from '../../engine/engine.ts'
import type { Leaf } from '../plan.ts'
import type { Bound, Column, Condition, From, Source } from './relation.ts'

interface Asked {
  readonly from: From
  readonly keys: readonly Bound[]
  /** Values and conditions of the measures. */
  readonly expressions: readonly Tree[]
}

/** How groups of a leaf may share rows. */
export function overlapsOf(asked: Asked): Pick<Leaf, 'overlaps'> {
  if (asked.from.repeats !== true || asked.keys.length === 0) return {}
  return { overlaps: isCalendar(asked) ? 'days' : 'rows' }
}

/**
 * Rows of base tables in a calendar: `first <= day AND day <= last` and nothing else that reads the day or these two columns, so
 * that the text chooses who is looked at, and nothing of when: nor does the calendar depend on the row (docs/decisions/0010-days-of-a-calendar.md).
 */
function isCalendar({ from, keys, expressions }: Asked): boolean {
  const { conditions = [], sources, isOfRow, ties = [] } = from
  const [frame, more] = sources.filter(({ personal }) => !personal)
  const persons = sources.filter(({ personal }) => personal)
  if (!frame || more || isOfRow || !persons.every(isBase)) return false
  const days = new Set(frame.columns.map(nameOf))
  const own = persons.flatMap(({ columns }) => columns.map(nameOf))
  const isDay = (column: Column) => days.has(nameOf(column))
  const ends = endsOf(conditions.filter(isMixed(isDay)), isDay)
  if (!ends || ties.some(({ left, right }) => [...left, ...right].some(isDay))) return false
  const rest = new Set(own.filter((name) => !ends.includes(name)))
  const isFree = (column: Column) => rest.has(nameOf(column))
  return (
    conditions.filter((one) => !isMixed(isDay)(one)).every((one) => isOfOne(one, isFree, isDay)) &&
    keys.every(({ columns }) => columns.every(isDay) || columns.every(isFree)) &&
    expressions.every((tree) => rest.has(JSON.stringify(tree)))
  )
}

/** Tells columns from each other, whichever object names them. */
export const nameOf = ({ ref }: Column): string => JSON.stringify(ref)

const isMixed =
  (isDay: (column: Column) => boolean) =>
  ({ bound: { columns } }: Condition) =>
    columns.some(isDay) && !columns.every(isDay)

function isBase({ columns }: Source): boolean {
  return columns.every(({ origin }) => origin !== undefined && origin.use.table.derived === undefined)
}

/** The first and the last day of a row, where one day of the frame lies between two columns and nothing else is asked of it. */
function endsOf(
  conditions: readonly Condition[],
  isDay: (column: Column) => boolean,
): readonly [string, string] | undefined {
  if (conditions.some(({ orders }) => orders.length === 0)) return undefined
  const sides = { first: new Set<string>(), last: new Set<string>(), day: new Set<string>() }
  for (const order of conditions.flatMap(({ orders }) => orders)) {
    const [low, high] = order.map(bareColumn)
    if (!low || !high || isDay(low) === isDay(high)) return undefined
    sides.day.add(nameOf(isDay(low) ? low : high))
    if (isDay(low)) sides.last.add(nameOf(high))
    else sides.first.add(nameOf(low))
  }
  const [[first, ...others], [last, ...rest], [, ...days]] = [sides.first, sides.last, sides.day]
  const isOne = others.length + rest.length + days.length === 0
  return isOne && first && last && first !== last ? [first, last] : undefined
}

/** A column, or one that is cast, or given a constant where it is NULL: whatever else is computed could choose persons. */
function bareColumn({ tree, columns, hasSubquery }: Bound): Column | undefined {
  const [column, ...more] = columns
  if (!column || more.length > 0 || hasSubquery) return undefined
  return isBare(tree, column) ? column : undefined
}

function isBare(tree: Tree, column: Column): boolean {
  if (JSON.stringify(tree) === nameOf(column)) return true
  if (tree.class === 'CAST') return isBare(tree.child as Tree, column)
  // What is read beside it would be a second column.
  const isCoalesce = tree.type === 'OPERATOR_COALESCE' && Array.isArray(tree.children)
  return isCoalesce && isBare((tree.children as readonly Tree[])[0] ?? {}, column)
}

type Test = (column: Column) => boolean

/** A condition on the calendar, on one column of the rows, or on who they are: together they say who is looked at, by no disjunction. */
function isOfOne({ bound: { columns, hasSubquery } }: Condition, isFree: Test, isDay: Test): boolean {
  if (hasSubquery) return false
  if (columns.every(isDay)) return true
  const isPerson = columns.every(({ identifier }) => identifier !== undefined)
  return columns.every(isFree) && (isPerson || new Set(columns.map(nameOf)).size === 1)
}
