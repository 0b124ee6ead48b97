/**
 * The statements that read an order statistic, a flag or moments from the table of its values, with the evidence that goes with
 * it: one row per group that anybody has a value in (disclosure.md 9.2). Names and whole numbers only, like level two.
 *
 * Table: `<leaf>_values_<measure>` (g…, p, x, for two numbers y, and c: rows of this person that hold the value).
 */
import type { RewrittenStatement } from '../../engine/engine.ts'
import type { Leaf, Measure } from '../plan.ts'
import { joined, valuesOf } from './level-two.ts'
import { template, whole } from './template.ts'

interface Asked {
  readonly leaf: Leaf
  readonly measure: Measure
  readonly k: number
  /** Groups of fewer persons are absent: nothing is asked about them. */
  readonly absentBelow: number
}

/** gid, persons with a value, and what each shape says beside. */
export function readStatistic(asked: Asked): RewrittenStatement {
  switch (asked.measure.shape) {
    case 'min':
    case 'max':
      return readExtreme(asked, asked.measure.shape)
    case 'quantile':
      return readQuantile(asked)
    case 'mode':
      return readMode(asked)
    case 'any':
    case 'all':
      return readSides(asked)
    default:
      return readMoments(asked)
  }
}

export function isDate({ type }: Pick<Measure, 'type'>): boolean {
  return type === 'DATE' || type === 'TIMESTAMP'
}

/** Values of persons in the groups asked about; dates that are no day are none. */
function held({ leaf, measure, absentBelow }: Asked, columns: string): string {
  const isDay = isDate(measure) ? ' AND isfinite(r.x)' : ''
  return `held AS MATERIALIZED (SELECT g.gid, r.p, ${columns}, r.c FROM ${joined(leaf, valuesOf(leaf, measure.name))} WHERE r.p IS NOT NULL AND g.n >= ${whole(absentBelow)}${isDay})`
}

/** A day is nobody's birthday any more once it is its month. TRY, for the far ends of the calendar. */
function shown({ measure }: Asked, value: string): string {
  return isDate(measure) ? `TRY(date_trunc('month', ${value})::${measure.type})` : value
}

/** The value of the k-th person from that end, each person counted by their own extreme. */
function readExtreme(asked: Asked, end: 'min' | 'max'): RewrittenStatement {
  const k = whole(asked.k)
  return template(
    `WITH ${held(asked, 'r.x')}, own AS (SELECT gid, p, ${end}(x) AS x FROM held GROUP BY gid, p), found AS (SELECT gid, count(*) AS n, (${end}(x, ${k}))[${k}] AS x FROM own GROUP BY gid) SELECT gid, n, CASE WHEN n >= ${whole(2 * asked.k)} THEN ${shown(asked, 'x')} END FROM found ORDER BY gid`,
  )
}

/** From `held`: rows `w` of each value, and how far their block is from rank 1 + q (rows - 1). */
export function ranked({ q }: Pick<Measure, 'q'>): string {
  const share = `'${Number(q)}'::DOUBLE`
  return `counted AS (SELECT gid, x, sum(c)::DOUBLE AS w FROM held GROUP BY gid, x), blocks AS (SELECT gid, x, w, sum(w) OVER (PARTITION BY gid ORDER BY x ROWS UNBOUNDED PRECEDING) AS hi, 1 + ${share} * (sum(w) OVER (PARTITION BY gid) - 1) AS t FROM counted), far AS (SELECT gid, x, greatest(0, hi - w + 1 - t, t - hi) AS d FROM blocks)`
}

/**
 * Rows are ranked; equal values stand in one block, so that no order among persons decides anything. The window grows from rank
 * 1 + q (rows - 1) on both sides, block by block, until k persons are in it. Each of them counts once, with the mean of their
 * values in it. gid, persons, persons in the window, sum of their means, then for T4 the sum of sizes and the two largest.
 */
function readQuantile(asked: Asked): RewrittenStatement {
  const k = whole(asked.k)
  const x = isDate(asked.measure) ? 'epoch(r.x)::DOUBLE AS x' : 'r.x::DOUBLE AS x'
  return template(
    `WITH ${held(asked, x)}, ${ranked(asked.measure)}, own AS (SELECT gid, held.p, min(d) AS d FROM held JOIN far USING (gid, x) GROUP BY gid, held.p), reach AS (SELECT gid, count(*) AS n, (min(d, ${k}))[${k}] AS d FROM own GROUP BY gid), inside AS (SELECT gid, held.p, sum(held.x * held.c) / sum(held.c) AS m FROM held JOIN far USING (gid, x) JOIN reach USING (gid) WHERE far.d <= reach.d GROUP BY gid, held.p) SELECT gid, any_value(reach.n), count(*), sum(m), ${sizes('m')} FROM inside JOIN reach USING (gid) GROUP BY gid ORDER BY gid`,
  )
}

