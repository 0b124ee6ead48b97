/** The rules by which a cell leaves or does not, taken away one by one (disclosure.md 8, 9 and 12). */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of templates
import { editsOf } from './edit.ts'

const folder = 'services/query/disclosure'
const cells = [
  'rules',
  'decide',
  'disclose',
  'evidence',
  'pairs',
  'families',
  'statistic-evidence',
  'statistics',
]
const tests = [...cells.map((name) => `test/query/${name}.test.ts`)]
const first = (name: string) => [...new Set([`test/query/${name}.test.ts`, ...tests])]

const rules = editsOf(`${folder}/rules.ts`, first('rules'), [
  ['T1 at least k, not k - 1', 'if (persons < k || support < k)', 'if (persons < k - 1 || support < k - 1)'],
  ['T1 on the persons that a statistic rests on', 'if (persons < k || support < k)', 'if (persons < k)'],
  ['T2', "if (sums.some(({ nonZero }) => nonZero < k)) rules.push('T2')", ''],
  ['T2 at least k, not k - 1', 'nonZero < k)) rules', 'nonZero < k - 1)) rules'],
  ['T3', "if (sums.some(({ differing }) => differing < least)) rules.push('T3')", ''],
  ['T3 at least k, not k - 1', 'differing < least)) rules', 'differing < least - 1)) rules'],
  ['T4', "if ([...sums, ...parts].some((sizes) => isDominated(sizes, thresholds))) rules.push('T4')", ''],
  ['T4 on windows, squares and products', '[...sums, ...parts].some', 'sums.some'],
  ['T4 the p % rule', 'isPair || (p > 0 && total - largest - second < p * largest)', 'isPair'],
  ['T4 the two largest', 'isPair || (p > 0', '(p > 0'],
  ['DF', "if (freedom < degreesOfFreedom) rules.push('DF')", ''],
  ['DF at least ten', 'if (freedom < degreesOfFreedom)', 'if (freedom < degreesOfFreedom - 1)'],
  [
    'moments are sums too',
    'return contributions ? [contributions, ...moments] : moments',
    'return contributions ? [contributions] : []',
  ],
  ['what is left: persons', 'if (isFew(persons)) return true', ''],
  ['what is left: who contributes', 'isFew(sum.nonZero) || ', ''],
  ['what is left: who differs', 'isFew(sum.differing, least) || ', ''],
  ['what is left: dominance', ' || isDominated(sum, thresholds),', ','],
])

const secondary = editsOf(`${folder}/secondary.ts`, first('disclose'), [
  [
    'groups are decided before cells',
    'if (evidence.length === 0 || !isExposed({ value: null, persons: absentPersons }, thresholds, false))',
    'if (evidence.length >= 0)',
  ],
  [
    'the smallest group goes',
    'personsOf(group) < personsOf(least) ? group : least',
    'personsOf(group) > personsOf(least) ? group : least',
  ],
  ['a cell that fails is held', 'failed(cellOf(cells, index), thresholds).length > 0', 'cells.length < 0'],
  ['cells too close are held', ' || tooClose(group, thresholds).has(index)', ''],
  ['what is left of a column', 'if (!isOpen) break', 'break'],
  ['absent groups count in what is left', 'secret.size === 0 && nobodyElse', 'secret.size === 0'],
  ['groups withheld whole count in what is left', '[...gone, ...secret]', '[...secret]'],
  [
    'a cell that nobody read is nobody',
    '?? { value: null, persons: 0 }',
    '?? { value: null, persons: 1000 }',
  ],
])

const pairs = editsOf(`${folder}/pairs.ts`, first('pairs'), [
  ['pairs of counts of rows', "presence: 'rows',\n  filtered: 'rows',", ''],
  ['pairs of counts of persons', "persons: 'persons',", ''],
  ['pairs of counts of keys', "keys: 'keys',", ''],
  ['pairs of sums', "sum: 'sums',\n  avg: 'sums',", ''],
  [
    'pairs of rows and persons where each has one',
    "plan === 'U' && family === 'rows' ? 'persons' : family",
    'family',
  ],
  [
    'a pair in doubt is not shown',
    'if (kept.some((other) => isFew(i, other))) hidden.add(i)',
    'if (i < 0) hidden.add(i)',
  ],
  [
    'a pair of k persons may be shown, of fewer not',
    'persons > 0 && persons < thresholds.k',
    'persons > 0 && persons < thresholds.k - 1',
  ],
])

