/** Finds how a CSV file is written, from its first lines and from what the descriptor expects of it. Pure. */
import { parse } from 'csv-parse/sync'
import type { Field, Resource } from './descriptor.ts'
import type { AskedDialect, DateFormat } from './media.ts'

export interface Dialect {
  readonly delimiter: ';' | ',' | '\t' | '|'
  readonly decimal: ',' | '.'
  readonly dateFormat: DateFormat
  readonly header: boolean
}

export interface Sniffed {
  readonly dialect: Dialect
  /** The names of the header as they stand, or those of the descriptor where there is no header. */
  readonly columns: readonly string[]
}

const delimiters = [';', ',', '\t', '|'] as const
const sampleRecords = 1000

type Table = readonly (readonly string[])[]

function read(sample: string, delimiter: string): Table {
  try {
    return parse(sample, {
      delimiter,
      bom: true,
      to: sampleRecords,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    })
  } catch {
    // The sample ends inside a quoted field, or is not CSV under this delimiter: the splitter will say where.
    return []
  }
}

/** Understands the first records. `sample` is text cut at a line end. Null when it has no record at all. */
export function sniff(sample: string, resource: Resource, asked: AskedDialect): Sniffed | null {
  const { fields } = resource.schema
  const candidates = (asked.delimiter === undefined ? delimiters : [asked.delimiter]).map((delimiter) => {
    const table = read(sample, delimiter)
    return { delimiter, table, score: score(table, fields) }
  })
  const best = candidates.reduce((a, b) => (b.score > a.score ? b : a))
  const [first, ...rest] = best.table
  if (first === undefined) return null
  const header = asked.header ?? looksLikeHeader(first, fields)
  const columns = header ? first.map((name) => name.trim()) : fields.map((field) => field.name)
  const body = header ? rest : best.table
  const cells = (wanted: (field: Field) => boolean) => cellsOf(body, columns, fields.filter(wanted))
  return {
    columns,
    dialect: {
      delimiter: best.delimiter,
      header,
      decimal: asked.decimal ?? decimalOf([cells(isNumeric), cells(isInteger)], best.delimiter),
      dateFormat: asked.dateFormat ?? dateFormatOf(cells(isDated)),
    },
  }
}

const isNumeric = (field: Field) => field.type === 'number'
const isInteger = (field: Field) => field.type === 'integer'
const isDated = (field: Field) => field.type === 'date' || field.type === 'datetime'

/** Header names that the descriptor knows count most; then records of the length that the descriptor has. */
function score(table: Table, fields: readonly Field[]): number {
  const [first = []] = table
  const known = matches(first, fields)
  const regular = table.filter((record) => record.length === first.length && record.length > 1).length
  const full = first.length === fields.length ? 1 : 0
  return known * 1e6 + full * 1e5 + regular + first.length / 1e5
}

function matches(names: readonly string[], fields: readonly Field[]): number {
  const wanted = new Set(fields.map((field) => field.name.toLowerCase()))
  return names.filter((name) => wanted.has(name.trim().toLowerCase())).length
}

/** Without a known name, a first record whose numbers and dates are numbers and dates is taken for data. */
function looksLikeHeader(first: readonly string[], fields: readonly Field[]): boolean {
  if (matches(first, fields) > 0 || first.length !== fields.length) return true
  const typed = fields.flatMap((field, index) => (field.type === 'string' ? [] : [first[index] ?? '']))
  return typed.length === 0 || typed.some((cell) => cell !== '' && !/^[-+]?[\d.,:/ T-]+$/.test(cell.trim()))
}

function cellsOf(body: Table, columns: readonly string[], fields: readonly Field[]): string[] {
  const wanted = new Set(fields.map((field) => field.name.toLowerCase()))
  const positions = columns.flatMap((name, index) => (wanted.has(name.toLowerCase()) ? [index] : []))
  return body.flatMap((record) => positions.map((position) => (record[position] ?? '').trim()))
}

/** By the numbers; by whole numbers that are written `34.0` where these say nothing; else as the delimiter has it. */
function decimalOf(
  [numbers, integers]: readonly [readonly string[], readonly string[]],
  delimiter: string,
): ',' | '.' {
  return (
    markOf(numbers, { comma: /^[-+]?[\d\s]*,\d+$/, point: /^[-+]?\d*\.\d+/ }) ??
    markOf(integers, { comma: /^[-+]?\d+,0{1,2}$/, point: /^[-+]?\d+\.0{1,2}$/ }) ??
    (delimiter === ';' ? ',' : '.')
  )
}

function markOf(
  cells: readonly string[],
  { comma, point }: Readonly<Record<'comma' | 'point', RegExp>>,
): ',' | '.' | null {
  const commas = cells.filter((cell) => comma.test(cell)).length
  const points = cells.filter((cell) => point.test(cell)).length
  if (commas === points) return null
  return commas > points ? ',' : '.'
}

const dateShapes: readonly (readonly [DateFormat, RegExp])[] = [
  ['iso', /^\d{4}-\d{2}-\d{2}/],
  ['dmy', /^\d{1,2}\/\d{1,2}\/\d{4}/],
  ['compact', /^\d{8}/],
]

function dateFormatOf(cells: readonly string[]): DateFormat {
  const counted = dateShapes.map(
    ([format, shape]) => [format, cells.filter((cell) => shape.test(cell)).length] as const,
  )
  return counted.reduce((a, b) => (b[1] > a[1] ? b : a))[0]
}
