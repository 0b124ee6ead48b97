import { describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { costOf, digestOf, disclosureOf, jsonRows, unmark } from '../../services/query/answer.ts'
import type { Plan } from '../../services/query/plan.ts'

const plan = (about: Partial<Plan> = {}) =>
  ({
    leaves: [],
    columns: [
      { name: 'sex', type: 'VARCHAR' },
      { name: 'n', type: 'BIGINT' },
    ],
    partial: false,
    reads: [],
    ...about,
  }) as unknown as Plan

describe('an answer', () => {
  test('nulls what is marked, whatever the expression made of it, and what has no mark', () => {
    const { rows, suppressed } = unmark(plan(), {
      columns: [],
      rows: [
        ['F', 20, false, false],
        ['M', 0, false, true],
        ['X', 3, false, null],
      ],
    })
    expect(rows.rows).toEqual([
      ['F', 20],
      ['M', null],
      ['X', null],
    ])
    expect(suppressed).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  test('says integers beyond 2^53 - 1 as text, what is no number as null, short decimals as numbers', () => {
    const columns = [
      'HUGEINT',
      'HUGEINT',
      'DOUBLE',
      'DECIMAL(38,2)',
      'DECIMAL(38,2)',
      'VARCHAR',
      'BIGINT[]',
    ].map((type) => ({ name: 'c', type }))
    const row = [2n ** 60n, 7n, Number.NaN, '-0001234.50', '12345678901234567.89', '12', [1n, 2n ** 60n]]
    expect(jsonRows({ columns, rows: [row] })).toEqual([
      ['1152921504606846976', 7, null, -1234.5, '12345678901234567.89', '12', [1, '1152921504606846976']],
    ])
  })

  test('without rows says that groups were withheld; otherwise only when they hold k persons', () => {
    const say = (count: number, groupsWithheld: boolean) => {
      const rows = Array.from({ length: count }, () => ['F', 20])
      const disclosed = [
        { table: { name: '', data: { columns: [], rows: [] } }, groupsWithheld, cellsWithheld: 0 },
      ]
      return disclosureOf(
        plan(),
        { rows: { columns: [], rows }, suppressed: [] },
        { thresholds: { k: 11 }, disclosed, language: 'fr' },
      )
    }
    expect(say(0, false).groupsWithheld).toBe(true)
    expect(say(1, false).groupsWithheld).toBe(false)
    expect(say(1, true).groupsWithheld).toBe(true)
    expect(say(1, true).guarantee).toContain('11')
    expect(say(1, true).not_covered).toContain('successive_answers')
  })

  test('is marked partial when an aggregate above the leaves read withheld cells', () => {
    const say = (partial: boolean, cellsWithheld: number) => {
      const disclosed = [
        { table: { name: '', data: { columns: [], rows: [] } }, groupsWithheld: false, cellsWithheld },
      ]
      const visible = { rows: { columns: [], rows: [['F', 1]] }, suppressed: [] }
      return disclosureOf(plan({ partial }), visible, { thresholds: { k: 11 }, disclosed, language: 'en' })
        .rules
    }
    expect(say(true, 1)).toContain('partial')
    expect(say(true, 0)).not.toContain('partial')
    expect(say(false, 1)).not.toContain('partial')
  })

  test('costs a power of ten that depends on the catalogue alone', () => {
    const bulle = { tables: [{ dataset: 'd', name: 't', magnitude: 6 }] } as unknown as Bulle
    const read = { dataset: 'd', table: 't', columns: [] }
    expect(costOf({ reads: [read] }, bulle)).toEqual({ rows: 1_000_000, wattHours: 0.0001 })
    expect(costOf({ reads: [] }, bulle)).toEqual({ rows: 0, wattHours: 0 })
  })

  test('has a digest of all that is said', () => {
    const said = {
      columns: [{ name: 'n', type: 'BIGINT' }],
      rows: [[1]],
      suppressed: [],
      disclosure: {
        mode: 'guarded',
        unit: 'person',
        k: 11,
        cellsWithheld: 0,
        groupsWithheld: false,
        rules: [],
        guarantee: '',
        not_covered: [],
      },
    } as const
    expect(digestOf(said).sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(digestOf({ ...said, rows: [[2]] }).sha256).not.toBe(digestOf(said).sha256)
  })
})
