/** The rules of clauses that make relations of others, taken away one by one (disclosure.md 7.1 and 7.2). */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of templates
import { editsOf } from './edit.ts'

const folder = 'services/query/typing'
const query = (...names: readonly string[]) => names.map((name) => `test/query/${name}.test.ts`)

const answered = query('one-rule', 'prepare', 'clauses', 'prepare-oracles')

const lateral = editsOf(
  `${folder}/lateral.ts`,
  query('prepare-refusals', 'one-rule', 'clauses', 'prepare-proof'),
  [
    [
      'LATERAL under RIGHT, FULL, SEMI and ANTI',
      "if (join.join_type !== 'INNER' && join.join_type !== 'LEFT') task.note('JOIN_NOT_ALLOWED', join)",
      '',
    ],
    [
      'LATERAL over other persons',
      "task.note('CROSS_PATIENT_JOIN', at, addEquality(left.sources, right.sources))",
      'task.spend(0, at)',
    ],
    [
      'LATERAL inside of a product',
      "if (lateral.isNested && (areBoth || lateral.ties || lateral.isValue))\n    task.note('STATEMENT_NOT_ALLOWED', at, { key: 'hint.subqueryInFrom' })",
      '',
    ],
    [
      'LATERAL values under a condition',
      "if (lateral.isValue && !isTrue(join)) task.note('STATEMENT_NOT_ALLOWED', join, { key: 'hint.lateralValue' })",
      '',
    ],
    ['LATERAL limits of what is not tied', 'ties.length === 0 || ', ''],
    ['LATERAL limits of groups', '!isPlain || ', ''],
    ['LATERAL limits beside DISTINCT', ' || others.length > 0', ''],
    [
      'LATERAL limits that are no literals',
      'if (skipped === undefined || kept === undefined) return null',
      '',
    ],
    ['LATERAL rows skipped', 'whole(skipped + 1), whole(skipped + kept)', 'whole(1), whole(skipped + kept)'],
    [
      'LATERAL ties further to the left',
      'return lateral && { ...lateral, isNested: true }',
      'return lateral',
    ],
    [
      'LATERAL reads are those of the row to the left',
      'right.lateral?.reads.some((column) => own.has(column))',
      'own.size > 0',
    ],
  ],
)

const ends = editsOf(
  `${folder}/project.ts`,
  query('prepare-refusals', 'one-rule', 'prepare', 'prepare-proof', 'clauses'),
  [
    [
      'first rows of a person that differ from row to row',
      "if (isLimited) task.note('ROW_LIMIT', select.select_list)",
      '',
    ],
    [
      'a value of a person that differs from row to row',
      "if (isValue) task.note('CROSS_PATIENT_SUBQUERY', items[0]?.expression, { key: 'hint.subqueryInFrom' })",
      '',
    ],
    [
      'unnest that makes too many rows',
      'if (stage.rowsOfOne && stage.scope.class',
      'if (rows < 0 && stage.scope.class',
    ],
    ['ties of EXISTS that reads more', ' && seen.outer.length === ties.length', ''],
    [
      'EXISTS of groups is not asked as IN',
      'const isPlain = stage.below === undefined && ',
      'const isPlain = ',
    ],
    ['the person beside the ties of a row', '...(from.pix ? [sql.equal(from.pix, outerPix)] : []),', ''],
    [
      'a withheld cell is last both ways',
      "sql.order(tree, type, mark ? 'NULLS LAST' : null_order)",
      'sql.order(tree, type, null_order)',
    ],
    ['an answer has a mark for each column', 'isAnswer ? `__s${index}` : mark ?', 'mark ?'],
    [
      'a released value among public rows releases them',
      "return own === 'PUB' && seen.released.length > 0 ? 'SAFE' : own",
      'return own',
    ],
  ],
)

const values = editsOf(
  `${folder}/value.ts`,
  query('prepare-refusals', 'one-rule', 'prepare', 'clauses', 'prepare-proof'),
  [
    [
      'the person beside the ties of a value',
      'const on = sql.and([...pairs, sql.equal(scope.pix, own)])',
      'const on = sql.and(pairs)',
    ],
    [
      'a value of the person outside',
      "relation.class === 'PK' && relation.isWithinPerson && relation.isValue",
      "relation.class === 'PK' && relation.isValue",
      'a value is only made of a query that is tied',
    ],
    ['a value of one row', 'relation.isWithinPerson && relation.isValue === true', 'relation.isWithinPerson'],
    ['what a value reads of the row outside', 'columns: [column, ...relation.outer],', 'columns: [column],'],
    ['what a value reads inside', 'columns: [column, ...relation.outer],', 'columns: relation.outer,'],
    ['a count of no rows is zero', 'if (!isZeroing(item) && contains(item, isZeroing)) return null', ''],
  ],
)

