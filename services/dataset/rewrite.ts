/**
 * Rewrites named fields of a CSV or NDJSON file, record after record, in constant memory. Everything else keeps its text, in
 * UTF-8. Dialect, charset and what counts as a record are those of a deposit, so that what is written here is read there.
 */
import { decodedBytes, readingOf, sampleBytes, type TextFile } from './decode.ts'
import type { Resource } from './descriptor.ts'
import { sniff } from './dialect.ts'
import { eachRecord, fieldsOf, type NumberedRecord } from './fields.ts'
import { Unreadable } from './inflate.ts'
import { memberOf } from './json-member.ts'
import type { Media } from './media.ts'
import { type Irregular, openSplitter, type Splitter } from './records.ts'

export interface RewriteFile {
  readonly path: string
  readonly media: Media
  readonly table: string
  readonly columns: readonly string[]
  /** Told the bytes that were read, after each piece of the file. */
  readonly onBytes?: (bytes: number) => void
}

/** Why a file cannot be rewritten; the line is that of the file, and no value is told. */
export class RewriteFault extends Error {
  override readonly name = 'RewriteFault'
  readonly rule: RewriteRule
  readonly column: string | undefined
  readonly line: number | undefined

  constructor(rule: RewriteRule, { line, column }: { line?: number | undefined; column?: string } = {}) {
    super(rule)
    this.rule = rule
    this.line = line
    this.column = column
  }
}

export type RewriteRule =
  | Irregular
  | Unreadable['rule']
  | 'dialect'
  | 'json'
  | 'kind'
  | 'column.absent'
  | 'column.repeated'

/** The new text of a field, in which nothing needs quotes; null leaves the record out. What it throws ends the rewriting. */
export type Change = (value: string, at: { readonly line: number; readonly column: string }) => string | null

/** The bytes of the rewritten file. Throws RewriteFault. */
export async function* rewritten(file: RewriteFile, change: Change): AsyncGenerator<Uint8Array> {
  const { kind } = file.media
  if (kind !== 'csv' && kind !== 'ndjson') throw new RewriteFault('kind')
  try {
    yield* kind === 'csv' ? rewrittenCsv(file, change) : rewrittenJson(file, change)
  } catch (error) {
    throw error instanceof Unreadable ? new RewriteFault(error.rule, { line: error.line }) : error
  }
}

/** A descriptor that knows the named columns and nothing else. */
function resourceFor({ table, columns }: RewriteFile): Resource {
  return { name: table, schema: { fields: columns.map((name) => ({ name, type: 'string' })) } }
}

async function* textOf(file: RewriteFile): AsyncGenerator<Buffer> {
  const text: TextFile = { path: file.path, media: file.media, resource: resourceFor(file) }
  for await (const bytes of decodedBytes(await readingOf(text))) {
    file.onBytes?.(bytes.length)
    yield bytes
  }
}

/** The pieces of a text of which the first is long enough to tell the dialect from, or all there is. */
async function* afterSample(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let sample = Buffer.alloc(0)
  for await (const bytes of pieces) {
    if (sample.length >= sampleBytes) yield bytes
    else {
      sample = Buffer.concat([sample, bytes])
      if (sample.length >= sampleBytes) yield sample
    }
  }
  if (sample.length < sampleBytes) yield sample
}

/** Records of a text; the first irregular one ends it. */
async function* recordsOf(pieces: AsyncIterable<Buffer>, splitter: Splitter): AsyncGenerator<Uint8Array> {
  for await (const bytes of pieces) {
    yield splitter.push(bytes)
    insistRegular(splitter)
  }
  yield splitter.end()
  insistRegular(splitter)
}

function insistRegular({ cases }: Splitter): void {
  for (const [rule, { lines }] of cases) throw new RewriteFault(rule, { line: lines[0] })
}