const families = editsOf(`${folder}/families.ts`, first('families'), [
  [
    'below a withheld parent nothing is shown',
    'if (isBelowNothing || (areMany && isTouched(family)))',
    'if (areMany && isTouched(family))',
  ],
  [
    'below a withheld cell nothing is shown',
    'const isBelowNothing = hidden.has(id) || (areMany && shown.some(isHeld))',
    'const isBelowNothing = areMany && shown.some(isHeld)',
  ],
  [
    'a margin that crosses is shown with all its parts',
    'lattice.partsOf(gid)?.every((part) => shownNested.has(part)) === true',
    'lattice.partsOf(gid) !== null',
  ],
  [
    'a cell that crosses is shown with all its parts',
    '!isHeld(group) && lattice.partsOf(group.gid)?.every((part) => !hidden.has(part)) === true',
    '!isHeld(group)',
  ],
  ['a cell that crosses passes itself', '!isHeld(group) && lattice', 'lattice'],
  ['groups within their parent', 'const outcome = isTouched(family)\n', 'const outcome = areMany\n'],
  ['too many families', 'if (isBelowNothing || (areMany && isTouched(family)))', 'if (isBelowNothing)'],
  [
    'too many families of cells',
    'const isBelowNothing = hidden.has(id) || (areMany && shown.some(isHeld))',
    'const isBelowNothing = hidden.has(id)',
  ],
])

const evidence = editsOf(`${folder}/evidence.ts`, first('evidence'), [
  [
    'few persons never left the vault',
    'if (gid <= last || persons < absentBelow) fail()',
    'if (gid <= last) fail()',
  ],
  [
    'groups come once, in order',
    'if (gid <= last || persons < absentBelow) fail()',
    'if (persons < absentBelow) fail()',
  ],
  ['a cell has no more persons than its group', 'if (persons > most) fail()', ''],
  ['a row of evidence ends where it should', 'if (this.#at !== this.#cells.length) fail()', ''],
  [
    'counts are whole and not negative',
    'return Number.isSafeInteger(value) && value >= 0 ? value : fail()',
    'return value',
  ],
  [
    'the second is not larger than the largest',
    'return second > largest ? fail() : { total, largest, second }',
    'return { total, largest, second }',
  ],
  [
    'sizes are finite',
    "return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : fail()",
    'return Number(value)',
  ],
  ['a bound on who differs is a lower one', 'Math.max(distinct - 2, 0)', 'distinct'],
  ['no more persons than the group', 'if (cell && cell.persons > group.persons) fail()', ''],
  ['no more differ than there are', 'if (differing > cell.persons) fail()', ''],
  ['no more contribute than there are', 'if (nonZero > persons) fail()\n  const value', 'const value'],
  [
    'a difference of more persons than the group',
    'if (differences.some(({ persons }) => persons > group.persons)) fail()',
    '',
  ],
  [
    'keys that a set leaves out are not there',
    'return keys.slice(0, -1).every(isAbsent) ? number : fail()',
    'return number',
  ],
])

const shown = editsOf(`${folder}/disclose.ts`, first('disclose'), [
  ['a withheld cell has no value', 'marks[i] ? null : shownValue', 'shownValue'],
  ['absent groups are told of from k persons', 'verdict.absentPersons >= k', 'verdict.absentPersons > 0'],
  ['floating sums are rounded', 'isFloating ? Number(value.toPrecision(12)) : value', 'value'],
])

const asked = editsOf(`${folder}/exact.ts`, first('disclose'), [
  ['who differs is counted where the bound does not say', 'if (gids.length > 0) {', 'if (gids.length < 0) {'],
  [
    'pairs are compared',
    'const all = comparablePairs(leaf)',
    'const all = comparablePairs(leaf).slice(0, 0)',
  ],
])

const gathered = editsOf(`${folder}/gather.ts`, first('disclose'), [
  ['groups of few persons stay in the vault', 'keepsLabels(leaf) ? 0 : thresholds.k', '0'],
])

const deceiving = 'test/property/deceiving.test.ts'
const bounds = editsOf(
  `${folder}/bounds.ts`,
  ['test/query/bounds.test.ts', deceiving],
  [
    ['bounds: k persons for certain', "if (persons < k) return 'doubt'", ''],
    ['bounds: nothing negative', 'isPositive && differing', 'differing'],
    ['bounds: k differ for certain', ' && differing >= k', ''],
    ['bounds: nobody dominates', ' && !isDominated({ ...sizes, total }, thresholds)', ''],
    ['bounds: labels of k persons', 'if (!keepsLabels && group.persons < thresholds.k) return undefined', ''],
    ['bounds: what differs by few is in doubt', 'if (!areFar) return undefined', ''],
  ],
)

const fast = editsOf(
  `${folder}/fast.ts`,
  ['test/query/bounds.test.ts'],
  [
    ['bounds are of persons', ' && unit === undefined', ''],
    ['the policy may ask for exact evidence', " && plan === 'fastest'", ''],
  ],
)

const across = editsOf(
  `${folder}/across.ts`,
  [deceiving],
  [
    [
      'leaves that are compared have all of their rows',
      ' && !leaves.some((other) => areCompared(other, leaf))',
      '',
    ],
  ],
)