const choices = [
  ...editsOf(`${folder}/star.ts`, query('prepare-refusals', 'one-rule', 'clauses'), [
    [
      'COLUMNS by what is not understood',
      "if (found === null)\n    return scope.task.refuse('STATEMENT_NOT_ALLOWED', star, { hint: { key: 'hint.columns' } })",
      'if (found === null) return (name: string) => name',
    ],
    [
      'COLUMNS that choose nothing',
      'if (names.every((name) => found(name) === null)) unknown(star, names, scope)',
      '',
    ],
    [
      'COLUMNS of a name that is not there',
      'if (listed?.some((name) => !known.has(name.toLowerCase()))) unknown(star, names, scope)',
      '',
    ],
    [
      'EXCLUDE of a name that is not there',
      'if (said.some((name) => !known.has(name.toLowerCase()))) unknown(star, names, scope)',
      '',
    ],
    ['EXCLUDE', 'if (star.exclude_list.some(is)) return true', ''],
    [
      'EXCLUDE of one table',
      'sourcesFor(from.sources, [table]).some(({ columns }) => columns.includes(column))',
      'table !== name',
    ],
    ['REPLACE', 'expression: own ?? expanded(column, star)', 'expression: expanded(column, star)'],
  ]),
  ...editsOf(`${folder}/items.ts`, query('one-rule', 'prepare-refusals', 'clauses'), [
    [
      'several COLUMNS in one expression',
      "if (other && !isInside(star, other))\n    scope.task.refuse('STATEMENT_NOT_ALLOWED', other, { hint: { key: 'hint.star' } })",
      '',
    ],
    [
      'a condition holds of each of the columns',
      'return chosen.map(({ expression }) => withStar(condition, expression))\n}\n\nfunction itemOf',
      'return chosen.slice(0, 1).map(({ expression }) => withStar(condition, expression))\n}\n\nfunction itemOf',
    ],
  ]),
  ...editsOf(`${folder}/scope.ts`, query('prepare-refusals', 'one-rule', 'clauses', 'prepare'), [
    ['the hidden side of SEMI and ANTI', 'sources.filter(({ hidden }) => hidden !== true)', 'sources'],
    [
      'names that two relations have',
      "if (found.length > 1) scope.task.refuse('COLUMN_UNKNOWN', name, { hint: { key: 'hint.ambiguous' } })",
      '',
    ],
    ['what is read of rows outside', 'if (found) scope.seen.outer.push(found)', ''],
    [
      'persons of a row outside are near',
      "return own === 'PK' || (outer !== undefined && isNearPersons(outer))",
      "return own === 'PK'",
    ],
    ['names of the list that stand for themselves', ' || scope.seen.resolving.has(key)', ''],
  ]),
]

const pivot = editsOf(`${folder}/pivot.ts`, query('one-rule', 'prepare-refusals', 'clauses'), [
  [
    'PIVOT of persons',
    "if (source.class === 'PK') return task.refuse('ROW_LEVEL', pivot, { hint: { key: 'hint.pivot' } })",
    '',
  ],
  ['PIVOT of what is no aggregate', 'if (!call || call.filter)', 'if (!call)'],
  [
    'UNPIVOT of a withheld cell',
    '...(mark === undefined ? [] : [sql.coalesce(own(mark), sql.boolean(false))]),',
    '',
  ],
  [
    'UNPIVOT carries marks',
    '...(marked[i] ? [sql.named(mark === undefined ? sql.boolean(false) : own(mark), `v${i}__s`)] : []),',
    '...(marked[i] ? [sql.named(sql.boolean(false), `v${i}__s`)] : []),',
  ],
  [
    'UNPIVOT carries marks of other columns',
    '...(mark === undefined ? [] : [sql.named(own(mark), `o${i}__s`)]),',
    '...(mark === undefined ? [] : [sql.named(sql.boolean(false), `o${i}__s`)]),',
  ],
])

