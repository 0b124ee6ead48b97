import { describe, expect, test } from '@jest/globals'
import iconv from 'iconv-lite'
import { readAs } from './reading.ts'

/** A line like those of the PMSI: establishment, stay, birth, sex, entry, mode, length, diagnosis. */
const layout = [
  { name: 'finess', position: [1, 9] },
  { name: 'stay', position: [10, 8], type: 'integer' },
  { name: 'born', position: [18, 8], type: 'date' },
  { name: 'sex', position: [26, 1] },
  { name: 'entered', position: [27, 8], type: 'date' },
  { name: 'cost', position: [35, 8], type: 'number' },
  { name: 'diagnosis', position: [43, 8] },
]
const line = ['990760001', '00001234', '01021960', '2', '29022024', '00012,50', 'I500    '].join('')
const type = 'text/plain; charset=windows-1252'
const row = ['990760001', '1234', '1960-02-01', '2', '2024-02-29', '12.5', 'I500']
const at = (...from: [number, string]) =>
  line.slice(0, from[0]) + from[1] + line.slice(from[0] + from[1].length)

describe('fixed-width lines', () => {
  test('are cut where the descriptor says; blanks are no value, and what is behind the layout is not read', async () => {
    const body = `${line}\r\n${at(17, '        ')}DAS1    \r\n`
    expect(await readAs(layout, { body, type })).toEqual({
      findings: [],
      rows: [
        ['1', ...row],
        ['2', ...row.with(2, null as never)],
      ],
    })
  })

  test('are counted in characters, whatever the charset', async () => {
    const fields = [
      { name: 'label', position: [1, 4] },
      { name: 'code', position: [5, 2] },
    ]
    const sent = iconv.encode('Œuvr76\n', 'windows-1252')
    expect((await readAs(fields, { body: sent, type })).rows).toEqual([['1', 'Œuvr', '76']])
    const guessed = await readAs(fields, { body: sent, type: 'text/plain' })
    expect(guessed.rows).toEqual([['1', 'Œuvr', '76']])
    expect(guessed.findings).toMatchObject([{ rule: 'encoding.detected' }])
  })

  test('have days in the order that is announced, or that a field has of its own', async () => {
    const fields = [
      { name: 'a', position: [1, 8], type: 'date' },
      { name: 'b', position: [9, 8], type: 'date', format: '%d%m%Y' },
    ]
    const body = '2024022929022024\n'
    const read = await readAs(fields, { body, type, dialect: { dateFormat: 'aaaammjj' } })
    expect(read).toEqual({ findings: [], rows: [['1', '2024-02-29', '2024-02-29']] })
  })

  test.each<[string, string, object]>([
    ['one character short', `${line}\n${line.slice(0, -1)}\n`, { rule: 'fixed.length', line: 2, count: 1 }],
    [
      'shifted by one',
      `${line}\n0${line.slice(0, -1)}\n`,
      { rule: 'type', column: 'born', line: 2, count: 1 },
    ],
    ['with a day that does not exist', `${at(17, '31021960')}\n`, { rule: 'type', column: 'born', line: 1 }],
    ['with a NUL byte', `${line}\n${at(3, '\0')}\n`, { rule: 'nul', line: 2 }],
    ['with the separator of our own staging', `${line}\n${at(3, '\u0001')}\n`, { rule: 'format' }],
  ])('%s are refused', async (_, body, expected) => {
    const { findings } = await readAs(layout, { body, type })
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', ...expected }))
  })

  test('without a place for each field are refused', async () => {
    const { findings } = await readAs([...layout, { name: 'more' }], { body: `${line}\n`, type })
    expect(findings).toMatchObject([{ rule: 'fixed.layout', count: 1 }])
  })
})
