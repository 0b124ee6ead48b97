/** The rules by which cells of an answer are compared with each other, taken away one by one (disclosure.md 13). */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of templates
import { editsOf } from './edit.ts'

const folder = 'services/query/disclosure'
const tests = ['test/query/across.test.ts', 'test/query/within.test.ts']
const ofGroups = ['test/query/within.test.ts']

const within = editsOf(`${folder}/within.ts`, ofGroups, [
  ['groups that share rows are compared', 'if (leaf.overlaps === undefined) return []', 'return []'],
  ['groups that share rows are no days', "leaf.overlaps === 'days'", "leaf.overlaps !== 'days'"],
  ['days when some only came', '(!isCalendar || one.apart === 0)', '!isCalendar'],
  ['one measure of two groups', '.slice(i))', '.slice(i + 1))'],
  ['two measures of two groups', '.slice(i))', '.slice(i, i + 1))'],
])

const compare = editsOf(`${folder}/compare.ts`, tests, [
  [
    'what all groups add up to is compared',
    'SELECT gid, p, c, s FROM parts UNION ALL SELECT * FROM (${added}) WHERE ${isSomething}',
    'SELECT gid, p, c, s FROM parts',
  ],
  [
    'a set of groups that adds up to nothing for a person',
    'FROM (${added}) WHERE ${isSomething}',
    'FROM (${added})',
  ],
  [
    'cells of sizes less than k apart',
    'x.p = y.p AND abs(x.n - y.n) < ${whole(k)}',
    'x.p = y.p AND abs(x.n - y.n) < 1',
  ],
  [
    'cells k - 1 persons apart',
    'WHERE d BETWEEN 1 AND ${whole(k)} - 1 ORDER BY ALL',
    'WHERE d BETWEEN 1 AND ${whole(k)} - 2 ORDER BY ALL',
  ],
  [
    'measures of one group k - 1 persons apart',
    'HAVING d BETWEEN 1 AND ${whole(k)} - 1 ORDER BY ALL',
    'HAVING d BETWEEN 1 AND ${whole(k)} - 2 ORDER BY ALL',
  ],
  [
    'a part that is another number',
    "`x.c = y.c AND ${isFloating(left.part) || isFloating(right.part) ? nearlyEqual : 'x.s = y.s'}`",
    "'x.c = y.c'",
  ],
  ['a part of another number of rows', 'return `x.c = y.c AND ${', 'return `${'],
  ['floating numbers that are nearly equal', '* 1e-13', '* 1e-6'],
  ['sums of the same numbers, whoever adds nothing', "left.kind === 'sum' && right.kind === 'sum'", 'false'],
  ['large cells', 'FROM (${small} UNION ALL ${large})', 'FROM (${small})'],
  ['small cells', 'FROM (${small} UNION ALL ${large})', 'FROM (${large})'],
  [
    'large cells beside small ones',
    '`x.m >= ${whole(k)} OR y.m >= ${whole(k)}`',
    '`x.m >= ${whole(k)} AND y.m >= ${whole(k)}`',
  ],
  ['sizes near each other on both sides', 'range(1 - ${most}, ${most})', 'range(0, ${most})'],
  ['persons of the one alone', "'least(any_value(x.n), any_value(y.n)) - count(*)'", "'count(*)'"],
])

const parts = editsOf(`${folder}/parts.ts`, tests, [
  ['rows are persons where each has one', "kind === 'rows' && plan === 'U' ? 'persons' : kind", 'kind'],
  ['moments of a second number', "{ ...one, kind: 'number', number: 'y' },", ''],
  ['sums beside means and moments', ' || (isNumber(left) && isNumber(right))', ''],
  ['all beside any', "  all: 'any',\n", ''],
  ['counts of rows, however they are asked', "  presence: 'rows',\n", ''],
  ['rows of nobody in a cell', 'WHERE r.p IS NOT NULL AND ${where}', 'WHERE ${where}'],
  ['rows of nobody among values', 'WHERE r.p IS NOT NULL AND r.x', 'WHERE r.x'],
  ['whole numbers are compared exactly', '/^(DOUBLE|FLOAT)$/.test(type)', 'true'],
  ['values count as often as they are held', '${value} * ${rows}', '${value}'],
])

const across = editsOf(`${folder}/across.ts`, tests, [
  [
    'cells near one that was decided before',
    'for (const close of shown) near.add(`${right.part.index} ${close.right}`)',
    '',
  ],
  [
    'cells near one of another group',
    'const own = await closeWithin(leaf, compare)',
    'const own: never[] = []',
  ],
  ['what all groups add up to counts as shown', 'if (gid < 0) return true\n', ''],
  [
    'what is withheld withholds nothing',
    'return shown.some((group) => group.gid === gid) && hidden[index]?.has(gid) === false',
    'return hidden.length > index',
  ],
  ['a statement is the same with its values', 'JSON.stringify([level1, values])', 'JSON.stringify(level1)'],
  [
    'sizes less than k apart are looked at',
    'return (others[at] ?? Number.POSITIVE_INFINITY) < one + k',
    'return (others[at] ?? Number.POSITIVE_INFINITY) <= one',
  ],
  ['sizes less than k below are looked at', '<= one - k) at += 1', '< one) at += 1'],
])

const overlapping = editsOf(
  `${folder}/across.ts`,
  ['test/property/deceiving.test.ts', 'test/query/within.test.ts'],
  [['groups that share rows have all of their rows', ' && !leaf.overlaps', '']],
)

const statistics = [
  ...editsOf(`${folder}/exact.ts`, ofGroups, [
    [
      'statistics beside the measures of their group',
      'return readStatisticPairs(session, evidence, { leaf, k })',
      'return evidence',
    ],
  ]),
  ...editsOf(`${folder}/statistic-pairs.ts`, ofGroups, [
    [
      'a statistic beside a mean',
      '(hasOwnTable(left.measure) || hasOwnTable(right.measure))',
      'hasOwnTable(left.measure) && hasOwnTable(right.measure)',
    ],
    [
      'what differs by another pair is kept',
      '[...(group.differences ?? []), { pair, persons }]',
      '[{ pair, persons }]',
    ],
  ]),
  ...editsOf(
    `${folder}/exact.ts`,
    ['test/query/statistics.test.ts'],
    [
      [
        'moments of both numbers',
        "if (shape === 'relation') return ['x', 'y']",
        "if (shape === 'relation') return ['x']",
      ],
      ['moments of a number', "return shape === 'spread' ? ['x'] : []", 'return []'],
      [
        'moments of what is left, of both numbers',
        'return contributions ? { ...union, moments: [contributions] } : union',
        'return union',
      ],
    ],
  ),
]

export const ofComparison = [...within, ...compare, ...parts, ...across, ...overlapping, ...statistics]
