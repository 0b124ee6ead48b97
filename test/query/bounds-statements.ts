/** Statements of plan M written by hand: those that say what they should, and those with one fault. None comes from the rewriter. */
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf } from '../../services/query/plan.ts'
import { type Case, leafOf } from './granted.ts'

const masked = (keys: number, measures: string, alike: readonly (readonly [number, number])[] = []): Leaf =>
  leafOf(keys, measures, {
    plan: 'M',
    mask: { bounds: template(''), alike, hasQuarters: true, persons: { schema: 'care', name: 'stays' } },
  })

/** As a leaf without sums. */
const undivided = ({ mask, ...leaf }: Leaf): Leaf =>
  mask ? { ...leaf, mask: { ...mask, hasQuarters: false } } : leaf
const plain = masked(1, 'presence')
const whole = undivided(plain)
const filtered = masked(1, 'filtered')
const summed = masked(1, 'sum')
const bit = '1::UBIGINT << ((__pix >> 2) & 63)'
const mask = `bit_or(${bit})`
const head = `ward, __pix & 3, count(*), ${mask}`
const sumOf = (x: string) => `count(${x}), sum(${x}), ${mask} FILTER (WHERE ${x} <> 0), bool_and(${x} >= 0)`
const from = 'FROM care.stays GROUP BY ALL'

export const honestBounds: Record<string, Case> = {
  'rows and persons': [`SELECT ${head} ${from}`, plain],
  'a total': [`SELECT __pix & 3, count(*), ${mask} ${from}`, masked(0, 'presence')],
  'a filtered count': [
    `SELECT ${head}, count(sid), ${mask} FILTER (WHERE sid IS NOT NULL) ${from}`,
    filtered,
  ],
  'a sum': [`SELECT ${head}, ${sumOf('cost')} ${from}`, summed],
  'a sum and a mean of one value': [
    `SELECT ${head}, ${sumOf('a')}, ${sumOf('b')} FROM (SELECT ward, __pix, cost AS a, cost::DOUBLE AS b FROM care.stays) GROUP BY ALL`,
    masked(1, 'sum avg', [[0, 1]]),
  ],
  'rows and persons without quarters': [`SELECT ward, count(*), ${mask} ${from}`, whole],
  'a total without quarters': [`SELECT count(*), ${mask} FROM care.stays`, undivided(masked(0, 'presence'))],
  'a join on the person': [
    `SELECT p.sex, s.__pix & 3, count(*), ${mask.replace('__pix', 's.__pix')} FROM care.stays s JOIN care.persons p ON p.__pix = s.__pix GROUP BY ALL`,
    plain,
  ],
}

