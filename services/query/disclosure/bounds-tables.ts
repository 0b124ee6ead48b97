/**
 * The tables of plan M in a vault session and the statements that read them. Names and whole numbers only (see level-two.ts).
 *
 * Tables: `<leaf>_bounds` (g…, q where there are quarters, r, m, and per measure c, m or c, s, z, l) as the one pass makes them · `<leaf>_cells` (gid, g…, r, n,
 * and per measure what is known of its cell) · `<leaf>_slice`: level 1 of some persons · `__chosen` (g…): groups to be looked at
 * again. `q` is the quarter of the persons, NULL for rows of nobody; a person is in one quarter, so what quarters say adds up.
 */
import type { RewrittenStatement } from '../../engine/engine.ts'
import { chosenRelation, type Leaf, type Mask, type Measure } from '../plan.ts'
import {
  columnsOfRows,
  differ,
  evidenceOfGroups,
  groupsOf,
  isSum,
  list,
  named,
  type Pair,
  sameGroup,
} from './level-two.ts'
import { quoted, template, whole } from './template.ts'

/** A leaf of plan M. */
export type MaskedLeaf = Leaf & { readonly mask: Mask }

const boundsOf = (leaf: Leaf) => quoted(`${leaf.name}_bounds`)
export const cellsOf = (leaf: Leaf) => quoted(`${leaf.name}_cells`)
export const blocksOf = (leaf: Leaf) => quoted(`${leaf.name}_blocks`)
const sliceOf = (leaf: Leaf) => quoted(`${leaf.name}_slice`)
const chosen = quoted(chosenRelation)

/** Distinct bits of a mask are distinct persons; no mask is no person. */
const bitsOf = (mask: string) => `coalesce(sum(bit_count(${mask})), 0)::BIGINT`
const countOf = (column: string) => `coalesce(sum(${column}), 0)::BIGINT`

export function keepBounds(leaf: MaskedLeaf): RewrittenStatement {
  const carried = leaf.measures.flatMap(({ shape }, i) => {
    if (shape === 'presence' || shape === 'quantile') return []
    return shape === 'filtered' ? [`c${i}`, `m${i}`] : [`c${i}`, `s${i}`, `z${i}`, `l${i}`]
  })
  const quarter = leaf.mask.hasQuarters ? ['q'] : []
  const columns = list([...named(leaf), ...quarter, 'r', 'm', ...carried])
  return template(`CREATE TEMP TABLE ${boundsOf(leaf)}(${columns}) AS ${leaf.mask.bounds}`)
}

/** One row per group, numbered as `keepGroups` would; a leaf without keys has one row. */
export function keepCells(leaf: Leaf): RewrittenStatement {
  const keys = named(leaf)
  const known = leaf.measures.flatMap((measure, i) =>
    cellOf(measure, i).map(([name, sql]) => `${sql} AS ${name}`),
  )
  const grouped = keys.length > 0 ? ` GROUP BY ${list(keys)}` : ''
  const order = keys.length > 0 ? `ORDER BY ${list(keys)}` : ''
  const inner = list([...keys, `${countOf('r')} AS r`, `${bitsOf('m')} AS n`, ...known])
  return template(
    `CREATE TEMP TABLE ${cellsOf(leaf)} AS SELECT row_number() OVER (${order}) - 1 AS gid, * FROM (SELECT ${inner} FROM ${boundsOf(leaf)}${grouped})`,
  )
}

/** Name and text of what is known of a cell. A sum of a quarter is the most that a person of it adds, when nothing is negative. */
function cellOf(measure: Measure, i: number): readonly (readonly [string, string])[] {
  if (measure.shape === 'presence' || measure.shape === 'quantile') return []
  const rows = [`c${i}`, countOf(`c${i}`)] as const
  if (!isSum(measure)) return [rows, [`n${i}`, bitsOf(`m${i}`)]]
  const quarter = `s${i}::DOUBLE`
  const largest = `max(${quarter}, 2) FILTER (WHERE q IS NOT NULL)`
  return [
    rows,
    [`n${i}`, bitsOf(`z${i}`)],
    [`v${i}`, `sum(s${i})`],
    [`b${i}`, `coalesce(bool_and(l${i}), true)`],
    [`a${i}`, `coalesce(sum(abs(${quarter})) FILTER (WHERE q IS NOT NULL), 0)`],
    [`t${i}`, `coalesce(abs((${largest})[1]), 0)`],
    [`u${i}`, `coalesce(abs((${largest})[2]), 0)`],
  ]
}

