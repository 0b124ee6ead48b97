/** Files that must be refused, each by its rule and at its line. */
import { type Case, detected, type Expected, fixed, stay } from './case.ts'

const type = (column: string, line: number, count: number): Expected => ['type', column, line, count]
const whole = (rule: string): Expected => [rule, null, null, 1]
const kind = (column: string): Expected => ['column.type', column, null, 1]

export const broken: readonly Case[] = [
  // Packing
  { file: 'cut.csv.gz', by: 'python', findings: [whole('gzip')] },
  { file: 'zip-two.zip', by: 'zip', findings: [whole('zip.members')] },
  { file: 'zip-encrypted.zip', by: 'zip', findings: [whole('zip.encrypted')] },
  { file: 'office.ods', by: 'office', findings: [whole('zip.members')] },
  { file: 'openpyxl.xlsx', by: 'office', findings: [whole('zip.members')] },
  // Text
  { file: 'python-ragged.csv', by: 'python', findings: [['ragged', null, 9, 2]] },
  { file: 'r-table-short-header.tsv', by: 'r', findings: [['ragged', null, 2, 24]] },
  { file: 'r-table-backslash.csv', by: 'r', findings: [['quote', null, 5, 5]] },
  {
    ...{ file: 'pandas-escape.csv', by: 'pandas' },
    findings: [
      ['ragged', null, 4, 5],
      ['quote', null, 5, 5],
    ],
  },
  { file: 'r-row-names.csv', by: 'r', findings: [whole('column.unknown')] },
  { file: 'pandas-index.csv', by: 'pandas', findings: [whole('column.unknown')] },
  { file: 'perl-last-separator.csv', by: 'perl', findings: [whole('column.unknown')] },
  { file: 'pandas-repeated-header.csv', by: 'pandas', findings: [['column.repeated', 'libelle', null, 2]] },
  { file: 'iconv-macintosh.csv', by: 'iconv', findings: [detected, ['encoding', 'libelle', 2, 5]] },
  { file: 'r-na.csv', by: 'r', findings: [type('age', 6, 1)] },
  { file: 'r-exponent.csv', by: 'r', findings: [type('age', 4, 1)] },
  { file: 'pandas-us-dates.csv', by: 'pandas', findings: [type('entree', 2, 12)] },
  {
    ...{ file: 'cut-fixed.txt', by: 'gawk', ...fixed },
    findings: [['fixed.length', null, 13, 1], type('entree', 13, 1)],
  },
  { file: 'cut-line.ndjson', by: 'pandas', findings: [['json', null, 7, 1]] },
  { file: 'pandas-epoch.ndjson', by: 'pandas', findings: [type('entree', 1, 24)] },
  {
    ...{ file: 'pandas-array.ndjson', by: 'pandas' },
    findings: [['json', null, 1, 1], ...stay.map(({ name }): Expected => ['column.absent', name, null, 1])],
  },
  // Parquet and Arrow
  { file: 'cut.parquet', by: 'pyarrow', findings: [whole('format')] },
  { file: 'cut.arrows', by: 'pyarrow', findings: [whole('format')] },
  { file: 'pyarrow-nested.parquet', by: 'pyarrow', findings: [kind('libelle')] },
  { file: 'pyarrow-struct.parquet', by: 'pyarrow', findings: [kind('libelle')] },
  { file: 'pyarrow-zone.parquet', by: 'pyarrow', findings: [kind('entree')] },
  { file: 'pyarrow-text-days.parquet', by: 'pyarrow', findings: [type('entree', 10, 1)] },
  { file: 'go-mixed.parquet', by: 'go', findings: [kind('entree')] },
  { file: 'fastparquet-seconds.parquet', by: 'fastparquet', findings: [type('entree', 1, 24)] },
  // Compressed buffers.
  { file: 'pyarrow-lz4.feather', by: 'pyarrow', findings: [whole('format.compressed')] },
]
