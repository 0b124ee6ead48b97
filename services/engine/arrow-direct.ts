/**
 * Columns of Arrow batches → vectors of the engine, memory to memory. Nothing of a file is believed: every place and every
 * length is checked against the buffers that are there, for nobody checks them after.
 */
import { isUtf8 } from 'node:buffer'
import { type Data, DataType, type Vector } from 'apache-arrow'
import { BLOB, DuckDBDataChunk } from 'duckdb'
import {
  type ColumnForm,
  type Direct,
  decimalOf,
  entryOf,
  isValid,
  part,
  textBytes,
} from './arrow-columns.ts'
import type { RawVector, VectorMemory } from './vector-memory.ts'

/** Rows of a batch; `from` is a multiple of 64. */
export interface Span {
  readonly from: number
  readonly count: number
}

/** Fills the vector of one column. The chunk is appended before the next call: what it points to lives until then. */
export type Filler = (vector: RawVector, data: Data, span: Span) => void

/** Undefined for a column that has no direct way. */
export function fillerOf({ direct }: ColumnForm, memory: VectorMemory): Filler | undefined {
  if (direct === undefined) return undefined
  const copyOf = copies[direct.kind](memory, direct)
  return (vector, data, span) => {
    if (data.offset !== 0) throw new TypeError('a column that begins inside its buffers')
    const { words, bits = validityOf(data, span) } = copyOf(data, span)
    memory.write(vector, words)
    if (bits !== undefined) memory.writeValidity(vector, bits)
  }
}

/** What the memory of a vector is to be; `bits` where the column itself does not tell all nulls. */
interface Copied {
  readonly words: ArrayBufferView
  readonly bits?: Uint8Array | undefined
}

/** Undefined when no row is null. */
function validityOf({ nullBitmap }: Data, { from, count }: Span): Uint8Array | undefined {
  if (!nullBitmap || nullBitmap.byteLength === 0) return undefined
  const bytes = nullBitmap.subarray(from >> 3, (from + count + 7) >> 3)
  if (bytes.byteLength * 8 < count) throw new TypeError('a bitmap that is shorter than its batch')
  const bits = new Uint8Array(Math.ceil(count / 64) * 8)
  bits.set(bytes)
  return bits
}

type CopyOf = (data: Data, span: Span) => Copied

const copies: Readonly<Record<Direct['kind'], (memory: VectorMemory, direct: Direct) => CopyOf>> = {
  copy(_, direct) {
    const size = direct.kind === 'copy' ? direct.bytes : 0
    return (data, span) => ({ words: rowsOf(data, span, size) })
  },
  decimal: () => (data, span) => {
    const words = rowsOf(data, span, decimalBytes)
    insistDigits(data, span, new DataView(words.buffer, words.byteOffset, words.byteLength))
    return { words }
  },
  bits: () => (data, span) => ({ words: bytesOfBits(data, span) }),
  count(_, direct) {
    if (direct.kind !== 'count') throw new TypeError('not counted')
    return (data, span) => ({ words: countedAgain(data, span, direct) })
  },
  text(memory) {
    const kept = openKept(memory)
    return (data, span) => {
      const texts = textsOf(data, span)
      kept.reset()
      return { words: kept.texts(texts) }
    }
  },
  dictionary(memory) {
    const entriesOf = openEntries(openKept(memory))
    return (data, span) => {
      const { words, absent } = entriesOf(data)
      const bits = absent.size === 0 ? undefined : withoutAbsent(data, span, absent)
      return { words: pickedTexts(data, span, words), bits }
    }
  },
}

/** The bytes of some rows of a column of fixed width. */
function rowsOf({ values }: Data, { from, count }: Span, size: number): Uint8Array {
  const { buffer, byteOffset, byteLength } = values as unknown as ArrayBufferView
  const [begin, end] = [from * size, (from + count) * size]
  if (end > byteLength) throw new TypeError('a column that is shorter than its batch')
  return new Uint8Array(buffer as ArrayBuffer, byteOffset + begin, end - begin)
}

