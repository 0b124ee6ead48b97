/** What is run near patient rows, and what a measure becomes, taken away one by one (disclosure.md 7.2 and 8). */
import { editsOf } from './edit.ts'
import { seenByTyping as tests } from './typing-tests.ts'

const folder = 'services/query/typing'

const others = [
  ...editsOf(`${folder}/harden.ts`, tests, [
    [
      'what is too large, or no number at all',
      "return sql.and([sql.comparison('COMPARE_GREATERTHAN', double, limit(-largest)), isBelow]) ?? isBelow",
      "return sql.comparison('COMPARE_GREATERTHAN', double, limit(-largest))",
    ],
    [
      'what is far below zero',
      "return sql.and([sql.comparison('COMPARE_GREATERTHAN', double, limit(-largest)), isBelow]) ?? isBelow",
      'return isBelow',
    ],
    [
      'comparisons of several kinds are tried',
      'return operands.every((operand) => isLike(operand, anchor?.kind))',
      'return true',
    ],
  ]),
  ...editsOf(`${folder}/steady.ts`, tests, [
    [
      'operands of aggregates are bounded',
      'return picking.has(name) ? bound.tree : steady(bound, at, scope)',
      'return bound.tree',
    ],
    [
      'counts among operands are literals',
      'if (!Number.isInteger(count) || count < 1 || count > most)',
      'if (count === -1)',
    ],
  ]),
  ...editsOf(`${folder}/outermost.ts`, tests, [
    ['rows of persons are never the answer', "if (relation.class !== 'PK') return\n", 'return\n'],
  ]),
  ...editsOf(`${folder}/select.ts`, tests, [
    ['SAMPLE of a query', "if (written.sample !== null) task.note('SAMPLE', written)", ''],
    [
      'joins that nothing settled',
      'for (const one of from.obligations) if (!isMet(one, equalities)) refuseObligation(one, scope.task)',
      '',
    ],
  ]),
  ...editsOf(`${folder}/scope.ts`, tests, [
    [
      'names with two underscores',
      "if (wanted.startsWith('__')) return null\n",
      '',
      'no relation in scope has such a column: the catalogue shows none, and no alias is such a name',
    ],
    [
      'a row as a whole',
      "if (isWholeRow) return scope.task.refuse('STATEMENT_NOT_ALLOWED', name, { hint: { key: 'hint.wholeRow' } })",
      '',
    ],
  ]),
  ...editsOf(`${folder}/ties.ts`, tests, [
    [
      'a tie is of one identifier',
      'return far && isSame(inner.identifier, far.identifier) ? { inner, outer: far } : null',
      'return far ? { inner, outer: far } : null',
    ],
    [
      'a tie is an equality',
      "if (part.class !== 'COMPARISON' || part.type !== 'COMPARE_EQUAL') return []",
      "if (part.class !== 'COMPARISON') return []",
    ],
  ]),
  ...editsOf(`${folder}/recursive.ts`, tests, [
    [
      'recursion that starts at persons',
      "if (start.class === 'PK') return task.refuse('RECURSION', node.left)",
      '',
    ],
    [
      'recursion that comes to persons',
      "if (first.class === 'PK') return task.refuse('RECURSION', node.right)",
      '',
    ],
  ]),
  ...editsOf('services/query/prepare.ts', tests, [
    [
      'a released relation beside persons is an input',
      'return isBesidePersons(environment) ? inputOfRelation(relation, task) : relation',
      'return relation',
    ],
    ['the outermost relation is looked at', 'checkOutermost(relation, statement.query, work.task)', ''],
    [
      'what was noted is refused',
      '  checkOutermost(relation, statement.query, work.task)\n  const [first] = work.noted\n  if (first) throw first',
      '  checkOutermost(relation, statement.query, work.task)',
    ],
    [
      'relations once CTEs are written out',
      "if (relation.uses.length > maxRelations) return task.refuse('COMPLEXITY', node)",
      '',
    ],
    ['nodes once names are written out', "if (spent > maxNodes) throw refusal('COMPLEXITY', at, {})", ''],
  ]),
  ...editsOf('services/query/statement/read.ts', tests, [
    [
      'one statement',
      "if (second !== undefined) throw new Refusal('ONE_STATEMENT', place(placeOf(second)))",
      '',
    ],
    [
      'nodes that are not known',
      'if (!isRecord(node) || shape === undefined) return deny(node)',
      'if (!isRecord(node) || shape === undefined) return true',
    ],
    [
      'nodes, depth and relations of the text',
      "if (isOver(count)) throw new Refusal('COMPLEXITY', place(placeOf(node)))",
      '',
    ],
  ]),
  ...editsOf('services/query/statement/grammar.ts', tests, [
    [
      'names with two underscores are ours',
      "typeof value === 'string' && !value.startsWith('__')",
      "typeof value === 'string'",
    ],
    ['another version of a table', 'at_clause: is(null),', 'at_clause: () => true,'],
  ]),
]

