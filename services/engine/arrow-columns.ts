/**
 * What each Arrow type becomes in the engine, and how one of its values is read. Both ways in stand on this: arrow-values.ts
 * hands over one value after the other, arrow-direct.ts copies memory where `direct` says how.
 */
import { type Data, DataType, type Field, type Schema } from 'apache-arrow'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  INTEGER,
  SMALLINT,
  TIME,
  TIMESTAMP,
  TIMESTAMP_MS,
  TIMESTAMP_NS,
  TIMESTAMP_S,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from 'duckdb'

/** How the memory of a column becomes that of a vector. */
export type Direct =
  /** The same words on both sides, so many bytes a row. */
  | { readonly kind: 'copy'; readonly bytes: number }
  /** The same 128 bits, once it is sure that every value has at most 38 digits. */
  | { readonly kind: 'decimal' }
  /** One bit a row becomes one byte. */
  | { readonly kind: 'bits' }
  /** Whole numbers that are counted in another unit: rows of this function. */
  | { readonly kind: 'count'; readonly words: WordArray; readonly of: (count: number | bigint) => bigint }
  | { readonly kind: 'text' }
  /** Positions in a dictionary of texts. */
  | { readonly kind: 'dictionary' }

type WordArray = typeof Int32Array | typeof BigInt64Array

export interface ColumnForm {
  readonly name: string
  readonly type: DuckDBType
  /** The value of a row that is not null. */
  readonly value: (data: Data, row: number) => DuckDBValue
  readonly direct?: Direct
}

/** Kinds of columns that are not read; each has its word in the finding. */
export type UnreadKind = 'nested' | 'binary' | 'zone' | 'duration' | 'other'

/** A column that is not read, whatever its values are. */
export class UnreadColumn extends Error {
  override readonly name = 'UnreadColumn'
  readonly column: string
  readonly kind: UnreadKind

  constructor(column: string, kind: UnreadKind) {
    super(`a column of an Arrow type that is not read: ${kind}`)
    this.column = column
    this.kind = kind
  }
}

/** Throws UnreadColumn for the first column that is not read. */
export function formsOf({ fields }: Schema): readonly ColumnForm[] {
  return fields.map((field) => ({ name: field.name, ...formOf(field) }))
}

type Form = Omit<ColumnForm, 'name'>

function formOf(field: Field): Form {
  const { type } = field
  if (!DataType.isDictionary(type)) return plainForm(field, type)
  const { value, ...form } = plainForm(field, type.dictionary)
  return {
    type: form.type,
    value: (data, row) => {
      const [entries, at] = entryOf(data, Number(words(data)[row]))
      return isValid(entries, at) ? value(entries, at) : null
    },
    ...(form.direct?.kind === 'text' ? { direct: { kind: 'dictionary' } } : {}),
  }
}

/** The chunk of a dictionary that has an entry, and its place there. Throws when there is no such entry. */
export function entryOf({ dictionary }: Data, index: number): readonly [Data, number] {
  let at = index
  for (const chunk of dictionary?.data ?? []) {
    if (at >= 0 && at < chunk.length) return [chunk, at]
    at -= chunk.length
  }
  throw new TypeError('a position that its dictionary does not have')
}

/** No bitmap means that no row is null. */
export function isValid({ nullBitmap }: Data, row: number): boolean {
  if (!nullBitmap || nullBitmap.byteLength === 0) return true
  return ((nullBitmap[row >> 3] ?? 0) & (1 << (row & 7))) !== 0
}

function plainForm({ name }: Field, type: DataType): Form {
  const form = forms.map((each) => each(type)).find((one) => one !== null)
  if (form === undefined || form === null) throw new UnreadColumn(name, kindOf(type))
  return form
}

function kindOf(type: DataType): UnreadKind {
  if (DataType.isTimestamp(type)) return 'zone'
  if (DataType.isDuration(type) || DataType.isInterval(type)) return 'duration'
  const isBinary = [
    DataType.isBinary,
    DataType.isLargeBinary,
    DataType.isBinaryView,
    DataType.isFixedSizeBinary,
  ]
  if (isBinary.some((is) => is(type))) return 'binary'
  return (type.children ?? []).length > 0 ? 'nested' : 'other'
}

