/** Comparison with what left before: the same cell, a little different, tells of those between (disclosure by difference). Pure. */
import { type Found, numbersOf } from './cells.ts'
import type { Table } from './table.ts'

/** A table of an earlier release, or of one in hand. */
export interface Earlier {
  readonly release: string
  readonly table: Table
}

export interface Compared {
  readonly found: readonly Found[]
  /** Releases that have cells of the same labels. */
  readonly releases: readonly string[]
}

interface Cell {
  readonly value: number
  readonly row: number
  readonly column: number
}

/**
 * Whole numbers that differ by less than k, and are not the same, from a cell of the same column and the same labels. Labels are the columns
 * that tell the rows apart: those of text, then as many of numbers as it takes.
 */
export function compare(table: Table, earlier: readonly Earlier[], k: number): Compared {
  const labels = labelsOf(table)
  const own = cellsOf(table, labels) ?? new Map<string, Cell>()
  const found = new Map<string, Found>()
  const releases = new Set<string>()
  for (const { release, table: other } of earlier) {
    for (const [name, before] of cellsOf(other, labels) ?? []) {
      const cell = own.get(name)
      if (cell === undefined) continue
      releases.add(release)
      const { value, row, column } = cell
      if (isNear(value, before.value, k))
        found.set(name, { rule: 'difference.small', weight: 'serious', row, column })
    }
  }
  return { found: [...found.values()], releases: [...releases] }
}

/** What may be two counts of nearly the same persons. */
function isNear(a: number, b: number, k: number): boolean {
  const apart = Math.abs(a - b)
  return Number.isInteger(a) && Number.isInteger(b) && apart > 0 && apart < k
}

const nameOf = (column: string) => column.trim().toLowerCase()

function labelsOf(table: Table): readonly string[] {
  const columns = table.columns.map((column, at) => ({ name: nameOf(column), at }))
  const isText = ({ at }: { at: number }) => numbersOf(table, at) === null
  const labels = columns.filter(isText).map(({ name }) => name)
  const numbers = columns.filter((one) => !isText(one)).map(({ name }) => name)
  // The last column of numbers is what is told, and never a label.
  for (const next of numbers.slice(0, -1)) {
    if (cellsOf(table, labels) !== null) break
    labels.push(next)
  }
  return labels
}

/** Numbers by their column and labels; null where a label is missing, or does not tell two rows apart. */
function cellsOf(table: Table, labels: readonly string[]): ReadonlyMap<string, Cell> | null {
  const names = table.columns.map(nameOf)
  const at = labels.map((label) => names.indexOf(label))
  if (at.includes(-1)) return null
  const keys = table.rows.map((row) => JSON.stringify(at.map((column) => row[column]?.trim() ?? null)))
  if (new Set(keys).size < keys.length) return null
  const told = names.map((name, column) => ({ name, column })).filter(({ name }) => !labels.includes(name))
  const cells = told.flatMap(({ name, column }) => {
    const numbers = numbersOf(table, column) ?? []
    return numbers.flatMap((value, row): [string, Cell][] =>
      value === null ? [] : [[`${name} ${keys[row]}`, { value, row, column }]],
    )
  })
  return new Map(cells)
}
