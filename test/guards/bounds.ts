/** The rules of plan M, by which bounds decide or leave a doubt, taken away one by one (disclosure.md 8.3 and 8.4). */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of templates
import { editsOf } from './edit.ts'

const folder = 'services/query/disclosure'
const unit = 'test/query/bounds.test.ts'
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
    ['bounds: negative values are seen', 'coalesce(min(l${i}) >= 0, true)', 'true'],
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
    ['bounds: a person of several groups counts once', 'GROUP BY r.q)`', 'GROUP BY r.q, g.gid)`'],
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
    ],
    [
      'second pass: groups of which something is withheld for certain',
      '      ...withheldIn(bounds.certain, thresholds),\n',
      '',
    ],
    [
      'second pass: what may be the smallest is looked at',
      'ranges.filter(({ least }) => least <= limit)',
      'ranges.slice(0, 1)',
    ],
    ['second pass: nothing stays', 'await this.close()\n    const { chosen }', 'const { chosen }'],
  ],
)

const onePass = editsOf(
  'services/query/leaf/bounds.ts',
  [deceiving],
  [
    ['one pass: values that are zero', 'maskWhere(isNotZero)', 'maskWhere(null)'],
    ['one pass: sums are of what is finite', 'within(finite(own(value)))', 'within(own(value))'],
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
      'return drafts.every(({ shape }) => bounded.has(shape))',
      'return drafts.length >= 0',
    ],
  ],
)

const fast = editsOf(
  `${folder}/fast.ts`,
  [unit],
  [['masks are too short for a large threshold', ' && k <= largestK', '']],
)

export const ofBounds = [...outcomes, ...tables, ...secondPass, ...onePass, ...fast]