type Words = ArrayLike<number | bigint>

/** The numbers of a column of fixed width. */
function words({ values }: Data): Words {
  return values as Words
}

function word(data: Data, row: number): number | bigint {
  const found = words(data)[row]
  if (found === undefined) throw new TypeError('a column that is shorter than its batch')
  return found
}

const big = (data: Data, row: number): bigint => BigInt(word(data, row))

function copied(type: DuckDBType, bytes: number, value: Form['value'] = word): Form {
  return { type, value, direct: { kind: 'copy', bytes } }
}

const signed: Readonly<Record<number, Form>> = {
  8: copied(TINYINT, 1),
  16: copied(SMALLINT, 2),
  32: copied(INTEGER, 4),
  64: copied(BIGINT, 8, big),
}
const unsigned: Readonly<Record<number, Form>> = {
  8: copied(UTINYINT, 1),
  16: copied(USMALLINT, 2),
  32: copied(UINTEGER, 4),
  64: copied(UBIGINT, 8, big),
}

/** By unit: seconds, then thousandths, millionths and thousand-millionths. */
const timestamps: readonly Form[] = [
  copied(TIMESTAMP_S, 8, (data, row) => new DuckDBTimestampSecondsValue(big(data, row))),
  copied(TIMESTAMP_MS, 8, (data, row) => new DuckDBTimestampMillisecondsValue(big(data, row))),
  copied(TIMESTAMP, 8, (data, row) => new DuckDBTimestampValue(big(data, row))),
  copied(TIMESTAMP_NS, 8, (data, row) => new DuckDBTimestampNanosecondsValue(big(data, row))),
]

function counted(
  type: DuckDBType,
  counting: { readonly words: WordArray; readonly of: (count: number | bigint) => bigint },
  make: (count: bigint) => DuckDBValue,
): Form {
  const value: Form['value'] = (data, row) => make(counting.of(word(data, row)))
  return { type, value, direct: { kind: 'count', ...counting } }
}

const dayMs = 86_400_000n
const dayMicros = 86_400_000_000n

/** Whole days; a moment of a day is that day. */
const daysOfMs = (count: number | bigint): bigint => {
  const ms = BigInt(count)
  const days = (ms < 0n ? ms - dayMs + 1n : ms) / dayMs
  if (days !== BigInt.asIntN(32, days)) throw new TypeError('a day out of range')
  return days
}

function microsOf(times: bigint, per: bigint): (count: number | bigint) => bigint {
  return (count) => {
    const micros = (BigInt(count) * times) / per
    if (micros < 0n || micros >= dayMicros) throw new TypeError('a time of day out of range')
    return micros
  }
}

const times: readonly Form[] = [
  [1_000_000n, 1n] as const,
  [1000n, 1n] as const,
  [1n, 1n] as const,
  [1n, 1000n] as const,
].map(([by, per]) =>
  counted(TIME, { words: BigInt64Array, of: microsOf(by, per) }, (micros) => new DuckDBTimeValue(micros)),
)

const daysInMs = counted(
  DATE,
  { words: Int32Array, of: daysOfMs },
  (days) => new DuckDBDateValue(Number(days)),
)
const days = copied(DATE, 4, (data, row) => new DuckDBDateValue(Number(word(data, row))))

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes of one text. Throws when its place is not in the file. */
export function textBytes(data: Data, row: number): Uint8Array {
  if (DataType.isUtf8View(data.type)) return viewedBytes(data, row)
  const { valueOffsets } = data
  const [from, to] = [Number(valueOffsets[row]), Number(valueOffsets[row + 1])]
  return part(data.values as Uint8Array, from, to)
}

/** Some of the bytes of a file. Throws when they are not there. */
export function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (!(from >= 0 && from <= to && to <= bytes.byteLength))
    throw new TypeError('a text that is not in the file')
  return bytes.subarray(from, to)
}

const viewBytes = 16
const inlineBytes = 12

