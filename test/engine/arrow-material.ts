/** A batch of every Arrow type that is read, with nulls, over more than one chunk. */
import {
  Bool,
  type Data,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  Float16,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  makeData,
  makeVector,
  Null,
  RecordBatch,
  Schema,
  Struct,
  TimeMicrosecond,
  TimeMillisecond,
  TimeNanosecond,
  TimeSecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  Utf8View,
} from 'apache-arrow'

/** Three chunks, the last of them short. */
export const rows = 2 * 2048 + 37
const texts = [
  '',
  'é',
  'douze octets',
  'treize octets',
  'un texte de plus de douze octets',
  '\u{1F642}'.repeat(30),
  '\0',
]

function nullsOf(column: number): { nullBitmap: Uint8Array; nullCount: number } {
  const nullBitmap = new Uint8Array(Math.ceil(rows / 8))
  let nullCount = 0
  for (let row = 0; row < rows; row += 1) {
    if ((row * 7 + column) % 5 === 0 || (column % 3 === 0 && row % 2048 < 70)) nullCount += 1
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7))
  }
  return { nullBitmap, nullCount }
}

type Parts = Parameters<typeof makeData>[0]

function column(type: DataType, data: ArrayLike<unknown>, more: object = {}): (index: number) => Data {
  return (index) => makeData({ type, length: rows, data, ...nullsOf(index), ...more } as Parts)
}

function each<T>(value: (row: number) => T): { length: number; map: (one: unknown, row: number) => T } {
  return { length: rows, map: (_, row) => value(row) }
}

const spread = (row: number): bigint => BigInt.asIntN(64, BigInt(row) * 0x9e3779b97f4a7c15n)

/** `make` of the spread numbers of all rows. */
function made<T>(
  from: (like: { length: number }, map: (_: unknown, row: number) => never) => T,
  value: (row: number) => unknown,
): T {
  const { length, map } = each(value)
  return from({ length }, map as never)
}

const longs = (value: (row: number) => bigint) =>
  made(BigInt64Array.from.bind(BigInt64Array), value) as BigInt64Array
const ints = (value: (row: number) => number) => made(Int32Array.from.bind(Int32Array), value) as Int32Array

function offsetsOf(all: readonly Uint8Array[]): number[] {
  let end = 0
  return [0, ...all.map((one) => (end += one.byteLength))]
}

export const written = Array.from({ length: rows }, (_, row) => Buffer.from(texts[row % texts.length] ?? ''))
const words = Buffer.concat(written)

/** A dictionary with an entry that is null, and one that has none. */
export function dictionaryOf(isPartial: boolean): object {
  const entries = texts.map((text) => Buffer.from(text))
  const bits = isPartial ? { nullCount: 1, nullBitmap: Uint8Array.of(0b1111101) } : { nullCount: 0 }
  const data = Buffer.concat(entries)
  const valueOffsets = Int32Array.from(offsetsOf(entries))
  const parts = { type: new Utf8(), length: texts.length, valueOffsets, data, ...bits }
  return { dictionary: makeVector(makeData(parts as never)) }
}

/** Views: short texts stand in them, long ones in two buffers. */
function views(): object {
  const data = Buffer.alloc(16 * rows)
  const buffers: [Buffer[], Buffer[]] = [[], []]
  const ends = [0, 0]
  for (const [row, text] of written.entries()) {
    data.writeInt32LE(text.byteLength, 16 * row)
    text.copy(data, 16 * row + 4, 0, text.byteLength > 12 ? 4 : 12)
    if (text.byteLength <= 12) continue
    const which = row % 2
    data.writeInt32LE(which, 16 * row + 8)
    data.writeInt32LE(ends[which] ?? 0, 16 * row + 12)
    buffers[which]?.push(text)
    ends[which] = (ends[which] ?? 0) + text.byteLength
  }
  return { views: data, variadicBuffers: buffers.map((each) => Buffer.concat(each)) }
}

function decimals(width: number, most: bigint): Uint32Array {
  const data = new Uint32Array(width * rows)
  for (let row = 0; row < rows; row += 1) {
    const value = row % 97 === 0 ? (row % 2 === 0 ? most : -most) : spread(row) % most
    for (let word = 0; word < width; word += 1) {
      data[row * width + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)))
    }
  }
  return data
}

