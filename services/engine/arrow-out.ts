/**
 * The answer of a statement → the bytes that `encodeArrow` makes of its rows, from the memory of the engine's vectors: no value
 * of a cell becomes an object on the way. Runs in workers only.
 *
 * Columns are gathered chunk by chunk into one batch. What stands in the place of a null is zero: nothing of the engine's memory
 * leaves but values.
 */
import { Bool, type Data, makeData, Utf8 } from 'apache-arrow'
import type { DuckDBConnection, DuckDBDataChunk } from 'duckdb'
import { encodeArrow, type Fixed, fixedOf, setBit, streamOf } from './arrow.ts'
import { eachChunk, runStatement, type StatementRules } from './duckdb.ts'
import type { Column, Sent } from './engine.ts'
import { WorkerFault } from './serve.ts'
import { openVectorMemory, type RawVector, type VectorMemory } from './vector-memory.ts'

interface Piece {
  readonly memory: VectorMemory
  readonly vector: RawVector
  readonly rows: number
  /** Rows before this piece. */
  readonly before: number
}

/** Takes the values of one column in, piece by piece. */
interface Gathering {
  take(piece: Piece): void
  data(rows: number): Data
}

/** Bytes of one value in a vector, for the types whose memory is that of Arrow. */
const sameWidths: Readonly<Record<string, number>> = {
  TINYINT: 1,
  SMALLINT: 2,
  INTEGER: 4,
  BIGINT: 8,
  UTINYINT: 1,
  USMALLINT: 2,
  UINTEGER: 4,
  UBIGINT: 8,
  FLOAT: 4,
  DOUBLE: 8,
  DATE: 4,
  TIMESTAMP: 8,
  'TIMESTAMP WITH TIME ZONE': 8,
}

/** Whether every column can be gathered; the others leave by rows. */
export function canGather(columns: readonly Column[]): boolean {
  return columns.every(({ type }) => gatherings(type) !== undefined)
}

/** Begins to gather a column of the type; undefined for a type that cannot be gathered. */
function gatherings(type: string): (() => Gathering) | undefined {
  if (type === 'VARCHAR') return gatherTexts
  if (type === 'BOOLEAN') return gatherBooleans
  const known = fixedOf(type)
  if (known === undefined) return undefined
  const width = sameWidths[type]
  if (width !== undefined) return () => gatherFixed(known, { width, isEndless: endless[type] })
  const [, digits] = /^DECIMAL\((\d+),\d+\)$/.exec(type) ?? []
  if (digits !== undefined) return () => gatherDecimals(known, Number(digits))
  return type === 'HUGEINT' ? () => gatherDecimals(known, 38) : undefined
}

/** Rows without a value, by their number in the answer. */
function nullsIn({ memory, vector, rows, before }: Piece): number[] {
  const bits = memory.readValidity(vector, rows)
  if (bits === null) return []
  const nulls: number[] = []
  for (let row = 0; row < rows; row += 1)
    if (((bits[row >> 3] ?? 0) & (1 << (row & 7))) === 0) nulls.push(before + row)
  return nulls
}

function validity(rows: number, nulls: readonly number[]) {
  const nullBitmap = new Uint8Array(Math.ceil(rows / 64) * 8).fill(255, 0, rows >> 3)
  for (let row = rows & ~7; row < rows; row += 1) setBit(nullBitmap, row)
  for (const row of nulls) nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) & ~(1 << (row & 7))
  return { nullCount: nulls.length, nullBitmap }
}

type Parts = Parameters<typeof makeData>[0]

interface Fillable<Piece> {
  set(piece: Piece, at: number): void
}

/** One piece after the other. */
function fill<Piece extends { readonly length: number }>(
  target: Fillable<Piece>,
  pieces: readonly Piece[],
): void {
  let at = 0
  for (const piece of pieces) {
    target.set(piece, at)
    at += piece.length
  }
}

/** Copies bytes of values; instants without an end or a beginning are null, as they are by rows. */
function gatherFixed(
  { type, words }: Fixed,
  { width, isEndless }: { readonly width: number; readonly isEndless: IsEndless | undefined },
): Gathering {
  const pieces: Uint8Array[] = []
  const nulls: number[] = []
  return {
    take(piece) {
      const { memory, vector, rows, before } = piece
      const bytes = Uint8Array.from(memory.read(vector, rows * width))
      const absent = new Set(nullsIn(piece))
      if (isEndless !== undefined) {
        const view = new DataView(bytes.buffer)
        for (let row = 0; row < rows; row += 1) if (isEndless(view, row * width)) absent.add(before + row)
      }
      for (const row of absent) bytes.fill(0, (row - before) * width, (row - before + 1) * width)
      pieces.push(bytes)
      nulls.push(...absent)
    },
    data(rows) {
      const data = words(rows) as unknown as Uint8Array
      fill(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), pieces)
      return makeData({ type, length: rows, data, ...validity(rows, nulls) } as Parts)
    },
  }
}

