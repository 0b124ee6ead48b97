/**
 * The statements that turn level 1 of a leaf (one row per group and person) into evidence (one row per group). They read
 * temporary tables of the vault session only, and hold names and whole numbers only (disclosure.md 8.3, plans U and X).
 *
 * Tables: `<leaf>_rows` (g…, p, r, and per measure c, s) · `<leaf>_values_<measure>` (g…, p, x) · `<leaf>_groups` (gid, g…, n,
 * evidence). `p` is the hidden person key; rows of a public frame have none and never count as a person.
 */
import type { RewrittenStatement } from '../../engine/engine.ts'
import { hasOwnTable, type Leaf, type Measure } from '../plan.ts'
import { isInFamily } from './family-tables.ts'
import { quoted, template, whole } from './template.ts'

/** Two measures of a leaf, by number, that can be subtracted from each other. */
export type Pair = readonly [number, number]

/** Measures whose cells rest on contributions, not only on presence. */
export function isSum({ shape }: Pick<Measure, 'shape'>): boolean {
  return shape === 'sum' || shape === 'avg'
}

/** Measures made of the moments of one number or two: each of them must pass what a sum must. */
export function isMoment({ shape }: Pick<Measure, 'shape'>): boolean {
  return shape === 'spread' || shape === 'relation'
}

/** Which groups a statement is about: those never returned (under `absentBelow` persons) and those named. */
export interface Selection {
  readonly absentBelow: number
  readonly gids: readonly number[]
  /** Of several grouping sets: the family within which all of this is meant. */
  readonly family?: number
}

export const rowsOf = (leaf: Leaf) => quoted(`${leaf.name}_rows`)
export const groupsOf = (leaf: Leaf) => quoted(`${leaf.name}_groups`)
export const valuesOf = (leaf: Leaf, measure: string) => quoted(`${leaf.name}_values_${measure}`)

export const named = (leaf: Leaf) => leaf.keys.map((_, i) => `g${i}`)
export const list = (parts: readonly string[]) => parts.join(', ')

/** Keeps level 1 near the rows, its columns renamed by position: what the text called them does not matter. */
export function keepRows(leaf: Leaf, from: RowsOf = leaf): readonly RewrittenStatement[] {
  const values = from.values.map(({ measure, statement }) => {
    const shape = leaf.measures.find(({ name }) => name === measure)?.shape
    const held = shape === 'values' ? ['x'] : shape === 'relation' ? ['x', 'y', 'c'] : ['x', 'c']
    return template(
      `CREATE TEMP TABLE ${valuesOf(leaf, measure)}(${list([...named(leaf), 'p', ...held])}) AS ${statement}`,
    )
  })
  return [keepLevelOne(leaf, from.level1), ...values]
}

/** The statements of level 1: those of the leaf, or of some of its groups. */
export type RowsOf = Pick<Leaf, 'level1' | 'values'>

/** Level 1 alone, from this statement. */
function keepLevelOne(leaf: Leaf, statement: RewrittenStatement): RewrittenStatement {
  return template(`CREATE TEMP TABLE ${rowsOf(leaf)}(${list(columnsOfRows(leaf))}) AS ${statement}`)
}

/** The columns of level 1, by position. */
export function columnsOfRows(leaf: Leaf): readonly string[] {
  return [...named(leaf), 'p', 'r', ...leaf.measures.flatMap(columnsOf)]
}

function columnsOf(measure: Measure, i: number): readonly string[] {
  if (hasOwnTable(measure)) return []
  return isSum(measure) ? [`c${i}`, `s${i}`] : [`c${i}`]
}

/** One row per group, numbered in the order of its labels. A leaf without keys has one row, whatever it read. */
export function keepGroups(leaf: Leaf): RewrittenStatement {
  const keys = named(leaf)
  const order = keys.length > 0 ? `ORDER BY ${list(keys)}` : ''
  return template(
    `CREATE TEMP TABLE ${groupsOf(leaf)} AS SELECT row_number() OVER (${order}) - 1 AS gid, * FROM (${evidenceOfGroups(leaf)})`,
  )
}

/** One row per group of level 1, as it is kept. */
export function evidenceOfGroups(leaf: Leaf): string {
  const keys = named(leaf)
  const evidence = leaf.measures.flatMap((measure, i) =>
    evidenceOf(measure, i).map(([name, sql]) => `${sql} AS ${name}`),
  )
  const grouped = keys.length > 0 ? ` GROUP BY ${list(keys)}` : ''
  return `SELECT ${list([...keys, 'count(p) AS n', ...evidence])} FROM ${rowsOf(leaf)}${grouped}`
}

