/** The rules of windows across persons and of joins, taken away one by one (disclosure.md 7.1, 7.3 and 14). */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of templates
import { editsOf } from './edit.ts'

const folder = 'services/query/typing'
const query = (...names: readonly string[]) => names.map((name) => `test/query/${name}.test.ts`)
const refused = query('prepare-refusals', 'one-rule', 'prepare')

const places = editsOf(`${folder}/window.ts`, refused, [
  [
    'a place of rows that are chosen or ordered apart',
    "if (arg_orders.length > 0 || filter_expr !== null || exclude_clause !== 'NO_OTHER') return false",
    '',
    'the engine takes none of these in a function of places',
  ],
  [
    'a share takes no operand',
    "name === 'cume_dist') return children.length === 0",
    "name === 'cume_dist') return true",
  ],
  ['at most twenty tiles', 'tile >= 1 && tile <= maxTiles', 'tile >= 1'],
  ['tiles are written out', 'literalNumber(child) ?? 0)', 'literalNumber(child) ?? 1)'],
  [
    'only places across persons',
    "return name === 'ntile' && tiles.length === 1",
    'return tiles.length === 1',
  ],
  [
    'identifiers among the keys of a place',
    'for (const [i, bound] of partitions.entries()) checkComputed(bound, window.partitions[i], scope)',
    '',
  ],
  [
    'an order of all persons by an identifier',
    'for (const [i, bound] of orders.entries()) checkComputed(bound, window.orders[i]?.expression, scope)',
    '',
  ],
  ['a place is a share', "return isPlace && name !== 'ntile' ? asShare(bound) : bound", 'return bound'],
  [
    'identifiers in windows',
    "name === 'count' && isOwn(bound.identifier) ? bound : checkComputed(bound, child, scope)",
    'bound',
  ],
  [
    'an order of public rows by an identifier',
    "if (by.identifier && scope.class !== 'PK') checkComputed(by, order.expression, scope)",
    '',
    'rows that are no person’s have no identifiers',
  ],
])

const shares = [
  ...editsOf(`${folder}/share.ts`, refused, [
    [
      'shares that are shown',
      "if (isShare(bound)) task.note('CROSS_PATIENT_WINDOW', at, { key: 'hint.share' })",
      '',
    ],
    [
      'a share beside another column',
      'comparison.columns.every((column) => column.isShare)',
      'comparison.columns.some((column) => column.isShare)',
    ],
  ]),
  ...editsOf(`${folder}/expression.ts`, refused, [
    ['shares that group or are measured', "if (use !== 'filter') checkShare(bound, at, scope)", ''],
    ['shares in conditions', '  checkShare(bound, expression, scope)\n', ''],
  ]),
  ...editsOf(`${folder}/layer.ts`, refused, [
    ['a share that is carried', '...(columns.some(({ isShare }) => isShare) ? { isShare: true } : {}),', ''],
    [
      'restrictions of what is carried',
      'restrict: [...new Set(columns.flatMap(({ restrict }) => restrict))],',
      'restrict: [],',
    ],
    [
      'conditions on what is withheld',
      'if (marksOf(bound).length > 0) scope.task.markPartial()\n  return bound',
      'return bound',
    ],
    [
      'what is made of withheld cells',
      'if (marksOf(bound).length > 0 || scope.lacks === true) scope.task.markPartial()',
      '',
    ],
    [
      'an outer join in place of a withheld group',
      'if (absent === null) return sources',
      'if (absent !== undefined) return sources',
    ],
    [
      'a value that reads a withheld cell',
      'return mark && !isBare ? sql.when(mark, sql.nothing, bound.tree) : bound.tree',
      'return bound.tree',
    ],
  ]),
  ...editsOf(`${folder}/setop.ts`, refused, [
    ['shares in a set', '...(left.isShare || right?.isShare ? { isShare: true } : {}),', ''],
  ]),
  ...editsOf(`${folder}/join.ts`, refused, [
    ['shares in USING', 'checkShare(made(condition, operands), join, scope)', ''],
  ]),
]

const totals = editsOf(
  `${folder}/total.ts`,
  [...refused, 'test/query/prepare-limits.test.ts', 'test/query/released-inputs.test.ts'],
  [
    ['totals of an identifier', "if (bound.identifier) scope.task.note('IDENTIFIER_OUTPUT', at)", ''],
    ['totals by what may not group', "checkRestriction(bound, 'group-by', { at, scope })", ''],
    ['totals by what may not be shown', "checkRestriction(bound, 'output', { at, scope })", ''],
    [
      'totals that read an outer row',
      "if (seen.outer.length > 0) task.note('CROSS_PATIENT_SUBQUERY', at, { key: 'hint.subqueryInFrom' })",
      '',
    ],
    ['totals are partial', 'task.markPartial()', 'void 0'],
    [
      'totals that are withheld',
      'values.map(withheldAsNull)',
      'values.map(({ tree }) => tree)',
      'a withheld cell is NULL, and so is what is computed of it',
    ],
    ['totals of whole groups', '|| !isWhole || !isPlain)', '|| !isPlain)'],
    ['totals without another row', '|| !isWhole || !isPlain)', '|| !isWhole)'],
    ['totals cost what they read', 'task.spend(sizeOf(below.tree()), at)', ''],
  ],
)