const longest = 2n ** 63n - 1n
const isEndlessInstant = (view: DataView, at: number) => {
  const value = view.getBigInt64(at, true)
  return value === longest || value === -longest
}
type IsEndless = (view: DataView, at: number) => boolean

const endless: Readonly<Record<string, IsEndless>> = {
  // What JSON has no number for is null in every format.
  FLOAT: (view, at) => !Number.isFinite(view.getFloat32(at, true)),
  DOUBLE: (view, at) => !Number.isFinite(view.getFloat64(at, true)),
  DATE: (view, at) => Math.abs(view.getInt32(at, true)) === 2 ** 31 - 1,
  TIMESTAMP: isEndlessInstant,
  'TIMESTAMP WITH TIME ZONE': isEndlessInstant,
}

function gatherBooleans(): Gathering {
  const trues: number[] = []
  const nulls: number[] = []
  return {
    take(piece) {
      const bytes = piece.memory.read(piece.vector, piece.rows)
      const absent = new Set(nullsIn(piece))
      for (let row = 0; row < piece.rows; row += 1)
        if (bytes[row] === 1 && !absent.has(piece.before + row)) trues.push(piece.before + row)
      nulls.push(...absent)
    },
    data(rows) {
      const data = new Uint8Array(Math.ceil(rows / 64) * 8)
      for (const row of trues) setBit(data, row)
      return makeData({ type: new Bool(), length: rows, data, ...validity(rows, nulls) })
    },
  }
}

const most = 10n ** 38n

/** Integers of the width that the digits need become the two halves of a 128-bit one. */
function gatherDecimals({ type }: Fixed, digits: number): Gathering {
  const width = digits <= 4 ? 2 : digits <= 9 ? 4 : digits <= 18 ? 8 : 16
  const pieces: BigInt64Array[] = []
  const nulls: number[] = []
  return {
    take(piece) {
      const { memory, vector, rows, before } = piece
      const bytes = Uint8Array.from(memory.read(vector, rows * width))
      const view = new DataView(bytes.buffer)
      const halves = new BigInt64Array(rows * 2)
      const absent = nullsIn(piece)
      const isAbsent = new Set(absent)
      for (let row = 0; row < rows; row += 1) {
        if (isAbsent.has(before + row)) continue
        const [low, high] = halvesAt(view, row * width, width)
        halves[row * 2] = low
        halves[row * 2 + 1] = high
      }
      pieces.push(halves)
      nulls.push(...absent)
    },
    data(rows) {
      const data = new BigInt64Array(rows * 2)
      fill(data, pieces)
      const words = new BigUint64Array(data.buffer)
      return makeData({ type, length: rows, data: words, ...validity(rows, nulls) } as Parts)
    },
  }
}

function halvesAt(view: DataView, at: number, width: number): readonly [low: bigint, high: bigint] {
  if (width < 8) {
    const value = width === 2 ? view.getInt16(at, true) : view.getInt32(at, true)
    return [BigInt(value), value < 0 ? -1n : 0n]
  }
  const low = view.getBigInt64(at, true)
  if (width === 8) return [low, low < 0n ? -1n : 0n]
  const high = view.getBigInt64(at + 8, true)
  const value = (high << 64n) + BigInt.asUintN(64, low)
  if (value >= most || -value >= most) throw new WorkerFault('VALUE')
  return [low, high]
}

