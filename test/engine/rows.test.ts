import { describe, expect, test } from '@jest/globals'
import { trustRows } from '../../services/engine/rows.ts'
import { Refusal } from '../../services/kernel/refusal.ts'

const columns = [
  { name: 'a', type: 'BIGINT' },
  { name: 'b', type: 'VARCHAR[]' },
]

let deep: unknown = 1
for (let level = 0; level < 100; level += 1) deep = [deep]

describe('rows that a worker sends', () => {
  test('pass when every row has a value for every column', () => {
    const answer = {
      columns,
      rows: [
        [1n, ['x', null]],
        [null, { k: true }],
      ],
    }
    expect(trustRows(answer, 2)).toEqual(answer)
  })

  test.each<[string, unknown]>([
    ['nothing', null],
    ['no columns', { rows: [] }],
    ['a column of another shape', { columns: [{ name: 1, type: 'X' }], rows: [] }],
    ['a column that says more', { columns: [{ name: 'a', type: 'X', more: 1 }], rows: [] }],
    ['rows that are no list', { columns, rows: { length: 0 } }],
    ['a row that is too short', { columns, rows: [[1]] }],
    ['a row that is too long', { columns, rows: [[1, 2, 3]] }],
    ['a row that is a text', { columns, rows: ['ab'] }],
    ['a number that is none', { columns, rows: [[Number.NaN, null]] }],
    ['bytes', { columns, rows: [[new Uint8Array(1), null]] }],
    ['undefined', { columns, rows: [[undefined, null]] }],
    ['a function', { columns, rows: [[() => 1, null]] }],
    ['a value nested without end', { columns, rows: [[deep, null]] }],
    [
      'more rows than it may',
      {
        columns,
        rows: [
          [1, 2],
          [1, 2],
          [1, 2],
        ],
      },
    ],
  ])('are refused when they hold %s', (_, answer) => {
    expect(() => trustRows(answer, 2)).toThrow(Refusal)
  })
})
