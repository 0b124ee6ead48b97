/** What the vault says of order statistics, flags and moments, as the disclosure kernel reads it: as strictly as evidence.ts. */
import type { Rows, Value } from '../../engine/engine.ts'
import type { Measure, RelationStatistic, SpreadStatistic } from '../plan.ts'
import { type CellEvidence, type Contributions, type Evidence, fail, Reader, withCells } from './evidence.ts'
import { type Moment, relationOf, spreadOf } from './moments.ts'
import { isDate } from './statistic.ts'

interface Place {
  readonly measure: Measure
  /** Place of the measure in its leaf. */
  readonly index: number
  readonly k: number
}

/** The evidence with the cells of one statistic; groups without a row have no person with a value. */
export function withStatistic(evidence: Evidence, { measure, index, k }: Place, rows: Rows): Evidence {
  const found = new Map<number, CellEvidence>()
  for (const row of rows.rows) {
    const reader = new Reader(row)
    const gid = reader.count()
    if (found.has(gid)) fail()
    found.set(gid, parse(measure, reader, k))
    reader.end()
  }
  return withCells(evidence, index, found)
}

/** The evidence with how the sum of one more number of a moments cell is made up; no cell with persons may be left out. */
export function withSizes(evidence: Evidence, index: number, rows: Rows): Evidence {
  const found = new Map<number, Contributions>()
  for (const row of rows.rows) {
    const reader = new Reader(row)
    const gid = reader.count()
    found.set(gid, { nonZero: reader.count(), differing: reader.count(), isExact: true, ...reader.sizes() })
    reader.end()
  }
  return evidence.map((group) => {
    const cell = group.cells[index]
    if (!cell || cell.persons === 0) return group
    const made = found.get(group.gid) ?? fail()
    if (made.nonZero > cell.persons || made.differing > cell.persons) fail()
    const moments = [...(cell.moments ?? []), made]
    return { ...group, cells: group.cells.with(index, { ...cell, moments }) }
  })
}

function parse(measure: Measure, reader: Reader, k: number): CellEvidence {
  const persons = reader.count()
  switch (measure.shape) {
    case 'min':
    case 'max':
      // At least k persons on either side of the one whose value it is, counting that one.
      return {
        persons,
        support: Math.floor(persons / 2),
        value: isDate(measure) ? reader.month() : reader.sum(),
      }
    case 'quantile':
      return parseQuantile(measure, reader, persons)
    case 'mode':
      return {
        persons,
        support: part(reader, persons),
        value: isDate(measure) ? reader.month() : reader.any(),
      }
    case 'any':
    case 'all':
      return parseSides(measure.shape, { reader, persons, k })
    default:
      return parseMoments(measure, reader, persons)
  }
}

/** Persons among these. */
function part(reader: Reader, persons: number): number {
  const count = reader.count()
  return count > persons ? fail() : count
}

function parseQuantile(measure: Measure, reader: Reader, persons: number): CellEvidence {
  const inside = part(reader, persons)
  const sum = reader.number()
  const sizes = reader.sizes()
  const value = inside === 0 ? null : sum / inside
  return {
    persons,
    support: Math.min(inside, beyond(persons, measure.q ?? 0)),
    value: isDate(measure) ? monthOf(value, measure) : value,
    // Seconds since 1970 have no size that says anything of a person.
    ...(isDate(measure) ? {} : { parts: [sizes] }),
  }
}

/** Of these persons, those who stand beyond a quantile on its shorter side. */
export function beyond(persons: number, q: number): number {
  // A hair, for 110 persons and q = 0.9 make 11 and floating numbers make less.
  return Math.floor(persons * Math.min(q, 1 - q) + 1e-9)
}

function monthOf(seconds: number | null, { type }: Measure): Value {
  if (seconds === null || Math.abs(seconds) > 8e12) return null
  const month = /^(\d{4}-\d\d)/.exec(new Date(seconds * 1000).toISOString())?.[1]
  return month === undefined ? null : `${month}-01${type === 'DATE' ? '' : 'T00:00:00'}`
}

interface Sides {
  readonly reader: Reader
  readonly persons: number
  readonly k: number
}

/** A side of fewer than k persons is taken as nobody, whether it is nobody or not. */
function parseSides(shape: 'any' | 'all', { reader, persons, k }: Sides): CellEvidence {
  const [holds, fails] = [part(reader, persons), part(reader, persons)]
  return { persons, support: Math.max(holds, fails), value: shape === 'any' ? holds >= k : fails < k }
}

function parseMoments({ shape, statistic }: Measure, reader: Reader, persons: number): CellEvidence {
  const rows = reader.count()
  if (rows < persons) fail()
  const means = (): Omit<Moment, 'squares'> => ({ mean: reader.number(), deviations: reader.number() })
  if (shape === 'spread') {
    const x = { ...means(), squares: reader.size() }
    const value = spreadOf(statistic as SpreadStatistic, { rows, x })
    return { persons, value, freedom: persons - 1, parts: [reader.sizes()], moments: [] }
  }
  const [aboutX, aboutY] = [means(), means()]
  const [x, y] = [
    { ...aboutX, squares: reader.size() },
    { ...aboutY, squares: reader.size() },
  ]
  const value = relationOf(statistic as RelationStatistic, { rows, x, y, products: reader.number() })
  // A line takes two degrees of freedom.
  const parts = [reader.sizes(), reader.sizes(), reader.sizes()]
  return { persons, value, freedom: persons - 2, parts, moments: [] }
}