/** Name and text of the evidence columns of one measure; `values` measures have a statement of their own. */
function evidenceOf(measure: Measure, i: number): readonly (readonly [string, string])[] {
  const persons = [`n${i}`, `count(p) FILTER (WHERE c${i} > 0)`] as const
  if (hasOwnTable(measure)) return []
  if (!isSum(measure)) return [persons, [`v${i}`, `coalesce(sum(c${i}), 0)::BIGINT`]]
  const size = `abs(s${i}::DOUBLE)`
  return [
    persons,
    [`v${i}`, `sum(s${i})`],
    [`c${i}`, `coalesce(sum(c${i}), 0)::BIGINT`],
    [`z${i}`, `count(p) FILTER (WHERE s${i} <> 0)`],
    [`a${i}`, `coalesce(sum(${size}) FILTER (WHERE p IS NOT NULL), 0)`],
    [`t${i}`, `coalesce((max(${size}, 2) FILTER (WHERE p IS NOT NULL))[1], 0)`],
    [`u${i}`, `coalesce((max(${size}, 2) FILTER (WHERE p IS NOT NULL))[2], 0)`],
    [
      `d${i}`,
      `coalesce(bit_count(bit_or(1::UBIGINT << (hash(s${i}) & 63)) FILTER (WHERE p IS NOT NULL AND c${i} > 0)), 0)`,
    ],
  ]
}

/** Groups that may be shown, in the order of their labels: `absentBelow` 0 for leaves whose groups are never absent. */
export function readGroups(leaf: Leaf, absentBelow: number): RewrittenStatement {
  const evidence = leaf.measures.flatMap((measure, i) => evidenceOf(measure, i).map(([name]) => name))
  return template(
    `SELECT ${list(['gid', 'n', ...named(leaf), ...evidence])} FROM ${groupsOf(leaf)} WHERE n >= ${whole(absentBelow)} ORDER BY gid`,
  )
}

/** gid, persons with a value, values that at least k persons hold each; groups without a value have no row. */
export function readValues(leaf: Leaf, { measure, k }: { measure: string; k: number }): RewrittenStatement {
  const held = `SELECT g.gid, x, count(p) AS h FROM ${joined(leaf, valuesOf(leaf, measure))} WHERE x IS NOT NULL GROUP BY g.gid, x`
  const persons = `SELECT g.gid, count(DISTINCT p) AS n FROM ${joined(leaf, valuesOf(leaf, measure))} WHERE x IS NOT NULL GROUP BY g.gid`
  return template(
    `SELECT gid, any_value(persons.n), count(*) FILTER (WHERE h >= ${whole(k)}) FROM (${held}) AS held JOIN (${persons}) AS persons USING (gid) GROUP BY gid ORDER BY gid`,
  )
}

/** gid and the persons whose contribution differs from the commonest one, exactly, for the groups named. */
export function readDiffering(
  leaf: Leaf,
  { index, gids }: { index: number; gids: readonly number[] },
): RewrittenStatement {
  const { c, s } = { c: `r.c${index}`, s: `r.s${index}` }
  const chosen = `g.gid IN (${list(gids.map(whole))}) AND r.p IS NOT NULL AND ${c} > 0`
  const frequency = `SELECT g.gid, ${s} AS s, count(*) AS f FROM ${joined(leaf, rowsOf(leaf))} WHERE ${chosen} GROUP BY g.gid, ${s}`
  return template(`SELECT gid, (sum(f) - max(f))::BIGINT FROM (${frequency}) GROUP BY gid ORDER BY gid`)
}

/** gid and, per pair of measures, the persons whose part in the two differs, for the groups that may be shown. */
export function readDifferences(
  leaf: Leaf,
  { pairs, absentBelow }: { pairs: readonly Pair[]; absentBelow: number },
): RewrittenStatement {
  const counts = pairs.map((pair) => `count(r.p) FILTER (WHERE ${differ(leaf, pair)})`)
  return template(
    `SELECT ${list(['g.gid', ...counts])} FROM ${groupsOf(leaf)} AS g LEFT JOIN ${rowsOf(leaf)} AS r ON ${sameGroup(leaf)} WHERE g.n >= ${whole(absentBelow)} GROUP BY g.gid ORDER BY g.gid`,
  )
}

