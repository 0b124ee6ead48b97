import { describe, expect, test } from '@jest/globals'
import type { Value } from '../../services/engine/engine.ts'
import type { Evidence } from '../../services/query/disclosure/evidence.ts'
import { failed } from '../../services/query/disclosure/rules.ts'
import { withSizes, withStatistic } from '../../services/query/disclosure/statistic-evidence.ts'
import type { Measure } from '../../services/query/plan.ts'

// A worker that has touched patient rows is taken as hostile.

const groups: Evidence = [{ gid: 0, keys: ['a'], persons: 40, cells: [{ value: null, persons: 0 }] }]
const rows = (...given: Value[][]) => ({ columns: [], rows: given })
const refused = expect.objectContaining({ code: 'QUERY_FAILED', facts: { rule: 'query.evidence' } })
const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }

const measures = {
  max: { shape: 'max', type: 'DOUBLE' },
  day: { shape: 'max', type: 'DATE' },
  median: { shape: 'quantile', q: 0.5, type: 'DOUBLE' },
  mode: { shape: 'mode', type: 'VARCHAR' },
  any: { shape: 'any', type: 'BOOLEAN' },
  variance: { shape: 'spread', statistic: 'var_pop', type: 'DOUBLE' },
  corr: { shape: 'relation', statistic: 'corr', type: 'DOUBLE' },
} as const
type Name = keyof typeof measures

function read(name: Name, ...given: Value[][]) {
  const measure: Measure = { name: 'm1', label: '', ...measures[name] }
  return withStatistic(groups, { measure, index: 0, k: 11 }, rows(...given))[0]?.cells[0]
}

const variance = [0, 30, 30, 15.5, 0, 2247.5, 2247.5, 210.25, 210.25]
const corr = [0, 30, 30, 15.5, 0, 3, 0, 2247.5, 60, 12, 2247.5, 210.25, 210.25, 60, 5, 5, 40, 6, 6]

describe('the evidence of a statistic is read only as it can be', () => {
  test('what it says', () => {
    expect(read('max', [0, 30, 7.5])).toEqual({ persons: 30, support: 15, value: 7.5 })
    expect(read('day', [0, 30, '2024-05-01'])).toEqual({ persons: 30, support: 15, value: '2024-05-01' })
    expect(read('median', [0, 24, 11, 110, 110, 20, 20])).toMatchObject({
      persons: 24,
      support: 11,
      value: 10,
    })
    expect(read('mode', [0, 24, 13, 'flu'])).toEqual({ persons: 24, support: 13, value: 'flu' })
    expect(read('any', [0, 24, 13, 20])).toEqual({ persons: 24, support: 20, value: true })
    expect(read('variance', variance)).toMatchObject({ persons: 30, freedom: 29, value: 2247.5 / 30 })
    expect(read('corr', corr)).toMatchObject({ persons: 30, freedom: 28, value: expect.closeTo(0.03267, 4) })
  })

  test('nobody has a value where there is no row', () =>
    expect(read('max')).toEqual({ value: null, persons: 0 }))

  test.each<[string, Name, Value[][]]>([
    [
      'a group twice',
      'max',
      [
        [0, 30, 7],
        [0, 30, 8],
      ],
    ],
    ['more persons than in the group', 'max', [[0, 41, 7]]],
    ['text for a number', 'max', [[0, 30, 'P17']]],
    ['an infinite number', 'max', [[0, 30, Number.POSITIVE_INFINITY]]],
    ['a day of a month', 'day', [[0, 30, '2024-05-17']]],
    ['a time of a day', 'day', [[0, 30, '2024-05-01T10:00:00']]],
    ['a name for a day', 'day', [[0, 30, 'Durand']]],
    ['a window of more persons than there are', 'median', [[0, 24, 25, 110, 110, 20, 20]]],
    ['a second larger than the largest', 'median', [[0, 24, 11, 110, 110, 20, 21]]],
    ['no sum of a window', 'median', [[0, 24, 11, null, 110, 20, 20]]],
    ['more who hold it than there are', 'mode', [[0, 24, 25, 'flu']]],
    ['a side of more than there are', 'any', [[0, 24, 13, 25]]],
    ['fewer rows than persons', 'variance', [variance.with(2, 29)]],
    ['a negative sum of squares', 'variance', [variance.with(5, -1)]],
    ['a mean that is no number', 'variance', [variance.with(3, Number.NaN)]],
    ['a cell too few', 'variance', [variance.slice(0, -1)]],
    ['a cell too many', 'corr', [[...corr, 1]]],
  ])('not %s', (_, name, given) => expect(() => read(name, ...given)).toThrow(refused))

  test('how each number is made up: for every group with persons, within bounds', () => {
    const cell = read('variance', variance) ?? { value: null, persons: 0 }
    const evidence = groups.map((group) => ({ ...group, cells: [cell] }))
    const [group] = withSizes(evidence, 0, rows([0, 30, 29, 465, 30, 29]))
    expect(group?.cells[0]?.moments).toEqual([
      { nonZero: 30, differing: 29, isExact: true, total: 465, largest: 30, second: 29 },
    ])
    for (const wrong of [
      [],
      [[0, 31, 29, 465, 30, 29]],
      [[0, 30, 31, 465, 30, 29]],
      [[0, 30, 29, 465, 29, 30]],
    ])
      expect(() => withSizes(evidence, 0, rows(...wrong))).toThrow(refused)
  })
})

describe('a statistic is withheld by each rule alone', () => {
  const sum = { nonZero: 40, differing: 40, isExact: true, total: 400, largest: 20, second: 20 }
  test.each([
    ['T1', { support: 10 }],
    ['T2', { moments: [sum, { ...sum, nonZero: 10 }] }],
    ['T3', { moments: [sum, { ...sum, differing: 10 }] }],
    ['T4', { moments: [sum, { ...sum, largest: 390 }] }],
    ['T4', { parts: [{ total: 400, largest: 390, second: 1 }] }],
    ['DF', { freedom: 9 }],
  ])('%s', (rule, about) => expect(failed({ value: 1, persons: 40, ...about }, thresholds)).toEqual([rule]))

  test('and by none at the edge of each', () => {
    const about = { support: 11, freedom: 10, moments: [{ ...sum, nonZero: 11, differing: 11 }] }
    expect(failed({ value: 1, persons: 11, ...about }, thresholds)).toEqual([])
  })
})
