/**
 * A quantile by bounds: rows of a group are ranked by blocks of equal values, as exact evidence ranks them (statistic.ts). Where one
 * block alone stands around the rank its value is the answer, once it holds k persons. Names and whole numbers only (see level-two.ts).
 *
 * Table: `<leaf>_blocks` (g…, x, q, r, m) as the one pass over values makes it.
 */
import type { RewrittenStatement } from '../../engine/engine.ts'
import type { Leaf, MaskedValues, Measure } from '../plan.ts'
import { blocksOf, cellsOf } from './bounds-tables.ts'
import { list, named, sameGroup } from './level-two.ts'
import { ranked } from './statistic.ts'
import { template, whole } from './template.ts'

export function keepBlocks(leaf: Leaf, { bounds }: MaskedValues): RewrittenStatement {
  return template(
    `CREATE TEMP TABLE ${blocksOf(leaf)}(${list([...named(leaf), 'x', 'q', 'r', 'm'])}) AS ${bounds}`,
  )
}

export function dropBlocks(leaf: Leaf): RewrittenStatement {
  return template(`DROP TABLE ${blocksOf(leaf)}`)
}

/** gid, rows with a value, their persons; of the values nearest to the rank one, its persons, and how many they are. Persons are lower bounds. */
export function readMiddles(leaf: Leaf, measure: Measure, absentBelow: number): RewrittenStatement {
  const held = `held AS MATERIALIZED (SELECT g.gid, r.x::DOUBLE AS x, r.q, r.r AS c, r.m FROM ${blocksOf(leaf)} AS r JOIN ${cellsOf(leaf)} AS g ON ${sameGroup(leaf)} WHERE r.q IS NOT NULL AND g.r >= ${whole(absentBelow)})`
  const bits = 'sum(bit_count(m))::BIGINT'
  const all = `SELECT gid, sum(c)::BIGINT AS c, ${bits} AS n FROM (SELECT gid, q, sum(c) AS c, bit_or(m) AS m FROM held GROUP BY gid, q) GROUP BY gid`
  const nearest = 'SELECT * FROM far QUALIFY rank() OVER (PARTITION BY gid ORDER BY d) = 1'
  const persons = `SELECT gid, x, ${bits} AS h FROM held GROUP BY gid, x`
  return template(
    `WITH ${held}, ${ranked(measure)}, nearest AS (${nearest}) SELECT gid, any_value(a.c), any_value(a.n), any_value(nearest.x), any_value(p.h), count(*) FROM nearest JOIN (${all}) AS a USING (gid) JOIN (${persons}) AS p USING (gid, x) GROUP BY gid ORDER BY gid`,
  )
}
