/**
 * Arrow files from outside → Parquet parts that the engine reads. Runs in a reader's process only: the JavaScript reader
 * can be made to loop for ever, and its process is killed then. Values go through appended chunks; the engine's own Arrow
 * scan gives wrong data under projection.
 */
import { createReadStream } from 'node:fs'
import { DataType, type RecordBatch, RecordBatchReader, type Schema, type Vector } from 'apache-arrow'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  type DuckDBValue,
  TIME,
  TIMESTAMP,
  VARCHAR,
} from 'duckdb'
import { quoteName, quoteText } from './duckdb.ts'

export interface ArrowSource {
  readonly path: string
  readonly format: 'stream' | 'file'
  /** Where part `index` is written. */
  readonly partPath: (index: number) => string
}

/** How the values of a column become the engine's; a type that is not here is refused. */
interface Conversion {
  readonly type: DuckDBType
  readonly value: (value: unknown) => DuckDBValue
}

const rowsPerPart = 1_000_000
const rowsPerChunk = 2048
const table = 'arrow_part'

/** Reads all batches; each part has `__line`, the row number from 1, before the columns of the file. Answers the parts. */
export async function readArrow(connection: DuckDBConnection, source: ArrowSource): Promise<string[]> {
  const reader = await RecordBatchReader.from(createReadStream(source.path))
  await reader.open()
  const conversions = conversionsOf(reader.schema)
  const parts: string[] = []
  let rows = 0
  let pending = 0
  await createTable(connection, reader.schema, conversions)
  const flush = async () => {
    const path = source.partPath(parts.length)
    await connection.run(`COPY ${table} TO ${quoteText(path)} (FORMAT parquet)`)
    await connection.run(`DELETE FROM ${table}`)
    parts.push(path)
    pending = 0
  }
  for await (const batch of reader) {
    await appendBatch(connection, batch, { conversions, firstLine: rows + 1 })
    rows += batch.numRows
    pending += batch.numRows
    if (pending >= rowsPerPart) await flush()
  }
  if (pending > 0 || parts.length === 0) await flush()
  await connection.run(`DROP TABLE ${table}`)
  return parts
}

async function createTable(
  connection: DuckDBConnection,
  schema: Schema,
  conversions: readonly Conversion[],
): Promise<void> {
  const columns = schema.fields.map((field, index) => `${quoteName(field.name)} ${conversions[index]?.type}`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${['__line BIGINT', ...columns].join(', ')})`)
}

async function appendBatch(
  connection: DuckDBConnection,
  batch: RecordBatch,
  { conversions, firstLine }: { conversions: readonly Conversion[]; firstLine: number },
): Promise<void> {
  const appender = await connection.createAppender(table)
  const types = [BIGINT, ...conversions.map((conversion) => conversion.type)]
  for (let from = 0; from < batch.numRows; from += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, batch.numRows - from)
    const chunk = DuckDBDataChunk.create(types, count)
    const lines = Array.from({ length: count }, (_, row) => BigInt(firstLine + from + row))
    const columns = conversions.map((conversion, index) =>
      columnValues(batch.getChildAt(index), conversion, { from, count }),
    )
    chunk.setColumns([lines, ...columns])
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

function columnValues(
  vector: Vector | null,
  { value }: Conversion,
  { from, count }: { from: number; count: number },
): DuckDBValue[] {
  if (vector === null) throw new TypeError('a batch has fewer columns than its schema')
  const values: DuckDBValue[] = []
  for (let row = from; row < from + count; row += 1) {
    const found: unknown = vector.get(row)
    values.push(found === null || found === undefined ? null : value(found))
  }
  return values
}

function conversionsOf(schema: Schema): Conversion[] {
  return schema.fields.map((field) => {
    const type: DataType = DataType.isDictionary(field.type) ? field.type.dictionary : field.type
    const found = conversions.find(({ test }) => test(type))
    if (found === undefined) throw new TypeError('an Arrow type that is not read')
    return found.conversion(type)
  })
}

const asText = (value: unknown): DuckDBValue => String(value)
const asNumber = (value: unknown): DuckDBValue => Number(value)

/** Arrow's reader gives instants in ms, whatever their unit at rest. */
const asTimestamp = (value: unknown): DuckDBValue =>
  new DuckDBTimestampValue(BigInt(Math.round(Number(value) * 1000)))

/** A decimal comes as 32-bit words of a two's complement, the lowest first; its text keeps every digit. */
function decimalText(scale: number): (value: unknown) => DuckDBValue {
  return (value) => {
    const words = value as Uint32Array
    const bits = words.reduce((sum, word, index) => sum + (BigInt(word) << BigInt(32 * index)), 0n)
    const whole = BigInt.asIntN(32 * words.length, bits)
    const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
    const point = digits.length - scale
    return `${whole < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
  }
}

const microsPerUnit = [1_000_000, 1000, 1, 0.001]

const conversions: readonly {
  readonly test: (type: DataType) => boolean
  readonly conversion: (type: DataType) => Conversion
}[] = [
  {
    test: (type) => DataType.isUtf8(type) || DataType.isLargeUtf8(type),
    conversion: () => ({ type: VARCHAR, value: asText }),
  },
  // Unsigned 64-bit integers may not fit: their text is read again as the type of the field.
  {
    test: (type) => DataType.isInt(type) && isUnsigned64(type),
    conversion: () => ({ type: VARCHAR, value: asText }),
  },
  {
    test: (type) => DataType.isInt(type),
    conversion: () => ({ type: BIGINT, value: (value) => BigInt(value as number | bigint) }),
  },
  {
    test: (type) => DataType.isDecimal(type),
    conversion: (type) => ({ type: VARCHAR, value: decimalText(DataType.isDecimal(type) ? type.scale : 0) }),
  },
  { test: (type) => DataType.isFloat(type), conversion: () => ({ type: DOUBLE, value: asNumber }) },
  {
    test: (type) => DataType.isBool(type),
    conversion: () => ({ type: BOOLEAN, value: (value) => value === true }),
  },
  {
    test: (type) => DataType.isDate(type),
    conversion: () => ({
      type: DATE,
      value: (value) => new DuckDBDateValue(Math.floor(Number(value) / 86_400_000)),
    }),
  },
  {
    test: (type) => DataType.isTimestamp(type) && type.timezone === null,
    conversion: () => ({ type: TIMESTAMP, value: asTimestamp }),
  },
  {
    test: (type) => DataType.isTime(type),
    conversion: (type) => {
      const factor = DataType.isTime(type) ? (microsPerUnit[type.unit] ?? 1) : 1
      return {
        type: TIME,
        value: (value) => new DuckDBTimeValue(BigInt(Math.round(Number(value) * factor))),
      }
    },
  },
  { test: (type) => DataType.isNull(type), conversion: () => ({ type: VARCHAR, value: () => null }) },
]

function isUnsigned64(type: DataType): boolean {
  return DataType.isInt(type) && !type.isSigned && type.bitWidth === 64
}