/** length u32, then up to twelve bytes of text; or its first four bytes, number of the buffer u32 and place there u32. */
function viewedBytes({ values, variadicBuffers }: Data, row: number): Uint8Array {
  const bytes = part(values as Uint8Array, row * viewBytes, (row + 1) * viewBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, viewBytes)
  const length = view.getInt32(0, true)
  if (length <= inlineBytes) return part(bytes, 4, 4 + length)
  const [buffer, from] = [variadicBuffers[view.getInt32(8, true)], view.getInt32(12, true)]
  if (buffer === undefined) throw new TypeError('a text that is not in the file')
  return part(buffer, from, from + length)
}

const text: Form = {
  type: VARCHAR,
  value: (data, row) => utf8.decode(textBytes(data, row)),
  direct: { kind: 'text' },
}

function bit({ values }: Data, row: number): boolean {
  const byte = (values as Uint8Array)[row >> 3]
  if (byte === undefined) throw new TypeError('a column that is shorter than its batch')
  return (byte & (1 << (row & 7))) !== 0
}

/** Half-precision numbers are read by nobody here but by value. */
function half(data: Data, row: number): number {
  const bits = Number(word(data, row))
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024)
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}

const floats: readonly Form[] = [{ type: DOUBLE, value: half }, copied(FLOAT, 4), copied(DOUBLE, 8)]

/** A decimal is a two's complement in 32-bit words, the lowest first. */
function unscaled(data: Data, row: number, bits: number): bigint {
  const width = bits / 32
  let sum = 0n
  for (let at = 0; at < width; at += 1) {
    sum += BigInt(words(data)[row * width + at] ?? overrun()) << BigInt(32 * at)
  }
  return BigInt.asIntN(bits, sum)
}

function overrun(): never {
  throw new TypeError('a column that is shorter than its batch')
}

const widest = 38

/** Of up to 38 digits as the engine's own; else as text with every digit. */
function decimalForm({
  precision,
  scale,
  bitWidth,
}: {
  precision: number
  scale: number
  bitWidth: number
}): Form {
  if (precision <= widest && scale >= 0 && scale <= precision) {
    return {
      type: DECIMAL(widest, scale),
      value: (data, row) => new DuckDBDecimalValue(decimalOf(data, row, bitWidth), widest, scale),
      ...(bitWidth === 128 ? { direct: { kind: 'decimal' } } : {}),
    }
  }
  return { type: VARCHAR, value: (data, row) => decimalText(unscaled(data, row, bitWidth), scale) }
}

const beyond = 10n ** BigInt(widest)

/** The digits of a decimal. Throws when there are more than the engine has room for. */
export function decimalOf(data: Data, row: number, bits = 128): bigint {
  const whole = unscaled(data, row, bits)
  if (whole >= beyond || -whole >= beyond) throw new TypeError('a decimal out of range')
  return whole
}

function decimalText(whole: bigint, scale: number): string {
  const sign = whole < 0n ? '-' : ''
  const digits = String(whole < 0n ? -whole : whole)
  if (scale <= 0) return `${sign}${digits}${'0'.repeat(-scale)}`
  const padded = digits.padStart(scale + 1, '0')
  const point = padded.length - scale
  return `${sign}${padded.slice(0, point)}.${padded.slice(point)}`
}

const forms: readonly ((type: DataType) => Form | null | undefined)[] = [
  (type) => (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type) ? text : null),
  (type) => (DataType.isInt(type) ? (type.isSigned ? signed : unsigned)[type.bitWidth] : null),
  (type) => (DataType.isFloat(type) ? floats[type.precision] : null),
  (type) => (DataType.isDecimal(type) ? decimalForm(type) : null),
  (type) => (DataType.isBool(type) ? { type: BOOLEAN, value: bit, direct: { kind: 'bits' } } : null),
  (type) => (DataType.isDate(type) ? (type.unit === 0 ? days : daysInMs) : null),
  (type) => (DataType.isTimestamp(type) && !type.timezone ? timestamps[type.unit] : null),
  (type) => (DataType.isTime(type) ? times[type.unit] : null),
  (type) => (DataType.isNull(type) ? { type: VARCHAR, value: () => null } : null),
]
