import { describe, expect, test } from '@jest/globals'
import { derivedTables } from '../../services/dataset/derived.ts'
import type { NewTable } from '../../services/dataset/workspace.ts'

const table: NewTable = {
  format: 1,
  name: 't',
  class: 'personal',
  columns: [{ name: 'stay', type: 'VARCHAR', role: 'key', key: 'sid' }],
  unique: true,
  domain: 'd',
  magnitude: 3,
  reads: [{ dataset: 'care', table: 'stays', class: 'personal', columns: ['sid'] }],
  seals: [{ dataset: 'care', seal: 'old' }],
  k: 11,
  definition: '',
  madeAt: 0,
}
const dataset = { name: 'care', version: 1, holder: 'h', k: 11, seal: 'old' }
const cells = { cells: false, groups: false, rules: [] }
const known = (more: Partial<NewTable>, datasets: readonly (typeof dataset)[]) =>
  derivedTables([{ table: { ...table, ...more }, file: 'f' }], datasets).map(({ name }) => name)

describe('a derived table', () => {
  test('keeps the classes of its columns and where it comes from', () => {
    expect(derivedTables([{ table, file: 'f' }], [dataset])).toEqual([
      {
        dataset: '__workspace',
        name: 't',
        class: 'personal',
        columns: table.columns,
        unique: true,
        domain: 'd',
        magnitude: 3,
        mount: { schema: '__workspace', name: 't', file: 'f' },
        derived: { reads: table.reads, k: 11 },
      },
    ])
  })

  test('remembers that one row of a person may be there several times', () => {
    const [repeated] = derivedTables(
      [{ table: { ...table, unique: false, repeats: true }, file: 'f' }],
      [dataset],
    )
    expect(repeated).toMatchObject({ unique: false, repeats: true })
  })

  test('is stale when its dataset was sealed anew', () => {
    expect(known({}, [dataset])).toEqual(['t'])
    expect(known({}, [{ ...dataset, seal: 'new' }])).toEqual([])
  })

  test('stays known without its line, for the decision to refuse it', () => {
    expect(known({}, [])).toEqual(['t'])
  })

  test('of released cells is stale when the threshold rose; rows of persons follow the new one', () => {
    const raised = [{ ...dataset, k: 20 }]
    expect(known({ class: 'public', withheld: cells }, raised)).toEqual([])
    expect(known({ class: 'public', withheld: cells }, [dataset])).toEqual(['t'])
    expect(known({}, raised)).toEqual(['t'])
  })
})
