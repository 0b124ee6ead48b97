import { describe, expect, test } from '@jest/globals'
import type { Value } from '../../services/engine/engine.ts'
import {
  parseCount,
  parseGroups,
  parsePairs,
  parseSet,
  parseUnion,
  withDifferences,
  withDiffering,
  withValues,
} from '../../services/query/disclosure/evidence.ts'
import { template, whole } from '../../services/query/disclosure/template.ts'
import type { Leaf, Measure } from '../../services/query/plan.ts'

// A worker that has touched patient rows is taken as hostile.

const measure = (shape: Measure['shape']): Measure => ({ name: 'm1', shape, type: 'DOUBLE', label: '' })
const leaf = (shape: Measure['shape']): Leaf => ({
  name: 'leaf_0',
  level1: template(''),
  values: [],
  keys: [{ name: 'g0', type: 'VARCHAR' }],
  measures: [measure(shape)],
  plan: 'X',
  framed: false,
  total: false,
  reads: [],
})
const rows = (...given: Value[][]) => ({ columns: [], rows: given })
const failed = expect.objectContaining({ code: 'QUERY_FAILED', facts: { rule: 'query.evidence' } })

describe('evidence is read only as evidence can be', () => {
  test('a count', () => {
    const [group] = parseGroups(leaf('filtered'), rows([0, 20, 'a', 12, 15]), 11)
    expect(group).toEqual({ gid: 0, keys: ['a'], persons: 20, cells: [{ value: 15, persons: 12 }] })
  })

  test('a sum and a mean', () => {
    const row = [0, 20, 'a', 12, 100.5, 15, 11, 100.5, 20, 10, 30]
    const [sum] = parseGroups(leaf('sum'), rows(row), 11)
    expect(sum?.cells[0]).toMatchObject({
      value: 100.5,
      persons: 12,
      contributions: { nonZero: 11, differing: 28 },
    })
    const [mean] = parseGroups(leaf('avg'), rows(row), 11)
    expect(mean?.cells[0]?.value).toBe(100.5 / 15)
  })

  test.each<[string, Measure['shape'], Value[][]]>([
    ['a group under the threshold', 'filtered', [[0, 10, 'a', 10, 10]]],
    [
      'a group twice',
      'filtered',
      [
        [0, 20, 'a', 12, 15],
        [0, 20, 'b', 12, 15],
      ],
    ],
    ['a cell too many', 'filtered', [[0, 20, 'a', 12, 15, 1]]],
    ['a cell too few', 'filtered', [[0, 20, 'a', 12]]],
    ['more persons in a cell than in its group', 'filtered', [[0, 20, 'a', 21, 21]]],
    ['a negative count', 'filtered', [[0, 20, 'a', -1, 5]]],
    ['half a person', 'filtered', [[0, 20.5, 'a', 1, 5]]],
    ['text for a count', 'filtered', [[0, 20, 'a', 'x', 5]]],
    ['nothing for a count', 'filtered', [[0, 20, 'a', null, 5]]],
    ['text for a sum', 'sum', [[0, 20, 'a', 12, 'P17', 15, 11, 1, 1, 1, 30]]],
    ['an infinite sum', 'sum', [[0, 20, 'a', 12, Number.POSITIVE_INFINITY, 15, 11, 1, 1, 1, 30]]],
    ['a second larger than the largest', 'sum', [[0, 20, 'a', 12, 5, 15, 11, 50, 1, 2, 30]]],
    ['more who contribute than there are', 'sum', [[0, 20, 'a', 12, 5, 15, 13, 50, 2, 1, 30]]],
    ['a negative total', 'sum', [[0, 20, 'a', 12, 5, 15, 11, -50, 2, 1, 30]]],
  ])('not %s', (_, shape, given) => {
    expect(() => parseGroups(leaf(shape), rows(...given), 11)).toThrow(failed)
  })

  test('not a count that is not alone, a union out of bounds, or values of more persons than the group', () => {
    expect(parseCount(rows([7]))).toBe(7)
    expect(() => parseCount(rows())).toThrow(failed)
    expect(() => parseCount(rows([1, 2]))).toThrow(failed)
    expect(() => parseUnion(measure('sum'), rows([5, 6, 1, 1, 1, 1]))).toThrow(failed)
    expect(parseUnion(measure('filtered'), rows([5]))).toEqual({ value: null, persons: 5 })
    const groups = parseGroups(leaf('values'), rows([0, 20, 'a']), 11)
    expect(() => withValues(groups, 0, rows([0, 21, 3]))).toThrow(failed)
    expect(withValues(groups, 0, rows([0, 20, 3]))[0]?.cells).toEqual([{ value: 3, persons: 20 }])
    const sums = parseGroups(leaf('sum'), rows([0, 20, 'a', 12, 5, 15, 11, 50, 2, 1, 3]), 11)
    expect(() => withDiffering(sums, 0, rows([0, 13]))).toThrow(failed)
  })

  test('not a group whose differences nobody told, nor one of more persons than it has', () => {
    const groups = parseGroups(leaf('filtered'), rows([0, 20, 'a', 12, 15]), 11)
    const pairs = [[0, 1]] as const
    expect(withDifferences(groups, pairs, rows([0, 3]))[0]?.differences).toEqual([
      { pair: [0, 1], persons: 3 },
    ])
    for (const wrong of [rows(), rows([1, 3]), rows([0, 21]), rows([0, 3, 1])])
      expect(() => withDifferences(groups, pairs, wrong)).toThrow(failed)
  })

  test('not pairs of anything but whole numbers', () => {
    expect(parsePairs(rows([7, -1], ['8', null]))).toEqual([
      [7, -1],
      [8, null],
    ])
    for (const wrong of [
      ['x', 1],
      [null, 1],
      [1.5, 1],
      [1, 'x'],
    ])
      expect(() => parsePairs(rows(wrong))).toThrow(failed)
  })

  test('not a grouping set that there is not, nor keys that it leaves out', () => {
    const sets: Leaf = { ...leaf('filtered'), sets: [[0], []] }
    const setOf = (...keys: Value[]) => parseSet(sets, { gid: 0, keys, persons: 20, cells: [] })
    expect([setOf('a', 0), setOf(null, 1)]).toEqual([0, 1])
    for (const wrong of [
      ['a', 2],
      ['a', 1],
      [null, 2],
      [null, null],
    ])
      expect(() => setOf(...wrong)).toThrow(failed)
  })

  test('and no number but a whole one ever enters a template', () => {
    expect(whole(11)).toBe('11')
    for (const value of [1.5, Number.NaN, 2 ** 60]) expect(() => whole(value)).toThrow(RangeError)
  })
})
