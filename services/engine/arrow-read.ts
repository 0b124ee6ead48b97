/**
 * Arrow files from outside → Parquet parts that the engine reads. Runs in a reader's process only: the JavaScript reader
 * can be made to loop for ever, and its process is killed then. Columns go through appended chunks, memory to memory where
 * the route says so and value by value elsewhere; the engine's own Arrow scan gives wrong data under projection.
 */
import { createReadStream } from 'node:fs'
import { type Data, type RecordBatch, RecordBatchReader } from 'apache-arrow'
import { BIGINT, type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk, type DuckDBValue } from 'duckdb'
import { type ColumnForm, formsOf, isValid } from './arrow-columns.ts'
import { fillerOf, type Span } from './arrow-direct.ts'
import { quoteName, quoteText } from './duckdb.ts'
import type { VectorMemory } from './vector-memory.ts'

export interface ArrowSource {
  readonly path: string
  /** Where part `index` is written. */
  readonly partPath: (index: number) => string
  /** The way that has been checked; null for value by value. */
  readonly memory: VectorMemory | null
  /** Told now and then how many rows and bytes of the file have been read. */
  readonly onRead?: (read: { readonly rows: number; readonly bytes: number }) => void
}

/** A batch whose bodies are packed: nothing here unpacks them. */
export class PackedArrow extends Error {
  override readonly name = 'PackedArrow'
}

const rowsPerPart = 1_000_000
const rowsPerChunk = 2048
const table = 'arrow_part'

/**
 * Reads all batches; each part has `__line`, the row number from 1, before the columns of the file. Answers the parts. Throws
 * UnreadColumn for a column that is not read, PackedArrow for a file whose batches are compressed.
 */
export async function readArrow(connection: DuckDBConnection, source: ArrowSource): Promise<string[]> {
  const bytes = createReadStream(source.path)
  const reader = await RecordBatchReader.from(bytes)
  await reader.open()
  const forms = formsOf(reader.schema)
  const parts: string[] = []
  let rows = 0
  let pending = 0
  await createTable(connection, forms)
  const flush = async () => {
    const path = source.partPath(parts.length)
    await connection.run(`COPY ${table} TO ${quoteText(path)} (FORMAT parquet)`)
    await connection.run(`DELETE FROM ${table}`)
    parts.push(path)
    pending = 0
  }
  const fill = openFilling(forms, source.memory)
  for await (const batch of unpackedBatches(reader)) {
    await appendBatch(await connection.createAppender(table), batch, { fill, firstLine: rows + 1 })
    rows += batch.numRows
    pending += batch.numRows
    source.onRead?.({ rows, bytes: bytes.bytesRead })
    if (pending >= rowsPerPart) await flush()
  }
  if (pending > 0 || parts.length === 0) await flush()
  await connection.run(`DROP TABLE ${table}`)
  return parts
}

async function* unpackedBatches(reader: RecordBatchReader): AsyncGenerator<RecordBatch> {
  try {
    yield* reader
  } catch (error) {
    if (error instanceof Error && error.message.includes('compressed')) throw new PackedArrow(error.message)
    throw error
  }
}

async function createTable(connection: DuckDBConnection, forms: readonly ColumnForm[]): Promise<void> {
  const columns = forms.map(({ name, type }) => `${quoteName(name)} ${type}`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${['__line BIGINT', ...columns].join(', ')})`)
}

/** Makes the chunk of some rows of a batch: the line of each, then its columns. */
type Filling = (batch: RecordBatch, span: Span, firstLine: number) => DuckDBDataChunk

/** One chunk serves all: it is appended before it is filled again. */
export function openFilling(forms: readonly ColumnForm[], memory: VectorMemory | null): Filling {
  const chunk = DuckDBDataChunk.create([BIGINT, ...forms.map(({ type }) => type)], 0)
  const fillers = forms.map((form) => (memory === null ? undefined : fillerOf(form, memory)))
  return (batch, span, firstLine) => {
    chunk.reset()
    chunk.rowCount = span.count
    const lines = linesFrom(firstLine + span.from, span.count)
    if (memory === null) chunk.setColumnValues(0, [...lines])
    else memory.write(memory.vector(chunk, 0), lines)
    for (const [index, form] of forms.entries()) {
      const data = batch.data.children[index]
      if (data === undefined) throw new TypeError('a batch has fewer columns than its schema')
      const filler = fillers[index]
      if (memory === null || filler === undefined)
        chunk.setColumnValues(index + 1, valuesOf(form, data, span))
      else filler(memory.vector(chunk, index + 1), data, span)
    }
    return chunk
  }
}

function valuesOf({ value }: ColumnForm, data: Data, { from, count }: Span): DuckDBValue[] {
  const values: DuckDBValue[] = []
  for (let row = from; row < from + count; row += 1) {
    values.push(isValid(data, row) ? value(data, row) : null)
  }
  return values
}

/** Written as two halves: a bigint each would cost more than a column. */
function linesFrom(first: number, count: number): BigInt64Array {
  const halves = new Uint32Array(2 * count)
  for (let row = 0; row < count; row += 1) {
    halves[2 * row] = first + row
    halves[2 * row + 1] = Math.floor((first + row) / 2 ** 32)
  }
  return new BigInt64Array(halves.buffer)
}

async function appendBatch(
  appender: DuckDBAppender,
  batch: RecordBatch,
  { fill, firstLine }: { readonly fill: Filling; readonly firstLine: number },
): Promise<void> {
  for (let from = 0; from < batch.numRows; from += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, batch.numRows - from)
    appender.appendDataChunk(fill(batch, { from, count }, firstLine))
  }
  appender.closeSync()
}
