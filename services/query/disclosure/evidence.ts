/**
 * What the vault says of each group of a leaf, as the disclosure kernel reads it. A worker that has touched patient rows is
 * taken as hostile: every number is checked against what evidence can be, and anything else ends the query.
 */
import type { Rows, Value } from '../../engine/engine.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { hasOwnTable, type Leaf, type Measure } from '../plan.ts'
import { isMoment, isSum, type Pair } from './level-two.ts'

/** What persons contribute, in absolute value: all of it, and the two largest. */
export interface Sizes {
  readonly total: number
  readonly largest: number
  readonly second: number
}

/** How a sum is made up; all of it counts persons or sums what persons contribute, in absolute value. */
export interface Contributions extends Sizes {
  /** Persons whose contribution is not zero. */
  readonly nonZero: number
  /** Persons whose contribution differs from the commonest one; a lower bound where `isExact` is false. */
  readonly differing: number
  readonly isExact: boolean
}

export interface CellEvidence {
  /** What would be shown. */
  readonly value: Value
  /** Distinct persons in the selection of this cell. */
  readonly persons: number
  readonly contributions?: Contributions
  /** Of moments: how the sum of each number is made up. */
  readonly moments?: readonly Contributions[]
  /** What else no one and no two persons may make up: a window of values in order, squares and products about the mean. */
  readonly parts?: readonly Sizes[]
  /** Persons on whom the value itself rests, where these are fewer than the selection. */
  readonly support?: number
  /** Degrees of freedom that the statistic leaves. */
  readonly freedom?: number
}

/** Two cells of a group and the persons, at least one, whose part in them differs. */
interface Difference {
  readonly pair: Pair
  readonly persons: number
}

export interface GroupEvidence {
  /** Number of the group, in the order of the labels. */
  readonly gid: number
  readonly keys: readonly Value[]
  /** Distinct persons with a row in the group. */
  readonly persons: number
  /** One per measure of the leaf, in its order. */
  readonly cells: readonly CellEvidence[]
  /** Cells of this group that differ, but by fewer persons than the threshold. */
  readonly differences?: readonly Difference[]
}

/** The groups that may be shown. Those of fewer persons than the threshold never left the vault, unless labels must stay. */
export type Evidence = readonly GroupEvidence[]

/** One row of evidence is read left to right. */
export class Reader {
  readonly #cells: readonly Value[]
  #at = 0

  constructor(cells: readonly Value[]) {
    this.#cells = cells
  }

  any(): Value {
    const value = this.#cells[this.#at]
    this.#at += 1
    return value === undefined ? fail() : value
  }

  count(): number {
    const value = Number(this.any() ?? Number.NaN)
    return Number.isSafeInteger(value) && value >= 0 ? value : fail()
  }

  /** A finite number that is not negative. */
  size(): number {
    const value = this.any()
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : fail()
  }

  /** A finite number. */
  number(): number {
    const value = this.any()
    return typeof value === 'number' && Number.isFinite(value) ? value : fail()
  }

  sizes(): Sizes {
    const [total, largest, second] = [this.size(), this.size(), this.size()]
    return second > largest ? fail() : { total, largest, second }
  }

  /** The first day of a month, at midnight, or null. */
  month(): Value {
    const value = this.any()
    return value === null || (typeof value === 'string' && /^\d{4,}-\d\d-01([T ]00:00:00)?$/.test(value))
      ? value
      : fail()
  }

  /** A sum as the engine gave it: a finite number, an integer, a decimal as text, or null. */
  sum(): Value {
    const value = this.any()
    if (value === null || typeof value === 'bigint') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? value : fail()
  }

