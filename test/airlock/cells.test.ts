/** What is found in tables, and what is not. */
import { describe, expect, test } from '@jest/globals'
import { lookAtCells, statisticsOf } from '../../services/airlock/cells.ts'
import { compare } from '../../services/airlock/compare.ts'
import type { Table } from '../../services/airlock/table.ts'

const table = (columns: string, ...rows: readonly string[]): Table => ({
  columns: columns.split(','),
  rows: rows.map((row) => row.split(',').map((value) => (value === '' ? null : value))),
  more: false,
})
const k = 11

describe('cells', () => {
  test('of counts below k are serious; zero, k and what is no count are not', () => {
    const found = lookAtCells(table('town,nb_patients', 'A,10', 'B,11', 'C,0', 'D,', 'E,12'), k)
    expect(found).toEqual([{ rule: 'count.small', weight: 'serious', row: 0, column: 1 }])
    expect(lookAtCells(table('town,mean', 'A,3.5', 'B,4.5'), k)).toEqual([])
    expect(lookAtCells(table('town,note', 'A,3', 'B,many'), k)).toEqual([])
  })

  test('that make up nearly all of a column are to be looked at', () => {
    expect(lookAtCells(table('town,cost', 'A,8500.5', 'B,1400', 'C,99.5'), k)).toEqual([
      { rule: 'share.large', weight: 'look', row: 0, column: 1 },
    ])
    expect(lookAtCells(table('town,cost', 'A,8400', 'B,1500', 'C,100'), k)).toEqual([])
  })

  test('are summed up, a decimal comma being one', () => {
    expect(statisticsOf({ columns: ['v'], rows: [['0'], ['1,25'], ['3']], more: false })).toEqual([
      { column: 0, name: 'v', least: 0, leastNotZero: 1.25, greatest: 3, sum: 4.25, decimals: 2 },
    ])
  })
})

describe('comparison', () => {
  const left = (other: Table) => [{ release: 'r1', table: other }]

  test('finds the same cell a little different, in whatever order, and not the same value or one far off', () => {
    const other = left(table('town,sex,n', 'A,F,100', 'A,M,200', 'B,F,300'))
    const found = compare(table('sex,town,n', 'M,A,210', 'F,A,100', 'F,B,311'), other, k)
    expect(found.found).toEqual([{ rule: 'difference.small', weight: 'serious', row: 0, column: 2 }])
    expect(found.releases).toEqual(['r1'])
  })

  test('tells rows apart by a column of numbers where there is no other', () => {
    const other = left(table('year,n', '2024,100', '2025,200'))
    expect(compare(table('year,n', '2025,205', '2024,150'), other, k).found).toEqual([
      { rule: 'difference.small', weight: 'serious', row: 0, column: 1 },
    ])
  })

  test('is silent on other cells: another column, another label, other labels', () => {
    const own = table('town,n', 'A,100')
    for (const other of [table('town,cost', 'A,101'), table('town,n', 'B,101'), table('ward,n', 'A,101')])
      expect(compare(own, left(other), k)).toEqual({ found: [], releases: [] })
  })

  test('is of whole numbers, which may count persons, and not of means', () => {
    expect(compare(table('town,mean', 'A,3.5'), left(table('town,mean', 'A,4.5')), k).found).toEqual([])
  })

  test('takes a single figure without any label', () => {
    expect(compare(table('n', '100'), left(table('n', '99')), k).found).toHaveLength(1)
  })
})
