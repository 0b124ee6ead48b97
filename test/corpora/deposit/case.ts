/** What the list of the corpus says of one file. */

/** Programs that wrote the files, in the versions of the day on which they did: 2026-11-22, by `make/make.sh`. */
export const programs = {
  fastparquet: 'fastparquet 2026.9.0 with pandas 3.1.1',
  gawk: 'gawk 5.2.1',
  go: 'Go 1.26.8: encoding/csv, parquet-go 0.23.0',
  iconv: 'Miller 6.6.0, then iconv of glibc 2.36',
  java: 'OpenJDK 17.0.15',
  miller: 'Miller 6.6.0',
  office: 'openpyxl 3.1.5, then LibreOffice Calc 7.4.7',
  pandas: 'pandas 3.1.1',
  perl: 'Perl 5.36.0',
  polars: 'polars 2.1.0',
  pyarrow: 'pyarrow 26.0.1',
  python: 'csv, gzip and json of Python 3.11',
  r: 'R 4.2.2',
  sqlite: 'SQLite 3.40.1',
  zip: 'Info-ZIP 3.0',
} as const

/** A rule, with its column and line where it has them, and how many cases. */
export type Expected = readonly [rule: string, column: string | null, line: number | null, count: number]

export interface Case {
  readonly file: string
  readonly by: keyof typeof programs
  /** The findings that the check must say, all of them and no other, in their order. */
  readonly findings: readonly Expected[]
  /** Which labels the rows have; without it the rows are not those of `make/rows.py`. */
  readonly rows?: 'french' | 'latin' | 'plain'
  /** What the program made of a label. */
  readonly label?: (label: string, row: number) => string
  /** Rows without an age. */
  readonly ageless?: readonly number[]
  /** Columns after those of `make/rows.py`. */
  readonly more?: readonly object[]
  /** Columns instead of those of `make/rows.py`. */
  readonly fields?: readonly object[]
  /** Rows that are not of `make/rows.py`. */
  readonly count?: number
  readonly dialect?: object
}

export const detected: Expected = ['encoding.detected', null, null, 1]

export const stay = [
  { name: 'patient', role: 'unit' },
  { name: 'age', type: 'integer' },
  { name: 'entree', type: 'date', quasiIdentifier: 'DATE_SOINS_EXACTE' },
  { name: 'cout', type: 'number' },
  { name: 'code' },
  { name: 'libelle' },
] as const

const places = [
  [1, 8],
  [9, 3],
  [12, 10],
  [22, 10],
  [32, 5],
  [37, 20],
]
/** The lines of `make/make.sh` that have no separators. */
export const fixed = {
  fields: stay.map((field, index) => ({ ...field, position: places[index] })),
  dialect: { decimal: '.', dateFormat: 'iso' },
}
const typesOfNames: readonly (readonly [RegExp, string])[] = [
  [/^fhir/, 'application/fhir+ndjson'],
  [/\.(zip|ods|xlsx)$/, 'application/zip'],
  [/json$/, 'application/x-ndjson'],
  [/\.parquet$/, 'application/vnd.apache.parquet'],
  [/\.arrows$/, 'application/vnd.apache.arrow.stream'],
  [/\.(arrow|feather)$/, 'application/vnd.apache.arrow.file'],
  [/\.txt$/, 'text/plain'],
]

/** As a depositor would announce it who knows no charset. */
export const contentTypeOf = (file: string) =>
  typesOfNames.find(([name]) => name.test(file))?.[1] ?? 'text/csv'

/** Name of its table. */
export const tableOf = (file: string) => file.replaceAll(/[^a-z0-9]/g, '_')
