/** What a file is announced as, from its name alone; what is in it is read by the node. Pure. */
import type { Table } from '../../deposits.ts'

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

/** For the file button: the endings of the files that the node reads. */
export const acceptedEndings = [...Object.keys(types).map((one) => `.${one}`), '.gz'].join(',')

export interface FileType {
  readonly contentType: string
  readonly contentEncoding?: 'gzip'
}

/** Null for a name that no format has. */
export function fileTypeOf(name: string): FileType | null {
  const [, ending = '', gzip] = /\.([a-z]+?)(\.gz)?$/.exec(name.toLowerCase()) ?? []
  const contentType = Object.hasOwn(types, ending) ? types[ending] : undefined
  if (contentType === undefined || (ending === 'zip' && gzip !== undefined)) return null
  return { contentType, ...(gzip === undefined ? {} : { contentEncoding: 'gzip' }) }
}

/** The table that a file is named after: the same word, or else the longest name of a table within its own. */
export function tableFor(file: string, tables: readonly Table[]): string | null {
  const stem = file.toLowerCase().replace(/\.[a-z]+(\.gz)?$/, '')
  const names = tables.map(({ name }) => name)
  const within = names.filter((name) => stem.includes(name.toLowerCase())).sort((a, b) => b.length - a.length)
  return names.find((name) => name.toLowerCase() === stem) ?? within[0] ?? null
}