/** Up to twelve bytes stand in the vector itself, longer texts at the address beside their length. */
function gatherTexts(): Gathering {
  const wordBytes = 16
  const nulls: number[] = []
  const ends: number[] = [0]
  let bytes = new Uint8Array(64 * 1024)
  let end = 0
  const append = (part: Uint8Array) => {
    if (end + part.byteLength > bytes.byteLength) {
      const wider = new Uint8Array(Math.max(bytes.byteLength * 2, end + part.byteLength))
      wider.set(bytes)
      bytes = wider
    }
    bytes.set(part, end)
    end += part.byteLength
  }
  return {
    take(piece) {
      const { memory, vector, rows, before } = piece
      const words = memory.read(vector, rows * wordBytes)
      const view = new DataView(words.buffer, words.byteOffset, words.byteLength)
      const absent = nullsIn(piece)
      const isAbsent = new Set(absent)
      for (let row = 0; row < rows; row += 1) {
        if (!isAbsent.has(before + row)) {
          const at = row * wordBytes
          const length = view.getUint32(at, true)
          append(
            length <= 12 ? words.subarray(at + 4, at + 4 + length) : memory.follow(words, at + 8, length),
          )
        }
        ends.push(end)
      }
      nulls.push(...absent)
    },
    data(rows) {
      if (end > 2 ** 31 - 1) throw new WorkerFault('TOO_LONG')
      const valueOffsets = Int32Array.from(ends)
      const data = bytes.subarray(0, end)
      return makeData({ type: new Utf8(), length: rows, data, valueOffsets, ...validity(rows, nulls) })
    },
  }
}

interface Gathered {
  readonly columns: readonly Column[]
  readonly memory: VectorMemory
}

/**
 * Runs the statement and sends `columns`, the first of what it answers. What follows them are their marks: one that is not false
 * ends the call, for nobody is there to take the cell out. Rejects as `runStatement` does.
 */
export async function sendArrow(
  connection: DuckDBConnection,
  sql: string,
  { columns, memory, ...rules }: Gathered & StatementRules,
): Promise<Sent> {
  const gathered = columns.map(({ type }) => {
    const begin = gatherings(type)
    if (begin === undefined) throw new WorkerFault('TYPE')
    return begin()
  })
  let rows = 0
  await eachChunk(connection, sql, {
    ...rules,
    take(chunk) {
      const piece = { memory, rows: chunk.rowCount, before: rows }
      gathered.forEach((gathering, column) => {
        gathering.take({ ...piece, vector: memory.vector(chunk, column) })
      })
      insistUnmarked(memory, chunk, columns.length)
      rows += chunk.rowCount
    },
  })
  const children = gathered.map((gathering) => gathering.data(rows))
  return { bytes: streamOf(columns, children, rows), rows }
}

function insistUnmarked(memory: VectorMemory, chunk: DuckDBDataChunk, width: number): void {
  for (let column = width; column < chunk.columnCount; column += 1) {
    const vector = memory.vector(chunk, column)
    const marks = memory.read(vector, chunk.rowCount)
    const nulls = nullsIn({ memory, vector, rows: chunk.rowCount, before: 0 })
    if (nulls.length > 0 || marks.some((mark) => mark !== 0)) throw new WorkerFault('MARKED')
  }
}

const knownTypes = [
  ...Object.keys(sameWidths),
  ...['BOOLEAN', 'VARCHAR', 'HUGEINT', 'DECIMAL(4,1)', 'DECIMAL(9,2)', 'DECIMAL(18,3)', 'DECIMAL(38,4)'],
]

/** More than one word of a bitmap and more than one chunk; texts of both kinds, every third value null. */
function knownStatement(): string {
  const values = knownTypes.map((type, index) => {
    if (type === 'VARCHAR')
      return `CASE WHEN i % 3 = 1 THEN NULL ELSE repeat('é', (i % 40)::INTEGER) END AS c${index}`
    const plain = /DATE|TIMESTAMP/.test(type) ? `(DATE '1969-12-30' + i::INTEGER)` : `(i % 7 - 3)`
    const unsigned = /^U/.test(type) ? '(i % 7)' : plain
    const cast = type === 'BOOLEAN' ? '(i % 2 = 0)' : `${unsigned}::${type}`
    return `CASE WHEN i % 3 = 1 THEN NULL ELSE ${cast} END AS c${index}`
  })
  return `SELECT ${values.join(', ')} FROM range(3000) r(i)`
}

/** The memory to send from, when known values leave as they do by rows; null where they do not, or cannot be read. */
export async function sendingMemory(
  connection: DuckDBConnection,
  memory = openVectorMemory(),
): Promise<VectorMemory | null> {
  if (memory === null) return null
  const rules = { maxRows: 3000, temporaryTables: false }
  const statement = knownStatement()
  const wanted = await runStatement(connection, statement, rules)
  const asked = { columns: wanted.columns, memory, ...rules }
  const sent = await sendArrow(connection, statement, asked).catch(() => null)
  return sent !== null && Buffer.compare(encodeArrow(wanted), sent.bytes) === 0 ? memory : null
}
