/** The rules of plan M, by which bounds decide or leave a doubt, taken away one by one (disclosure.md 8.3 and 8.4). */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of templates
import { editsOf } from './edit.ts'

const folder = 'services/query/disclosure'
const unit = 'test/query/bounds.test.ts'
const ofBlocks = 'test/query/blocks.test.ts'
const deceiving = 'test/property/deceiving.test.ts'

const outcomes = editsOf(
  `${folder}/bounds.ts`,
  [unit, deceiving],
  [
    [
      'bounds: groups come once, in order',
      'if (gid <= last || persons > count) fail()',
      'if (persons > count) fail()',
    ],
    [
      'bounds: no more persons than rows',
      'if (gid <= last || persons > count) fail()',
      'if (gid <= last) fail()',
    ],
    [
      'bounds: no more rows in a cell than in its group',
      'if (rows > most || persons > rows) fail()',
      'if (persons > rows) fail()',
    ],
    [
      'bounds: no more persons in a cell than rows',
      'if (rows > most || persons > rows) fail()',
      'if (rows > most) fail()',
    ],
    ['bounds: a sign is a boolean', "if (typeof isPositive !== 'boolean') fail()", ''],
    ['bounds: a row ends where it should', '    reader.end()\n    return { gid', '    return { gid'],
    [
      'bounds: a row of a slice ends where it should',
      '    reader.end()\n    return { ...group',
      '    return { ...group',
    ],
    ['bounds: two hashes may be the commonest', 'Math.max(reader.count() - 2, 0)', 'reader.count()'],
    ['bounds: sums of quarters are rounded', ' * (1 - 1e-6)', ''],
    ['bounds: what differs in a pair', '(group.apart?.[at] ?? 0) >= thresholds.k || ', 'group.apart || '],
    ['bounds: a sum and a mean of one value', 'return isAlike && ', 'return '],
    ['bounds: sums that are no longer exact', ' && (left.sum?.sizes.total ?? exactUpTo) < exactUpTo', ''],
    ['bounds: another count of as many rows', 'return isPresence && left', 'return left'],
    ['bounds: a count beside all rows', 'return isPresence && left.rows === right.rows', 'return isPresence'],
    [
      'bounds: sums of positive numbers',
      '(left.sum?.isPositive ?? false) && ',
      '',
      'a sum with a negative value is in doubt before it is compared',
    ],
    [
      'bounds: fewer than k rows',
      "if (rows < k) return 'fails'\n",
      '',
      'then fewer than k persons are certain, which is a doubt',
    ],
  ],
)

const tables = editsOf(
  `${folder}/bounds-tables.ts`,
  [deceiving],
  [
    ['bounds: negative values are seen', 'coalesce(bool_and(l${i}), true)', 'true'],
    [
      'bounds: rows of nobody are in no quarter',
      '`coalesce(sum(abs(${quarter})) FILTER (WHERE q IS NOT NULL), 0)`',
      '`coalesce(sum(abs(${quarter})), 0)`',
    ],
    ['bounds: the largest quarter', '`coalesce(abs((${largest})[1]), 0)`', '`0::DOUBLE`'],
    ['bounds: the second quarter', '`coalesce(abs((${largest})[2]), 0)`', '`0::DOUBLE`'],
    [
      'bounds: persons whose values are not zero',
      '[`n${i}`, bitsOf(`z${i}`)]',
      '[`n${i}`, countOf(`c${i}`)]',
      'k contributions that differ are of k persons, for two are left out: the commonest and zero',
    ],
    [
      'bounds: persons are counted in masks',
      "`${bitsOf('m')} AS n`, ...known",
      "`${countOf('r')} AS n`, ...known",
    ],
    [
      'bounds: groups of few rows count in what is left',
      'const few = `g.r < ${whole(absentBelow)}`',
      'const few = `g.r < 0 AND ${whole(absentBelow)} = 0`',
    ],
    [
      'bounds: a person of several groups counts once',
      'FROM (SELECT ${quarter}, sum(',
      'FROM (SELECT ${quarter}, g.gid, sum(',
    ],
    [
      'bounds: groups of few rows stay in the vault',
      ' FROM ${cellsOf(leaf)} WHERE r >= ${whole(absentBelow)} ORDER BY gid',
      ' FROM ${cellsOf(leaf)} ORDER BY gid',
      'fewer than k rows are fewer than k persons, which is a doubt, and exact evidence leaves them out',
    ],
  ],
)

const secondPass = editsOf(
  `${folder}/second-pass.ts`,
  [deceiving],
  [
    [
      'second pass: what is left of a sum is looked at whole',
      'if (few && measure && !sql.isSum(measure) && few.persons >= thresholds.k)',
      'if (few && measure && few.persons >= thresholds.k)',
    ],
    [
      'second pass: fewer than k for certain is a doubt',
      'if (few && few.persons >= this.#about.thresholds.k) return few.persons',
      'if (few) return few.rows',
    ],
    [
      'second pass: groups in doubt',
      'const decided = doubtful.flatMap((gid) => this.#exact.get(gid) ?? [])',
      'const decided = doubtful.flatMap((gid) => this.#exact.get(gid) ?? []).slice(1)',
    ],
    [
      'second pass: groups that are asked about are looked at',
      "if (kept === undefined || (kept !== 'all' && gids.some((gid) => !kept.has(gid)))) await this.#lookAt(gids)",
      'if (kept === undefined) await this.#lookAt(gids)',
      'all that is withheld has been looked at already',
    ],
    [
      'second pass: groups of which something is withheld for certain',
      '      ...withheldIn(bounds.certain, thresholds),\n',
      '',
      'they are looked at when they are asked about',
    ],
    [
      'second pass: what may be the smallest is looked at',
      'ranges.filter(({ least }) => least <= limit)',
      'ranges.slice(0, 1)',
    ],
    ['second pass: nothing stays', 'await this.close()\n    const chosen', 'const chosen'],
  ],
)