  end(): void {
    if (this.#at !== this.#cells.length) fail()
  }
}

export function fail(): never {
  throw new Refusal('QUERY_FAILED', { rule: 'query.evidence' })
}

/** Reads the groups of a leaf; cells of measures with a table of their own are empty until their values are read. */
export function parseGroups(leaf: Leaf, rows: Rows, absentBelow: number): Evidence {
  let last = -1
  return rows.rows.map((row) => {
    const reader = new Reader(row)
    const gid = reader.count()
    const persons = reader.count()
    if (gid <= last || persons < absentBelow) fail()
    last = gid
    const keys = leaf.keys.map(() => reader.any())
    const cells = leaf.measures.map((measure) => parseCell(measure, reader, persons))
    reader.end()
    return { gid, keys, persons, cells }
  })
}

function parseCell(measure: Measure, reader: Reader, most: number): CellEvidence {
  if (measure.shape === 'values') return { value: 0, persons: 0 }
  if (hasOwnTable(measure)) return { value: null, persons: 0 }
  const persons = reader.count()
  if (persons > most) fail()
  if (!isSum(measure)) {
    const value = reader.count()
    return { value: measure.shape === 'persons' ? persons : value, persons }
  }
  const sum = reader.sum()
  const count = reader.count()
  const nonZero = reader.count()
  const sizes = reader.sizes()
  const distinct = reader.count()
  if (nonZero > persons) fail()
  const value = measure.shape === 'sum' ? sum : mean(sum, count)
  // d distinct hashes mean d - 1 distinct values at least (+0 and -0 may hash apart), of which all but the commonest differ.
  const differing = Math.max(distinct - 2, 0)
  return { value, persons, contributions: { nonZero, differing, isExact: false, ...sizes } }
}

export function mean(sum: Value, count: number): Value {
  return sum === null || count === 0 ? null : Number(sum) / count
}

/** The evidence with the cells of one `values` measure, read from its own statement. */
export function withValues(evidence: Evidence, index: number, rows: Rows): Evidence {
  const found = new Map<number, CellEvidence>()
  for (const row of rows.rows) {
    const reader = new Reader(row)
    const gid = reader.count()
    const persons = reader.count()
    found.set(gid, { persons, value: reader.count() })
    reader.end()
  }
  return withCells(evidence, index, found)
}

/** The evidence with these cells of one measure, by group. Refusal QUERY_FAILED for one of more persons than its group has. */
export function withCells(
  evidence: Evidence,
  index: number,
  found: ReadonlyMap<number, CellEvidence>,
): Evidence {
  return evidence.map((group) => {
    const cell = found.get(group.gid)
    if (cell && cell.persons > group.persons) fail()
    return cell ? { ...group, cells: group.cells.with(index, cell) } : group
  })
}

/** The evidence with the exact number of persons who differ, for the groups that were asked about. */
export function withDiffering(evidence: Evidence, index: number, rows: Rows): Evidence {
  const exact = new Map<number, number>()
  for (const row of rows.rows) {
    const reader = new Reader(row)
    exact.set(reader.count(), reader.count())
    reader.end()
  }
  return evidence.map((group) => {
    const differing = exact.get(group.gid)
    const cell = group.cells[index]
    if (differing === undefined || !cell?.contributions) return group
    if (differing > cell.persons) fail()
    const contributions = { ...cell.contributions, differing, isExact: true }
    return { ...group, cells: group.cells.with(index, { ...cell, contributions }) }
  })
}

/** The evidence with what makes the cells of a pair differ: gid, then one count of persons per pair. */
export function withDifferences(evidence: Evidence, pairs: readonly Pair[], { rows }: Rows): Evidence {
  const found = new Map<number, readonly Difference[]>()
  for (const row of rows) {
    const reader = new Reader(row)
    const gid = reader.count()
    const counts = pairs.map((pair) => ({ pair, persons: reader.count() }))
    reader.end()
    found.set(
      gid,
      counts.filter(({ persons }) => persons > 0),
    )
  }
  return evidence.map((group) => {
    const differences = found.get(group.gid) ?? fail()
    if (differences.some(({ persons }) => persons > group.persons)) fail()
    return { ...group, differences: [...(group.differences ?? []), ...differences] }
  })
}

/** A single count. */
export function parseCount({ rows: [row] }: Rows): number {
  const reader = new Reader(row ?? [])
  const value = reader.count()
  reader.end()
  return value
}

/** Rows of two whole numbers; the second may be negative or missing. */
export function parsePairs({ rows }: Rows): readonly (readonly [number, number | null])[] {
  const wholeOf = (value: Value | undefined): number => {
    const number = Number(value ?? Number.NaN)
    return Number.isSafeInteger(number) ? number : fail()
  }
  return rows.map(([first, second]) => [wholeOf(first), second === null ? null : wholeOf(second)])
}

/** The number of the grouping set of a group: one that there is, and the keys that it leaves out are not there. */
export function parseSet({ sets = [] }: Leaf, { keys }: GroupEvidence): number {
  const number = Number(keys.at(-1) ?? Number.NaN)
  const set = sets[number] ?? fail()
  const isAbsent = (value: Value, key: number) => set.includes(key) || value === null
  return keys.slice(0, -1).every(isAbsent) ? number : fail()
}

/** The evidence of several cells taken as one; its value is of no use to anybody and is left out. */
export function parseUnion(measure: Measure, { rows: [row] }: Rows): CellEvidence {
  const reader = new Reader(row ?? [])
  const persons = reader.count()
  if (!isSum(measure) && !isMoment(measure)) {
    reader.end()
    return { value: null, persons }
  }
  const nonZero = reader.count()
  const sizes = reader.sizes()
  const differing = reader.count()
  reader.end()
  if (nonZero > persons || differing > persons) fail()
  return {
    value: null,
    persons,
    contributions: { nonZero, differing, isExact: true, ...sizes },
  }
}
