/**
 * What plan M knows of a cell, and what follows from it for certain (disclosure.md 8.4). A bound is on the safe side whatever the
 * data: what it does not settle is in doubt, and exact evidence decides. Pure but for reading rows of the vault.
 */
import type { Rows, Value } from '../../engine/engine.ts'
import type { Leaf, Measure } from '../plan.ts'
import type { MaskedLeaf } from './bounds-tables.ts'
import { type CellEvidence, fail, type GroupEvidence, mean, Reader, type Sizes } from './evidence.ts'
import { isSum, type Pair } from './level-two.ts'
import { isDominated, type Thresholds } from './rules.ts'
import { beyond } from './statistic-evidence.ts'

interface CellBounds {
  readonly value: Value
  /** Rows of the selection: an upper bound of its persons. */
  readonly rows: number
  /** Of a sum: persons with a value that is not zero. A lower bound. */
  readonly persons: number
  readonly sum?: {
    /** No value is negative: then what a person contributes is no less than any value of theirs. */
    readonly isPositive: boolean
    /** What persons contribute together; upper bounds of what one and two of them do. */
    readonly sizes: Sizes
    /** Persons whose contribution differs from the commonest one. A lower bound. */
    readonly differing: number
  }
  /** Of a quantile: of the values nearest to its rank, whether there is but one, and its persons. A lower bound. */
  readonly middle?: { readonly isAlone: boolean; readonly inside: number }
}

export interface GroupBounds {
  readonly gid: number
  readonly keys: readonly Value[]
  readonly rows: number
  /** A lower bound. */
  readonly persons: number
  readonly cells: readonly CellBounds[]
  /** Per pair of measures, persons whose part in the two differs. Lower bounds; absent where none were looked at. */
  readonly apart?: readonly number[]
}

export function parseBounds(leaf: Leaf, { rows }: Rows): readonly GroupBounds[] {
  let last = -1
  return rows.map((row) => {
    const reader = new Reader(row)
    const [gid, count, persons] = [reader.count(), reader.count(), reader.count()]
    if (gid <= last || persons > count) fail()
    last = gid
    const keys = leaf.keys.map(() => reader.any())
    const whole = { value: count, rows: count, persons }
    const cells = leaf.measures.map((measure) => {
      if (measure.shape === 'quantile') return noValue
      return measure.shape === 'presence' ? whole : parseCell(measure, reader, count)
    })
    reader.end()
    return { gid, keys, rows: count, persons, cells }
  })
}

/** Of a quantile until its values have been read, and where there are none. */
const noValue: CellBounds = { value: null, rows: 0, persons: 0 }

function parseCell(measure: Measure, reader: Reader, most: number): CellBounds {
  const [rows, persons] = [reader.count(), reader.count()]
  if (rows > most || persons > rows) fail()
  if (!isSum(measure)) return { value: rows, rows, persons }
  const sum = reader.sum()
  const isPositive = reader.any()
  if (typeof isPositive !== 'boolean') fail()
  const sizes = { total: reader.size(), largest: reader.size(), second: reader.size() }
  const value = measure.shape === 'sum' ? sum : mean(sum, rows)
  return { value, rows, persons, sum: { isPositive, sizes, differing: 0 } }
}

/** The bounds with what a slice of the persons adds to them; groups with nobody in the slice have no row. */
export function withSlice(
  groups: readonly GroupBounds[],
  pairs: readonly Pair[],
  { rows }: Rows,
): readonly GroupBounds[] {
  const found = new Map(rows.map((row) => [Number(row[0]), row]))
  return groups.map((group) => {
    const reader = new Reader(found.get(group.gid) ?? [])
    if (!found.has(group.gid)) return group
    reader.count()
    const cells = group.cells.map((cell) => {
      if (!cell.sum) return cell
      // As for exact evidence: d hashes are d - 1 values at least, all but the commonest of which differ.
      return { ...cell, sum: { ...cell.sum, differing: Math.max(reader.count() - 2, 0) } }
    })
    const apart = pairs.map(() => reader.count())
    reader.end()
    return { ...group, cells, apart }
  })
}

/** The bounds with the cells of the quantile; groups without a row have no value. */
export function withMiddles(
  groups: readonly GroupBounds[],
  index: number,
  { rows }: Rows,
): readonly GroupBounds[] {
  const found = new Map(rows.map((row) => parseMiddle(new Reader(row))))
  return groups.map((group) => {
    const cell = found.get(group.gid)
    if (cell && cell.rows > group.rows) fail()
    return cell ? { ...group, cells: group.cells.with(index, cell) } : group
  })
}

