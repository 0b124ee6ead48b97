/** The rules of the typing table and of what is run near patient rows, taken away one by one (disclosure.md 7). */
import { editsOf } from './edit.ts'
import { seenByTyping as tests } from './typing-tests.ts'

const folder = 'services/query/typing'
const from = editsOf(`${folder}/from.ts`, tests, [
  [
    'SAMPLE of a relation',
    "if (table.sample !== null && table.sample !== undefined) task.note('SAMPLE', table)",
    '',
  ],
  ['a relation in another catalogue', "table.catalog_name === '' &&\n", ''],
  ['hidden columns', "table.columns.filter(({ name }) => !name.startsWith('__'))", 'table.columns'],
  ['references to other persons are identifiers', " && role !== 'unit-reference'", ''],
  [
    'table functions',
    "return isKnown && functionClass(name, 'table') !== 'deny' ? name : undefined",
    "return called.class === 'FUNCTION' ? name : undefined",
  ],
  [
    'the length of a series',
    "if (rows === undefined || rows > maxSeries) task.note('COST', table, { key: 'hint.series' })",
    '',
  ],
  ['one table per name', 'if (found && second === undefined) return found', 'if (found) return found'],
  [
    'a table of persons is one',
    "class: personal ? 'PK' : isReleased ? 'SAFE' : 'PUB'",
    "class: isReleased ? 'SAFE' : 'PUB'",
  ],
  [
    'rows per person are unique where the table says so',
    'unique: personal && table.unique',
    'unique: personal',
  ],
])

const join = editsOf(`${folder}/join.ts`, tests, [
  [
    'the person is compared in every join',
    'const pix = left.pix && right.pix ? [sql.equal(left.pix, right.pix)] : []',
    'const pix: never[] = []',
  ],
  [
    'a join of persons needs the person',
    "if (left.class === 'PK' && right.class === 'PK') return { kind: 'person', ...between }",
    '',
  ],
  [
    'a tie must reach the other side',
    'return [...reachedFrom(left, equalities)].some((column) => right.has(column))',
    'return equalities.length > 0',
  ],
  ['only identifiers tie', 'equalities.filter(({ isPerson }) => isPerson)', 'equalities'],
  ['POSITIONAL', "if (join.ref_type === 'POSITIONAL') task.note('JOIN_NOT_ALLOWED', join)", ''],
  [
    'ASOF of persons for rows of nobody',
    "if (join.ref_type === 'ASOF' && left.class !== 'PK') task.note('JOIN_NOT_ALLOWED', join)",
    '',
  ],
  [
    'the person of FULL stands on either side',
    "if (join.join_type === 'FULL') return sql.coalesce(...[left.pix, right.pix].flatMap(keysIn))",
    '',
  ],
  [
    'released rows beside persons',
    '{ join, left: inputOfFrom(left, task), right: inputOfFrom(right, task) }',
    '{ join, left, right }',
  ],
  [
    'public rows chosen by persons',
    "if (isFilter && left.class !== 'PK') task.note('CROSS_PATIENT_SUBQUERY', join, { key: 'hint.frame' })",
    '',
  ],
  ['WHERE settles no outer join', "return join.join_type === 'LEFT' && isWithin(left)", 'return true'],
  [
    'equalities of an outer join hold on one side',
    'default:\n      return left.equalities',
    'default:\n      return [...left.equalities, ...right.equalities, ...own]',
  ],
  [
    'USING of identifiers of another kind',
    "if ((l.identifier || r.identifier) && (isLast || !isPerson)) scope.task.note('IDENTIFIER_COMPARED', join)",
    '',
  ],
  [
    'USING of restricted columns',
    "if (restrict.includes('filter')) scope.task.note('COLUMN_RESTRICTED', join)",
    '',
  ],
  ['a unique join', 'isFilter ? left.unique : left.unique && right.unique', 'left.unique'],
  ['a large product without an equality', "? { kind: 'cost', ...between }", '? undefined'],
  ['a frame that a condition narrows', 'return isWider && used.every(isLabel)', 'return isWider'],
])

const product = editsOf(`${folder}/product.ts`, tests, [
  [
    'rows beside one row of a person',
    "if (sources.length > 1 && from.class !== 'SAFE' && rows > limit) task.note('COST', from.joined)",
    '',
  ],
  ['an equality with what is computed ties nothing', 'return isBare(one) && isBare(other)', 'return true'],
])

