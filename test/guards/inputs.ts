/** The rules of what goes back into the vault, of lengths, of thresholds and of derived tables, taken away one by one. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of templates
import { editsOf } from './edit.ts'

const query = (...names: readonly string[]) => names.map((name) => `test/query/${name}.test.ts`)
const released = query('prepare-refusals', 'prepare', 'prepare-forms', 'released-inputs', 'clauses')

const inputs = [
  ...editsOf('services/query/input.ts', query('released-inputs', 'prepare-proof', 'workspace'), [
    ['inputs are proved', 'verifyOuter(await parser.plan(statement, twin), own, bulle)', ''],
    [
      'inputs have the types that typing took them to have',
      'return isAsTyped ? own : sql.named',
      'return own.class ? own : sql.named',
    ],
    [
      'no DECIMAL goes back',
      "const kind = /^DECIMAL/.test(type) ? 'number' : kinds[i]",
      'const kind = kinds[i]',
    ],
    [
      'inputs leave the vault',
      'for (const name of taken) await session.run(template(`DROP TABLE ${quoted(name)}`))',
      '',
    ],
  ]),
  ...editsOf('services/query/typing/input.ts', released, [
    [
      'released rows of a query inside of another',
      "return outer.class === 'PK' || (outer.class === 'PUB' && isBesidePersons(outer.environment))",
      "return outer.class === 'PK'",
    ],
    [
      'what goes back is partial',
      'function nameOfInput({ node, columns }: { node: Tree; columns: readonly Column[] }, task: Task): string {\n  task.markPartial()',
      'function nameOfInput({ node, columns }: { node: Tree; columns: readonly Column[] }, task: Task): string {',
    ],
    [
      'types of released columns are not known',
      'function unmarked({ mark: _mark, type: _type, ...column }: Column)',
      'function unmarked({ mark: _mark, ...column }: Column)',
    ],
    [
      'types of a released query are not known',
      'columns: relation.columns.map(({ mark: _mark, type: _type, ...column }, i) => ({',
      'columns: relation.columns.map(({ mark: _mark, ...column }, i) => ({',
    ],
    [
      'released values in a public relation',
      "from.class === 'PUB' && from.seen.released.length === 0",
      "from.class === 'PUB'",
    ],
    ['rows that go back, of a query', 'rows: Math.min(relation.rows, maxInputRows),', 'rows: 1,'],
    ['rows that go back, of a relation', 'Math.min(one.rows ?? 1, maxInputRows)', '1'],
    ['what is behind an input is read before', 'return { ...use, isReleased: true }', 'return use'],
  ]),
  ...editsOf('services/query/typing/input.ts', query('workspace'), [
    [
      'stored cells beside persons are partial',
      '  task.markPartial()\n  const sources = from.sources.map(source)',
      '  const sources = from.sources.map(source)',
    ],
  ]),
  ...editsOf('services/query/steps.ts', query('released-inputs'), [
    ['how many rows go back', 'Math.min(limits.maxRows, maxInputRows)', 'limits.maxRows'],
    [
      'public relations that are read',
      'return reads.some((read) => read.dataset === dataset && read.table === name)',
      'return true',
      'the outer statement is proved to name no other',
    ],
  ]),
]

const growth = [
  ...editsOf('services/query/growth.ts', query('growth'), [
    [
      'a text beyond all use',
      "if (length > largest) throw new Refusal('COST', { hint: { key: 'hint.growth' } })",
      '',
    ],
    [
      'texts put one after the other',
      'if (joining.has(name)) return given.reduce((sum, length) => sum + length, 1)',
      '',
    ],
    ['texts in place of letters', 'if (multiplying.has(name)) return first * replacement(node, others)', ''],
    [
      'texts of every row',
      'return gathering.has(name) ? usual * most(lengths) : most(lengths)',
      'return most(lengths)',
    ],
    [
      'texts that are repeated',
      "return repeating[name] === 'times' ? first * times : first + times * most(others)",
      'return first',
    ],
    ['texts that are filled up', 'first * times : first + times * most(others)', 'first * times : first'],
    ['columns have a length', 'column: () => usual,', 'column: () => 0,'],
    ['parameters of lambdas have a length', 'parameter: usual,', 'parameter: 0,'],
    [
      'written texts have their length',
      "return typeof literal === 'string' ? literal.length : 1",
      'return 1',
    ],
    ['only a part of its element is no longer', 'return isPart && isBare && ', 'return isPart && '],
    ['only a part of an element is no longer', 'return isPart && isBare && ', 'return isBare && '],
    ['what a comparison or a CASE holds', 'const lengths = [...given, ...beside]', 'const lengths = given'],
  ]),
  ...editsOf('services/query/prepare.ts', query('growth'), [
    [
      'lengths of values',
      'for (const tree of [level1, ...values.map((value) => value.tree)])',
      'for (const tree of [level1])',
      'level 1 is made of the same rows, and they hold every expression',
    ],
    [
      'lengths of the rows of a leaf',
      'for (const tree of [level1, ...values.map((value) => value.tree)])',
      'for (const tree of values.map((value) => value.tree))',
    ],
    ['lengths in a derived table', 'checkGrowth(relation.tree)', ''],
    [
      'lengths in the leaves of a derived table',
      '  const leaves = leavesFor(relation.tree, work)\n  checkGrowthOf(leaves)\n  return {\n    relation,',
      '  const leaves = leavesFor(relation.tree, work)\n  return {\n    relation,',
    ],
  ]),
  ...editsOf('services/query/prepare.ts', query('prepare-limits', 'workspace'), [
    [
      'places among all persons are not kept',
      "if (index >= 0) task.note('CROSS_PATIENT_WINDOW', items[index] ?? items, { key: 'hint.share' })",
      '',
    ],
    [
      'tables of expressions are paid for each time',
      'if (typed) task.spend(typed.nodes, value.query.node)',
      '',
    ],
  ]),
]

const thresholds = editsOf('services/query/thresholds.ts', query('thresholds'), [
  ['k of the policy', 'return Math.max(policy, ...datasets', 'return Math.max(...datasets'],
  ['k of a dataset', '...datasets, ', ''],
  ['k of a line', '...lines, ', ''],
  ['k of a derived table', ', ...derived)', ')'],
  ['k of establishments', 'strictest(establishment.k, work))', 'establishment.k)'],
  ['persons in other projects', "granted.current.permit.kind === 'SECTOR_USEFUL' &&\n", ''],
  [
    'persons beside establishments',
    "lines.every(({ entity }) => entity === 'establishment')",
    "lines.some(({ entity }) => entity === 'establishment')",
  ],
  ['datasets without a line', 'lines.length > 0 && lines.length === datasets.size', 'lines.length > 0'],
  [
    'statements that read nobody',
    'lines.length > 0 && lines.length === datasets.size',
    'lines.length === datasets.size',
  ],
  [
    'holders who did not agree',
    "lines.every(({ establishmentLevel }) => establishmentLevel === 'consented')",
    "lines.some(({ establishmentLevel }) => establishmentLevel === 'consented')",
  ],
  ['the share of one establishment', 'oneShare: establishment.share,', ''],
])

const rules = editsOf('services/query/disclosure/rules.ts', query('rules'), [
  ['T4 one alone', 'if (oneShare < 1 && largest > oneShare * total) return true\n', ''],
  ['what is left: k - 1', 'count < than && (isMarked', 'count < than - 1 && (isMarked'],
  ['what is left: an empty mark', '(isMarked || count > 0)', 'count > 0'],
  [
    'an extreme of a consented unit takes two',
    "if (isConsented) return persons > 0 && support < 1 ? ['T1'] : []",
    'if (isConsented) return []',
  ],
])

const evidence = [
  ...editsOf('services/query/disclosure/evidence.ts', query('evidence', 'statistic-evidence'), [
    [
      'sums are numbers',
      "return typeof value === 'string' && /^-?\\d+(\\.\\d+)?$/.test(value) ? value : fail()",
      'return value',
    ],
    [
      'sums are finite',
      "if (typeof value === 'number' && Number.isFinite(value)) return value\n",
      "if (typeof value === 'number') return value\n",
    ],
    [
      'days are months',
      "(typeof value === 'string' && /^\\d{4,}-\\d\\d-01([T ]00:00:00)?$/.test(value))",
      "typeof value === 'string'",
    ],
    [
      'numbers are finite',
      "return typeof value === 'number' && Number.isFinite(value) ? value : fail()",
      'return Number(value)',
    ],
    [
      'a row too short',
      'return value === undefined ? fail() : value',
      'return value ?? null',
      'what is missing at the end is seen where the row ends',
    ],
    ['more persons than a union has', 'if (nonZero > persons || differing > persons) fail()', ''],
    [
      'differences are told of every group',
      'found.get(group.gid) ?? fail()\n    if (differences',
      'found.get(group.gid) ?? []\n    if (differences',
    ],
    ['pairs are whole numbers', 'return Number.isSafeInteger(number) ? number : fail()', 'return number'],
    ['a grouping set that there is', 'const set = sets[number] ?? fail()', 'const set = sets[number] ?? []'],
  ]),
  ...editsOf('services/query/disclosure/statistic-evidence.ts', query('statistic-evidence'), [
    ['a group comes once', 'if (found.has(gid)) fail()', ''],
    ['no more persons than the cell', 'return count > persons ? fail() : count', 'return count'],
    ['no fewer rows than persons', 'if (rows < persons) fail()', ''],
    [
      'no more contribute than the cell has',
      'if (made.nonZero > cell.persons || made.differing > cell.persons) fail()',
      '',
    ],
  ]),
]

const derived = [
  ...editsOf('services/query/workspace/table.ts', query('derived-rules', 'workspace'), [
    [
      'rows of a derived table are proved',
      'verifyTable(await parser.plan(statement, twin), { reads: named, inputs }, wanted)',
      '',
    ],
    [
      'what may not be done with a column is kept',
      '...(column.restrict.length > 0 ? { restrict: [...column.restrict] } : {}),',
      '',
    ],
    ['identifiers are kept', '      ...identity(column),\n', ''],
    ['repeats are kept', '...(relation.repeats ? { repeats: true } : {}),', ''],
    [
      'one domain of persons',
      'if (domain === undefined || other !== undefined)',
      'if (domain === undefined)',
    ],
    [
      'types that a statement can read',
      "if (!isFlat(type)) throw new Refusal('TYPE_ERROR', { rule: 'query.flat-type' })",
      '',
    ],
  ]),
  ...editsOf('services/query/workspace/lineage.ts', query('workspace'), [
    [
      'what is behind a derived table is read',
      'const reads = named.flatMap((read) => origin(read)?.reads ?? [read])',
      'const reads = named.filter((read) => !origin(read))',
    ],
  ]),
  ...editsOf('services/query/workspace/change.ts', query('workspace'), [
    [
      'one row per person is looked at',
      'unique: table.isPerPerson && built.isUnique,',
      'unique: table.isPerPerson,',
    ],
    [
      'one row per person is said by the text',
      'unique: table.isPerPerson && built.isUnique,',
      'unique: built.isUnique,',
    ],
    ['k of a derived table is kept', 'k: thresholdsOf(needs, work).k,', 'k: 1,'],
    [
      'the name of a granted table',
      "if (isGranted(bulle, name) || (isTaken && !replaces)) throw new Refusal('WORKSPACE_NAME', { location })",
      "if (isTaken && !replaces) throw new Refusal('WORKSPACE_NAME', { location })",
    ],
    [
      'the permit holds when a table is published',
      '  const still = await permission.insist(datasets)\n  run.check()\n  return { id',
      '  const still = await permission.insist(datasets)\n  return { id',
    ],
    [
      'the number of tables',
      "if (others.length >= maxTables) throw new Refusal('WORKSPACE_LIMIT', { location })",
      '',
    ],
  ]),
]

export const ofInputs = [...inputs, ...growth, ...thresholds, ...rules, ...evidence, ...derived]
