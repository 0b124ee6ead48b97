/** One received text file → one regular file of numbered records that the engine reads. Runs in the reader's process. */
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { guess, isUtf16, markOf, openDecoder } from './charset.ts'
import type { Resource } from './descriptor.ts'
import { type Sniffed, sniff } from './dialect.ts'
import { Unreadable } from './inflate.ts'
import type { Charset, Media } from './media.ts'
import { type Cases, type Irregular, openSplitter, type RecordForm, type Splitter } from './records.ts'
import { readBytes } from './unpack.ts'

/** Between the line number and the text of a record that is one line: no JSON text and no fixed-width file holds it. */
export const lineSeparator = '\u0001'

export interface Decoded {
  readonly charset: Charset
  /** How the CSV is written; null for NDJSON and for a file without a record. */
  readonly sniffed: Sniffed | null
  readonly rows: number
  readonly cases: ReadonlyMap<Irregular, Cases>
}

export interface TextFile {
  readonly path: string
  readonly media: Media
  readonly resource: Resource
  /** Told now and then how many bytes of the file as received have been read, and how many rows were in them. */
  readonly onRead?: OnRead
}

export type OnRead = (read: { readonly bytes: number; readonly rows: number }) => void

/** What the dialect of a file is told from. */
export const sampleBytes = 256 * 1024

/** Decodes a file into `target`. Throws Unreadable when it cannot be read to its end. */
export async function decode(file: TextFile, target: string): Promise<Decoded> {
  const start = await firstBytes(file)
  const mark = markOf(start)
  const isText = file.media.kind === 'csv' || file.media.kind === 'fixed'
  const charset = mark?.charset ?? file.media.charset ?? (isText && isUtf16(start) ? 'utf-16' : undefined)
  const skip = mark?.bytes ?? 0
  if (charset !== undefined) return decodeAs({ ...file, charset, skip }, target)
  try {
    return await decodeAs({ ...file, charset: 'utf-8', skip }, target)
  } catch (error) {
    // NDJSON is UTF-8 by definition; a CSV that nobody described may be anything Western.
    if (!(error instanceof Unreadable) || error.rule !== 'encoding' || !isText) throw error
    return decodeAs({ ...file, charset: guess(start), skip }, target)
  }
}

async function firstBytes({ path, media }: TextFile): Promise<Buffer> {
  for await (const chunk of readBytes(path, media.packing)) return chunk
  return Buffer.alloc(0)
}

export type Reading = TextFile & { readonly charset: Charset; readonly skip: number }

/**
 * How a file is to be read, settled as `decode` does: its mark, what was declared, else UTF-8 where every byte of the file
 * is, else what it looks like. Throws Unreadable for NDJSON that is not UTF-8.
 */
export async function readingOf(file: TextFile): Promise<Reading> {
  const start = await firstBytes(file)
  const mark = markOf(start)
  const reading = { ...file, charset: mark?.charset ?? file.media.charset ?? 'utf-8', skip: mark?.bytes ?? 0 }
  if (mark !== null || file.media.charset !== undefined) return reading
  try {
    await drain(decodedBytes(reading))
    return reading
  } catch (error) {
    if (!(error instanceof Unreadable) || error.rule !== 'encoding' || file.media.kind === 'ndjson')
      throw error
    return { ...reading, charset: guess(start) }
  }
}

async function drain(all: AsyncGenerator<Buffer>): Promise<void> {
  for (let next = await all.next(); !next.done; next = await all.next());
}

/** The text of a file in UTF-8, without its byte order mark. */
export async function* decodedBytes(
  { path, media, charset, skip }: Reading,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const decoder = openDecoder(charset)
  let left = skip
  for await (const chunk of readBytes(path, media.packing, onBytes)) {
    const bytes = chunk.subarray(left)
    left -= chunk.length - bytes.length
    yield decoder.push(bytes)
  }
  yield decoder.end()
}

async function decodeAs(reading: Reading, target: string): Promise<Decoded> {
  const out = createWriteStream(target, { mode: 0o600 })
  // The stream's error also rejects `finished` below; a listener keeps it from ending the process before.
  out.on('error', () => {})
  const state: { sample: Buffer; begun: Begun | null } = { sample: Buffer.alloc(0), begun: null }
  const onBytes = (bytes: number) => reading.onRead?.({ bytes, rows: state.begun?.splitter?.rows() ?? 0 })
  for await (const bytes of decodedBytes(reading, onBytes)) {
    if (state.begun !== null) await write(out, state.begun.splitter?.push(bytes))
    else {
      state.sample = Buffer.concat([state.sample, bytes])
      if (state.sample.length >= sampleBytes) await begin(state, reading, out)
    }
    if (state.begun?.splitter?.stopped()) break
  }
  const begun = state.begun ?? (await begin(state, reading, out))
  await write(out, begun.splitter?.end())
  out.end()
  await finished(out)
  const { splitter, sniffed } = begun
  const cases = splitter?.cases ?? new Map<Irregular, Cases>()
  return { charset: reading.charset, sniffed, rows: splitter?.rows() ?? 0, cases }
}

interface Begun {
  readonly sniffed: Sniffed | null
  /** Null when the file holds no record. */
  readonly splitter: Splitter | null
}

async function begin(
  state: { sample: Buffer; begun: Begun | null },
  reading: Reading,
  out: WriteStream,
): Promise<Begun> {
  const begun = open(state.sample, reading)
  state.begun = begun
  await write(out, begun.splitter?.push(state.sample))
  return begun
}

function open(sample: Buffer, { media, resource }: Reading): Begun {
  if (media.kind !== 'csv') {
    const form = { delimiter: null, separator: lineSeparator.charCodeAt(0), fields: 1, skip: 0 }
    return { sniffed: null, splitter: openSplitter(form) }
  }
  const lineEnd = sample.lastIndexOf(10)
  const whole = sample.length >= sampleBytes && lineEnd > 0 ? sample.subarray(0, lineEnd + 1) : sample
  const sniffed = sniff(whole.toString('utf8'), resource, media.dialect)
  if (sniffed === null) return { sniffed, splitter: null }
  const delimiter = sniffed.dialect.delimiter.charCodeAt(0)
  const form: RecordForm = {
    delimiter,
    separator: delimiter,
    fields: sniffed.columns.length,
    skip: sniffed.dialect.header ? 1 : 0,
  }
  return { sniffed, splitter: openSplitter(form) }
}

async function write(out: WriteStream, bytes: Uint8Array | undefined): Promise<void> {
  if (bytes !== undefined && bytes.length > 0 && !out.write(bytes)) await once(out, 'drain')
}