async function* rewrittenCsv(file: RewriteFile, change: Change): AsyncGenerator<Uint8Array> {
  const pieces = afterSample(textOf(file))
  const first = await pieces.next()
  const { dialect, columns } = dialectOf(file, first.done ? Buffer.alloc(0) : first.value)
  const delimiter = dialect.delimiter.charCodeAt(0)
  const wanted = new Map(file.columns.map((column) => [positionOf(columns, column), column]))
  const form = { delimiter, separator: delimiter, fields: columns.length, skip: 0 }
  const all = async function* () {
    if (!first.done) yield first.value
    yield* pieces
  }
  let isHeader = true
  for await (const bytes of recordsOf(all(), openSplitter(form))) {
    const out: Uint8Array[] = []
    for (const record of eachRecord(bytes, delimiter)) {
      const kept = isHeader ? record.bytes : changedRecord(record, { delimiter, wanted, change })
      isHeader = false
      if (kept !== null) out.push(kept, lineEnd)
    }
    yield Buffer.concat(out)
  }
}

const lineEnd = Buffer.from('\n')

function dialectOf(file: RewriteFile, sample: Buffer) {
  const end = sample.lastIndexOf(10)
  const whole = sample.length >= sampleBytes && end > 0 ? sample.subarray(0, end + 1) : sample
  const sniffed = sniff(whole.toString('utf8'), resourceFor(file), { ...file.media.dialect, header: true })
  if (sniffed === null) throw new RewriteFault('dialect')
  return sniffed
}

/** Exactly, then without regard to case, as a deposit finds its columns. */
function positionOf(columns: readonly string[], column: string): number {
  const where = (same: (one: string) => boolean) =>
    columns.flatMap((one, index) => (same(one) ? [index] : []))
  const exact = where((one) => one === column)
  const all = exact.length > 0 ? exact : where((one) => one.toLowerCase() === column.toLowerCase())
  const [position, second] = all
  if (position === undefined) throw new RewriteFault('column.absent', { column })
  if (second !== undefined) throw new RewriteFault('column.repeated', { column })
  return position
}

interface CsvChange {
  readonly delimiter: number
  readonly wanted: ReadonlyMap<number, string>
  readonly change: Change
}

function changedRecord({ line, bytes }: NumberedRecord, { delimiter, wanted, change }: CsvChange) {
  const out: Uint8Array[] = []
  let from = 0
  for (const [index, field] of fieldsOf(bytes, delimiter).entries()) {
    const column = wanted.get(index)
    if (column === undefined) continue
    const text = change(field.text(), { line, column })
    if (text === null) return null
    out.push(bytes.subarray(from, field.from), Buffer.from(text))
    from = field.to
  }
  return Buffer.concat([...out, bytes.subarray(from)])
}

async function* rewrittenJson(file: RewriteFile, change: Change): AsyncGenerator<Uint8Array> {
  const separator = 1
  const form = { delimiter: null, separator, fields: 1, skip: 0 }
  for await (const bytes of recordsOf(textOf(file), openSplitter(form))) {
    const out: string[] = []
    for (const { line, bytes: record } of eachRecord(bytes, null, separator)) {
      const kept = changedDocument(Buffer.from(record).toString('utf8'), { line, file, change })
      if (kept !== null) out.push(`${kept}\n`)
    }
    yield Buffer.from(out.join(''))
  }
}

function changedDocument(
  document: string,
  { line, file, change }: { readonly line: number; readonly file: RewriteFile; readonly change: Change },
): string | null {
  let text = document
  for (const column of file.columns) {
    const member = memberOf(text, column)
    if (member === 'faulty') throw new RewriteFault('json', { line, column })
    if (member === 'repeated') throw new RewriteFault('column.repeated', { line, column })
    const changed = change(member?.text ?? '', { line, column })
    if (changed === null) return null
    if (member !== null) text = text.slice(0, member.from) + JSON.stringify(changed) + text.slice(member.to)
  }
  return text
}
