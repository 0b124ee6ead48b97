/** From text to types, as expressions of the engine: each gives NULL for a text that is not of its type. Pure. */
import type { UnreadKind } from '../engine/arrow-columns.ts'
import type { Field } from './descriptor.ts'
import type { Dialect } from './dialect.ts'
import type { DateFormat } from './media.ts'

/** The type of a field at rest. */
export const restTypes: Readonly<Record<Field['type'], string>> = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  datetime: 'TIMESTAMP',
  time: 'TIME',
}

export type TextForm = Pick<Dialect, 'decimal' | 'dateFormat'>

const dateShapes: Readonly<Record<DateFormat, { readonly pattern: string; readonly format: string }>> = {
  iso: { pattern: '[0-9]{4}-[0-9]{2}-[0-9]{2}', format: '%Y-%m-%d' },
  dmy: { pattern: '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}', format: '%d/%m/%Y' },
  compact: { pattern: '[0-9]{8}', format: '%Y%m%d' },
  'dmy-compact': { pattern: '[0-9]{8}', format: '%d%m%Y' },
}

/** What databases and programs without a type for days write after one. */
const midnight = '([ T]00:00(:00([.]0{1,9})?)?)?'

const clockPattern = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?'

/** What French offices put between thousands: a space, a no-break space or a thin one, and only before three digits. */
const blanks = ' \u00a0\u202f'
const digits = `([0-9]+|[0-9]{1,3}([${blanks}][0-9]{3})+)`

function matching(text: string, pattern: string, value: string): string {
  return `CASE WHEN regexp_full_match(${text}, '${pattern}') THEN ${value} END`
}

/**
 * The value of a text under the form that the file is written in. The engine's own casts are too kind: it reads `70.5` as
 * the integer 71 and `1e3` as 1000, so the shape is checked first.
 */
export function fromText(column: string, field: Field, form: TextForm): string {
  const text = `trim(${column})`
  switch (field.type) {
    case 'string':
      return column
    case 'integer':
      return fromInteger(column, form)
    case 'number':
      return fromNumber(column, form)
    case 'boolean':
      return `CASE WHEN lower(${text}) IN ('true', 'vrai', 'oui', 'o', '1') THEN true
        WHEN lower(${text}) IN ('false', 'faux', 'non', 'n', '0') THEN false END`
    case 'date':
      return fromDate(text, form)
    case 'datetime':
      return fromDatetime(text, form)
    case 'time':
      return matching(text, clockPattern, `TRY_CAST(${text} AS TIME)`)
  }
}

function withoutBlanks(column: string): string {
  return `regexp_replace(${column}, '[${blanks}]', '', 'g')`
}

const patternOf = ({ decimal }: TextForm) => (decimal === ',' ? ',' : '[.]')

/**
 * `34.0` is 34: programs that have no empty integer (pandas, R, spreadsheets) write so every column with a gap. Two zeros at
 * most, since three are as well the thousands of another country: `34.000` is refused.
 */
function fromInteger(column: string, form: TextForm): string {
  const mark = patternOf(form)
  const whole = `regexp_replace(${withoutBlanks(column)}, '${mark}0{1,2}$', '')`
  const value = `TRY_CAST(${whole} AS BIGINT)`
  return matching(`trim(${column}, '${blanks}')`, `[+-]?${digits}(${mark}0{1,2})?`, value)
}

/** The other decimal mark is an error. */
function fromNumber(column: string, form: TextForm): string {
  const { decimal } = form
  const mark = patternOf(form)
  const pattern = `[+-]?(${digits}(${mark}[0-9]*)?|${mark}[0-9]+)([eE][+-]?[0-9]+)?`
  const plain = withoutBlanks(column)
  const points = decimal === ',' ? `replace(${plain}, ',', '.')` : plain
  const value = `TRY_CAST(${points} AS DOUBLE)`
  const finite = `CASE WHEN isfinite(${value}) THEN ${value} END`
  return matching(`trim(${column}, '${blanks}')`, pattern, finite)
}

/** The midnight of a day is that day; another hour would be dropped, and is refused. */
function fromDate(text: string, { dateFormat }: TextForm): string {
  const { pattern, format } = dateShapes[dateFormat]
  const day = `split_part(replace(${text}, 'T', ' '), ' ', 1)`
  return matching(text, `${pattern}${midnight}`, `CAST(try_strptime(${day}, '${format}') AS DATE)`)
}

/** A day alone is its midnight; a zone is refused, since it would be dropped. */
function fromDatetime(text: string, { dateFormat }: TextForm): string {
  const { pattern, format } = dateShapes[dateFormat]
  const day = `try_strptime(split_part(replace(${text}, 'T', ' '), ' ', 1), '${format}')`
  const rest = `substr(replace(${text}, 'T', ' '), length(split_part(replace(${text}, 'T', ' '), ' ', 1)) + 2)`
  const clock = `CASE WHEN ${rest} = '' THEN TIME '00:00:00' ELSE TRY_CAST(${rest} AS TIME) END`
  return matching(text, `${pattern}([ T]${clockPattern})?`, `CAST(${day} AS DATE) + ${clock}`)
}

/** Why no value of a column of this type can be one of the field; undefined when it is looked at value by value. */
export function unreadKind(sourceType: string, field: Field): UnreadKind | undefined {
  const type = sourceType.toUpperCase()
  if (/\]$|^(STRUCT|MAP|UNION)\b/.test(type)) return 'nested'
  if (type === 'BLOB' || type === 'BIT') return 'binary'
  if (field.type === 'string') return undefined
  if (type.endsWith(' WITH TIME ZONE')) return 'zone'
  return type === 'INTERVAL' ? 'duration' : undefined
}

const integers = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/
const numbers = /^(FLOAT|DOUBLE|DECIMAL\(.*\))$/

/**
 * The value of a column that has a type already (Parquet, Arrow): taken as it is when the type is of the same kind, else
 * read from its text, so that a number where a date is wanted is a finding and never a surprise.
 */
export function fromTyped(column: string, field: Field, sourceType: string): string {
  const type = sourceType.toUpperCase()
  const sameKind: Readonly<Record<Field['type'], boolean>> = {
    string: !/[[(]/.test(type) && type !== 'BLOB',
    integer: integers.test(type),
    number: integers.test(type) || numbers.test(type),
    boolean: type === 'BOOLEAN',
    date: type === 'DATE',
    datetime: type === 'DATE' || /^TIMESTAMP(_S|_MS|_NS)?$/.test(type),
    time: type === 'TIME',
  }
  if (field.type === 'string' && !sameKind.string) return 'CAST(NULL AS VARCHAR)'
  if (field.type === 'integer' && numbers.test(type)) return wholeNumber(column, type)
  if (!sameKind[field.type]) {
    return fromText(`CAST(${column} AS VARCHAR)`, field, { decimal: '.', dateFormat: 'iso' })
  }
  const value = `TRY_CAST(${column} AS ${restTypes[field.type]})`
  const hasNoEnd = ['number', 'date', 'datetime'].includes(field.type)
  return hasNoEnd ? `CASE WHEN isfinite(${value}) THEN ${value} END` : value
}

/** From here on a float does not tell a whole number from its neighbour. */
const inexact: Readonly<Record<string, number>> = { FLOAT: 2 ** 24, DOUBLE: 2 ** 53 }

function wholeNumber(column: string, type: string): string {
  const edge = inexact[type]
  const isExact = edge === undefined ? '' : ` AND abs(${column}) < ${edge}`
  return `CASE WHEN ${column} = floor(${column})${isExact} THEN TRY_CAST(${column} AS BIGINT) END`
}