const levelTwo = editsOf(`${folder}/level-two.ts`, first('disclose'), [
  ['contributions are taken without their sign', '`abs(s${i}::DOUBLE)`', '`s${i}::DOUBLE`'],
  ['persons with a value', '`count(p) FILTER (WHERE c${i} > 0)`', '`count(p)`'],
  ['persons who contribute', '`count(p) FILTER (WHERE s${i} <> 0)`', '`count(p)`'],
  ['the second largest', 'FILTER (WHERE p IS NOT NULL))[2], 0)`', 'FILTER (WHERE p IS NOT NULL))[3], 0)`'],
  ['groups of few persons', ' WHERE n >= ${whole(absentBelow)} ORDER BY gid`', ' ORDER BY gid`'],
  ['values of k persons each', 'count(*) FILTER (WHERE h >= ${whole(k)})', 'count(*)'],
  ['persons with one of these values', 'count(DISTINCT p) AS n', 'count(p) AS n'],
  [
    'absent groups count in what is left',
    'const absent = `g.n < ${whole(absentBelow)}`',
    'const absent = `g.n < 0 AND ${whole(absentBelow)} = 0`',
  ],
  ['what is left is within its family', '`(${chosen}) AND ${isInFamily(leaf, family)}`', 'chosen'],
  ['means differ by their number of rows', '`(${sums} OR ${unequal(`r.c${i}`, `r.c${j}`)})`', 'sums'],
])

const statistics = editsOf(`${folder}/statistic.ts`, first('statistics'), [
  [
    'extremes are of the k-th person',
    'found AS (SELECT gid, count(*) AS n, (${end}(x, ${k}))[${k}] AS x',
    'found AS (SELECT gid, count(*) AS n, ${end}(x) AS x',
  ],
  [
    'extremes rest on 2k persons',
    "CASE WHEN n >= ${whole(2 * asked.k)} THEN ${shown(asked, 'x')} END",
    "${shown(asked, 'x')}",
    'an extreme rests on half of the persons when its evidence is read',
  ],
  [
    'a person is counted once for an extreme',
    'own AS (SELECT gid, p, ${end}(x) AS x FROM held GROUP BY gid, p)',
    'own AS (SELECT gid, p, x FROM held)',
  ],
  [
    'a mode is held by k persons',
    'CASE WHEN h >= ${whole(asked.k)} THEN',
    'CASE WHEN h >= 0 THEN',
    'who holds it is counted again when the evidence is read',
  ],
  [
    'a quantile is a mean of k persons',
    '(min(d, ${k}))[${k}] AS d FROM own',
    'min(d) AS d, ${k} AS least FROM own',
  ],
  ['rows of nobody are no persons', 'WHERE r.p IS NOT NULL AND g.n', 'WHERE g.n'],
  [
    'a day becomes its month',
    "`TRY(date_trunc('month', ${value})::${measure.type})`",
    '`${value}::${measure.type}`',
  ],
])

const read = editsOf(`${folder}/statistic-evidence.ts`, first('statistic-evidence'), [
  ['an extreme rests on half of the persons', 'support: Math.floor(persons / 2),', 'support: persons,'],
  ['persons beyond a quantile', 'support: Math.min(inside, beyond),', 'support: inside,'],
  ['persons inside a quantile', 'support: Math.min(inside, beyond),', 'support: beyond,'],
  ['a window of values is not dominated', '...(isDate(measure) ? {} : { parts: [sizes] }),', ''],
  [
    'a mode is held by k persons',
    'support: part(reader, persons),\n        value: isDate',
    'support: (part(reader, persons), persons),\n        value: isDate',
  ],
  [
    'a flag of few is nobody’s',
    "shape === 'any' ? holds >= k : fails < k",
    "shape === 'any' ? holds > 0 : fails === 0",
  ],
  ['a flag rests on one side', 'support: Math.max(holds, fails)', 'support: persons'],
  ['a spread takes a degree of freedom', 'freedom: persons - 1', 'freedom: persons'],
  ['a line takes two', 'freedom: persons - 2', 'freedom: persons'],
  [
    'squares are not dominated',
    'parts: [reader.sizes()], moments: []',
    'parts: (reader.sizes(), []), moments: []',
  ],
  [
    'moments of every cell are told',
    'const made = found.get(group.gid) ?? fail()',
    'const made = found.get(group.gid)\n    if (!made) return group',
  ],
])

export const ofKernel = [
  ...rules,
  ...secondary,
  ...pairs,
  ...families,
  ...evidence,
  ...shown,
  ...asked,
  ...gathered,
  ...bounds,
  ...fast,
  ...across,
  ...levelTwo,
  ...statistics,
  ...read,
]