export const brokenBounds: Record<string, Case> = {
  'quarters where there are none': [`SELECT ${head} ${from}`, whole],
  'the person key as a label without quarters': [`SELECT __pix AS a, count(*), ${mask} ${from}`, whole],
  'persons who may not be in the row': [
    `SELECT p.sex, count(*), ${mask.replace('__pix', 'p.__pix')} FROM care.stays s FULL JOIN care.persons p ON p.__pix = s.__pix GROUP BY ALL`,
    whole,
  ],
  'no quarter': [`SELECT ward, count(*), ${mask} ${from}`, plain],
  'eighths for quarters': [`SELECT ward, __pix & 7, count(*), ${mask} ${from}`, plain],
  'persons for quarters': [`SELECT ward, __pix, count(*), ${mask} ${from}`, plain],
  'quarters of something else': [
    `SELECT event, day & 3, count(*), ${mask} FROM care.events GROUP BY ALL`,
    plain,
  ],
  'quarters of other persons': [
    `SELECT p.sex, p.__pix & 3, count(*), bit_or(1::UBIGINT << ((s.__pix >> 2) & 63)) FROM care.stays s LEFT JOIN care.persons p ON p.__pix = s.__pix GROUP BY ALL`,
    plain,
  ],
  'half of a full join': [
    `SELECT p.sex, p.__pix & 3, count(*), bit_or(1::UBIGINT << ((p.__pix >> 2) & 63)) FROM care.stays s FULL JOIN care.persons p ON p.__pix = s.__pix GROUP BY ALL`,
    plain,
  ],
  'the person key as a label': [`SELECT __pix AS a, __pix & 3, count(*), ${mask} ${from}`, plain],
  'bits of the person key as a label': [`SELECT __pix >> 4, __pix & 3, count(*), ${mask} ${from}`, plain],
  'the person key as text in a label': [`SELECT ward || __pix, __pix & 3, count(*), ${mask} ${from}`, plain],
  'two bits for a person': [
    `SELECT ward, __pix & 3, count(*), bit_or(3::UBIGINT << ((__pix >> 2) & 63)) ${from}`,
    plain,
  ],
  'bits of something else': [
    'SELECT event, __pix & 3, count(*), bit_or(1::UBIGINT << ((day >> 2) & 63)) FROM care.events GROUP BY ALL',
    plain,
  ],
  'bits of the whole key': [
    `SELECT ward, __pix & 3, count(*), bit_or(1::UBIGINT << (__pix & 63)) ${from}`,
    plain,
  ],
  'bits that follow each other': [`SELECT ward, __pix & 3, count(*), bit_or(__pix::UBIGINT) ${from}`, plain],
  'a mask that is no union': [`SELECT ward, __pix & 3, count(*), bit_xor(${bit}) ${from}`, plain],
  'a constant mask': [`SELECT ward, __pix & 3, count(*), 4095::UBIGINT ${from}`, plain],
  'a mask of some rows': [`SELECT ward, __pix & 3, count(*), ${mask} FILTER (WHERE cost > 5) ${from}`, plain],
  'a count of some rows': [
    `SELECT ward, __pix & 3, count(*) FILTER (WHERE cost > 5), ${mask} ${from}`,
    plain,
  ],
  'a constant for the rows': [`SELECT ward, __pix & 3, 100::BIGINT, ${mask} ${from}`, plain],
  'rows that are added to': [`SELECT ward, __pix & 3, count(*) + 10, ${mask} ${from}`, plain],
  'a value of somebody': [`SELECT ${head}, max(cost) ${from}`, plain],
  'columns out of place': [`SELECT ward, __pix & 3, ${mask}, count(*) ${from}`, plain],
  'a column twice': [`SELECT ward, __pix & 3, count(*), count(*) ${from}`, plain],
  'a column left out': [`SELECT ward, __pix & 3, count(*) ${from}`, plain],
  'a group that is not shown': [
    `SELECT ward, __pix & 3, count(*), ${mask} FROM care.stays GROUP BY ward, __pix & 3, sid`,
    plain,
  ],
  'several grouping sets': [
    `SELECT ward, __pix & 3, count(*), ${mask} FROM care.stays GROUP BY GROUPING SETS ((ward, __pix & 3), (__pix & 3))`,
    plain,
  ],
  'groups that are left out': [`SELECT ${head} ${from} HAVING count(*) > 5`, plain],
  'the first groups': [`SELECT ${head} ${from} ORDER BY 3 LIMIT 2`, plain],
  'some persons': [`SELECT ${head} FROM care.stays WHERE __pix < 100 GROUP BY ALL`, plain],
  'rows of several persons': [
    `SELECT p.sex, s.__pix & 3, count(*), ${mask.replace('__pix', 's.__pix')} FROM care.stays s JOIN care.persons p ON p.region = s.ward GROUP BY ALL`,
    plain,
  ],
  'public rows': ['SELECT label, 1 & 3, count(*), bit_or(1::UBIGINT) FROM care.regions GROUP BY ALL', plain],
  'a table that is not granted': [
    `SELECT note, __pix & 3, count(*), ${mask} FROM care.secrets GROUP BY ALL`,
    plain,
  ],
  'persons of other rows than are counted': [
    `SELECT ${head}, count(sid), ${mask} FILTER (WHERE pid IS NOT NULL) ${from}`,
    filtered,
  ],
  'persons of the rows that are not counted': [
    `SELECT ${head}, count(sid), ${mask} FILTER (WHERE sid IS NULL) ${from}`,
    filtered,
  ],
  'persons of all rows for some': [`SELECT ${head}, count(sid), ${mask} ${from}`, filtered],
  'a count under a condition': [
    `SELECT ${head}, count(sid) FILTER (WHERE cost > 5), ${mask} FILTER (WHERE sid IS NOT NULL) ${from}`,
    filtered,
  ],
  'distinct rows': [
    `SELECT ${head}, count(DISTINCT sid), ${mask} FILTER (WHERE sid IS NOT NULL) ${from}`,
    filtered,
  ],
  'a count of persons': [
    `SELECT ${head}, count(__pix), ${mask} FILTER (WHERE sid IS NOT NULL) ${from}`,
    filtered,
  ],
  'a sum of another value': [
    `SELECT event, __pix & 3, count(*), ${mask}, count(day), sum(day + 1), ${mask} FILTER (WHERE day <> 0), bool_and(day >= 0) FROM care.events GROUP BY ALL`,
    summed,
  ],
  'a sum of distinct values': [
    `SELECT ${head}, ${sumOf('cost').replace('sum(cost)', 'sum(DISTINCT cost)')} ${from}`,
    summed,
  ],
  'a sum under a condition': [
    `SELECT ${head}, ${sumOf('cost').replace('sum(cost)', "sum(cost) FILTER (WHERE ward = 'a')")} ${from}`,
    summed,
  ],
  'a mean for a sum': [`SELECT ${head}, ${sumOf('cost').replace('sum(cost)', 'avg(cost)')} ${from}`, summed],
  'one positive value for none that is negative': [
    `SELECT ${head}, ${sumOf('cost').replace('bool_and', 'bool_or')} ${from}`,
    summed,
  ],
  'a sign that is asked otherwise': [
    `SELECT ${head}, ${sumOf('cost').replace('>= 0', '<= 0')} ${from}`,
    summed,
  ],
  'a sign of another size': [`SELECT ${head}, ${sumOf('cost').replace('>= 0', '>= -1')} ${from}`, summed],
  'the least of another value': [
    `SELECT ${head}, ${sumOf('cost').replace('cost >= 0', 'abs(cost) >= 0')} ${from}`,
    summed,
  ],
  'the least of some rows': [`SELECT ${head}, ${sumOf('cost')} FILTER (WHERE cost > 0) ${from}`, summed],
  'persons with a zero': [`SELECT ${head}, ${sumOf('cost').replace('<> 0', '>= 0')} ${from}`, summed],
  'persons without a one': [`SELECT ${head}, ${sumOf('cost').replace('<> 0', '<> 1')} ${from}`, summed],
  'a sum and a mean of two values': [
    `SELECT ${head}, ${sumOf('a')}, ${sumOf('b')} FROM (SELECT ward, __pix, cost AS a, cost + 1 AS b FROM care.stays) GROUP BY ALL`,
    masked(1, 'sum avg', [[0, 1]]),
  ],
  'a sum and a mean of what may be cut': [
    `SELECT ${head}, ${sumOf('a')}, ${sumOf('b')} FROM (SELECT ward, __pix, cost AS a, TRY_CAST(cost AS SMALLINT) AS b FROM care.stays) GROUP BY ALL`,
    masked(1, 'sum avg', [[0, 1]]),
  ],
  'a shape without bounds': [`SELECT ${head}, count(sid) ${from}`, masked(1, 'persons')],
  'a leaf of another plan': [`SELECT ${head} ${from}`, leafOf(1, 'presence')],
}

