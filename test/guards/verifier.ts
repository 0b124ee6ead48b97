/** Rules V1 to V9 of the verifier, taken away one by one (disclosure.md 10). */
import { editsOf } from './edit.ts'

const folder = 'services/query/verify'
const tests = ['verify', 'verify-nodes', 'prepare-proof'].map((name) => `test/query/${name}.test.ts`)

const operators = editsOf(`${folder}/operators.ts`, tests, [
  ['V1 LIMIT over persons', "return from.class === 'public' ? from : notProven('V1')\n", 'return from\n'],
  ['V1 SAMPLE of a scan', "if (nodeOf(node.extra_info).sample_options != null) notProven('V1')", ''],
  [
    'V1 an operator that is not known',
    "return operator ? operator(node, scope) : notProven('V1')",
    'return operator ? operator(node, scope) : input(node, scope)',
  ],
  ['V1 several grouping sets', "if (more.length > 0 || (set && set.size !== groups)) notProven('V1')", ''],
  [
    'V2 columns that are not granted',
    "return table.columns.has(textOf(name)) ? { kind: 'data', isPublic: !isPersonal } : notProven('V2')",
    "return { kind: 'data', isPublic: !isPersonal }",
  ],
  ['V3 table functions', "if (!boundFunctionAllowed(textOf(node.name), 'table')) notProven('V3')", ''],
  [
    'V5 windows across persons',
    "if (from.class === 'private' && !isWithin && !isPlace(expression)) notProven('V5')",
    '',
  ],
  [
    'V6 groups across persons below the evidence',
    "if (from.class === 'private' && !isCovered(keys, owned)) notProven('V6')",
    '',
    'what is grouped without its person has no key at the root',
  ],
  [
    'V6 DISTINCT across persons',
    "if (from.class === 'private' && targets.covers.length === 0) notProven('V6')",
    '',
  ],
  [
    'V6 rows unnested are not unique',
    ', unique: [], isFrame }\n}\n\n/** Repeats',
    ', isFrame }\n}\n\n/** Repeats',
  ],
  [
    'V6 a frame under a filter on persons',
    'return { ...from, isFrame: from.isFrame && isPublic }',
    'return from',
  ],
  ['V6 a frame of DISTINCT ON', "from.isFrame && node.distinct_type === 'DISTINCT'", 'from.isFrame'],
  ['V6 columns of persons are not public', 'isFrame: !isPersonal,', 'isFrame: true,'],
  [
    'V4 sets across persons',
    "if (!isUnionAll && (!areAllPrivate || covers.length === 0)) return notProven('V4')",
    '',
  ],
  [
    'V4 a union of values of an outer row',
    "if (branches.some((branch) => branch.class === 'parameter')) return notProven('V4')",
    '',
  ],
  [
    'V4 a subquery that is not tied to the person',
    "left.class === 'private' && values.covers.length === 0 ? 'parameter' : left.class",
    'left.class',
  ],
  [
    'V6 a branch of a union that does not name its person',
    ".filter((i) => branches.every((branch) => branch.class !== 'private' || isCovered(branch, [i])))",
    '',
  ],
  [
    'V7 a person key beside something else in a union',
    "return kinds.size === 1 ? { kind: 'pix', isPublic: false } : notProven('V7')",
    "return { kind: 'pix', isPublic: false }",
  ],
  ['V7 a row number in a union', "if (kinds.has('hidden')) return notProven('V7')", ''],
  [
    'V7 a column without a name',
    "return { kind: 'hidden', isPublic: !isPersonal }",
    "return { kind: 'data', isPublic: !isPersonal }",
  ],
])

const joins = editsOf(`${folder}/join.ts`, tests, [
  ['V4 joins of persons without their key', "if (areBoth && ties.links.length === 0) notProven('V4')", ''],
  [
    'V4 persons beside values of an outer row',
    "if (classes.has('private') && classes.has('parameter')) notProven('V4')",
    '',
  ],
  [
    'V4 public rows chosen by persons',
    "if (leftOnly.has(type) && left.class !== 'private' && right.class === 'private') notProven('V4')",
    '',
  ],
  ['V4 a product of persons under a filter', "if (new Set(personal).size > 1) notProven('V4')", ''],
  [
    'V4 a product with values of an outer row',
    "if (personal.length > 0 && parts.some((part) => part.class === 'parameter')) notProven('V4')",
    '',
  ],
  ['V4 keys compared otherwise than by equality', "if (!isTie) return notProven('V4')", ''],
  [
    'V7 the key compared with something else',
    "if (l.fact.kind !== 'pix' || r.fact.kind !== 'pix') return notProven('V7')",
    "if (l.fact.kind !== 'pix' || r.fact.kind !== 'pix') return { links: [], isPublic }",
  ],
  [
    'V1 a kind of join that is not known',
    "if (!keep) return notProven('V1')",
    'if (!keep) return inner(left, right, ties)',
  ],
  [
    'V6 labels of an outer join are not public',
    "const isFixed = ties.isPublic && right.class === 'public'",
    'const isFixed = true',
  ],
  [
    'V6 the key of the other side of an outer join',
    'isOnlyRight ? shifted(right.covers, width) : left.covers',
    '[...left.covers, ...shifted(right.covers, width)]',
  ],
  [
    'V6 a row that meets several is not unique',
    'return right.unique.some((set) => isSubset(set, tied)) ? left.unique : []',
    'return left.unique',
  ],
  ['V6 a frame cut by an inner join', 'isFrame: joined.isFrame && ties.isPublic,', 'isFrame: left.isFrame,'],
])