const onePass = editsOf(
  'services/query/leaf/bounds.ts',
  [deceiving],
  [
    ['one pass: values that are zero', 'maskWhere(isNotZero)', 'maskWhere(null)'],
    ['one pass: sums are of what is finite', 'within(finite(own(value), type))', 'within(own(value))'],
    [
      'one pass: a count of what is not NULL',
      'sql.when(sql.isNotNull(own(value)), sql.boolean(true))',
      'sql.boolean(true)',
    ],
    ['one pass: rows of the selection', 'condition ? sql.when(condition, tree) : tree', 'tree'],
    ['one pass: a mean of one value', 'left.value === right.value && left.filter', 'left.filter'],
    ['one pass: a mean of one selection', ' && left.filter === right.filter', ''],
    [
      'one pass: measures that have bounds',
      'return others.length <= 1 && others.every(hasBlocks)',
      'return others.length <= 1',
    ],
  ],
)

const blocks = [
  ...editsOf(
    `${folder}/bounds.ts`,
    [ofBlocks],
    [
      ['blocks: no more rows than in the group', 'if (cell && cell.rows > group.rows) fail()', ''],
      [
        'blocks: no more persons than rows',
        'if (persons > rows || inside > persons || blocks < 1) fail()',
        'if (inside > persons || blocks < 1) fail()',
      ],
      [
        'blocks: no more who hold a value than persons',
        'if (persons > rows || inside > persons || blocks < 1) fail()',
        'if (persons > rows || blocks < 1) fail()',
      ],
      [
        'blocks: some value is nearest',
        'if (persons > rows || inside > persons || blocks < 1) fail()',
        'if (persons > rows || inside > persons) fail()',
      ],
      ['blocks: a row ends where it should', '  reader.end()\n  if (persons > rows', '  if (persons > rows'],
      ['blocks: one value alone is nearest', '!middle?.isAlone || middle', '!middle || middle'],
      ['blocks: k persons hold it', ' || middle.inside < thresholds.k', ''],
      ['blocks: numbers that are exact', ' || !(size <= largestValue)', ''],
      ['blocks: k persons stand beyond it', 'if (beyond(persons, q) < thresholds.k) return false\n', ''],
      [
        'blocks: no two make up all of it',
        'return !isDominated({ total: middle.inside * size, largest: size, second: size }, thresholds)',
        'return true',
      ],
    ],
  ),
  ...editsOf(
    `${folder}/blocks.ts`,
    [ofBlocks],
    [
      ['blocks: rows of nobody', 'WHERE r.q IS NOT NULL AND g.r', 'WHERE g.r'],
      [
        'blocks: groups of few rows',
        ' AND g.r >= ${whole(absentBelow)})`',
        ' AND ${whole(absentBelow)} > 0)`',
      ],
      [
        'blocks: a person of several values counts once',
        'bit_or(m) AS m FROM held GROUP BY gid, q)',
        'bit_or(m) AS m FROM held GROUP BY gid, q, x)',
      ],
      ['blocks: persons who hold a value', 'x, ${bits} AS h', 'x, sum(c)::BIGINT AS h'],
      ['blocks: all values that are as near', 'QUALIFY rank()', 'QUALIFY row_number()'],
    ],
  ),
  ...editsOf(
    'services/query/leaf/bounds.ts',
    [ofBlocks],
    [
      ['blocks: shares near an end', ' && Math.min(q, 1 - q) >= leastTail', ''],
      ['blocks: whole numbers', ' && isWhole && Math.min', ' && Math.min'],
      ['blocks: one quantile', 'return others.length <= 1 && others', 'return others'],
    ],
  ),
  ...editsOf(
    'services/query/verify/bounds.ts',
    [ofBlocks],
    [
      ['blocks: the value is a label', 'keys: [...keys, value], measures', 'keys, measures'],
      ['blocks: no other measures', 'measures: [], total: false }', 'total: false }'],
      ['blocks: always by quarter', 'alike: [], hasQuarters: true }', 'alike: [], hasQuarters: false }'],
      ['blocks: values over the same rows', '  verifyRows(values, { bounds })\n', ''],
      [
        'blocks: chosen values over the same rows',
        "  if (words({ ...filter, children: [rows] }) !== words(inputOf(values))) notProven('V6')\n",
        '',
      ],
    ],
  ),
]

const fast = editsOf(
  `${folder}/fast.ts`,
  [unit],
  [['masks are too short for a large threshold', 'return k <= largestK(leaf.mask)', 'return k > 0']],
)

export const ofBounds = [...outcomes, ...tables, ...secondPass, ...onePass, ...blocks, ...fast]
