/** The rules of the run that makes withheld cells for checkers, taken away one by one. Who may read them takes a database to try. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of templates
import { editsOf } from './edit.ts'

const made = ['test/query/exact.test.ts']

export const ofWithheld = [
  ...editsOf('services/query/exact.ts', made, [
    [
      'a group that is read twice has no cell of one name',
      'outer.split(`${name} AS `).length === 2',
      'outer.length > 0',
    ],
    ['all labels of a group are shown', 'keys.includes(-1) ? undefined', 'keys.includes(-2) ? undefined'],
  ]),
  ...editsOf('services/query/disclosure/withheld.ts', made, [
    ['nobody is shown the value of one or two persons', 'persons < ownBelow', 'persons < 0'],
  ]),
  ...editsOf('services/query/steps.ts', made, [
    [
      'evidence of withheld cells is exact',
      "{ ...thresholdsOf(needs, work), plan: 'exact' }",
      '{ ...thresholdsOf(needs, work) }',
    ],
  ]),
  ...editsOf('services/query/run.ts', made, [
    [
      'permit and text open withheld cells',
      'insistExact(plan, granted),',
      'undefined && insistExact(plan, granted),',
    ],
    ['withheld cells are on record before they are read', '  await how.record?.(work)\n', ''],
  ]),
]