/** The value on most rows; of several, the one of most persons, then the first. gid, persons, persons who hold it, the value. */
function readMode(asked: Asked): RewrittenStatement {
  return template(
    `WITH ${held(asked, 'r.x')}, persons AS (SELECT gid, count(DISTINCT p) AS n FROM held GROUP BY gid), counted AS (SELECT gid, x, sum(c) AS f, count(*) AS h FROM held GROUP BY gid, x), best AS (SELECT * FROM counted QUALIFY row_number() OVER (PARTITION BY gid ORDER BY f DESC, h DESC, x) = 1) SELECT gid, n, h, CASE WHEN h >= ${whole(asked.k)} THEN ${shown(asked, 'x')} END FROM best JOIN persons USING (gid) ORDER BY gid`,
  )
}

/** gid, persons, persons with a row where it holds, persons with a row where it does not. */
function readSides(asked: Asked): RewrittenStatement {
  return template(
    `WITH ${held(asked, 'r.x')} SELECT gid, count(DISTINCT p), count(DISTINCT p) FILTER (WHERE x), count(DISTINCT p) FILTER (WHERE NOT x) FROM held GROUP BY gid ORDER BY gid`,
  )
}

/**
 * In two passes, from the mean: gid, persons, rows, per number its mean, the sum of deviations and of their squares, then, for
 * two, the sum of products; then for T4 the sizes of what each person adds to the squares and products.
 */
function readMoments(asked: Asked): RewrittenStatement {
  const numbers = asked.measure.shape === 'relation' ? (['x', 'y'] as const) : (['x'] as const)
  const means = numbers.map((x) => `sum(${x} * c) / sum(c) AS m${x}`)
  const from = (x: string) => `(${x} - m${x})`
  const squares = numbers.map((x) => [`${x}${x}`, `${from(x)} * ${from(x)}`] as const)
  const second = numbers.length > 1 ? [...squares, ['xy', `${from('x')} * ${from('y')}`] as const] : squares
  const deviations = numbers.map((x) => `sum(c * ${from(x)}) AS d${x}`)
  const own = [...deviations, ...second.map(([name, product]) => `sum(c * ${product}) AS ${name}`)]
  const totals = [
    ...numbers.flatMap((x) => [`any_value(m${x})`, `sum(d${x})`]),
    ...second.map(([name]) => `sum(${name})`),
  ]
  const columns = numbers.map((x) => `r.${x}::DOUBLE AS ${x}`).join(', ')
  return template(
    `WITH ${held(asked, columns)}, centre AS MATERIALIZED (SELECT gid, ${means.join(', ')} FROM held GROUP BY gid), own AS (SELECT gid, p, sum(c) AS c, ${own.join(', ')} FROM held JOIN centre USING (gid) GROUP BY gid, p) SELECT gid, count(*), sum(c)::BIGINT, ${[...totals, ...second.map(([name]) => sizes(name))].join(', ')} FROM own JOIN centre USING (gid) GROUP BY gid ORDER BY gid`,
  )
}

/** How persons make up the sum of one number: gid, who is not zero, who differs from the commonest, and the sizes. */
export function readSizes(asked: Asked, number: 'x' | 'y'): RewrittenStatement {
  return template(
    `WITH ${held(asked, `r.${number}::DOUBLE AS x`)}, own AS MATERIALIZED (SELECT gid, p, sum(x * c) AS s FROM held GROUP BY gid, p), common AS (SELECT gid, count(*) AS f FROM own GROUP BY gid, s), apart AS (SELECT gid, (sum(f) - max(f))::BIGINT AS d FROM common GROUP BY gid) SELECT gid, count(*) FILTER (WHERE s <> 0), any_value(d), ${sizes('s')} FROM own JOIN apart USING (gid) GROUP BY gid ORDER BY gid`,
  )
}

/** Sum of absolute values, the largest and the second. */
function sizes(of: string): string {
  const top = `max(abs(${of}), 2)`
  return `coalesce(sum(abs(${of})), 0), coalesce((${top})[1], 0), coalesce((${top})[2], 0)`
}
