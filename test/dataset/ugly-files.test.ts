/** Text files as hospitals send them: what each must become, or where it must be refused. */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import iconv from 'iconv-lite'
import { verdictOf } from '../../services/dataset/finding.ts'
import { type ReadFile, readAs } from './reading.ts'

const id = { name: 'id', type: 'integer' }
const label = { name: 'label' }
const amount = { name: 'amount', type: 'number' }
const day = { name: 'day', type: 'date' }
const instant = { name: 'instant', type: 'datetime' }

type Fields = readonly { readonly name: string; readonly type?: string }[]
type Rows = readonly (readonly (string | null)[])[]

const french = 'id;label\n1;Œuvre à 3 €\n2;’…Ÿ\n'
const frenchRows: Rows = [
  ['2', '1', 'Œuvre à 3 €'],
  ['3', '2', '’…Ÿ'],
]
const bom = (charset: 'utf8' | 'utf-16le' | 'utf-16be') => iconv.encode(french, charset, { addBOM: true })

const accepted: readonly [string, Fields, ReadFile, Rows, readonly string[]][] = [
  ['UTF-8', [id, label], { body: french }, frenchRows, []],
  ['UTF-8 with a mark', [id, label], { body: bom('utf8') }, frenchRows, []],
  [
    'UTF-8 with a mark before a quoted header',
    [id, label],
    { body: '\ufeff"id";"label"\n1;a\n' },
    [['2', '1', 'a']],
    [],
  ],
  ...(['utf-16le', 'utf-16be'] as const).flatMap((charset): (typeof accepted)[number][] => [
    [`${charset} with a mark`, [id, label], { body: bom(charset) }, frenchRows, ['encoding.detected']],
    [
      `${charset} without a mark, announced`,
      [id, label],
      { body: iconv.encode(french, charset), type: 'text/csv; charset=utf-16' },
      frenchRows,
      [],
    ],
    [
      `${charset} without a mark or a word`,
      [id, label],
      { body: iconv.encode(french, charset) },
      frenchRows,
      ['encoding.detected'],
    ],
  ]),
  // As pandas writes a column of whole numbers that has a gap.
  [
    'whole numbers with a fraction of zeros',
    [id, { name: 'age', type: 'integer' }],
    { body: 'id;age\n1;34.0\n2;\n3;-1 200.00\n' },
    [
      ['2', '1', '34'],
      ['3', '2', null],
      ['4', '3', '-1200'],
    ],
    [],
  ],
  [
    'the same under the decimal mark of the numbers',
    [id, amount],
    { body: 'id;amount\n1,0;1,5\n2,00;\n' },
    [
      ['2', '1', '1.5'],
      ['3', '2', null],
    ],
    [],
  ],
  [
    'windows-1252, announced',
    [id, label],
    { body: iconv.encode(french, 'windows-1252'), type: 'text/csv; charset=windows-1252' },
    frenchRows,
    [],
  ],
  [
    'windows-1252, not announced',
    [id, label],
    { body: iconv.encode(french, 'windows-1252') },
    frenchRows,
    ['encoding.detected'],
  ],
  [
    'ISO-8859-1',
    [id, label],
    { body: iconv.encode('id;label\n1;é\n', 'latin1'), type: 'text/csv; charset=iso-8859-1' },
    [['2', '1', 'é']],
    [],
  ],
  [
    'windows-1252 announced as ISO-8859-1',
    [id, label],
    { body: iconv.encode('id;label\n1;é\n2;Œ\n', 'windows-1252'), type: 'text/csv; charset=iso-8859-1' },
    [
      ['2', '1', 'é'],
      ['3', '2', '\u008c'],
    ],
    ['encoding.control'],
  ],
  ...[';', ',', '\t', '|'].map((delimiter): (typeof accepted)[number] => [
    `separated by ${JSON.stringify(delimiter)}`,
    [id, label],
    { body: `id${delimiter}label\n1${delimiter}"x;,\t|y"\n` },
    [['2', '1', 'x;,\t|y']],
    [],
  ]),
  [
    'decimal commas and blanks between thousands',
    [id, amount],
    { body: 'id;amount\n1 234;1 234,5\n2\u00a0345;12\u00a0345\u202f678,25\n3;,5\n4;-7\n' },
    [
      ['2', '1234', '1234.5'],
      ['3', '2345', '12345678.25'],
      ['4', '3', '0.5'],
      ['5', '4', '-7.0'],
    ],
    [],
  ],
  [
    'decimal commas between quotes where commas separate',
    [id, amount],
    { body: 'id,amount\n1,"1,5"\n2,"2,25"\n' },
    [
      ['2', '1', '1.5'],
      ['3', '2', '2.25'],
    ],
    [],
  ],
  [
    'French days',
    [id, day],
    { body: 'id;day\n1;1/2/2024\n2;29/02/2024\n' },
    [
      ['2', '1', '2024-02-01'],
      ['3', '2', '2024-02-29'],
    ],
    [],
  ],
  [
    'French days with a time',
    [id, instant],
    { body: 'id;instant\n1;01/02/2024 08:05\n2;31/12/2024 23:59:59\n3;01/02/2024\n' },
    [
      ['2', '1', '2024-02-01 08:05:00'],
      ['3', '2', '2024-12-31 23:59:59'],
      ['4', '3', '2024-02-01 00:00:00'],
    ],
    [],
  ],
  [
    'days written as their midnight',
    [id, day],
    { body: 'id;day\n1;2024-02-29 00:00:00\n2;2024-03-01T00:00:00.000\n' },
    [
      ['2', '1', '2024-02-29'],
      ['3', '2', '2024-03-01'],
    ],
    [],
  ],
  ['compact days', [id, day], { body: 'id;day\n1;20240229\n' }, [['2', '1', '2024-02-29']], []],
  [
    'line ends in quotes and empty lines',
    [id, label],
    { body: 'id;label\r\n1;"a\r\nb"\r\n\r\n2;c' },
    [
      ['2', '1', 'a\r\nb'],
      ['5', '2', 'c'],
    ],
    [],
  ],
  [
    'codes that begin with zeros, in another order and case',
    [id, label],
    { body: 'LABEL;ID\n00760;1\n' },
    [['2', '1', '00760']],
    [],
  ],
  ['no rows', [id, label], { body: 'id;label\n' }, [], []],
  ['no header', [id, day], { body: '1;01/02/2024\n' }, [['1', '1', '2024-02-01']], []],
]