/** Groups with so many rows that they may be shown, in the order of their labels. */
export function readCells(leaf: Leaf, absentBelow: number): RewrittenStatement {
  const known = leaf.measures.flatMap((measure, i) => cellOf(measure, i).map(([name]) => name))
  return template(
    `SELECT ${list(['gid', 'r', 'n', ...named(leaf), ...known])} FROM ${cellsOf(leaf)} WHERE r >= ${whole(absentBelow)} ORDER BY gid`,
  )
}

/** Which groups a statement is about: those of too few rows, and those named. */
interface About {
  readonly absentBelow: number
  readonly gids: readonly number[]
}

function isMeant({ absentBelow, gids }: About): string {
  const few = `g.r < ${whole(absentBelow)}`
  return gids.length > 0 ? `(${few} OR g.gid IN (${list(gids.map(whole))}))` : few
}

/** Rows of the groups meant, and a lower bound of their persons; of one measure, or of all rows. */
export function readTogether(leaf: MaskedLeaf, about: About, index?: number): RewrittenStatement {
  const measure = index === undefined ? undefined : leaf.measures[index]
  const isOfAll = measure === undefined || measure.shape === 'presence' || measure.shape === 'quantile'
  const rows = isOfAll ? 'r.r' : `r.c${index}`
  const mask = isOfAll ? 'r.m' : `r.${isSum(measure) ? 'z' : 'm'}${index}`
  const isOfValues = measure?.shape === 'quantile'
  const source = isOfValues ? blocksOf(leaf) : boundsOf(leaf)
  const quarter = isOfValues || leaf.mask.hasQuarters ? 'r.q' : '0 AS q'
  return template(
    `SELECT ${countOf('c')}, ${bitsOf('m')} FROM (SELECT ${quarter}, sum(${rows}) AS c, bit_or(${mask}) AS m FROM ${source} AS r JOIN ${cellsOf(leaf)} AS g ON ${sameGroup(leaf)} WHERE ${isMeant(about)} GROUP BY ALL)`,
  )
}

/** One more than the largest person key. */
export function countKeys({ mask: { persons } }: MaskedLeaf): RewrittenStatement {
  const relation = `${quoted(persons.schema)}.${quoted(persons.name)}`
  return template(`SELECT coalesce(max("__pix")::BIGINT + 1, 0) FROM ${relation}`)
}

/** Level 1 of the persons below a key: what is true of so many of them is true of as many of all. */
export function keepSlice(leaf: Leaf, below: number): RewrittenStatement {
  const columns = list(columnsOfRows(leaf))
  return template(
    `CREATE TEMP TABLE ${sliceOf(leaf)} AS SELECT * FROM (${leaf.level1}) AS one(${columns}) WHERE p < ${whole(below)}`,
  )
}

/** gid; per sum, distinct hashes of what persons of the slice contribute; per pair, those of them whose part in the two differs. */
export function readSlice(leaf: Leaf, pairs: readonly Pair[], absentBelow: number): RewrittenStatement {
  const values = leaf.measures.flatMap((measure, i) =>
    isSum(measure)
      ? [`coalesce(bit_count(bit_or(1::UBIGINT << (hash(r.s${i}) & 63)) FILTER (WHERE r.c${i} > 0)), 0)`]
      : [],
  )
  const differences = pairs.map((pair) => `count(r.p) FILTER (WHERE ${differ(leaf, pair)})`)
  return template(
    `SELECT ${list(['g.gid', ...values, ...differences])} FROM ${sliceOf(leaf)} AS r JOIN ${cellsOf(leaf)} AS g ON ${sameGroup(leaf)} WHERE g.r >= ${whole(absentBelow)} GROUP BY g.gid ORDER BY g.gid`,
  )
}

export function dropSlice(leaf: Leaf): RewrittenStatement {
  return template(`DROP TABLE ${sliceOf(leaf)}`)
}

export function keepChosen(leaf: Leaf, about: About): RewrittenStatement {
  return template(
    `CREATE TEMP TABLE ${chosen} AS SELECT ${list(named(leaf))} FROM ${cellsOf(leaf)} AS g WHERE ${isMeant(about)}`,
  )
}

export function dropChosen(): RewrittenStatement {
  return template(`DROP TABLE ${chosen}`)
}

/** The groups of level 1 as it is kept, under the numbers that they have among the cells. */
export function keepNumberedGroups(leaf: Leaf): RewrittenStatement {
  return template(
    `CREATE TEMP TABLE ${groupsOf(leaf)} AS SELECT g.gid, r.* FROM (${evidenceOfGroups(leaf)}) AS r JOIN ${cellsOf(leaf)} AS g ON ${sameGroup(leaf)}`,
  )
}

export function dropBounds(leaf: Leaf): readonly RewrittenStatement[] {
  return [cellsOf(leaf), boundsOf(leaf)].map((table) => template(`DROP TABLE ${table}`))
}
