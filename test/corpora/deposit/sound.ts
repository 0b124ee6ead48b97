/** Files that must be accepted, with their rows. */
import { type Case, detected, fixed } from './case.ts'

const french = (by: Case['by'], findings: Case['findings'], files: readonly string[]): readonly Case[] =>
  files.map((file) => ({ file, by, findings, rows: 'french' }))

const codes =
  'finess cip13:integer snomed:integer loinc lot commune code_postal service acte horodatage:integer produit effectif:integer libelle_ghm'
const ordinary = codes.split(' ').map((one) => {
  const [name = '', type = 'string'] = one.split(':')
  return { name, type, ...(name === 'code_postal' ? { quasiIdentifier: 'COMMUNE_RESIDENCE' } : {}) }
})
const patient = { name: 'patient', role: 'unit' }

export const sound: readonly Case[] = [
  // Text: charsets, separators, decimal marks, days, line ends, packing
  ...french('pandas', [], ['pandas-utf8.csv', 'pandas-utf8-bom.csv', 'pandas-pipe.csv']),
  ...french('pandas', [], ['pandas-gzip.csv.gz', 'pandas-zip.zip', 'pandas.ndjson']),
  ...french('pandas', [detected], ['pandas-1252-fr.csv', 'pandas-utf16le.csv', 'pandas-utf16be.csv']),
  ...french('python', [], ['two-members.csv.gz']),
  ...french('python', [detected], ['python-excel-tab.csv']),
  ...french('r', [], ['r-csv-utf8.csv', 'r-french-days.csv.gz']),
  ...french('r', [detected], ['r-csv2-1252.csv', 'r-csv-utf16le.csv']),
  ...french('office', [], ['office-utf8-quoted.csv']),
  ...french('office', [detected], ['office-1252.csv', 'office-utf16-tab.csv']),
  ...french('miller', [], ['miller-semicolon.csv', 'miller.ndjson']),
  ...french('iconv', [detected], ['iconv-1252.csv', 'iconv-utf16be.csv']),
  ...french('java', [detected], ['java-1252.csv']),
  ...french('go', [], ['go-crlf.csv']),
  ...french('sqlite', [], ['sqlite-crlf.csv']),
  ...french('zip', [], ['zip-one.zip']),
  ...french('polars', [], ['polars-bom.csv', 'polars.ndjson']),
  { file: 'polars-views.arrow', by: 'polars', findings: [], rows: 'french' },
  { file: 'pandas-float-integers.csv', by: 'pandas', findings: [], rows: 'french', ageless: [4] },
  { file: 'pandas-latin1.csv', by: 'pandas', findings: [detected], rows: 'latin' },
  { file: 'r-csv2-latin1.csv', by: 'r', findings: [detected], rows: 'latin' },
  { file: 'miller.tsv', by: 'miller', findings: [], rows: 'plain' },
  { file: 'perl-carriage-returns.csv', by: 'perl', findings: [], rows: 'plain' },
  { file: 'gawk-fixed.txt', by: 'gawk', findings: [], rows: 'plain', ...fixed },
  {
    ...{ file: 'python-line-ends.csv', by: 'python', findings: [detected], rows: 'french' },
    label: (label, row) => (row % 3 === 0 ? `${label}\r\nsuite\n` : label),
  },
  {
    ...{ file: 'office-line-ends.csv', by: 'office', findings: [detected], rows: 'french' },
    label: (label) => `${label}\nsuite`,
  },
  ...(['r-table.tsv', 'r-no-header.csv'] as const).map(
    (file): Case => ({
      ...{ file, by: 'r', findings: [], rows: 'latin' },
      label: (label) => label.replaceAll(/[";,]/g, ''),
    }),
  ),
  { file: 'r-empty.csv', by: 'r', findings: [], rows: 'french', ageless: [4] },
  // Nothing tells ISO-8859-15 from windows-1252: the warning is all that can be said.
  {
    ...{ file: 'iconv-latin9.csv', by: 'iconv', findings: [detected], rows: 'french' },
    label: (label) => label.replace('Œ', '¼').replace('œ', '½').replace('€', '¤'),
  },
  // Parquet: compressions, encodings, types
  ...french('pyarrow', [], ['pyarrow-snappy-dictionary.parquet', 'pyarrow-delta-v2.parquet']),
  ...french('pyarrow', [], ['pyarrow-gzip-groups.parquet', 'pyarrow-brotli.parquet', 'pyarrow-lz4.parquet']),
  ...french('pyarrow', [], ['pyarrow-int96.parquet', 'pyarrow-decimal.parquet', 'pyarrow-large.parquet']),
  ...french('fastparquet', [], ['fastparquet-int96.parquet', 'fastparquet-categories.parquet']),
  ...french('fastparquet', [], ['fastparquet-lz4-groups.parquet']),
  ...french('polars', [], ['polars-zstd.parquet', 'polars-lz4.parquet']),
  // Arrow: both framings, dictionaries, large types
  ...french('pyarrow', [], ['pyarrow-dictionary.arrows', 'pyarrow-dictionary.arrow', 'pyarrow-large.arrow']),
  ...french('pyarrow', [], ['pyarrow-decimal.arrows', 'pyarrow-seconds.arrows', 'pyarrow-date64.arrow']),
  ...french('polars', [], ['polars-oldest.arrows']),
  // No rows, many columns, and what looks like an identifier and is none
  { file: 'pandas-no-rows.csv', by: 'pandas', findings: [], count: 0 },
  { file: 'pyarrow-no-rows.parquet', by: 'pyarrow', findings: [], count: 0 },
  { file: 'pyarrow-no-rows.arrows', by: 'pyarrow', findings: [], count: 0 },
  {
    ...{ file: 'pandas-300-columns.csv.gz', by: 'pandas', findings: [], count: 24 },
    fields: [patient, ...Array.from({ length: 300 }, (_, index) => ({ name: `v${index}`, type: 'integer' }))],
  },
  {
    ...{ file: 'ordinary-codes-1252.csv', by: 'pandas', findings: [detected], count: 24 },
    fields: [patient, ...ordinary],
  },
  {
    ...{ file: 'fhir-patients.ndjson', by: 'python', findings: [], count: 24 },
    fields: [
      { name: 'patient_id', role: 'unit' },
      { name: 'gender' },
      { name: 'birth_year', type: 'integer' },
    ],
  },
]