const joins = editsOf(`${folder}/join.ts`, query('one-rule', 'prepare-refusals', 'prepare', 'clauses'), [
  [
    'ASOF by what is nearest',
    "if (nearest !== 1 || conditions.some(({ tree }) => tree.class !== 'COMPARISON'))\n    task.note('TYPE_ERROR', join, { key: 'hint.asOf' })",
    '',
  ],
  [
    'ASOF under RIGHT and FULL',
    "if (join_type !== 'INNER' && join_type !== 'LEFT') task.note('JOIN_NOT_ALLOWED', join)",
    '',
  ],
  ['ASOF is settled where it stands', "isInner && join.ref_type !== 'ASOF'", 'isInner'],
  [
    'the nearest name is no person',
    'isPerson: isPerson && !isLast',
    'isPerson',
    'an identifier among what is nearest is refused',
  ],
  [
    'a part of ON that reads an outer row',
    "scope.task.note('STATEMENT_NOT_ALLOWED', part, { key: 'hint.outerInWhere' })",
    'void 0',
  ],
  [
    'of FULL nothing holds',
    "case 'FULL':\n      return []",
    "case 'FULL':\n      return [...left.equalities, ...right.equalities, ...own]",
  ],
  [
    'of RIGHT what is on the right',
    "case 'RIGHT':\n      return right.equalities",
    "case 'RIGHT':\n      return [...left.equalities, ...right.equalities, ...own]",
  ],
  [
    'WHERE settles no RIGHT join',
    "if (join.join_type === 'RIGHT') return isWithin(right)",
    "if (join.join_type === 'RIGHT') return true",
  ],
  [
    'cells that an outer join has no row of, on the right',
    'isNullable.right ? markedIfAbsent(right.sources) : right.sources',
    'right.sources',
  ],
  [
    'cells that an outer join has no row of, on the left',
    'isNullable.left ? markedIfAbsent(left.sources) : left.sources',
    'left.sources',
  ],
  [
    'ANTI of what may be missing is partial',
    "if (join.join_type === 'ANTI' && right.sources.some(({ there }) => there)) task.markPartial()",
    '',
  ],
  [
    'names of USING',
    "if (column && found.length === 1 && !name.startsWith('__'))",
    'if (column && found.length === 1)',
  ],
  [
    'one column for a name of USING',
    "if (column && found.length === 1 && !name.startsWith('__'))",
    "if (column && !name.startsWith('__'))",
  ],
  [
    'labels that a narrower side names',
    "return right.class === 'PK' || left.frame ? { frame } : {}",
    'return { frame }',
    'the frame of public rows is their sources, whatever is kept of it beside them',
  ],
])

const within = [
  ...editsOf(
    `${folder}/distinct.ts`,
    [...refused, 'test/query/clauses.test.ts'],
    [
      [
        'DISTINCT with an identifier stays of persons',
        "rows.class === 'PK' && !rows.columns.some(({ identifier }) => isOwn(identifier))",
        "rows.class === 'PK'",
        'DISTINCT of an identifier is GROUP BY of it',
      ],
    ],
  ),
  ...editsOf(
    `${folder}/steady.ts`,
    ['test/query/prepare-oracles.test.ts', 'test/query/one-rule.test.ts'],
    [
      ['numbers are bounded', 'return finite(tree)\n', 'return tree\n'],
      [
        'days are bounded',
        "case 'timestamp':\n      return sql.when(ofOurEra(tree), tree)",
        "case 'timestamp':\n      return tree",
      ],
      ['intervals are refused', "scope.task.note('TYPE_ERROR', at, { key: 'hint.interval' })", ''],
      [
        'what is of no known kind is bounded',
        "return sql.coalesce(finite(tree), sql.when(ofOurEra(sql.cast(tree, 'TIMESTAMP', { try: true })), tree))",
        'return tree',
      ],
      [
        'days to order by',
        "if (kind === 'date' || kind === 'timestamp') return sql.when(ofOurEra(tree), tree)",
        "if (kind === 'date' || kind === 'timestamp') return tree",
      ],
      [
        'numbers to order by',
        "return isPlain ? sql.cast(finite(tree), 'DOUBLE', { try: true }) : null",
        "return isPlain ? sql.cast(tree, 'DOUBLE', { try: true }) : null",
      ],
      [
        'settings that are read from a row',
        "scope.task.note('STATEMENT_NOT_ALLOWED', at, { key: 'hint.windowBound' })",
        'void 0',
      ],
    ],
  ),
]

const keys = [
  ...editsOf(`${folder}/identifiers.ts`, query('person-keys'), [
    [
      'a bare pseudonym says the hidden key',
      'return column !== undefined && tree === column.ref && isKeyOf(column, pix)',
      'return column !== undefined && isKeyOf(column, pix)',
    ],
    [
      'a pseudonym says the hidden key of its own rows',
      'return personKey !== undefined && JSON.stringify(personKey) === JSON.stringify(pix)',
      'return personKey !== undefined',
    ],
    [
      'both pseudonyms say the hidden keys',
      'return (isKeyOf(one, l) && isKeyOf(other, r)) || (isKeyOf(one, r) && isKeyOf(other, l))',
      'return isKeyOf(one, l) || isKeyOf(other, r) || isKeyOf(one, r) || isKeyOf(other, l)',
    ],
  ]),
  ...editsOf(`${folder}/harden.ts`, query('prepare-oracles'), [
    [
      'a sum of what is of no known kind',
      "return added?.kind === 'number' ? 'number' : undefined",
      "return added ? 'number' : undefined",
    ],
  ]),
]

export const ofWindows = [...places, ...shares, ...totals, ...joins, ...within, ...keys]