describe('an ugly file is read', () => {
  test.each(accepted)('%s', async (_, ...[fields, file, rows, rules]) => {
    const read = await readAs(fields, file)
    expect(read.findings.map((finding) => finding.rule)).toEqual(rules)
    expect(read.rows).toEqual(rows)
    expect(verdictOf(read.findings)).toBe('accepted')
  })

  test('600 columns', async () => {
    const fields = Array.from({ length: 600 }, (_, index) => ({ name: `c${index}`, type: 'integer' }))
    const line = fields.map((_, index) => index).join(';')
    const read = await readAs(fields, { body: `${fields.map(({ name }) => name).join(';')}\n${line}\n` })
    expect(read).toEqual({ findings: [], rows: [['2', ...fields.map((_, index) => String(index))]] })
  })
})

const refused: readonly [string, Fields, ReadFile, object][] = [
  [
    'whole numbers with a fraction, or with what may be thousands',
    [id, label],
    { body: 'id,label\n1.0,a\n34.5,b\n34.000,c\n34.,d\n' },
    { rule: 'type', column: 'id', line: 3, count: 3 },
  ],
  ['days of a year in two digits', [id, day], { body: 'id;day\n1;01/02/24\n' }, { rule: 'type', line: 2 }],
  [
    'instants of a year in two digits',
    [id, instant],
    { body: 'id;instant\n1;01/02/2024 10:00\n2;01/02/24 10:00\n' },
    { rule: 'type', column: 'instant', line: 3, count: 1 },
  ],
  [
    'days that do not exist',
    [id, day],
    { body: 'id;day\n1;01/02/2024\n2;31/02/2024\n' },
    { rule: 'type', line: 3 },
  ],
  [
    'days with an hour that would be dropped',
    [id, day],
    { body: 'id;day\n1;2024-02-29 00:00:00\n2;2024-03-01 00:00:01\n' },
    { rule: 'type', column: 'day', line: 3, count: 1 },
  ],
  [
    'months before days',
    [id, day],
    { body: 'id;day\n1;01/02/2024\n2;12/31/2024\n' },
    { rule: 'type', line: 3 },
  ],
  [
    'both decimal marks',
    [id, amount],
    { body: 'id;amount\n1;1,5\n2;2,5\n3;3.5\n' },
    { rule: 'type', line: 4, count: 1 },
  ],
  [
    'blanks that separate no thousands',
    [id, amount],
    { body: 'id;amount\n1;1 5\n2;1\u00a02345\n3 1;1\n' },
    { rule: 'type', column: 'amount', line: 2, count: 2 },
  ],
  ['ragged lines', [id, label], { body: 'id;label\n1;a\n2\n3;b;c\n' }, { rule: 'ragged', line: 3, count: 2 }],
  [
    'ragged lines after a line end in quotes',
    [id, label],
    { body: 'id;label\n1;"a\nb"\n2\n' },
    { rule: 'ragged', line: 4, count: 1 },
  ],
  [
    'repeated headers',
    [id, label],
    { body: 'id;label;label\n1;a;b\n' },
    { rule: 'column.repeated', column: 'label', count: 2 },
  ],
  [
    'a separator at the end of each line',
    [id, label],
    { body: 'id;label;\n1;a;\n' },
    { rule: 'column.unknown', count: 1, with: { places: '3' } },
  ],
  [
    'a header on its third line',
    [id, label],
    { body: 'Export\n\nid;label\n1;a\n' },
    { rule: 'column.absent' },
  ],
  ['nothing at all', [id, label], { body: '' }, { rule: 'dialect' }],
  ['an unclosed quote', [id, label], { body: 'id;label\n1;"a\n2;b\n' }, { rule: 'quote', line: 2 }],
  ['a NUL byte', [id, label], { body: 'id;label\n1;a\n2;b\0\n' }, { rule: 'nul', line: 3 }],
  [
    'a gzip stream that is cut',
    [id, label],
    { body: gzipSync(french).subarray(0, 20), encoding: 'gzip' },
    { rule: 'gzip' },
  ],
  [
    'a broken line of NDJSON',
    [id, label],
    { body: '{"id":1,"label":"a"}\n{"id":2,\n{"id":3,"label":"c"}\n', type: 'application/x-ndjson' },
    { rule: 'json', line: 2, count: 1 },
  ],
  [
    'a nested value of NDJSON',
    [id, label],
    { body: '{"id":1,"label":"a"}\n{"id":2,"label":["b"]}\n', type: 'application/x-ndjson' },
    { rule: 'type', column: 'label', line: 2, count: 1 },
  ],
  [
    'NDJSON in another charset',
    [id, label],
    {
      body: iconv.encode('{"id":1,"label":"a"}\n{"id":2,"label":"é"}\n', 'windows-1252'),
      type: 'application/x-ndjson',
    },
    { rule: 'encoding', line: 2 },
  ],
  [
    'windows-1252 announced as UTF-8',
    [id, label],
    { body: iconv.encode('id;label\n1;a\n2;é\n', 'windows-1252'), type: 'text/csv; charset=utf-8' },
    { rule: 'encoding', line: 3 },
  ],
]

test.each(refused)('an ugly file is refused: %s', async (_, ...[fields, file, expected]) => {
  const { findings } = await readAs(fields, file)
  expect(findings).toContainEqual(expect.objectContaining(expected))
  expect(verdictOf(findings)).toBe('refused')
})
