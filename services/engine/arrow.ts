/**
 * Rows → an Arrow IPC stream of one batch. Types follow the DuckDB type alone, never the values:
 * integers to 64 bits, FLOAT, DOUBLE and BOOLEAN as they are · HUGEINT → Decimal(38, 0), DECIMAL(w, s) → Decimal(w, s) ·
 * DATE → days · TIMESTAMP of any unit → microseconds, with UTC for TIMESTAMP WITH TIME ZONE · all else Utf8: VARCHAR, ENUM,
 * TIME, INTERVAL, UUID, BLOB (hexadecimal) and, as JSON text, what is nested.
 */
import {
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow'
import type { Column, Rows, Value } from './engine.ts'
import { daysOf, microsOf } from './instant.ts'
import { jsonText } from './load.ts'
import { WorkerFault } from './serve.ts'

type Cell = Exclude<Value, null>
type Words = { [index: number]: number | bigint }

/** An Arrow type with fixed-width values: an array for them and the way to put one in. */
export interface Fixed {
  readonly type: DataType
  readonly words: (length: number) => Words
  readonly put: (words: Words, index: number, value: Cell) => void
}

function numeric(type: DataType, words: (length: number) => Words): Fixed {
  return {
    type,
    words,
    put: (array, index, value) => {
      array[index] = Number(value)
    },
  }
}

function long(type: DataType, words: (length: number) => Words, read: (value: Cell) => bigint): Fixed {
  return {
    type,
    words,
    put: (array, index, value) => {
      array[index] = read(value)
    },
  }
}

const integer = (value: Cell) => BigInt(value as number | bigint)
const instant = (value: Cell) => microsOf(String(value))

const micros = long(new TimestampMicrosecond(), (length) => new BigInt64Array(length), instant)
const microsUtc = long(new TimestampMicrosecond('UTC'), (length) => new BigInt64Array(length), instant)

const fixed: Readonly<Record<string, Fixed>> = {
  TINYINT: numeric(new Int8(), (length) => new Int8Array(length)),
  SMALLINT: numeric(new Int16(), (length) => new Int16Array(length)),
  INTEGER: numeric(new Int32(), (length) => new Int32Array(length)),
  UTINYINT: numeric(new Uint8(), (length) => new Uint8Array(length)),
  USMALLINT: numeric(new Uint16(), (length) => new Uint16Array(length)),
  UINTEGER: numeric(new Uint32(), (length) => new Uint32Array(length)),
  BIGINT: long(new Int64(), (length) => new BigInt64Array(length), integer),
  UBIGINT: long(new Uint64(), (length) => new BigUint64Array(length), integer),
  FLOAT: numeric(new Float32(), (length) => new Float32Array(length)),
  DOUBLE: numeric(new Float64(), (length) => new Float64Array(length)),
  HUGEINT: decimal(38, 0),
  UHUGEINT: decimal(38, 0),
  DATE: {
    type: new DateDay(),
    words: (length) => new Int32Array(length),
    put: (array, index, value) => {
      array[index] = daysOf(String(value))
    },
  },
  TIMESTAMP: micros,
  TIMESTAMP_S: micros,
  TIMESTAMP_MS: micros,
  TIMESTAMP_NS: micros,
  'TIMESTAMP WITH TIME ZONE': microsUtc,
}

/** A decimal is a 128-bit integer in two halves, scaled. */
function decimal(width: number, scale: number): Fixed {
  return {
    type: new Decimal(scale, width, 128),
    words: (length) => new BigUint64Array(length * 2),
    put: (array, index, value) => {
      const scaled = scaledInteger(value, width, scale)
      array[index * 2] = BigInt.asUintN(64, scaled)
      array[index * 2 + 1] = BigInt.asUintN(64, scaled >> 64n)
    },
  }
}

function scaledInteger(value: Cell, width: number, scale: number): bigint {
  const text = typeof value === 'number' ? value.toFixed(scale) : String(value)
  const [whole = '', fraction = ''] = text.split('.')
  const scaled = BigInt(`${whole}${fraction.padEnd(scale, '0').slice(0, scale)}`)
  if (scaled >= 10n ** BigInt(width) || -scaled >= 10n ** BigInt(width)) throw new WorkerFault('VALUE')
  return scaled
}

/** The Arrow type of a DuckDB type whose values all have one width, and how one is put in. */
export function fixedOf(type: string): Fixed | undefined {
  const [, width, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? []
  return width === undefined || scale === undefined ? fixed[type] : decimal(Number(width), Number(scale))
}

interface Nulls {
  readonly nullCount: number
  readonly nullBitmap: Uint8Array
}

function nullsOf(values: readonly Value[]): Nulls {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 64) * 8)
  let nullCount = 0
  values.forEach((value, index) => {
    if (value === null) nullCount += 1
    else setBit(nullBitmap, index)
  })
  return { nullCount, nullBitmap }
}

export function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
}

function fixedData(values: readonly Value[], { type, words, put }: Fixed): Data {
  const data = words(values.length)
  values.forEach((value, index) => {
    if (value !== null) put(data, index, value)
  })
  return makeData({ type, length: values.length, data, ...nullsOf(values) } as Parameters<typeof makeData>[0])
}

function boolData(values: readonly Value[]): Data {
  const data = new Uint8Array(Math.ceil(values.length / 64) * 8)
  values.forEach((value, index) => {
    if (value === true) setBit(data, index)
  })
  return makeData({ type: new Bool(), length: values.length, data, ...nullsOf(values) })
}

function textData(values: readonly Value[]): Data {
  const valueOffsets = new Int32Array(values.length + 1)
  let end = 0
  const parts = values.map((value, index) => {
    const part = Buffer.from(textOf(value), 'utf8')
    end += part.byteLength
    valueOffsets[index + 1] = end
    return part
  })
  const data = Buffer.concat(parts, end)
  return makeData({ type: new Utf8(), length: values.length, data, valueOffsets, ...nullsOf(values) })
}

function textOf(value: Value): string {
  if (value === null) return ''
  return typeof value === 'object' ? jsonText(value) : String(value)
}

function dataOf(type: string, values: readonly Value[]): Data {
  if (type === 'BOOLEAN') return boolData(values)
  const known = fixedOf(type)
  return known === undefined ? textData(values) : fixedData(values, known)
}

export function encodeArrow({ columns, rows }: Rows): Uint8Array {
  const children = columns.map(({ type }, index) =>
    dataOf(
      type,
      rows.map((row) => row[index] ?? null),
    ),
  )
  return streamOf(columns, children, rows.length)
}

/** Columns of one length as a stream of one batch. */
export function streamOf(columns: readonly Column[], children: readonly Data[], length: number): Uint8Array {
  const fields = columns.map(({ name }, index) => new Field(name, children[index]?.type ?? new Utf8(), true))
  const schema = new Schema(fields)
  const batch = makeData({ type: new Struct(fields), length, nullCount: 0, children: [...children] })
  return tableToIPC(new Table(schema, new RecordBatch(schema, batch)), 'stream')
}