const decimalBytes = 16
/** The highest 32 bits of 10^38: below them in size a value has at most 38 digits. */
const highest = 0x4b3b4ca8

function insistDigits(data: Data, { from, count }: Span, view: DataView): void {
  for (let row = 0; row < count; row += 1) {
    const high = view.getInt32(row * decimalBytes + 12, true)
    const isSure = high < highest && high > -highest
    if (!isSure && isValid(data, from + row)) decimalOf(data, from + row)
  }
}

function bytesOfBits(data: Data, { from, count }: Span): Uint8Array {
  const bits = data.values as unknown as Uint8Array
  if (bits.byteLength * 8 < from + count) throw new TypeError('a column that is shorter than its batch')
  return Uint8Array.from({ length: count }, (_, row) => {
    const at = from + row
    return ((bits[at >> 3] ?? 0) >> (at & 7)) & 1
  })
}

function countedAgain(
  data: Data,
  { from, count }: Span,
  { words, of }: Extract<Direct, { kind: 'count' }>,
): ArrayBufferView {
  const values = data.values as unknown as ArrayLike<number | bigint>
  if (values.length < from + count) throw new TypeError('a column that is shorter than its batch')
  const again = new words(count)
  for (let row = 0; row < count; row += 1) {
    if (!isValid(data, from + row)) continue
    const value = of(values[from + row] ?? 0)
    if (again instanceof BigInt64Array) again[row] = value
    else again[row] = Number(value)
  }
  return again
}

/** Texts one behind the other: text i ends at `ends[i]` and begins where the one before it ends. */
interface Texts {
  readonly bytes: Uint8Array
  readonly ends: Int32Array
}

/** Throws when a text is not UTF-8. What a row that is null has as its text is of no account. */
function textsOf(data: Data, span: Span): Texts {
  const texts = DataType.isUtf8View(data.type) ? undefined : lyingTexts(data, span)
  if (texts !== undefined && isText(texts)) return texts
  const gathered = gatheredTexts(data, span)
  if (!isText(gathered)) throw new TypeError('a text that is not UTF-8')
  return gathered
}

/** As they lie in the file, with what nulls may have between them. */
function lyingTexts({ valueOffsets, values }: Data, { from, count }: Span): Texts {
  const begin = Number(valueOffsets[from])
  const bytes = part(values as unknown as Uint8Array, begin, Number(valueOffsets[from + count]))
  const ends = new Int32Array(count)
  let last = 0
  for (let row = 0; row < count; row += 1) {
    const end = Number(valueOffsets[from + row + 1]) - begin
    if (!(end >= last && end <= bytes.byteLength)) throw new TypeError('a text that is not in the file')
    ends[row] = end
    last = end
  }
  return { bytes, ends }
}

/** One by one; rows that are null have an empty text. */
function gatheredTexts(data: Data, { from, count }: Span): Texts {
  const parts: Uint8Array[] = []
  const ends = new Int32Array(count)
  let end = 0
  for (let row = 0; row < count; row += 1) {
    if (isValid(data, from + row)) {
      const bytes = textBytes(data, from + row)
      parts.push(bytes)
      end += bytes.byteLength
      if (end > longest) throw new TypeError('texts that are too long')
    }
    ends[row] = end
  }
  return { bytes: Buffer.concat(parts, end), ends }
}

/** The whole is UTF-8 and no text ends inside a character: then each text is. */
function isText({ bytes, ends }: Texts): boolean {
  const isCut = (end: number) => ((bytes[end] ?? 0) & 0xc0) === 0x80
  return isUtf8(bytes) && !ends.some(isCut)
}

/** Ends are counted in 31 bits. */
const longest = 2 ** 31 - 1
const inlineBytes = 12
const wordsPerText = 4

/** Memory that texts point to while they are appended. */
interface Kept {
  reset(): void
  /** One 16-byte word for each text, as the engine writes them: its length and itself, or its length, start and address. */
  texts(texts: Texts): Uint32Array
}

