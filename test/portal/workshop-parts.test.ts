/** What the workshop works out by itself: completion, examples, pictures, files and texts for other tools. */
import { describe, expect, test } from '@jest/globals'
import { proposalsAt } from '../../services/portal/pages/workshop/completion.ts'
import { examplesOf } from '../../services/portal/pages/workshop/examples.ts'
import { pictureOf } from '../../services/portal/pages/workshop/plot.ts'
import { snippetOf } from '../../services/portal/snippets.ts'
import type { Answer, GrantedTable } from '../../services/portal/workshop.ts'

const tables: readonly GrantedTable[] = [
  {
    name: 'stays',
    dataset: 'pmsi',
    class: 'personal',
    columns: [
      { name: 'stay_id', type: 'VARCHAR', role: 'key' },
      { name: 'patient_id', type: 'VARCHAR', role: 'unit' },
      { name: 'ward', type: 'VARCHAR' },
      { name: 'admitted', type: 'DATE' },
      { name: 'cost', type: 'DOUBLE' },
    ],
  },
  {
    name: 'patients',
    dataset: 'pmsi',
    class: 'personal',
    columns: [
      { name: 'patient_id', type: 'VARCHAR', role: 'unit' },
      { name: 'commune', type: 'VARCHAR', restrict: ['output'] },
      { name: 'group', type: 'VARCHAR' },
    ],
  },
  {
    name: 'places',
    dataset: 'pmsi',
    class: 'public',
    rows: 3,
    columns: [{ name: 'label', type: 'VARCHAR' }],
  },
]

function proposed(text: string, given: readonly GrantedTable[] = tables) {
  return proposalsAt({ text, at: text.length, isAsked: true }, given)?.options ?? null
}
const columnsOf = (text: string) =>
  proposed(text)?.flatMap(({ type, label }) => (type === 'property' ? [label] : []))

describe('completion', () => {
  test('offers every granted column, every table, and no other', () => {
    const granted = new Set(tables.flatMap(({ columns }) => columns.map(({ name }) => name)))
    expect(new Set(columnsOf('SELECT '))).toEqual(granted)
    expect(proposed('SELECT ')?.flatMap(({ type, label }) => (type === 'class' ? [label] : []))).toEqual([
      'stays',
      'patients',
      'places',
    ])
  })

  test('offers after an alias the columns of its table alone, and after a dataset its tables', () => {
    expect(columnsOf('SELECT * FROM stays s JOIN patients AS p ON s.patient_id = p.')).toEqual([
      'patient_id',
      'commune',
      'group',
    ])
    expect(proposed('SELECT 1 FROM "pmsi".')?.map(({ label }) => label)).toEqual([
      'stays',
      'patients',
      'places',
    ])
    expect(proposed('SELECT x.')).toEqual([])
  })

  test('quotes what needs quotes, and is silent in strings and comments', () => {
    expect(proposed('SELECT ')?.find(({ label }) => label === 'group')).toMatchObject({ apply: '"group"' })
    expect(proposed("SELECT 'it''s ")).toBeNull()
    expect(proposed('SELECT 1 -- ')).toBeNull()
    expect(proposalsAt({ text: 'SELECT ', at: 7, isAsked: false }, tables)).toBeNull()
  })

  test('names a table with its dataset where two have one name', () => {
    const [stays] = tables
    const twice = stays ? [stays, { ...stays, dataset: 'other-data' }] : []
    expect(
      proposed('SELECT 1 FROM ', twice)?.flatMap(({ type, apply }) => (type === 'class' ? [apply] : [])),
    ).toEqual(['pmsi.stays', '"other-data".stays'])
  })
})

describe('worked examples', () => {
  test('are made of the project’s own tables, of columns that may be grouped and shown', () => {
    const examples = examplesOf(tables)
    expect(examples.map(({ word }) => word)).toEqual(['example.count', 'example.month', 'example.mean'])
    expect(examples[0]?.sql).toContain('SELECT "group", count(*) AS n\nFROM patients')
    expect(examples[1]?.sql).toContain("date_trunc('month', admitted)")
    expect(examplesOf(tables.slice(2)).map(({ word }) => word)).toEqual(['example.public'])
    expect(examplesOf([])).toEqual([])
  })
})

function answer(columns: Answer['columns'], rows: unknown[][], suppressed: [number, number][] = []): Answer {
  return { columns, rows, suppressed } as unknown as Answer
}
const n = { name: 'n', type: 'BIGINT' }

describe('a picture', () => {
  test('is bars by label, a line by day, a histogram of numbers alone, nothing without a number', () => {
    const ward = { name: 'ward', type: 'VARCHAR' }
    expect(pictureOf(answer([ward, n], [['A', 12]]))).toMatchObject({ form: 'bars', x: 'ward', y: 'n' })
    const month = { name: 'month', type: 'TIMESTAMP' }
    expect(pictureOf(answer([month, ward, n], [['2020-01-01T00:00:00', 'A', 12]]))).toMatchObject({
      ...{ form: 'line', series: 'ward' },
      points: [{ x: new Date('2020-01-01T00:00:00Z'), y: 12, series: 'A' }],
    })
    expect(pictureOf(answer([n], [[1], [2]]))).toMatchObject({ form: 'histogram' })
    expect(pictureOf(answer([ward], [['A']]))).toBeNull()
  })

  test('never draws what is withheld, and says of what it is', () => {
    const ward = { name: 'ward', type: 'VARCHAR' }
    const drawn = pictureOf(
      answer(
        [ward, n],
        [
          ['A', null],
          ['B', '12'],
        ],
        [[0, 1]],
      ),
    )
    expect(drawn).toMatchObject({ points: [{ x: 'B', y: 12 }], withheld: ['A'] })
  })
})

test('a text for another tool carries a statement with quotes and lines as it is', () => {
  const question = { address: 'http://node', project: 'P', sql: `SELECT 'l''an'\nFROM "t"` }
  const curl = snippetOf('curl', question)
  const [, data = ''] = /--data '([\s\S]*)'\n$/.exec(curl) ?? []
  expect(JSON.parse(data.replaceAll("'\\''", "'"))).toEqual({ sql: question.sql })
  for (const tool of ['Python', 'R'] as const)
    expect(snippetOf(tool, question)).toContain(JSON.stringify(question.sql))
})