const subquery = editsOf(`${folder}/subquery.ts`, tests, [
  [
    'a subquery over persons outside of persons',
    "if (scope.class !== 'PK' || scope.pix === undefined) return refuseCrossing(ask)",
    'if (scope.pix === undefined) return sql.exists(ask.relation.tree)',
  ],
  [
    'EXISTS that is not tied',
    'return relation.isWithinPerson ? sql.exists(relation.tree) : refuseCrossing(ask)',
    'return sql.exists(relation.tree)',
  ],
  [
    'IN without an identifier',
    'if (!isIn || !pairs.includes(true)) return refuseCrossing(ask)',
    'if (!isIn) return refuseCrossing(ask)',
  ],
  [
    'IN that pairs identifiers with something else',
    "if (mixed) scope.task.note('IDENTIFIER_COMPARED', mixed.at)",
    '',
  ],
  [
    'a row of a person as a value',
    "if (relation.class === 'PK')\n    return { ...nothing, tree: refuseCrossing({ expression, relation, members: [], scope }) }",
    '',
  ],
  [
    'a released value is of a released relation',
    "if (relation.class === 'SAFE') scope.seen.released.push(relation)",
    '',
  ],
  [
    'identifiers in a public list',
    "for (const { at, bound } of members) if (bound.identifier) scope.task.note('IDENTIFIER_COMPARED', at)",
    '',
  ],
  [
    'IN that could raise',
    "if (isNearPersons(scope) && !members.every(isLike))\n    scope.task.note('STATEMENT_NOT_ALLOWED', expression, { key: 'hint.subqueryInFrom' })\n  const query",
    'const query',
  ],
  [
    'the person beside what IN compares',
    'members.map(({ bound }) => bound.tree), pix])',
    'members.map(({ bound }) => bound.tree)])',
  ],
])

const groups = editsOf(`${folder}/group.ts`, tests, [
  ['a key that is an identifier', "if (bound.identifier) scope.task.note('IDENTIFIER_OUTPUT', at)", ''],
  ['a key that may not group', "checkRestriction(bound, 'group-by', { at, scope })", ''],
  ['a key that may not be shown', "checkRestriction(bound, 'output', { at, scope })", ''],
  [
    'grouped by the person means their own',
    'keys.some(({ bound }) => isOwn(bound.identifier))',
    'keys.some(({ bound }) => bound.identifier)',
  ],
  ['groups across persons are a leaf', "return scope.class === 'PK' && !isOnPerson\n", 'return false\n'],
  [
    'too many grouping sets',
    "if (group_sets.length > maxSets) scope.task.note('COMPLEXITY', group_expressions, { key: 'hint.maxSets' })",
    '',
  ],
  [
    'grouping sets of the person',
    "if (group_sets.length > 1 && isOnPerson)\n    scope.task.note('STATEMENT_NOT_ALLOWED', group_expressions, { key: 'hint.groupingSets' })",
    '',
  ],
  [
    'a column beside groups',
    "scope.task.note(scope.class === 'PK' && above.class === 'SAFE' ? 'AGG_NOT_ALLOWED' : 'TYPE_ERROR', at, hint)",
    '',
  ],
  [
    'functions of groups',
    "if (!mayAggregate(name)) return scope.task.refuse('FUNCTION_NOT_ALLOWED', call, instead(name, 'aggregate'))",
    '',
  ],
  [
    'a leaf that reads an outer row',
    "scope.task.note('CROSS_PATIENT_SUBQUERY', at, { key: 'hint.subqueryInFrom' })",
    '',
  ],
  [
    'the person among the keys of their groups',
    '...(isOnPerson && scope.pix ? [scope.pix] : []),\n  ]\n  const above',
    ']\n  const above',
  ],
])

const windows = editsOf(`${folder}/window.ts`, tests, [
  [
    'windows across persons',
    "if (!isPlace) scope.task.note('CROSS_PATIENT_WINDOW', window, partitionHint(scope))",
    '',
  ],
  [
    'a partition by somebody else',
    'partitions.some(({ identifier }) => isOwn(identifier))',
    'partitions.some(({ identifier }) => identifier)',
  ],
  [
    'functions of windows',
    "if (!mayWindow(name) || (name === 'fill' && scope.class !== 'SAFE'))",
    "if (name === 'fill' && scope.class !== 'SAFE')",
  ],
  [
    'the person in the partition',
    '...(scope.pix && !isPlace ? [scope.pix] : [])],\n    orders: open',
    '],\n    orders: open',
  ],
])

const frames = editsOf(`${folder}/frame.ts`, tests, [
  [
    'groups of no rows',
    "if (window.function_name.toLowerCase() === 'ntile')",
    'if (window.function_name === 1)',
  ],
  [
    'bounds of a frame that are no literals',
    'refuse(at, scope)\n  return tree\n}\n\nfunction refuse',
    'void refuse\n  return tree\n}\n\nfunction refuse',
  ],
  [
    'offsets that are no literals',
    "if (scope.class !== 'SAFE' && !Number.isSafeInteger(literalNumber(at))) refuse(at, scope)",
    '',
  ],
  [
    'a distance on what is not measured',
    "scope.task.note('STATEMENT_NOT_ALLOWED', order?.expression ?? window, { key: 'hint.windowRange' })",
    '',
  ],
  ['a fallback of unknown type', "scope.task.note('TYPE_ERROR', at, { key: 'hint.windowDefault' })", ''],
])