function openKept(memory: VectorMemory): Kept {
  const holder = DuckDBDataChunk.create([BLOB], 1)
  return {
    reset() {
      holder.reset()
      holder.rowCount = 1
    },
    texts: (texts) => wordsOf(texts, memory.keep(memory.vector(holder, 0), texts.bytes)),
  }
}

function wordsOf({ bytes, ends }: Texts, { low, high }: { low: number; high: number }): Uint32Array {
  const words = new Uint32Array(ends.length * wordsPerText)
  const written = new Uint8Array(words.buffer)
  let begin = 0
  for (let row = 0; row < ends.length; row += 1) {
    const end = ends[row] ?? begin
    const at = row * wordsPerText
    const isLong = end - begin > inlineBytes
    words[at] = end - begin
    copyBytes(bytes, { begin, count: isLong ? 4 : end - begin }, { to: written, at: at * 4 + 4 })
    if (isLong) {
      const address = low + begin
      words[at + 2] = address
      words[at + 3] = address > 0xffff_ffff ? high + 1 : high
    }
    begin = end
  }
  return words
}

/** A loop: for a few bytes it is several times quicker than a copy of a view. */
function copyBytes(
  from: Uint8Array,
  { begin, count }: { readonly begin: number; readonly count: number },
  { to, at }: { readonly to: Uint8Array; readonly at: number },
): void {
  for (let index = 0; index < count; index += 1) to[at + index] = from[begin + index] ?? 0
}

/** The dictionary in use: the words of its entries, and which of them are null. */
interface Entries {
  readonly words: Uint32Array
  readonly absent: ReadonlySet<number>
}

/** A dictionary is written down once, until a batch comes with another one. */
function openEntries(kept: Kept): (data: Data) => Entries {
  let of: Vector | undefined
  let last: Entries | undefined
  return ({ dictionary }) => {
    if (last === undefined || of !== dictionary) {
      const chunks = dictionary?.data ?? []
      const texts = chunks.map((chunk) => textsOf(chunk, { from: 0, count: chunk.length }))
      kept.reset()
      last = { words: kept.texts(joined(texts)), absent: absentEntries(chunks) }
      of = dictionary
    }
    return last
  }
}

function absentEntries(chunks: readonly Data[]): ReadonlySet<number> {
  const absent = new Set<number>()
  let before = 0
  for (const chunk of chunks) {
    for (let row = 0; row < chunk.length; row += 1) if (!isValid(chunk, row)) absent.add(before + row)
    before += chunk.length
  }
  return absent
}

function withoutAbsent(data: Data, span: Span, absent: ReadonlySet<number>): Uint8Array {
  const bits = validityOf(data, span) ?? new Uint8Array(Math.ceil(span.count / 64) * 8).fill(255)
  const indices = data.values as unknown as ArrayLike<number | bigint>
  for (let row = 0; row < span.count; row += 1) {
    if (absent.has(Number(indices[span.from + row])))
      bits[row >> 3] = (bits[row >> 3] ?? 0) & ~(1 << (row & 7))
  }
  return bits
}

function joined(texts: readonly Texts[]): Texts {
  const [only] = texts
  if (texts.length === 1 && only !== undefined) return only
  let before = 0
  const ends = texts.flatMap(({ bytes, ends: own }) => {
    const moved = Array.from(own, (end) => end + before)
    before += bytes.byteLength
    return moved
  })
  return { bytes: Buffer.concat(texts.map(({ bytes }) => bytes)), ends: Int32Array.from(ends) }
}

function pickedTexts(data: Data, { from, count }: Span, words: Uint32Array): Uint32Array {
  const indices = data.values as unknown as ArrayLike<number | bigint>
  const picked = new Uint32Array(count * wordsPerText)
  for (let row = 0; row < count; row += 1) {
    if (!isValid(data, from + row)) continue
    const index = Number(indices[from + row])
    // Asked for its error: a position outside the dictionary.
    if (!(index >= 0 && index * wordsPerText < words.length)) entryOf(data, index)
    const at = index * wordsPerText
    for (let word = 0; word < wordsPerText; word += 1) {
      picked[row * wordsPerText + word] = words[at + word] ?? 0
    }
  }
  return picked
}
