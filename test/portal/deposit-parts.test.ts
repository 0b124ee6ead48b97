/** The pure parts of the pages of deposits. */
import { describe, expect, test } from '@jest/globals'
import type { Deposit } from '../../services/portal/deposits.ts'
import { fileTypeOf, tableFor } from '../../services/portal/pages/deposits/file-type.ts'
import { readList } from '../../services/portal/pages/deposits/pseudonyms.ts'
import { groupsOf, stepsOf } from '../../services/portal/pages/deposits/steps.ts'

const deposit = (changes: Partial<Deposit>): Deposit => ({
  ...{ id: 'd', dataset: 'visits', status: 'checking', findings: [] },
  ...changes,
})
const finding = (rule: string, severity = 'error') => ({ rule, severity, count: 1, message: '' })
const states = (changes: Partial<Deposit>) => stepsOf(deposit(changes)).map(({ state }) => state)

describe('the steps of a deposit', () => {
  test.each([
    ['queued', ['todo', 'todo', 'todo', 'todo', 'todo', 'todo']],
    ['read', ['doing', 'doing', 'doing', 'doing', 'todo', 'todo']],
    ['relate', ['done', 'done', 'doing', 'doing', 'todo', 'todo']],
    ['measure', ['done', 'done', 'done', 'done', 'doing', 'todo']],
    ['publish', ['done', 'done', 'done', 'done', 'done', 'doing']],
  ])('follow the node at %s', (step, expected) => {
    expect(states({ progress: { step } })).toEqual(expected)
  })

  test('end where a finding stopped them; a warning stops nothing', () => {
    const stopped = {
      status: 'quarantined',
      findings: [finding('identifier.email'), finding('dialect', 'warning')],
    }
    expect(states(stopped as Partial<Deposit>)).toEqual(['done', 'done', 'done', 'failed', 'todo', 'todo'])
    expect(states({ status: 'accepted', findings: [finding('type', 'warning')] })).toEqual(
      Array(6).fill('done'),
    )
  })

  test('are told with their findings, those that stop a deposit first', () => {
    const found = [
      finding('encoding.detected', 'warning'),
      finding('type'),
      finding('identifier.nir'),
      finding('type'),
    ]
    expect(groupsOf(found).map(({ rule, findings }) => [rule, findings.length])).toEqual([
      ['type', 2],
      ['identifier.nir', 1],
      ['encoding.detected', 1],
    ])
  })
})

describe('a file', () => {
  test.each([
    ['a.csv', { contentType: 'text/csv' }],
    ['A.CSV.GZ', { contentType: 'text/csv', contentEncoding: 'gzip' }],
    ['a.b.parquet', { contentType: 'application/vnd.apache.parquet' }],
    ['a.zip.gz', null],
    ['a.exe', null],
    ['csv', null],
    ['a.constructor', null],
  ])('%s is announced by its ending', (name, expected) => {
    expect(fileTypeOf(name)).toEqual(expected)
  })

  test.each([
    ['patients.csv', 'patients'],
    ['Extract_PATIENTS_2026.csv.gz', 'patients'],
    ['patients_long-2026.csv', 'patients_long'],
    ['other.csv', null],
  ])('%s goes to the table it is named after: %s', (name, expected) => {
    const tables = ['patients', 'patients_long'].map((one) => ({ name: one, schema: { fields: [] } }))
    expect(tableFor(name, tables)).toBe(expected)
  })
})

test('a list of opt-outs names the first line that is no pseudonym', () => {
  const one = `h1k01_${'0'.repeat(32)}`
  expect(readList(`\uFEFF${one}\r\n${one}\r\n`)).toEqual({ pseudonyms: [one, one] })
  expect(readList(`${one}\n\n${'a'.repeat(64)}`)).toEqual({ wrongLine: 3 })
  expect(readList('')).toEqual({ wrongLine: 0 })
})
