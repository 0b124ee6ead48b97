/** What unpacks received bytes, within limits; never trusts what a header says of sizes (security.md 9). */
import { pipeline, Readable } from 'node:stream'
import type { Gunzip, InflateRaw } from 'node:zlib'

/** Below this size any ratio is fine: a short file of zeros compresses well and harms nobody. */
const smallBytes = 16 * 1024 ** 2
const greatestRatio = 100
const greatestBytes = 16 * 1024 ** 3

/** Why a file cannot be read further; each is a finding. */
export type UnreadableRule =
  | 'gzip'
  | 'gzip.ratio'
  | 'zip'
  | 'zip.ratio'
  | 'zip.members'
  | 'zip.nested'
  | 'zip.encrypted'
  | 'zip.zip64'
  | 'zip.method'
  | 'encoding'
  | 'format'

/** A file that cannot be read further; `rule` is the finding. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly rule: UnreadableRule
  readonly line: number | undefined

  constructor(rule: UnreadableRule, line?: number) {
    super(rule)
    this.rule = rule
    this.line = line
  }
}

/** What comes out of `inflater`. Throws Unreadable(`packing`) where the stream is broken, `<packing>.ratio` beyond the limits. */
export async function* inflated(
  packed: Iterable<Buffer> | AsyncIterable<Buffer>,
  inflater: Gunzip | InflateRaw,
  packing: 'gzip' | 'zip',
): AsyncGenerator<Buffer> {
  const source = packed instanceof Readable ? packed : Readable.from(packed)
  // An error reaches the loop below through the stream itself.
  pipeline(source, inflater, () => {})
  let bytes = 0
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > greatestBytes || (bytes > smallBytes && bytes > greatestRatio * inflater.bytesWritten)) {
        throw new Unreadable(`${packing}.ratio`)
      }
      yield chunk
    }
  } catch (error) {
    throw isZlibError(error) ? new Unreadable(packing) : error
  } finally {
    source.destroy()
    inflater.destroy()
  }
}

function isZlibError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_')
}
