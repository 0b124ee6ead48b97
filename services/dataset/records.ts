/**
 * Cuts decoded CSV or NDJSON bytes into records, and puts the physical line of each in front of it: `<line><delimiter><record>\n`.
 * What comes out is a regular file that the engine reads at full speed; what is irregular is counted here, with its line,
 * and left out. Byte by byte, in constant memory: a record longer than `longestRecord` ends the reading.
 */

const LF = 10
const CR = 13
const QUOTE = 34
const NUL = 0

/** Bytes of one record, its line ends included (security.md 9). */
export const longestRecord = 1 << 20

/** Cases of one kind: how many, and the lines of the first ones. */
export interface Cases {
  count: number
  readonly lines: number[]
}

export type Irregular = 'ragged' | 'quote' | 'nul' | 'line.length'

const keptPerKind = 100

function addCase(cases: Map<Irregular, Cases>, kind: Irregular, line: number): void {
  const known = cases.get(kind) ?? { count: 0, lines: [] }
  known.count += 1
  if (known.lines.length < keptPerKind) known.lines.push(line)
  cases.set(kind, known)
}

export interface Splitter {
  /** Records that ended in this chunk, ready to be written. */
  push(chunk: Uint8Array): Uint8Array
  /** The last record, when the file does not end with a line end. */
  end(): Uint8Array
  readonly cases: Map<Irregular, Cases>
  /** Records passed on. */
  rows(): number
  /** True once a record was too long: nothing more is read. */
  stopped(): boolean
}

export interface RecordForm {
  /** Byte between two fields; null for one field per line, as in NDJSON. */
  readonly delimiter: number | null
  /** Byte between the line number and the record. */
  readonly separator: number
  /** Fields that every record has. */
  readonly fields: number
  /** Records to leave out at the beginning: the header. */
  readonly skip: number
}

/** Where the scan of one record stands. `at` is the index of the byte that ended the last field. */
interface Cursor {
  at: number
  fields: number
  newlines: number
  fault: Irregular | null
}

/** Scans are over one buffer; at its end a record is whole only when the file ends there too. */
interface Window {
  readonly bytes: Uint8Array
  readonly final: boolean
  readonly delimiter: number
}

/** Index of the byte that ends an unquoted field, -1 when the buffer ends first. */
function plainField({ bytes, final, delimiter }: Window, from: number, cursor: Cursor): number {
  for (let i = from; i < bytes.length; i += 1) {
    const byte = bytes[i]
    if (byte === delimiter || byte === LF || byte === CR) return i
    if (byte === QUOTE && delimiter !== -1) cursor.fault = 'quote'
    else if (byte === NUL) cursor.fault = 'nul'
  }
  return final ? bytes.length : -1
}

/** Index of the byte that ends a quoted field whose text begins at `from`, -1 when the buffer ends first. */
function quotedField(scan: Window, from: number, cursor: Cursor): number {
  const { bytes, final } = scan
  let at = closingQuote(bytes, from, cursor)
  while (at + 1 < bytes.length && bytes[at + 1] === QUOTE) at = closingQuote(bytes, at + 2, cursor)
  if (at + 1 < bytes.length) return afterQuote(scan, at + 1, cursor)
  if (final && at === bytes.length) cursor.fault = 'quote'
  return final ? bytes.length : -1
}

/** Index of the next quote, the end of the buffer without one; counts the line ends on the way. */
function closingQuote(bytes: Uint8Array, from: number, cursor: Cursor): number {
  for (let i = from; i < bytes.length; i += 1) {
    const byte = bytes[i]
    if (byte === QUOTE) return i
    if (byte === LF) cursor.newlines += 1
    else if (byte === NUL) cursor.fault = 'nul'
  }
  return bytes.length
}

function afterQuote(scan: Window, at: number, cursor: Cursor): number {
  const byte = scan.bytes[at]
  if (byte === scan.delimiter || byte === LF || byte === CR) return at
  cursor.fault = 'quote'
  return plainField(scan, at, cursor)
}