const two = masked(2, 'presence')
const chosenFrom = (join: string) =>
  `SELECT i.ward, i.sid, i.__pix, count(*), count(*) FROM (SELECT ward, sid, pid, __pix, cost FROM care.stays) i ${join} GROUP BY ALL`
function boundsFrom(rows: string): string {
  return `SELECT ward, sid, __pix & 3, count(*), ${mask} FROM (SELECT i.ward, i.sid, i.__pix FROM (SELECT ward, sid, pid, __pix, cost FROM ${rows}) i) b GROUP BY ALL`
}
const same = 'i.ward IS NOT DISTINCT FROM s.g0 AND i.sid IS NOT DISTINCT FROM s.g1'

export const honestChosen: Record<string, Case> = {
  'groups by all of their keys': [chosenFrom(`SEMI JOIN __chosen s ON ${same}`), two],
}

export const brokenChosen: Record<string, Case> = {
  'one key of two': [chosenFrom('SEMI JOIN __chosen s ON i.ward IS NOT DISTINCT FROM s.g0'), two],
  'keys that are lost where they are NULL': [
    chosenFrom('SEMI JOIN __chosen s ON i.ward = s.g0 AND i.sid = s.g1'),
    two,
  ],
  'another column for a key': [chosenFrom(`SEMI JOIN __chosen s ON ${same.replace('i.sid', 'i.pid')}`), two],
  'keys in each other’s place': [
    chosenFrom(
      'SEMI JOIN __chosen s ON i.ward IS NOT DISTINCT FROM s.g1 AND i.sid IS NOT DISTINCT FROM s.g0',
    ),
    two,
  ],
  'the groups that are not chosen': [chosenFrom(`ANTI JOIN __chosen s ON ${same}`), two],
  'groups as often as they are chosen': [chosenFrom(`JOIN __chosen s ON ${same}`), two],
  'all groups': [chosenFrom(''), two],
  'groups chosen within the rows': [
    chosenFrom(`SEMI JOIN __chosen s ON ${same}`).replace(
      'FROM care.stays',
      'FROM care.stays WHERE ward IN (SELECT g0 FROM __chosen)',
    ),
    two,
  ],
  'groups without persons': [
    chosenFrom(`SEMI JOIN __chosen s ON ${same}`).replace('i.__pix', 'any_value(i.__pix)'),
    two,
  ],
}

/** Level 1, bounds and chosen groups that are each proved, over rows that are not the same. */
export const otherRows: Record<string, { readonly bounds: string; readonly chosen: string }> = {
  'bounds of some rows': {
    bounds: boundsFrom('care.stays WHERE cost > 5'),
    chosen: chosenFrom(`SEMI JOIN __chosen s ON ${same}`),
  },
  'bounds with another label': {
    bounds: boundsFrom('care.stays').replace('ward, sid, pid', 'pid AS ward, sid, pid'),
    chosen: chosenFrom(`SEMI JOIN __chosen s ON ${same}`),
  },
  'some rows of the chosen groups': {
    bounds: boundsFrom('care.stays'),
    chosen: chosenFrom(`SEMI JOIN __chosen s ON ${same} AND i.cost > 5`),
  },
}
export const sameRows = {
  levelOne: chosenFrom(''),
  bounds: boundsFrom('care.stays'),
  chosen: chosenFrom(`SEMI JOIN __chosen s ON ${same}`),
  leaf: two,
}
