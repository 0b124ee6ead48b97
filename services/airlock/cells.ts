/** What the machine finds in a table that is to leave: cells that a person should look at. Pure. */
import { hasWord, listOf, wordsOf } from '../dataset/column-words.ts'
import type { Table } from './table.ts'

/** `serious`: what the rules would not have released. `look`: what takes a person to tell. */
type Weight = 'serious' | 'look'

export interface Found {
  readonly rule: string
  readonly weight: Weight
  /** From 0; the header is no row. Absent where it is of the whole column or file. */
  readonly row?: number
  readonly column?: number
}

export interface Statistics {
  readonly column: number
  readonly name: string
  readonly least: number
  readonly leastNotZero: number | null
  readonly greatest: number
  readonly sum: number
  /** Most digits after the point. */
  readonly decimals: number
}

const counts = listOf(
  'n nb nbr nombre count counts compte effectif effectifs total totaux cases cas patients patient sejours stays persons personnes individus deces deaths freq frequence frequency',
)

/** From here on, one row is nearly all of its column. */
const largeShare = 0.85

/** A number as people and programs write one; a decimal comma is one. Null for anything else. */
function numberOf(text: string | null): number | null {
  if (text === null || !/^[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?$/.test(text.trim())) return null
  return Number(text.trim().replace(',', '.'))
}

/** The numbers of a column by row; null unless every value that is there is one. */
export function numbersOf({ rows }: Pick<Table, 'rows'>, column: number): readonly (number | null)[] | null {
  const numbers = rows.map((row) => numberOf(row[column] ?? null))
  const isWhole = rows.every((row, r) => (row[column] ?? null) === null || numbers[r] !== null)
  return isWhole && numbers.some((one) => one !== null) ? numbers : null
}

/** Counts below k, and rows that make up nearly all of a column. */
export function lookAtCells(table: Table, k: number): readonly Found[] {
  return table.columns.flatMap((name, column) => {
    const numbers = numbersOf(table, column)
    return numbers === null ? [] : [...smallIn(numbers, { name, column, k }), ...largeIn(numbers, column)]
  })
}

interface Column {
  readonly name: string
  readonly column: number
  readonly k: number
}

function smallIn(numbers: readonly (number | null)[], { name, column, k }: Column): readonly Found[] {
  const isCount = hasWord(wordsOf(name), counts)
  const small: Pick<Found, 'rule' | 'weight'> = isCount
    ? { rule: 'count.small', weight: 'serious' }
    : { rule: 'integer.small', weight: 'look' }
  return numbers.flatMap((value, row) =>
    value !== null && Number.isInteger(value) && value > 0 && value < k ? [{ ...small, row, column }] : [],
  )
}

function largeIn(numbers: readonly (number | null)[], column: number): readonly Found[] {
  const sizes = numbers.map((value) => Math.abs(value ?? 0))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total === 0 || sizes.filter((size) => size > 0).length < 2) return []
  return sizes.flatMap((size, row) =>
    size >= largeShare * total ? [{ rule: 'share.large', weight: 'look', row, column } as const] : [],
  )
}

/** What a checker looks at first: of each column of numbers. */
export function statisticsOf(table: Table): readonly Statistics[] {
  return table.columns.flatMap((name, column) => {
    const numbers = numbersOf(table, column)
    if (numbers === null) return []
    const values = numbers.filter((value) => value !== null)
    const notZero = values.filter((value) => value !== 0)
    const least = (all: readonly number[]) => all.reduce((a, b) => Math.min(a, b))
    return [
      {
        column,
        name,
        least: least(values),
        leastNotZero: notZero.length === 0 ? null : least(notZero),
        greatest: values.reduce((a, b) => Math.max(a, b)),
        sum: values.reduce((a, b) => a + b, 0),
        decimals: Math.max(...table.rows.map((row) => decimalsOf(row[column] ?? ''))),
      },
    ]
  })
}

function decimalsOf(text: string): number {
  return /[.,](\d+)$/.exec(text.trim())?.[1]?.length ?? 0
}
