/** Statements that say which cells differ by fewer than k persons (disclosure.md 13). Names and whole numbers only (see level-two.ts). */
import type { RewrittenStatement, Rows } from '../../engine/engine.ts'
import type { Leaf } from '../plan.ts'
import { fail, Reader } from './evidence.ts'
import { isFloating, type Part, partRows } from './parts.ts'
import { quoted, template, whole } from './template.ts'

/** The cells of one measure of a leaf, by gid; below zero they are all groups of one grouping set, added up. */
export interface Side {
  readonly leaf: Leaf
  readonly part: Part
}

/** Two cells that differ, and the persons, fewer than k, whose part in them does. */
export interface Close {
  readonly left: number
  readonly right: number
  readonly persons: number
  /** Persons whom only the one has, or only the other, whichever is fewer: nobody where one lies within the other. */
  readonly apart: number
}

/** Two sums are compared by their numbers alone. */
export function areSums(left: Part, right: Part): boolean {
  return left.kind === 'sum' && right.kind === 'sum'
}

/** Cells beside what all groups of a set add up to, which anybody can compute who sees them. */
function cells({ leaf, part }: Side, isAlone: boolean): string {
  const rows = partRows(leaf, part, isAlone)
  if (leaf.total) return `SELECT gid, p, c, s FROM (${rows})`
  const added = `SELECT w, p, sum(c) AS c, sum(s) AS s FROM parts GROUP BY w, p`
  const isSomething = isAlone ? 's <> 0' : 'c > 0'
  return `WITH parts AS MATERIALIZED (${rows}) SELECT gid, p, c, s FROM parts UNION ALL SELECT * FROM (${added}) WHERE ${isSomething}`
}

/** The table of a side, which is kept while leaves may still be compared with it. */
const tableOf = ({ leaf, part: { index, number } }: Side, isAlone: boolean) =>
  quoted(`${leaf.name}_part_${index}${number}${isAlone ? '_alone' : ''}`)

export function keepCells(side: Side, isAlone: boolean): RewrittenStatement {
  return template(`CREATE TEMP TABLE ${tableOf(side, isAlone)} AS ${cells(side, isAlone)}`)
}

export function dropCells(side: Side, isAlone: boolean): RewrittenStatement {
  return template(`DROP TABLE ${tableOf(side, isAlone)}`)
}

/** How many persons the cells that may be shown rest on, each number once; of a sum alone, those who add something. */
export function readSizesOf(side: Side, isAlone: boolean, k: number): RewrittenStatement {
  const sizes = `SELECT count(*) AS n FROM ${tableOf(side, isAlone)} GROUP BY gid`
  return template(`SELECT DISTINCT n FROM (${sizes}) WHERE n >= ${whole(k)} ORDER BY n`)
}

/**
 * gid left, gid right, persons who differ, persons of the one alone: n + n, less those in both, less those whose part is the same in both. Cells that
 * differ by fewer than k persons have sizes less than k apart, and share somebody: the others are not looked at.
 *
 * One person in sixteen says which pairs of large cells are worth looking at: fewer than k of those differ too. Cells that have
 * fewer than k of them are compared in full. Reads the tables that `keepCells` made.
 */
export function readClose(left: Side, right: Side, k: number): RewrittenStatement {
  const isAlone = areSums(left.part, right.part)
  const tables = [tableOf(left, isAlone), tableOf(right, isAlone)] as const
  // Of a side beside itself each pair is looked at once, and no cell beside itself.
  const isOther = tables[0] === tables[1] ? ' AND x.gid < y.gid' : ''
  const isNear = `x.p = y.p AND abs(x.n - y.n) < ${whole(k)}${isOther}`
  const [isLarge, areSmall] = [
    `x.m >= ${whole(k)} OR y.m >= ${whole(k)}`,
    `x.m < ${whole(k)} AND y.m < ${whole(k)}`,
  ]
  const isSame = isSameOf(left, right)
  const worth = `SELECT x.gid AS i, y.gid AS j FROM x JOIN y ON ${isNear} WHERE x.p % ${oneIn} = 0 AND y.p % ${oneIn} = 0 AND (${isLarge}) GROUP BY x.gid, y.gid HAVING ${apart('m', isSame)} < ${whole(k)}`
  const small = `SELECT x.gid AS i, y.gid AS j, ${apart('n', isSame)} AS d, ${alone} FROM x JOIN y ON ${isNear} WHERE ${areSmall} GROUP BY x.gid, y.gid`
  const large = `SELECT i, j, ${apart('n', isSame)} AS d, ${alone} FROM worth JOIN x ON x.gid = i JOIN y ON y.gid = j AND y.p = x.p GROUP BY i, j`
  const near = nearCells(...tables, k)
  return template(
    `WITH ${near}, worth AS MATERIALIZED (${worth}) SELECT * FROM (${small} UNION ALL ${large}) WHERE d BETWEEN 1 AND ${whole(k)} - 1 ORDER BY ALL`,
  )
}

