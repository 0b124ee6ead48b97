/** Statements that say which cells differ by fewer than k persons (disclosure.md 13). Names and whole numbers only (see level-two.ts). */
import type { RewrittenStatement, Rows } from '../../engine/engine.ts'
import type { Leaf } from '../plan.ts'
import { fail, Reader } from './evidence.ts'
import { isFloating, type Part, partRows } from './parts.ts'
import { template, whole } from './template.ts'

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

/** How many persons the cells that may be shown rest on, each number once; of a sum alone, those who add something. */
export function readSizesOf(side: Side, isAlone: boolean, k: number): RewrittenStatement {
  const sizes = `SELECT count(*) AS n FROM (${cells(side, isAlone)}) GROUP BY gid`
  return template(`SELECT DISTINCT n FROM (${sizes}) WHERE n >= ${whole(k)} ORDER BY n`)
}

/**
 * gid left, gid right, persons who differ: n + n, less those in both, less those whose part is the same in both. Cells that
 * differ by fewer than k persons have sizes less than k apart, and share somebody: the others are not looked at.
 */
export function readClose(left: Side, right: Side, k: number): RewrittenStatement {
  return close({ left, right, k }, 'x.p = y.p')
}

/** The same of two measures of one leaf, within each group. */
export function readCloseWithin(left: Side, right: Side, k: number): RewrittenStatement {
  return close({ left, right, k }, 'x.p = y.p AND x.gid = y.gid')
}

interface Compared {
  readonly left: Side
  readonly right: Side
  readonly k: number
}

function close({ left, right, k }: Compared, on: string): RewrittenStatement {
  const isAlone = areSums(left.part, right.part)
  const most = whole(k)
  const sized = (cell: string) =>
    `(SELECT gid, count(*) AS n FROM ${cell} GROUP BY gid HAVING count(*) >= ${most})`
  const about = (sizes: string) =>
    `(SELECT n + d FROM (SELECT DISTINCT n FROM ${sizes}), (SELECT unnest(range(1 - ${most}, ${most})) AS d))`
  const near = (cell: string, [own, other]: readonly [string, string]) =>
    `(SELECT ${cell}.*, n FROM ${cell} JOIN ${own} USING (gid) WHERE n IN ${about(other)})`
  const isSame = `x.c = y.c AND ${isFloating(left.part) || isFloating(right.part) ? nearlyEqual : 'x.s = y.s'}`
  const apart = `(any_value(x.n) + any_value(y.n) - count(*) - count(*) FILTER (WHERE ${isSame}))`
  return template(
    `WITH a AS MATERIALIZED (${cells(left, isAlone)}), b AS MATERIALIZED (${cells(right, isAlone)}), na AS MATERIALIZED ${sized('a')}, nb AS MATERIALIZED ${sized('b')} SELECT x.gid, y.gid, ${apart} AS d FROM ${near('a', ['na', 'nb'])} AS x JOIN ${near('b', ['nb', 'na'])} AS y ON ${on} AND abs(x.n - y.n) < ${most} GROUP BY x.gid, y.gid HAVING d BETWEEN 1 AND ${most} - 1 ORDER BY ALL`,
  )
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
  return rows.map(([left, right, persons]) => ({
    left: wholeOf(left),
    right: wholeOf(right),
    persons: wholeOf(persons),
  }))
}

function wholeOf(value: unknown): number {
  const number = Number(value ?? Number.NaN)
  return Number.isSafeInteger(number) ? number : fail()
}