const day = 86_400_000
const micros = (row: number) => BigInt(row) * 20_000_000n + 123_456n

export const columns: readonly ((index: number) => Data)[] = [
  column(
    new Int8(),
    Int8Array.from({ length: rows }, (_, row) => row),
  ),
  column(
    new Int16(),
    Int16Array.from({ length: rows }, (_, row) => row * 77),
  ),
  column(
    new Int32(),
    ints((row) => Number(BigInt.asIntN(32, spread(row)))),
  ),
  column(new Int64(), longs(spread)),
  column(
    new Uint8(),
    Uint8Array.from({ length: rows }, (_, row) => row),
  ),
  column(
    new Uint16(),
    Uint16Array.from({ length: rows }, (_, row) => row * 77),
  ),
  column(
    new Uint32(),
    Uint32Array.from({ length: rows }, (_, row) => Number(BigInt.asUintN(32, spread(row)))),
  ),
  column(
    new Uint64(),
    BigUint64Array.from({ length: rows }, (_, row) => BigInt.asUintN(64, spread(row))),
  ),
  column(
    new Float16(),
    Uint16Array.from({ length: rows }, (_, row) => row * 15),
  ),
  column(
    new Float32(),
    Float32Array.from({ length: rows }, (_, row) => Number(spread(row)) / 1e7),
  ),
  column(
    new Float64(),
    Float64Array.from({ length: rows }, (_, row) => (row % 9 ? Number(spread(row)) / 1e7 : Number.NaN)),
  ),
  column(
    new Bool(),
    Uint8Array.from({ length: Math.ceil(rows / 8) }, (_, byte) => byte * 37),
  ),
  column(
    new DateDay(),
    ints((row) => row * 11 - 20_000),
  ),
  column(
    new DateMillisecond(),
    longs((row) => BigInt(row * 11 - 20_000) * BigInt(day) + BigInt(row % 3)),
  ),
  column(
    new TimestampSecond(),
    longs((row) => spread(row) >> 30n),
  ),
  column(
    new TimestampMillisecond(),
    longs((row) => spread(row) >> 20n),
  ),
  column(
    new TimestampMicrosecond(),
    longs((row) => spread(row) >> 8n),
  ),
  column(
    new TimestampNanosecond(),
    longs((row) => spread(row) >> 1n),
  ),
  column(
    new TimeSecond(),
    ints((row) => row * 20),
  ),
  column(
    new TimeMillisecond(),
    ints((row) => row * 20_000 + 123),
  ),
  column(new TimeMicrosecond(), longs(micros)),
  column(
    new TimeNanosecond(),
    longs((row) => micros(row) * 1000n + 789n),
  ),
  column(new Utf8(), words, { valueOffsets: Int32Array.from(offsetsOf(written)) }),
  column(new LargeUtf8(), words, {
    valueOffsets: BigInt64Array.from(offsetsOf(written), (end) => BigInt(end)),
  }),
  column(new Utf8View(), [], views()),
  column(
    new Dictionary(new Utf8(), new Int32()),
    ints((row) => row % texts.length),
    dictionaryOf(false),
  ),
  column(
    new Dictionary(new Utf8(), new Int8()),
    Int8Array.from({ length: rows }, (_, row) => row % texts.length),
    dictionaryOf(true),
  ),
  column(new Decimal(2, 9, 32), decimals(1, 10n ** 9n - 1n)),
  column(new Decimal(0, 18, 64), decimals(2, 10n ** 18n - 1n)),
  column(new Decimal(4, 38, 128), decimals(4, 10n ** 38n - 1n)),
  column(new Decimal(-2, 10, 128), decimals(4, 10n ** 10n - 1n)),
  column(new Decimal(5, 60, 256), decimals(8, 10n ** 60n - 1n)),
  column(new Null(), []),
]

export function batchOf(all: readonly Data[], length = rows): RecordBatch {
  const fields = all.map(({ type }, index) => new Field(`c${index}`, type, true))
  const struct = makeData({ type: new Struct(fields), length, nullCount: 0, children: [...all] })
  return new RecordBatch(new Schema(fields), struct)
}
