/** The rules that say whether a row of a person may stand in several groups, taken away one by one (disclosure.md 13). */
import { editsOf } from './edit.ts'

const folder = 'services/query/typing'
const query = (...names: readonly string[]) => names.map((name) => `test/query/${name}.test.ts`)

export const ofRepeats = [
  ...editsOf(`${folder}/setop.ts`, query('overlap'), [
    ['unions repeat rows of persons', ' || isUnion(operation)),', '),'],
    [
      'sets of repeated rows',
      'left.repeats === true || right.repeats === true || isUnion(operation)',
      'isUnion(operation)',
    ],
  ]),
  ...editsOf(`${folder}/repeats.ts`, query('overlap'), [
    ['repeats below a join', 'if (left.repeats || right.repeats) return true\n', ''],
    [
      'rows beside several public ones',
      'return beside.rows > 1 && !isOneByKey(beside, equalities)',
      'return false',
    ],
    ['the whole key', 'return primaryKey.every((column) => {', 'return primaryKey.some((column) => {'],
    [
      'a key that is compared with itself',
      'side.length > 0 && side.every((column) => !own.has(nameOf(column)))',
      'side.length > 0',
    ],
    ['a key that is computed with', 'bare.some((one) => nameOf(one) === name) &&\n', ''],
    ['a table without a key', 'if (more || primaryKey.length === 0) return false', 'if (more) return false'],
  ]),
  ...editsOf(`${folder}/project.ts`, query('overlap'), [
    [
      'unnest repeats rows',
      'return from.repeats === true || stage.rowsOfOne !== undefined',
      'return from.repeats === true',
    ],
    [
      'repeats below a query',
      'return from.repeats === true || stage.rowsOfOne !== undefined',
      'return stage.rowsOfOne !== undefined',
    ],
  ]),
  ...editsOf(`${folder}/from.ts`, query('overlap'), [
    ['repeats of a query of FROM', '...(relation.repeats ? { repeats: true } : {}),', ''],
  ]),
  ...editsOf(`${folder}/overlap.ts`, query('overlap'), [
    [
      'groups that share rows',
      'if (asked.from.repeats !== true || asked.keys.length === 0) return {}',
      'return {}',
    ],
    ['rows and days are told apart', "isCalendar(asked) ? 'days' : 'rows'", "'days'"],
    [
      'a calendar alone',
      'if (!frame || more || lateral || !persons.every(isBase)) return false',
      'if (!frame || lateral || !persons.every(isBase)) return false',
    ],
    ['rows that the text has chosen', ' || !persons.every(isBase)) return false', ') return false'],
    ['a calendar that a query of FROM makes of a row', ' || lateral || ', ' || '],
    ['ties to a day', 'ties.some(({ left, right }) => [...left, ...right].some(isDay))', 'ties.length < 0'],
    [
      'other conditions',
      'conditions.filter((one) => !isMixed(isDay)(one)).every((one) => isOfOne(one, isFree, isDay)) &&\n',
      '',
    ],
    [
      'labels of a calendar',
      'keys.every(({ columns }) => columns.every(isDay) || columns.every(isFree)) &&\n',
      '',
    ],
    [
      'measures of a calendar',
      'expressions.every((tree) => rest.has(JSON.stringify(tree)))',
      'expressions.length >= 0',
    ],
    [
      'a day that is compared otherwise',
      'if (conditions.some(({ orders }) => orders.length === 0)) return undefined',
      '',
    ],
    ['what is computed of a day', 'return isBare(tree, column) ? column : undefined', 'return column'],
    [
      'one column for each end',
      'const isOne = others.length + rest.length + days.length === 0',
      'const isOne = days.length === 0',
    ],
    [
      'one day of the calendar',
      'const isOne = others.length + rest.length + days.length === 0',
      'const isOne = others.length + rest.length === 0',
    ],
    ['two ends', 'isOne && first && last && first !== last ?', 'isOne && first && last ?'],
    ['a condition of a subquery', 'if (hasSubquery) return false\n', ''],
    [
      'a condition of several columns',
      'return columns.every(isFree) && (isPerson || new Set(columns.map(nameOf)).size === 1)',
      'return columns.every(isFree)',
    ],
    ['a condition on an end', 'return columns.every(isFree) && (isPerson', 'return (isPerson'],
    [
      'rows of a derived table',
      'origin !== undefined && origin.use.table.derived === undefined',
      'origin !== undefined',
    ],
  ]),
]
