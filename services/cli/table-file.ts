/** What a deposit on the command line is made of. Pure. */
import { CommandError, exits } from './ending.ts'

export interface TableFile {
  readonly table: string
  readonly file: string
  readonly type: string
  readonly gzip: boolean
  /** Whether the dialect that was given is about this file. */
  readonly isText: boolean
}

export interface ShownFinding {
  readonly severity: string
  readonly rule: string
  readonly table?: string
  readonly column?: string
  readonly line?: number
  readonly lines?: readonly number[]
  readonly count: number
  readonly message: string
}

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  zip: 'application/zip',
  txt: 'text/plain',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
  arrows: 'application/vnd.apache.arrow.stream',
}

/**
 * `table=path` with type and gzip from the name: .csv, .ndjson or .jsonl, .parquet, .arrow, .arrows, each also
 * with .gz; .zip holds one CSV file, .txt fixed-width lines.
 */
export function tableFile(argument: string, charset: string | undefined): TableFile {
  const [, table, file] = /^([^=]+)=(.+)$/.exec(argument) ?? []
  const [, ending, gzip] = /\.(\w+?)(\.gz)?$/.exec(file ?? '') ?? []
  const type = types[(ending ?? '').toLowerCase()]
  const isPackedTwice = type === types.zip && gzip !== undefined
  if (table === undefined || file === undefined || type === undefined || isPackedTwice) {
    const known = Object.keys(types)
      .map((one) => (one === 'zip' ? '.zip' : `.${one}[.gz]`))
      .join(' ')
    throw new CommandError(`${argument}: table=fichier / table=file, ${known}`, exits.failed)
  }
  const isText = type === types.csv || type === types.zip || type === types.txt
  const announced = isText && charset !== undefined ? `${type}; charset=${charset}` : type
  return { table, file, gzip: gzip !== undefined, isText, type: announced }
}