const sets = editsOf(`${folder}/setop.ts`, tests, [
  [
    'sets across persons',
    "if (!isKept || left.class !== right.class) task.note('SET_OPERATION', operation)",
    '',
  ],
  ['persons beside public rows', ' || left.class !== right.class)', ')'],
  ['a forged identifier', 'isAligned && (isUnionAll || isWithinPerson)', 'isUnionAll || isWithinPerson'],
  ['set semantics without the person', 'isAligned && (isUnionAll || isWithinPerson)', 'isAligned'],
  [
    'a limit on a set of rows of persons',
    "task.note('ROW_LIMIT', operation.modifiers)",
    'task.spend(0, operation.modifiers)',
  ],
  ['restrictions of both branches', '[...left.restrict, ...(right?.restrict ?? [])]', 'left.restrict'],
])

const project = editsOf(`${folder}/project.ts`, tests, [
  [
    'a limit on rows of persons',
    "if (isLimit && !keepsSome(modifier, scope)) scope.task.note('ROW_LIMIT', modifier)",
    '',
  ],
  ['a limit inside EXISTS', '(literalNumber(limit) ?? 0) >= 1', '(literalNumber(limit) ?? 1) >= 0'],
  [
    'DISTINCT ON something else',
    "if (!isOnPerson && isOn) scope.task.note('ROW_LEVEL', targets[0], { key: 'hint.distinctOn' })",
    '',
  ],
  ['the person in DISTINCT ON', '...(scope.pix ? [scope.pix] : [])] : []', '] : []'],
  [
    'what is joined to rows takes their uniqueness',
    'unique: stage.unique && !standsBeside(stage)',
    'unique: stage.unique',
  ],
  [
    'an order by a restricted column',
    "if (stage.scope.class === 'PK') checkRestriction(bound, 'filter', { at: expression, scope: stage.scope })",
    '',
  ],
  [
    'a limit that reads',
    "if (bound.columns.length > 0 || contains(expression, isSubquery))\n      scope.task.note('STATEMENT_NOT_ALLOWED', expression, { key: 'hint.limit' })",
    '',
  ],
])

const identifiers = editsOf(`${folder}/identifiers.ts`, tests, [
  [
    'identifiers are compared with their like',
    'if (isIdentity && isSame(left?.bound.identifier, right?.bound.identifier)) return\n',
    'if (isIdentity) return\n',
  ],
  [
    'identifiers are compared by equality',
    'sides.length === 2 && identityOperators.has(type)',
    'sides.length === 2',
  ],
  ['identifiers are not compared otherwise', "scope.task.note('IDENTIFIER_COMPARED', at)", ''],
  [
    'identifiers are not computed with',
    "if (bound.identifier) scope.task.note('IDENTIFIER_COMPUTED', at)",
    '',
  ],
  ['a reference to somebody else is not the person', " && identifier.role !== 'unit-reference'", ''],
  ['identifiers of one domain', ' && left.domain === right.domain', ''],
  ['identifiers of one name', ' && left.name === right.name', ''],
])

const expression = editsOf(`${folder}/expression.ts`, tests, [
  [
    'functions',
    'return mayCompute(name) ? bindScalar(expression, name, scope) : denied(expression, scope)',
    'return bindScalar(expression, name, scope)',
  ],
  [
    'functions of another schema',
    "if (expression.schema !== '' && expression.schema !== 'main') return denied(expression, scope)",
    '',
  ],
  ['lengths', "if (tooLong) scope.task.note('COST', tooLong, { key: 'hint.length' })", ''],
  [
    'identifiers in functions',
    "if (identifier) scope.task.note(compares(name) ? 'IDENTIFIER_COMPARED' : 'IDENTIFIER_COMPUTED', identifier)",
    '',
  ],
  [
    'TRY around what can raise',
    "if (scope.class === 'SAFE' || !(canRaise || isTried(bound.tree))) return bound\n",
    'return bound\n',
  ],
  ['casts are tried', "expression.try_cast || (scope.class !== 'SAFE' && !isSure)", 'expression.try_cast'],
  [
    'a condition that is no boolean',
    "if (bound.kind === 'boolean' || scope.class === 'SAFE') return bound\n",
    'return bound\n',
  ],
  ['a column that may not filter', "checkRestriction(bound, 'filter', { at: expression, scope })", ''],
  [
    'identifiers in lists',
    'if (lists.has(type)) {\n    checkComparison(type, sides, scope)',
    'if (lists.has(type)) {',
  ],
  [
    'identifiers in operators',
    'for (const { at, bound } of sides) checkComputed(bound, at, scope)',
    'void sides',
  ],
  ['identifiers between', 'checkComparison(expression.class, sides, scope)', ''],
  [
    'a subquery under TRY',
    "if (isNearPersons(scope))\n      scope.task.note('STATEMENT_NOT_ALLOWED', undefined, { key: 'hint.subqueryInFrom' })",
    '',
  ],
])

export const ofTyping = [
  ...from,
  ...join,
  ...product,
  ...subquery,
  ...groups,
  ...windows,
  ...frames,
  ...sets,
  ...project,
  ...identifiers,
  ...expression,
]
