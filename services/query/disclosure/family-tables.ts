/**
 * The tables of a vault session that say how the groups of several grouping sets rest on each other: which family a group is
 * decided in, and which groups of a finer set make up one that is implied. Names and whole numbers only (see level-two.ts).
 *
 * Tables: `<leaf>_families` (gid, family) · `<leaf>_covers` (gid, part). The family of a group is the gid of its parent group, or
 * `-1 - set` when the set has no parent: then it is the selection as a whole.
 */
import type { RewrittenStatement } from '../../engine/engine.ts'
import type { Leaf } from '../plan.ts'
import { rolesOf, type SetRole } from './lattice.ts'
import { quoted, template, whole } from './template.ts'

const groupsOf = (leaf: Leaf) => quoted(`${leaf.name}_groups`)
const rowsOf = (leaf: Leaf) => quoted(`${leaf.name}_rows`)
const familiesOf = (leaf: Leaf) => quoted(`${leaf.name}_families`)
const coversOf = (leaf: Leaf) => quoted(`${leaf.name}_covers`)

/** The column that holds the number of the set. */
function setOf({ keys }: Leaf): string {
  return `g${keys.length - 1}`
}

/** A condition on the groups `g`. */
export function isInFamily(leaf: Leaf, family: number): string {
  return `g.gid IN (SELECT gid FROM ${familiesOf(leaf)} WHERE family = ${whole(family)})`
}

export function keepFamilies(leaf: Leaf): readonly RewrittenStatement[] {
  const roles = rolesOf(leaf.sets ?? [])
  const families = roles.flatMap((role) => (role.cover === undefined ? [familiesOfSet(leaf, role)] : []))
  const covers = roles.flatMap(({ index, cover }) =>
    cover === undefined ? [] : [pairs(leaf, { coarse: index, fine: cover }, 'coarse.gid, fine.gid')],
  )
  const none = 'SELECT NULL::BIGINT, NULL::BIGINT WHERE false'
  const union = (parts: readonly string[]) => (parts.length > 0 ? parts.join(' UNION ALL ') : none)
  return [
    template(`CREATE TEMP TABLE ${familiesOf(leaf)}(gid, family) AS ${union(families)}`),
    template(`CREATE TEMP TABLE ${coversOf(leaf)}(gid, part) AS ${union(covers)}`),
  ]
}

function familiesOfSet(leaf: Leaf, { index, parent }: SetRole): string {
  if (parent !== undefined) return pairs(leaf, { coarse: parent, fine: index }, 'fine.gid, coarse.gid')
  return `SELECT gid, ${whole(-1 - index)} FROM ${groupsOf(leaf)} WHERE ${setOf(leaf)} = ${whole(index)}`
}

/** Groups of a finer set beside the group of the coarser one that has their rows. */
function pairs(leaf: Leaf, { coarse, fine }: { coarse: number; fine: number }, shown: string): string {
  const set = setOf(leaf)
  const shared = [...new Set(leaf.sets?.[coarse])]
  const same = shared.map((key) => `coarse.g${whole(key)} IS NOT DISTINCT FROM fine.g${whole(key)}`)
  const on = [`coarse.${set} = ${whole(coarse)}`, `fine.${set} = ${whole(fine)}`, ...same].join(' AND ')
  return `SELECT ${shown} FROM ${groupsOf(leaf)} AS fine JOIN ${groupsOf(leaf)} AS coarse ON ${on}`
}

/** gid and family of the groups that may be shown. */
export function readFamilies(leaf: Leaf, absentBelow: number): RewrittenStatement {
  return template(
    `SELECT gid, family FROM ${familiesOf(leaf)} JOIN ${groupsOf(leaf)} USING (gid) WHERE n >= ${whole(absentBelow)} ORDER BY gid`,
  )
}

/** family and the distinct persons of its groups that are absent. */
export function countAbsent(leaf: Leaf, absentBelow: number): RewrittenStatement {
  const keys = leaf.keys.map(({ name: _ }, i) => `r.g${i} IS NOT DISTINCT FROM g.g${i}`)
  return template(
    `SELECT family, count(DISTINCT r.p) FROM ${familiesOf(leaf)} JOIN ${groupsOf(leaf)} AS g USING (gid) JOIN ${rowsOf(leaf)} AS r ON ${keys.join(' AND ')} WHERE g.n < ${whole(absentBelow)} GROUP BY family ORDER BY family`,
  )
}

/** gid of an implied group and of a group that makes it up; NULL for parts that are absent. */
export function readCovers(leaf: Leaf, absentBelow: number): RewrittenStatement {
  return template(
    `SELECT DISTINCT c.gid, CASE WHEN p.n >= ${whole(absentBelow)} THEN c.part END AS part FROM ${coversOf(leaf)} AS c JOIN ${groupsOf(leaf)} AS p ON p.gid = c.part ORDER BY ALL`,
  )
}

export function dropFamilies(leaf: Leaf): readonly RewrittenStatement[] {
  return [familiesOf(leaf), coversOf(leaf)].map((table) => template(`DROP TABLE ${table}`))
}
