/**
 * Before a file goes in memory to memory: known values of each type do, and come out as they must. A package of another
 * version, another order of bytes or another layout of texts would show here, and files then go in value by value.
 */
import {
  Bool,
  type Data,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow'
import type { DuckDBConnection } from 'duckdb'
import { formsOf } from './arrow-columns.ts'
import { openFilling } from './arrow-read.ts'
import { quoteName } from './duckdb.ts'
import { openVectorMemory, type VectorMemory } from './vector-memory.ts'

/** How Arrow files go in: memory to memory, or value by value and why. */
export type ArrowRoute =
  | { readonly kind: 'direct'; readonly memory: VectorMemory }
  | { readonly kind: 'values'; readonly why: 'asked' | 'absent' | 'different'; readonly memory: null }

/** Tries the direct way on known values. What it finds holds for this process. */
export async function chooseRoute(
  connection: DuckDBConnection,
  memory: VectorMemory | null = openVectorMemory(),
): Promise<ArrowRoute> {
  if (memory === null) return { kind: 'values', why: 'absent', memory: null }
  const isSame = await givesKnownValues(connection, memory).catch(() => false)
  return isSame ? { kind: 'direct', memory } : { kind: 'values', why: 'different', memory: null }
}

/** More than one word of a bitmap, and not a whole one at the end. */
const rows = 150
/** The row of each round of `Known.texts` that is null. */
const absent = 2

interface Known {
  readonly data: Data
  /** One round of values as the engine shows them; row after row it begins again. */
  readonly texts: readonly (string | null)[]
}

const bitmap = Uint8Array.from({ length: Math.ceil(rows / 8) }, (_, byte) =>
  [0, 1, 2, 3, 4, 5, 6, 7].reduce((bits, bit) => bits | (isAbsent(byte * 8 + bit) ? 0 : 1 << bit), 0),
)

function isAbsent(row: number): boolean {
  return row % 4 === absent
}

type Parts = Parameters<typeof makeData>[0]

function known(type: DataType, parts: object, texts: readonly string[]): Known {
  const nullCount = Array.from({ length: rows }, (_, row) => row).filter(isAbsent).length
  const data = makeData({ type, length: rows, nullCount, nullBitmap: bitmap, ...parts } as Parts)
  return { data, texts: texts.map((text, row) => (row === absent ? null : text)) }
}

/** A column of four numbers, again and again. */
function numbers<T extends ArrayLike<number | bigint>>(
  type: DataType,
  array: { from(values: ArrayLike<unknown>, each: (_: unknown, row: number) => never): T },
  round: readonly { readonly is: number | bigint; readonly text: string }[],
): Known {
  const data = array.from({ length: rows }, (_, row) => round[row % 4]?.is as never)
  return known(
    type,
    { data },
    round.map(({ text }) => text),
  )
}

function shown(values: readonly (number | bigint)[]) {
  return values.map((is) => ({ is, text: String(is) }))
}

function instants(first: bigint, text: string) {
  return [
    { is: first, text },
    { is: 0n, text: '1970-01-01 00:00:00' },
    { is: 0n, text: '' },
    { is: 0n, text: '1970-01-01 00:00:00' },
  ]
}

const words = ['', 'douze octets', '-', 'plus de douze octets, en français']

function textColumn(type: DataType, offsets: typeof Int32Array | typeof BigInt64Array): Known {
  const parts = Array.from({ length: rows }, (_, row) => Buffer.from(words[row % 4] ?? ''))
  let end = 0
  const ends = [0, ...parts.map((part) => (end += part.byteLength))]
  const valueOffsets =
    offsets === Int32Array ? Int32Array.from(ends) : BigInt64Array.from(ends, (one) => BigInt(one))
  return known(type, { data: Buffer.concat(parts), valueOffsets }, words)
}

function dictionaryColumn(): Known {
  const parts = words.map((word) => Buffer.from(word))
  let end = 0
  const valueOffsets = Int32Array.from([0, ...parts.map((part) => (end += part.byteLength))])
  const dictionary = makeVector(
    makeData({ type: new Utf8(), length: 4, nullCount: 0, valueOffsets, data: Buffer.concat(parts) }),
  )
  const data = Int32Array.from({ length: rows }, (_, row) => row % 4)
  return known(new Dictionary(new Utf8(), new Int32()), { data, dictionary }, words)
}

function decimalColumn(): Known {
  const round = [10n ** 38n - 1n, -1n, 0n, -123_456n]
  const data = new BigUint64Array(2 * rows)
  for (let row = 0; row < rows; row += 1) {
    const value = round[row % 4] ?? 0n
    data[2 * row] = BigInt.asUintN(64, value)
    data[2 * row + 1] = BigInt.asUintN(64, value >> 64n)
  }
  const texts = [`${'9'.repeat(36)}.99`, '-0.01', '', '-1234.56']
  return known(new Decimal(2, 38, 128), { data: new Uint32Array(data.buffer) }, texts)
}

function boolColumn(): Known {
  const data = Uint8Array.from({ length: Math.ceil(rows / 8) }, () => 0b1001_1001)
  return known(new Bool(), { data }, ['true', 'false', '', 'true'])
}

function knownColumns(): readonly Known[] {
  const day = { is: 19_782, text: '2024-02-29' }
  return [
    numbers(new Int8(), Int8Array, shown([-128, 127, 0, 1])),
    numbers(new Int16(), Int16Array, shown([-32_768, 32_767, 0, 1])),
    numbers(new Int32(), Int32Array, shown([-2_147_483_648, 2_147_483_647, 0, 1])),
    numbers(new Int64(), BigInt64Array, shown([-(2n ** 63n), 2n ** 63n - 1n, 0n, 1n])),
    numbers(new Uint8(), Uint8Array, shown([0, 255, 0, 1])),
    numbers(new Uint16(), Uint16Array, shown([0, 65_535, 0, 1])),
    numbers(new Uint32(), Uint32Array, shown([0, 4_294_967_295, 0, 1])),
    numbers(new Uint64(), BigUint64Array, shown([0n, 2n ** 64n - 1n, 0n, 1n])),
    numbers(new Float32(), Float32Array, shown([1.5, -0.25, 0, 3.5])),
    numbers(new Float64(), Float64Array, shown([0.1, -2.5, 0, 123_456.789])),
    numbers(new DateDay(), Int32Array, [day, { is: -1, text: '1969-12-31' }, day, day]),
    numbers(
      new DateMillisecond(),
      BigInt64Array,
      [day, { is: -1, text: '1969-12-31' }, day, day].map(({ is, text }) => ({
        is: BigInt(is) * 86_400_000n,
        text,
      })),
    ),
    numbers(new TimestampSecond(), BigInt64Array, instants(-1n, '1969-12-31 23:59:59')),
    numbers(new TimestampMicrosecond(), BigInt64Array, instants(-1n, '1969-12-31 23:59:59.999999')),
    numbers(new TimestampNanosecond(), BigInt64Array, instants(1n, '1970-01-01 00:00:00.000000001')),
    numbers(
      new TimeMicrosecond(),
      BigInt64Array,
      [3_723_000_000n, 1n, 0n, 0n].map((is) => ({
        is,
        text: is === 0n ? '00:00:00' : is === 1n ? '00:00:00.000001' : '01:02:03',
      })),
    ),
    textColumn(new Utf8(), Int32Array),
    textColumn(new LargeUtf8(), BigInt64Array),
    dictionaryColumn(),
    decimalColumn(),
    boolColumn(),
  ]
}

const table = 'arrow_check'

async function givesKnownValues(connection: DuckDBConnection, memory: VectorMemory): Promise<boolean> {
  const all = knownColumns()
  const fields = all.map(({ data }, index) => new Field(`c${index}`, data.type, true))
  const struct = new Struct(fields)
  const children = all.map(({ data }) => data)
  const batch = new RecordBatch(
    new Schema(fields),
    makeData({ type: struct, length: rows, nullCount: 0, children }),
  )
  const forms = formsOf(batch.schema)
  const columns = forms.map(({ name, type }) => `${quoteName(name)} ${type}`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (line BIGINT, ${columns.join(', ')})`)
  try {
    const appender = await connection.createAppender(table)
    appender.appendDataChunk(openFilling(forms, memory)(batch, { from: 0, count: rows }, 1))
    appender.closeSync()
    const read = forms.map(({ name }) => `CAST(${quoteName(name)} AS VARCHAR)`)
    const found = await connection.runAndReadAll(`SELECT ${read.join(', ')} FROM ${table} ORDER BY line`)
    const expected = Array.from({ length: rows }, (_, row) => all.map(({ texts }) => texts[row % 4]))
    return JSON.stringify(found.getRowsJS()) === JSON.stringify(expected)
  } finally {
    await connection.run(`DROP TABLE ${table}`)
  }
}