function parseMiddle(reader: Reader): readonly [number, CellBounds] {
  const gid = reader.count()
  const [rows, persons, value] = [reader.count(), reader.count(), reader.number()]
  const [inside, blocks] = [reader.count(), reader.count()]
  reader.end()
  if (persons > rows || inside > persons || blocks < 1) fail()
  return [gid, { value, rows, persons, middle: { inside, isAlone: blocks === 1 } }]
}

type Outcome = 'passes' | 'fails' | 'doubt'

/** What becomes of a cell by the rules of `rules.ts`, where that is certain. */
function outcomeOf(cell: CellBounds, q: number | undefined, thresholds: Thresholds): Outcome {
  const { rows, persons, sum } = cell
  const { k } = thresholds
  if (rows < k) return 'fails'
  if (persons < k) return 'doubt'
  if (q !== undefined) return isQuantileCertain(cell, q, thresholds) ? 'passes' : 'doubt'
  if (!sum) return 'passes'
  const { isPositive, sizes, differing } = sum
  // Sums of quarters are rounded otherwise than sums of persons: far less than this.
  const total = sizes.total * (1 - 1e-6)
  return isPositive && differing >= k && !isDominated({ ...sizes, total }, thresholds) ? 'passes' : 'doubt'
}

/** Numbers up to this one times any number of rows are exact as a DOUBLE. */
const largestValue = 1e6

/** Whether exact evidence finds the one value nearest to the rank, and k persons who hold it and beyond it on either side. */
function isQuantileCertain(
  { value, persons, middle }: CellBounds,
  q: number,
  thresholds: Thresholds,
): boolean {
  const size = Math.abs(Number(value))
  if (!middle?.isAlone || middle.inside < thresholds.k || !(size <= largestValue)) return false
  if (beyond(persons, q) < thresholds.k) return false
  return !isDominated({ total: middle.inside * size, largest: size, second: size }, thresholds)
}

interface Scope {
  readonly leaf: MaskedLeaf
  readonly thresholds: Thresholds
  readonly pairs: readonly Pair[]
  /** The group is shown whoever is in it. */
  readonly keepsLabels: boolean
}

/** The group as evidence that decides as exact evidence would; undefined when there is a doubt. */
export function settled(group: GroupBounds, scope: Scope): GroupEvidence | undefined {
  const { thresholds, keepsLabels } = scope
  if (!keepsLabels && group.persons < thresholds.k) return undefined
  const outcomes = group.cells.map((cell, i) => outcomeOf(cell, scope.leaf.measures[i]?.q, thresholds))
  if (outcomes.includes('doubt')) return undefined
  const areFar = scope.pairs.every(([i, j], at) => {
    const areShown = outcomes[i] === 'passes' && outcomes[j] === 'passes'
    return !areShown || (group.apart?.[at] ?? 0) >= thresholds.k || areEqual(group, [i, j], scope)
  })
  if (!areFar) return undefined
  const { gid, keys, persons } = group
  const cells = group.cells.map((cell): CellEvidence => ({ value: cell.value, persons: cell.persons }))
  return { gid, keys, persons, cells }
}

/** Sums of whole numbers up to this one are exact as a DOUBLE too. */
const exactUpTo = 2 ** 53

/** Whether two cells differ for nobody. */
function areEqual({ cells }: GroupBounds, [i, j]: Pair, { leaf }: Scope): boolean {
  const [left, right] = [cells[i], cells[j]]
  if (!left || !right) return false
  if (left.sum || right.sum) {
    const isAlike = leaf.mask.alike.some(([a, b]) => a === i && b === j)
    return isAlike && (left.sum?.isPositive ?? false) && (left.sum?.sizes.total ?? exactUpTo) < exactUpTo
  }
  // A presence counts every row, so another count that is as large counts the same rows.
  const isPresence = [i, j].some((index) => leaf.measures[index]?.shape === 'presence')
  return isPresence && left.rows === right.rows
}

/** The gids of settled groups with a cell that is withheld. */
export function withheldIn(groups: readonly GroupEvidence[], { k }: Thresholds): readonly number[] {
  return groups.filter(({ cells }) => cells.some(({ persons }) => persons < k)).map(({ gid }) => gid)
}
