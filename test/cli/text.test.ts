import { describe, expect, test } from '@jest/globals'
import { dialectOf } from '../../services/cli/deposit.ts'
import { exitOf } from '../../services/cli/ending.ts'
import { pointAt, problemLines } from '../../services/cli/problem-text.ts'
import { parametersOf } from '../../services/cli/query.ts'
import { tableLines } from '../../services/cli/table.ts'
import { tableFile } from '../../services/cli/table-file.ts'

describe('a table', () => {
  const columns = [
    { name: 'département', type: 'VARCHAR' },
    { name: 'n', type: 'BIGINT' },
  ]

  test('puts numbers to the right, says what is withheld, and tells null from text', () => {
    const rows = [
      ['76', 1234],
      ['14', null],
      [null, 5],
    ]
    expect(tableLines({ columns, rows, suppressed: [[1, 1]], k: 11 })).toEqual([
      'département     n',
      '───────────  ────',
      '76           1234',
      '14           < 11',
      '∅               5',
    ])
  })

  test('lets no control character reach the terminal', () => {
    const rows = [['\u001B[31mred\nnext', 1]]
    const text = tableLines({ columns, rows, suppressed: [], k: 11 }).join('|')
    expect([...text].filter((character) => character < ' ')).toEqual([])
  })
})

describe('a place in a text', () => {
  test.each([
    ['SELECT x', { offset: 7, length: 1 }, ['1 | SELECT x', '           ^']],
    ['SELECT\n  oops\nFROM t', { offset: 9, length: 4 }, ['2 |   oops', '      ^^^^']],
    ['SELECT\n\tx', { offset: 8, length: 40 }, ['2 | \tx', '    \t^']],
    ['', { offset: 0, length: 0 }, ['1 | ', '    ^']],
  ])('%j at %j', (sql, place, lines) => {
    expect(pointAt(sql, place)).toEqual(lines)
  })
})

test('a problem says its code first, then what is missing, the hint and the entry', () => {
  const lines = problemLines({
    title: 'Invalid',
    detail: 'Some fields are wrong.',
    code: 'INVALID',
    hint: 'Correct them.',
    missing: [{ path: 'lines[0].dataset', message: 'unknown' }],
    receipt: { log: 'x/audit/2026', seq: 7 },
  })
  expect(lines).toEqual([
    'INVALID — Invalid',
    'Some fields are wrong.',
    '  lines[0].dataset: unknown',
    '→ Correct them.',
    '  journal / log: x/audit/2026 n° 7',
  ])
})

describe('what is typed', () => {
  test.each([
    [[], undefined],
    [['sex=F', 'age=40'], { sex: 'F', age: 40 }],
    [
      ['F', '40', 'true', '1,5'],
      ['F', 40, true, '1,5'],
    ],
    [['note=a=b'], { note: 'a=b' }],
    [['list=[1]'], { list: '[1]' }],
    [['when=2026-01-01'], { when: '2026-01-01' }],
  ])('--param %j is %j', (given, parameters) => {
    expect(parametersOf(given)).toEqual(parameters)
  })

  test.each([
    ['t=a.csv', undefined, { type: 'text/csv', gzip: false }],
    ['t=a.csv.gz', 'windows-1252', { type: 'text/csv; charset=windows-1252', gzip: true }],
    ['t=x/y.CSV', undefined, { type: 'text/csv' }],
    [
      't=a.csv.zip',
      'windows-1252',
      { type: 'application/zip; charset=windows-1252', gzip: false, isText: true },
    ],
    ['t=rss.txt.gz', undefined, { type: 'text/plain', gzip: true, isText: true }],
    ['t=a.ZIP', undefined, { type: 'application/zip', isText: true }],
    ['t=a.parquet', 'utf-8', { type: 'application/vnd.apache.parquet' }],
    ['t=a.ndjson', undefined, { type: 'application/x-ndjson' }],
    ['t=a.jsonl.gz', undefined, { type: 'application/x-ndjson', gzip: true }],
    ['t=a.arrows', undefined, { type: 'application/vnd.apache.arrow.stream' }],
  ])('%s with charset %s', (argument, charset, expected) => {
    expect(tableFile(argument, charset)).toMatchObject({ table: 't', ...expected })
  })

  test.each([['t'], ['t='], ['=a.csv'], ['t=a.xlsx'], ['t=a.zip.gz'], ['t=a']])(
    '%s is no table of a deposit',
    (argument) => {
      expect(() => tableFile(argument, undefined)).toThrow(/table=/)
    },
  )

  test('only the members of a dialect that were given travel', () => {
    expect(dialectOf({ dataset: 'd', delimiter: ';' })).toEqual({ delimiter: ';' })
  })
})

test.each([
  [400, 3],
  [401, 9],
  [403, 3],
  [404, 3],
  [409, 3],
  [413, 4],
  [422, 4],
  [500, 1],
  [503, 6],
])('HTTP %i ends a command with %i', (status, exit) => {
  expect(exitOf(status)).toBe(exit)
})
