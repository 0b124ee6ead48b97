import { describe, expect, test } from '@jest/globals'
import { type GroupBounds, parseBounds, settled, withSlice } from '../../services/query/disclosure/bounds.ts'
import type { MaskedLeaf } from '../../services/query/disclosure/bounds-tables.ts'
import { canBeFast } from '../../services/query/disclosure/fast.ts'
import { template } from '../../services/query/disclosure/template.ts'
import type { Mask } from '../../services/query/plan.ts'
import { leafOf } from './granted.ts'

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }

function masked(measures: string, alike: Mask['alike'] = []): MaskedLeaf {
  const mask = { bounds: template(''), alike, hasQuarters: true, persons: { schema: 'care', name: 'stays' } }
  return { ...leafOf(1, measures, { plan: 'M' }), mask }
}

type Cell = GroupBounds['cells'][number]
const count = (rows: number, persons: number): Cell => ({ value: rows, rows, persons })
const even = { total: 100, largest: 30, second: 25 }
const sum = (about: Partial<NonNullable<Cell['sum']>> = {}, cell: Partial<Cell> = {}): Cell => ({
  ...{ value: 100, rows: 40, persons: 11 },
  ...cell,
  sum: { isPositive: true, sizes: even, differing: 11, ...about },
})
const group = (cells: readonly Cell[], about: Partial<GroupBounds> = {}): GroupBounds => ({
  ...{ gid: 0, keys: ['a'], rows: 40, persons: 11, cells },
  ...about,
})

/** 'doubt', or per cell whether it passes. */
function outcome(bounds: GroupBounds, about: Partial<Parameters<typeof settled>[1]> = {}): unknown {
  const scope = { leaf: masked(''), thresholds, pairs: [], keepsLabels: false, ...about }
  return settled(bounds, scope)?.cells.map(({ persons }) => persons >= thresholds.k) ?? 'doubt'
}

test('bounds decide where a leaf has them, the policy leaves the choice, and the units are persons', () => {
  expect(canBeFast(masked('presence'), thresholds)).toBe(true)
  expect(canBeFast(leafOf(1, 'presence'), thresholds)).toBe(false)
  expect(canBeFast(masked('presence'), { ...thresholds, plan: 'exact' })).toBe(false)
  expect(canBeFast(masked('presence'), { ...thresholds, unit: 'establishment' })).toBe(false)
  expect(canBeFast(masked('presence'), { ...thresholds, k: 65 })).toBe(false)
  const { mask, ...leaf } = masked('presence')
  const narrow = { ...leaf, mask: { ...mask, hasQuarters: false } }
  expect([48, 49].map((k) => canBeFast(narrow, { ...thresholds, k }))).toEqual([true, false])
})