/** The same of two measures of one leaf, within each group. */
export function readCloseWithin(left: Side, right: Side, k: number): RewrittenStatement {
  const isAlone = areSums(left.part, right.part)
  const d = apart('n', isSameOf(left, right))
  return template(
    `WITH a AS MATERIALIZED (${cells(left, isAlone)}), b AS MATERIALIZED (${cells(right, isAlone)}), ${nearCells('a', 'b', k)} SELECT x.gid, x.gid, ${d} AS d, ${alone} FROM x JOIN y ON x.gid = y.gid AND x.p = y.p GROUP BY x.gid HAVING d BETWEEN 1 AND ${whole(k)} - 1 ORDER BY ALL`,
  )
}

const oneIn = 16

/** Parts `x` of one table and `y` of the other in cells of n persons, m of them in the sample, that have a cell of nearly n persons on the other side. */
function nearCells(left: string, right: string, k: number): string {
  const most = whole(k)
  const sized = (cell: string) =>
    `(SELECT gid, count(*) AS n, count(*) FILTER (WHERE p % ${oneIn} = 0) AS m FROM ${cell} GROUP BY gid HAVING n >= ${most})`
  const about = (sizes: string) =>
    `(SELECT n + d FROM (SELECT DISTINCT n FROM ${sizes}), (SELECT unnest(range(1 - ${most}, ${most})) AS d))`
  const near = (cell: string, [own, other]: readonly [string, string]) =>
    `(SELECT cell.*, n, m FROM ${cell} AS cell JOIN ${own} USING (gid) WHERE n IN ${about(other)})`
  const tables = [
    ['na', sized(left)],
    ['nb', sized(right)],
    ['x', near(left, ['na', 'nb'])],
    ['y', near(right, ['nb', 'na'])],
  ]
  return `${tables.map(([name, rows]) => `${name} AS MATERIALIZED ${rows}`).join(', ')}`
}

function apart(size: 'n' | 'm', isSame: string): string {
  return `any_value(x.${size}) + any_value(y.${size}) - count(*) - count(*) FILTER (WHERE ${isSame})`
}

/** Persons who are not in both, on the side that has fewer of them. */
const alone = 'least(any_value(x.n), any_value(y.n)) - count(*)'

function isSameOf(left: Side, right: Side): string {
  return `x.c = y.c AND ${isFloating(left.part) || isFloating(right.part) ? nearlyEqual : 'x.s = y.s'}`
}

/** Far below the twelve digits that are shown. */
const nearlyEqual = 'abs(x.s::DOUBLE - y.s::DOUBLE) <= abs(x.s::DOUBLE) * 1e-13'

export function parseSizes({ rows }: Rows): readonly number[] {
  return rows.map((row) => {
    const reader = new Reader(row)
    const size = reader.count()
    reader.end()
    return size
  })
}

export function parseClose({ rows }: Rows): readonly Close[] {
  return rows.map(([left, right, persons, apart]) => ({
    left: wholeOf(left),
    right: wholeOf(right),
    persons: wholeOf(persons),
    apart: wholeOf(apart),
  }))
}

function wholeOf(value: unknown): number {
  const number = Number(value ?? Number.NaN)
  return Number.isSafeInteger(number) ? number : fail()
}