/** Moves the cursor over one record. False when the buffer ends before the record does. */
function scanRecord(scan: Window, from: number, cursor: Cursor): boolean {
  cursor.fields = 1
  cursor.newlines = 0
  cursor.fault = null
  let at = from
  for (;;) {
    const quoted = scan.delimiter !== -1 && scan.bytes[at] === QUOTE
    at = quoted ? quotedField(scan, at + 1, cursor) : plainField(scan, at, cursor)
    if (at < 0) return false
    if (at >= scan.bytes.length || scan.bytes[at] !== scan.delimiter) break
    cursor.fields += 1
    at += 1
  }
  cursor.at = at
  return scan.final || scan.bytes[at] !== CR || at + 1 < scan.bytes.length
}

/** Index after the line end that begins at `at`. */
function afterLineEnd(bytes: Uint8Array, at: number): number {
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : Math.min(at + 1, bytes.length)
}

/** A buffer that grows; given back whole after each chunk. */
function openOutput(size: number) {
  let bytes = Buffer.allocUnsafe(size)
  let used = 0
  return {
    add(line: number, separator: number, record: Uint8Array) {
      const needed = used + record.length + 24
      if (needed > bytes.length) {
        const larger = Buffer.allocUnsafe(needed * 2)
        bytes.copy(larger, 0, 0, used)
        bytes = larger
      }
      used += bytes.write(String(line), used, 'latin1')
      bytes[used] = separator
      bytes.set(record, used + 1)
      used += record.length + 2
      bytes[used - 1] = LF
    },
    taken: () => bytes.subarray(0, used),
  }
}

export function openSplitter(form: RecordForm): Splitter {
  const cases = new Map<Irregular, Cases>()
  const cursor: Cursor = { at: 0, fields: 0, newlines: 0, fault: null }
  let carried: Uint8Array = new Uint8Array(0)
  let line = 1
  let skip = form.skip
  let rows = 0
  let stopped = false

  function faultOf(length: number): Irregular | null {
    if (length > longestRecord) return 'line.length'
    if (cursor.fault !== null) return cursor.fault
    return form.delimiter !== null && cursor.fields !== form.fields ? 'ragged' : null
  }

  /** Passes a record on, unless it is the header or irregular. */
  function keep(record: Uint8Array, output: ReturnType<typeof openOutput>): void {
    const fault = faultOf(record.length)
    if (skip > 0) skip -= 1
    else if (fault !== null) addCase(cases, fault, line)
    else {
      output.add(line, form.separator, record)
      rows += 1
    }
  }

  /** Keeps the beginning of a record for the next chunk; one that is too long already ends the reading. */
  function carry(rest: Uint8Array): void {
    carried = rest
    stopped = rest.length > longestRecord
    if (stopped) addCase(cases, cursor.fault === 'quote' || rest[0] === QUOTE ? 'quote' : 'line.length', line)
  }

  function take(bytes: Uint8Array, final: boolean): Uint8Array {
    const scan: Window = { bytes, final, delimiter: form.delimiter ?? -1 }
    const output = openOutput(bytes.length + (bytes.length >> 1) + 64)
    let from = 0
    while (from < bytes.length && scanRecord(scan, from, cursor)) {
      if (cursor.at > from) keep(bytes.subarray(from, cursor.at), output)
      line += cursor.newlines + 1
      from = afterLineEnd(bytes, cursor.at)
    }
    carry(bytes.slice(from))
    return output.taken()
  }

  return {
    cases,
    push: (chunk) => (stopped ? new Uint8Array(0) : take(joined(carried, chunk), false)),
    end: () => (stopped ? new Uint8Array(0) : take(carried, true)),
    rows: () => rows,
    stopped: () => stopped,
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  return head.length === 0 ? tail : Buffer.concat([head, tail])
}