describe('bounds settle a group', () => {
  test('of k persons for certain, and of no fewer', () => {
    expect(outcome(group([]))).toEqual([])
    expect(outcome(group([], { persons: 10 }))).toBe('doubt')
    expect(outcome(group([], { persons: 0 }), { keepsLabels: true })).toEqual([])
  })

  test('a count of k persons is shown, one of fewer rows is not, one in between is in doubt', () => {
    expect(outcome(group([count(40, 11)]))).toEqual([true])
    expect(outcome(group([count(10, 10)]))).toEqual([false])
    expect(outcome(group([count(11, 10)]))).toBe('doubt')
  })

  test.each([
    ['everything holds', sum(), [true]],
    ['there are few values', sum({}, { rows: 10, persons: 10 }), [false]],
    ['few persons are known to have a value that is not zero', sum({}, { persons: 10 }), 'doubt'],
    ['a value is negative', sum({ isPositive: false }), 'doubt'],
    ['few are known to differ from the commonest contribution', sum({ differing: 10 }), 'doubt'],
    [
      'two could make up more than nine tenths',
      sum({ sizes: { total: 100, largest: 46, second: 45 } }),
      'doubt',
    ],
    [
      'the others could be few beside the largest',
      sum({ sizes: { total: 100, largest: 85, second: 7 } }),
      'doubt',
    ],
    [
      'it is at the limit, where sums are rounded',
      sum({ sizes: { total: 100, largest: 45, second: 45 } }),
      'doubt',
    ],
  ])('a sum when %s', (_, cell, expected) => {
    expect(outcome(group([cell]))).toEqual(expected)
  })

  test('of two counts that differ by k persons, or by nobody', () => {
    const cells = [count(40, 11), count(20, 11)]
    const pairs = [[0, 1]] as const
    const leaf = masked('presence filtered')
    expect(outcome(group(cells, { apart: [11] }), { leaf, pairs })).toEqual([true, true])
    expect(outcome(group(cells, { apart: [10] }), { leaf, pairs })).toBe('doubt')
    expect(outcome(group(cells), { leaf, pairs })).toBe('doubt')
    expect(outcome(group([count(40, 11), count(40, 11)]), { leaf, pairs })).toEqual([true, true])
    // As many rows, but they may be others.
    expect(outcome(group([count(20, 11), count(20, 11)]), { leaf: masked('filtered filtered'), pairs })).toBe(
      'doubt',
    )
    // A cell that is not shown cannot be subtracted.
    expect(outcome(group([count(40, 11), count(4, 4)]), { leaf, pairs })).toEqual([true, false])
  })

  test('of a sum and a mean of one value', () => {
    const pairs = [[0, 1]] as const
    const leaf = masked('sum avg', [[0, 1]])
    expect(outcome(group([sum(), sum()]), { leaf, pairs })).toEqual([true, true])
    expect(outcome(group([sum(), sum()]), { leaf: masked('sum avg'), pairs })).toBe('doubt')
    const large = sum({ sizes: { total: 2 ** 53, largest: 2 ** 51, second: 2 ** 51 } })
    expect(outcome(group([large, large]), { leaf, pairs })).toBe('doubt')
  })
})

describe('what the vault says of bounds', () => {
  const failed = expect.objectContaining({ code: 'QUERY_FAILED' })
  const columns: never[] = []
  const read = (row: readonly (number | boolean | string)[]) =>
    parseBounds(masked('filtered'), { columns, rows: [row] })

  test('is read', () => expect(read([0, 40, 20, 'a', 30, 12])[0]?.cells).toEqual([count(30, 12)]))

  test.each([
    ['more persons than rows', [0, 40, 41, 'a', 30, 12]],
    ['more persons than rows of a cell', [0, 40, 20, 'a', 30, 31]],
    ['more rows of a cell than of the group', [0, 40, 20, 'a', 41, 12]],
    ['a negative count', [0, 40, -1, 'a', 30, 12]],
    ['a column too many', [0, 40, 20, 'a', 30, 12, 1]],
    ['a column too few', [0, 40, 20, 'a', 30]],
  ])('is not believed: %s', (_, row) => {
    expect(() => read(row)).toThrow(failed)
  })

  test('of a sum is believed where its sign is known and its sizes are some', () => {
    const row = [0, 40, 20, 'a', 30, 12, 100, true, 100, 30, 25]
    const ofSum = (given: readonly (number | boolean | string)[]) =>
      parseBounds(masked('sum'), { columns, rows: [given] })
    expect(ofSum(row)[0]?.cells).toEqual([
      { value: 100, rows: 30, persons: 12, sum: { isPositive: true, sizes: even, differing: 0 } },
    ])
    for (const wrong of [row.with(7, 'yes'), row.with(8, -1), row.with(6, 'P17'), [...row, 1]])
      expect(() => ofSum(wrong)).toThrow(failed)
  })

  test('is not believed: a group twice', () => {
    const row = [0, 40, 20, 'a', 30, 12]
    expect(() => parseBounds(masked('filtered'), { columns, rows: [row, row] })).toThrow(failed)
  })

  test('of a slice is a lower bound: two of d hashes may be the commonest value', () => {
    const [sliced] = withSlice([group([sum({ differing: 0 })])], [[0, 1]], { columns, rows: [[0, 12, 7]] })
    expect(sliced?.cells[0]?.sum?.differing).toBe(10)
    expect(sliced?.apart).toEqual([7])
    const rows = [[0, 12, 7, 1]]
    expect(() => withSlice([group([sum({ differing: 0 })])], [[0, 1]], { columns, rows })).toThrow(failed)
  })
})
