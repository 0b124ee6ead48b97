/** What the workshop works out by itself: completion, examples, pictures, files and texts for other tools. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { proposalsAt } from '../../services/portal/pages/workshop/completion.ts'
import { type Draft, firstDraft, openDrafts } from '../../services/portal/pages/workshop/drafts.ts'
import { examplesOf } from '../../services/portal/pages/workshop/examples.ts'
import { differences } from '../../services/portal/pages/workshop/lines.ts'
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

/** The storage of a browser, of which only `room` values are left. */
function storeOf(room = Number.POSITIVE_INFINITY) {
  const kept = new Map<string, string>()
  return {
    get length() {
      return kept.size
    },
    key: (place: number) => [...kept.keys()][place] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem(key: string, value: string) {
      if (kept.size >= room && !kept.has(key)) throw new DOMException('full', 'QuotaExceededError')
      kept.set(key, value)
    },
    removeItem: (key: string) => void kept.delete(key),
  }
}
const draftOf = (id: string, text: string, at = 0): Draft => ({
  ...{ id, text, title: '', madeAt: at, touchedAt: at },
})

describe('texts in hand', () => {
  test('are those of one person on one project, in the order in which they were begun', () => {
    const store = storeOf()
    const drafts = openDrafts(store, ['demo', 'alice', 'P1'])
    drafts.put(draftOf('b', 'SELECT 2', 2))
    drafts.put(draftOf('a', 'SELECT 1', 1))
    expect(drafts.list().map(({ text }) => text)).toEqual(['SELECT 1', 'SELECT 2'])
    expect(openDrafts(store, ['demo', 'alice', 'P2']).list()).toEqual([])
    expect(openDrafts(store, ['demo', 'bruno', 'P1']).list()).toEqual([])
    drafts.remove('a')
    expect(drafts.list()).toHaveLength(1)
  })

  test('are told apart from what another program wrote, and say when they were not kept', () => {
    const store = storeOf(1)
    store.setItem('huisclos.draft:demo:alice:P1:x', '{"title":1}')
    const drafts = openDrafts(store, ['demo', 'alice', 'P1'])
    expect(drafts.list()).toEqual([])
    expect(drafts.put(draftOf('a', 'SELECT 1'))).toBe(false)
    expect(openDrafts(null, ['demo']).put(draftOf('a', ''))).toBe(false)
    expect(openDrafts(storeOf(), ['demo']).put(draftOf('a', 'x'.repeat(100_001)))).toBe(false)
  })

  test('know the saved query that they came from, and nothing else of it', () => {
    const store = storeOf()
    const drafts = openDrafts(store, ['demo', 'alice', 'P1'])
    const saved = { id: 's', revision: 2 }
    drafts.put({ ...draftOf('a', 'SELECT 1'), saved })
    expect(drafts.get('a')).toEqual({ ...draftOf('a', 'SELECT 1'), saved })
    const key = store.key(0) ?? ''
    for (const wrong of ['null', '"s"', '{"id":1,"revision":2}', '{"id":"s"}']) {
      store.setItem(key, `{"title":"","text":"SELECT 1","madeAt":0,"touchedAt":0,"saved":${wrong}}`)
      expect(drafts.get('a')).toEqual(draftOf('a', 'SELECT 1'))
    }
    const emptied = { ...draftOf('a', ''), saved }
    expect(firstDraft([emptied], 'SELECT 9', draftOf('new', ''))).toMatchObject({ id: 'new' })
  })

  test('begin with the text of the address where it is known, else in an empty one or a new one', () => {
    const [one, blank, made] = [draftOf('1', 'SELECT 1', 1), draftOf('2', ' ', 2), draftOf('new', '')]
    expect(firstDraft([one, blank], 'SELECT 1', made)).toBe(one)
    expect(firstDraft([one, blank], 'SELECT 9', made)).toMatchObject({ id: '2', text: 'SELECT 9' })
    expect(firstDraft([one], 'SELECT 9', made)).toMatchObject({ id: 'new', text: 'SELECT 9' })
    expect(firstDraft([one, { ...blank, touchedAt: 3 }], '', made).id).toBe('2')
    expect(firstDraft([], '', made)).toBe(made)
  })

  test('differ by lines, and give both texts back', () => {
    const [first, second] = ['a\nb\nc\na', 'a\nx\nc\na\na']
    const found = differences(first, second)
    expect(found.map(({ of, text }) => of[0] + text).join(' ')).toBe('ba fb sx bc ba sa')
    const long = 'a\n'.repeat(2000)
    for (const pair of [[first, second] as const, [long, `b\n${long}`] as const]) {
      const lines = differences(...pair)
      const textOf = (side: 'first' | 'second') =>
        lines.flatMap(({ of, text }) => (of === side || of === 'both' ? [text] : [])).join('\n')
      expect([textOf('first'), textOf('second')]).toEqual(pair)
    }
  })
})

describe('a text for another tool', () => {
  const sql = `SELECT 'l''an $(false) \`false\`'\nFROM "t"`
  const question = { address: 'http://node', project: 'P', sql }

  /** What a real shell hands to the programs that the text names, word by word. */
  function wordsOf(text: string): string[] {
    const told = '() { printf \'%s\\0\' "$@"; }\n'
    const programs = ['curl', 'npx', 'duckdb'].map((program) => program + told).join('')
    return execFileSync('sh', ['-c', programs + text], { encoding: 'utf8' }).split('\0')
  }

  test('carries a statement with quotes, lines and what a shell would run, as it is', () => {
    for (const tool of ['curl', 'DuckDB', 'DBeaver'] as const) {
      const given = wordsOf(snippetOf(tool, question))
      expect(JSON.parse(given[given.indexOf('--data') + 1] ?? '')).toEqual({ sql })
      expect(given[1]).toBe('http://node/api/v1/projects/P/queries')
    }
    const command = wordsOf(snippetOf('huisclos', { ...question, purpose: 'it’s' }))
    expect(command.slice(2, -1)).toEqual([
      ...['huisclos', 'query', '--project', 'P', '--purpose', 'it’s', '--format', 'csv', sql],
    ])
    for (const tool of ['Python', 'R'] as const)
      expect(snippetOf(tool, question)).toContain(JSON.stringify(question.sql))
  })

  test('leads a tool that opens files to the file of the answer', () => {
    for (const tool of ['DuckDB', 'DBeaver'] as const) {
      const given = wordsOf(snippetOf(tool, question))
      const name = given[given.indexOf('--output') + 1] ?? ''
      expect(name).toMatch(/\.parquet$/)
      expect(given).toContain('Accept: application/vnd.apache.parquet')
      expect(given.slice(given.indexOf('--data') + 2).join(' ')).toContain(name)
    }
  })
})
