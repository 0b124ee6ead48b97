/** Cuts what the splitter passes on: numbered records, known to be regular, and the fields of each. Pure. */

const LF = 10
const QUOTE = 34

export interface NumberedRecord {
  /** Physical line in the file that was read. */
  readonly line: number
  readonly bytes: Uint8Array
}

/** Records of the form `<line><separator><record>\n`; without a delimiter quotes mean nothing. */
export function* eachRecord(
  bytes: Uint8Array,
  delimiter: number | null,
  separator: number = delimiter ?? 0,
): Generator<NumberedRecord> {
  for (let from = 0; from < bytes.length; ) {
    const start = bytes.indexOf(separator, from) + 1
    const line = Number(Buffer.from(bytes.subarray(from, start - 1)).toString('latin1'))
    const end = delimiter === null ? bytes.indexOf(LF, start) : recordEnd(bytes, start)
    yield { line, bytes: bytes.subarray(start, end) }
    from = end + 1
  }
}

/** A line end between two quotes belongs to its field; a quote written twice opens and closes nothing. */
function recordEnd(bytes: Uint8Array, from: number): number {
  let quoted = false
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === QUOTE) quoted = !quoted
    else if (bytes[at] === LF && !quoted) return at
  }
  return bytes.length
}

export interface FieldSpan {
  readonly from: number
  readonly to: number
  /** The value, without the quotes around it. */
  text(): string
}

/** The fields of one record. */
export function fieldsOf(record: Uint8Array, delimiter: number): FieldSpan[] {
  const spans: FieldSpan[] = []
  let quoted = false
  let from = 0
  for (let at = 0; at <= record.length; at += 1) {
    if (record[at] === QUOTE) quoted = !quoted
    else if (at === record.length || (record[at] === delimiter && !quoted)) {
      spans.push(spanOf(record, from, at))
      from = at + 1
    }
  }
  return spans
}

function spanOf(record: Uint8Array, from: number, to: number): FieldSpan {
  return {
    from,
    to,
    text() {
      const text = Buffer.from(record.subarray(from, to)).toString('utf8')
      return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
    },
  }
}