/** Whether the part of a person in one measure is not that in the other; means differ by their number of rows too. */
export function differ({ measures, plan }: Leaf, [i, j]: Pair): string {
  const [left, right] = [measures[i], measures[j]]
  if (!left || !right) throw new RangeError('a leaf has no such measure')
  const unequal = (a: string, b: string) => `${a} IS DISTINCT FROM ${b}`
  if (isSum(left)) {
    const sums = unequal(`coalesce(r.s${i}, 0)`, `coalesce(r.s${j}, 0)`)
    const isMean = left.shape === 'avg' || right.shape === 'avg'
    return isMean ? `(${sums} OR ${unequal(`r.c${i}`, `r.c${j}`)})` : sums
  }
  const isPersons = plan === 'U' || left.shape === 'persons'
  return isPersons ? unequal(`(r.c${i} > 0)`, `(r.c${j} > 0)`) : unequal(`r.c${i}`, `r.c${j}`)
}

/** Distinct persons with a row in the groups chosen. */
export function countPersons(leaf: Leaf, chosen: Selection): RewrittenStatement {
  return template(
    `SELECT count(DISTINCT r.p) FROM ${joined(leaf, rowsOf(leaf))} WHERE ${where(leaf, chosen)}`,
  )
}

/** What the cells of one measure in the groups chosen amount to when they are taken as one cell; of moments, one number. */
export function readUnion(
  leaf: Leaf,
  { index, chosen, number = 'x' }: { index: number; chosen: Selection; number?: 'x' | 'y' },
): RewrittenStatement {
  const measure = leaf.measures[index]
  if (measure && hasOwnTable(measure)) {
    const source = `${joined(leaf, valuesOf(leaf, measure.name))} WHERE r.p IS NOT NULL AND r.x IS NOT NULL AND (${where(leaf, chosen)})`
    return isMoment(measure)
      ? sizesOf(`SELECT r.p AS p, sum(r.${number} * r.c) AS s FROM ${source} GROUP BY r.p`)
      : template(`SELECT count(DISTINCT r.p) FROM ${source}`)
  }
  const source = `${joined(leaf, rowsOf(leaf))} WHERE r.p IS NOT NULL AND r.c${index} > 0 AND (${where(leaf, chosen)})`
  if (!measure || !isSum(measure)) return template(`SELECT count(DISTINCT r.p) FROM ${source}`)
  return sizesOf(`SELECT r.p AS p, sum(r.s${index})::DOUBLE AS s FROM ${source} GROUP BY r.p`)
}

/** How persons make up a sum, from what each of them adds. */
function sizesOf(persons: string): RewrittenStatement {
  const differing =
    'coalesce((SELECT sum(f) - max(f) FROM (SELECT count(*) AS f FROM persons GROUP BY s)), 0)::BIGINT'
  const top = 'max(abs(s), 2)'
  return template(
    `WITH persons AS MATERIALIZED (${persons}) SELECT count(p), count(p) FILTER (WHERE s <> 0), coalesce(sum(abs(s)), 0), coalesce((${top})[1], 0), coalesce((${top})[2], 0), ${differing} FROM persons`,
  )
}

/** Rows `r` of a table of the leaf beside their group `g`. */
export function joined(leaf: Leaf, source: string): string {
  return `${source} AS r JOIN ${groupsOf(leaf)} AS g ON ${sameGroup(leaf)}`
}

export function sameGroup(leaf: Leaf): string {
  const same = named(leaf).map((key) => `r.${key} IS NOT DISTINCT FROM g.${key}`)
  return same.length > 0 ? same.join(' AND ') : 'true'
}

function where(leaf: Leaf, { absentBelow, gids, family }: Selection): string {
  const absent = `g.n < ${whole(absentBelow)}`
  const chosen = gids.length > 0 ? `${absent} OR g.gid IN (${list(gids.map(whole))})` : absent
  return family === undefined ? chosen : `(${chosen}) AND ${isInFamily(leaf, family)}`
}

/** Frees the tables of a leaf once it has been decided. */
export function dropTables(leaf: Leaf): readonly RewrittenStatement[] {
  const tables = [groupsOf(leaf), rowsOf(leaf), ...leaf.values.map(({ measure }) => valuesOf(leaf, measure))]
  return tables.map((table) => template(`DROP TABLE ${table}`))
}