const sets = editsOf(`${folder}/setop.ts`, answered, [
  [
    'BY NAME carries marks',
    'column?.mark ? [sql.named(sql.column(alias, column.mark), `c${i}__s`)] : [],',
    'column?.mark ? [sql.named(sql.boolean(false), `c${i}__s`)] : [],',
  ],
  [
    'branches of several widths',
    "if (left.columns.length !== right.columns.length)\n    task.note('TYPE_ERROR', operation, { key: 'hint.branches' })",
    '',
  ],
  ['sets that groups may be missing from', 'lacks: lacksRows(left) || lacksRows(right),', 'lacks: false,'],
  [
    'sets carry marks',
    'mark === undefined ? sql.boolean(false) : sql.column(alias, mark)\n    return marked',
    'sql.boolean(false)\n    return marked',
  ],
  [
    'sets of released rows are released',
    "left.class === 'SAFE' || right.class === 'SAFE' ? 'SAFE' : 'PUB'",
    "'PUB'",
  ],
  ['a withheld cell of a set is last both ways', "column.mark ? 'NULLS LAST' : null_order", 'null_order'],
])

const recursion = editsOf(`${folder}/recursive.ts`, query('one-rule', 'prepare-refusals', 'clauses'), [
  [
    'recursion of several widths',
    "if (next.columns.length !== start.columns.length)\n    task.note('TYPE_ERROR', node.left, { key: 'hint.branches' })",
    '',
  ],
  [
    'recursion without an end',
    "if (node.union_all && isEndless(node)) task.note('COST', node.right, { key: 'hint.recursion' })",
    '',
  ],
  [
    'recursion over released rows is released',
    "start.class === 'SAFE' || first.class === 'SAFE' ? 'SAFE' : 'PUB'",
    "'PUB'",
  ],
  [
    'recursion carries marks',
    'mark === undefined ? sql.boolean(false) : sql.coalesce(sql.column(alias, mark), sql.boolean(false)),',
    'sql.boolean(false),',
  ],
  [
    'recursion that comes to released rows',
    "isMarked && start.class === 'PUB' ? step({ columns: start.columns, class: kind, isMarked }) : first",
    'first',
  ],
])

const series = [
  ...editsOf(`${folder}/series.ts`, query('prepare-refusals', 'one-rule', 'clauses', 'prepare'), [
    ['a series without a step', 'return third === 0 ? undefined : ', 'return '],
    [
      'moments without a step',
      ' || days === undefined || days <= 0) return undefined',
      ' || days === undefined) return undefined',
    ],
    [
      'a series that a row bounds has an end',
      'return [start.tree, sql.when(isNear, stop.tree), ...(step ? [step.tree] : [])]',
      'return [start.tree, stop.tree, ...(step ? [step.tree] : [])]',
    ],
    [
      'a series of a row of unknown kinds',
      'if (far === null || start.kind === undefined || !isAlike(start.kind, stop.kind)) return null',
      'if (far === null) return null',
    ],
    ['a step of a row is written', 'by !== undefined && Number.isInteger(by) && by >= 1', 'by !== undefined'],
    ['a step of moments is written', 'if (!isLong || !step.tree) return null', 'if (!step.tree) return null'],
  ]),
  ...editsOf(`${folder}/expression.ts`, query('prepare-refusals', 'one-rule', 'clauses'), [
    [
      'the length of a series in an expression',
      'if (length !== undefined && length <= maxSeries) return',
      'if (length !== undefined) return',
    ],
  ]),
  ...editsOf(`${folder}/unnest.ts`, query('prepare-refusals', 'one-rule', 'clauses'), [
    [
      'unnest with more than a list',
      'if (!list || more.length > 0 || call.filter || call.distinct || call.order_bys.orders.length > 0)',
      'if (!list)',
    ],
    [
      'identifiers in unnest',
      'const part = bindComputed(list, scope)',
      'const part = bindComputed(list, { ...scope, task: { ...scope.task, note: () => undefined } })',
    ],
    ['how many unnest makes of a series', 'if (findPart(list, isMaker)) return maxSeries', ''],
  ]),
  ...editsOf(`${folder}/from.ts`, query('one-rule', 'clauses', 'prepare-refusals'), [
    [
      'a list of rows too long',
      "if (rows.length > maxSeries) task.note('COST', table)",
      '',
      'a text of so many rows has more nodes than a text may have',
    ],
    [
      'a subquery in a list of rows',
      'if (scope.seen.scalars.length > 0)\n    task.note',
      'if (rows.length < 0)\n    task.note',
    ],
    ['what may not be done with a column of the left', '      restrict: restrict(index),\n', ''],
    ['a share of the left', '      ...share(index),\n', ''],
  ]),
]

export const ofRelations = [
  ...lateral,
  ...ends,
  ...values,
  ...choices,
  ...pivot,
  ...sets,
  ...recursion,
  ...series,
]