const measures = [
  ...editsOf('services/query/leaf/measure.ts', tests, [
    ['sums are of what is finite', 'const measured = finite(x, type)', 'const measured = x'],
    [
      'measures that may not be shown',
      "const bound = checkComputed(bind(argument, scope), argument, scope)\n  checkRestriction(bound, 'output', { at: argument, scope })",
      'const bound = checkComputed(bind(argument, scope), argument, scope)',
    ],
    [
      'values that may not be shown',
      "if (role === undefined) checkRestriction(bound, 'output', { at: argument, scope })",
      '',
    ],
    [
      'references to others are not counted apart',
      "if (role === 'unit-reference') checkComputed(bound, argument, scope)",
      '',
    ],
    [
      'a sum of identifiers',
      'const bound = checkComputed(bind(argument, scope), argument, scope)',
      'const bound = bind(argument, scope)',
    ],
    ['aggregates that show a value', "scope.task.note('AGG_NOT_ALLOWED', call, hint)", ''],
    [
      'what is not surely a number is taken as one',
      "if (bound.kind !== 'number')",
      "if (bound.kind === 'text')",
    ],
    [
      'a share is two counts',
      'if (!check || numberOf(check.then_expr) !== 1 || !(otherwise === 0 || isOpen)) return null',
      'if (!check) return null',
    ],
  ]),
  ...editsOf('services/query/leaf/leaf.ts', tests, [
    ['one row per person', 'below.unique &&\n', 'true &&\n'],
    ['several sets are not unique', '!sets &&\n', 'true &&\n'],
    [
      'a frame that WHERE narrows',
      'if (!frame || keys.length === 0 || below.below || below.where.length > 0) return false',
      'if (!frame || keys.length === 0 || below.below) return false',
    ],
    [
      'labels of a frame are of the frame',
      'return keys.every(({ columns }) => columns.every((column) => labels.has(column)))',
      'return labels.size > 0',
    ],
    ['values are each told once', "modifiers: [{ type: 'DISTINCT_MODIFIER', distinct_on_targets: [] }],", ''],
  ]),
  ...editsOf('services/query/leaf/statistic.ts', tests, [
    ['extremes of text', 'return comparable.has(kind) ?', 'return kind !== null ?'],
    [
      'the ends are no quantiles',
      'if (at === undefined || q === undefined || !(q > 0 && q < 1)) return null',
      'if (at === undefined || q === undefined) return null',
    ],
    ['statistics of what may not be shown', "checkRestriction(bound, 'output', { at, scope })", ''],
    [
      'statistics of identifiers',
      'const bound = checkComputed(bind(at, scope), at, scope)',
      'const bound = bind(at, scope)',
    ],
    ['moments are of what is finite', 'sql.cast(finite(tree), ', 'sql.cast(tree, '],
  ]),
  ...editsOf('services/query/functions.ts', tests, [
    [
      'functions that are denied',
      "return functionClass(name, 'scalar') !== 'deny'",
      'return name.length > 0',
    ],
    [
      'aggregates that are denied',
      "return name === 'count_star' || functionClass(name, 'aggregate') !== 'deny'",
      'return name.length > 0',
    ],
    [
      'lengths that are capped',
      'Math.abs(literalNumber(argument) ?? Number.POSITIVE_INFINITY) > maxLength',
      'Math.abs(literalNumber(argument) ?? 0) > maxLength',
    ],
  ]),
]

export const ofRewriting = [...others, ...measures]