const expressions = editsOf(`${folder}/expression.ts`, tests, [
  ['V1 an expression that is not known', "if (!classes.has(name)) notProven('V1')", ''],
  [
    'V3 functions',
    "if (name === 'BOUND_FUNCTION' && !boundFunctionAllowed(textOf(expression.name), 'scalar')) notProven('V3')",
    '',
  ],
  [
    'V3 aggregates',
    "if (!boundFunctionAllowed(name, 'aggregate')) notProven('V3')\n  const parts",
    'const parts',
  ],
  [
    'V3 windows',
    "if (!boundFunctionAllowed(name, 'window') && !boundFunctionAllowed(name, 'aggregate')) notProven('V3')",
    '',
  ],
  ['V3 the body of a lambda', 'checkLambda(expression.function_data)', ''],
  [
    'V7 the key inside an expression',
    "return fact.kind === 'data' || fact.kind === 'none' ? fact.isPublic : notProven('V7')",
    'return fact.isPublic',
  ],
  ['V7 a row number shown', "fact.kind === 'hidden' ? notProven('V7') : fact", 'fact'],
  ['V7 the key in an aggregate', 'isCount && pixRefs(child, input)', 'pixRefs(child, input)'],
  [
    'V4 a tie inside OR',
    "condition.type === 'CONJUNCTION_AND' ?",
    "condition.expression_class === 'BOUND_CONJUNCTION' ?",
  ],
  [
    'V4 a tie that matches NULL',
    "return comparison === 'COMPARE_NOT_DISTINCT_FROM' && sides.every((side) => isCovered(input, [side]))",
    'return true',
  ],
])

const evidence = editsOf(`${folder}/verify.ts`, tests, [
  [
    'V6 the width of level 1',
    "if (relation.columns.length !== width || relation.class !== 'private') notProven('V6')",
    '',
  ],
  [
    'V7 the place of the person key',
    "if ((kind === 'pix') !== (i === at) || kind === 'hidden' || kind === 'row') notProven('V7')",
    '',
  ],
  [
    'V6 a key for every row',
    "if (!isCovered(relation, [at])) notProven('V6')",
    '',
    'rows are one per group and key, and a key that may be missing is never unique',
  ],
  [
    'V6 one row per group and person',
    "if (!relation.unique.some((set) => isSubset(set, fixed))) notProven('V6')",
    '',
  ],
  ['V6 the labels of a frame', "if (framed && !(arePublic && relation.isFrame)) notProven('V6')", ''],
  [
    'V6 the number of the set',
    "if (sets && !factAt(relation, keys.length - 1).isPublic) notProven('V6')",
    '',
  ],
  ['V6 a total has no labels', "if (leaf.total !== (keys.length === 0)) notProven('V6')", ''],
  ['V6 what is counted', "if (leaf.plan !== 'U') proveEvidence(relation, leaf)", ''],
  [
    'V6 rows counted under a filter',
    "if (name !== 'count_star' || filter != null) notProven('V6')",
    "if (name !== 'count_star') notProven('V6')",
  ],
  ['V6 a count that is none', "if (name !== 'count_star' && name !== 'count') notProven('V6')", ''],
  ['V6 a sum that is none', "if (sum.name !== 'sum' || count.name !== 'count') notProven('V6')", ''],
  [
    'V6 a sum of distinct values',
    "if (sum.aggregate_type !== 'NON_DISTINCT' || count.aggregate_type !== 'NON_DISTINCT') notProven('V6')",
    '',
  ],
  [
    'V6 a sum and the count beside it',
    "if (JSON.stringify([summed, plain(sum.filter)]) !== JSON.stringify([counted, plain(count.filter)]))\n    notProven('V6')",
    '',
  ],
  ['V6 the weight of a value', 'proveRowCount(aggregateAt(relation, keyed + 1))', ''],
  ['V3 functions above the leaves', '    proveFunction(node)\n', ''],
  ['V9 relations above the leaves', "if (!isKnown(textOf(schema), textOf(table))) notProven('V9')", ''],
  [
    'V8 the width of a derived table',
    "if (relation.columns.length !== width + 1 || relation.class !== 'private') notProven('V8')",
    '',
    'the key stands at the last place, and there only',
  ],
  [
    'V8 the place of the person key',
    "if ((kind === 'pix') !== (i === width) || kind === 'hidden' || kind === 'row') notProven('V8')",
    '',
  ],
  ['V8 a key for every row', "if (!isCovered(relation, [width])) notProven('V8')", ''],
])

const grants = editsOf(`${folder}/grant.ts`, tests, [
  ['V2 relations that the leaf does not read', 'if (!isRead) return undefined', ''],
])

const proofs = editsOf(
  'services/query/understand.ts',
  ['test/query/prepare-proof.test.ts', ...tests, 'test/query/run.test.ts'],
  [
    ['every leaf is proved', 'verifyLeaf(plan, leaf, bulle)', ''],
    ['bounds are proved', 'verifyBounds(bounds, leaf, bulle)', ''],
    ['chosen groups are proved', 'verifyChosen(chosen, leaf, bulle)', ''],
    ['all passes are of the same rows', 'verifyRows(levelOne, { bounds, chosen })', ''],
    ['every table of values is proved', 'verify(await parser.plan(statement, twin), leaf, bulle)', ''],
    [
      'what stands above the leaves is proved',
      'verifyOuter(await parser.plan(outer, twin), leaves, bulle)',
      '',
    ],
  ],
)

export const ofVerifier = [...operators, ...joins, ...expressions, ...evidence, ...grants, ...proofs]
