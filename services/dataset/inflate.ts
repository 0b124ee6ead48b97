/** Reads a received file, inflating it on the way; never trusts what a header says of sizes (security.md 9). */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Below this size any ratio is fine: a short file of zeros compresses well and harms nobody. */
const smallBytes = 16 * 1024 ** 2
const greatestRatio = 100
const greatestBytes = 16 * 1024 ** 3

/** A file that cannot be read further; `rule` is the finding. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly rule: 'gzip' | 'gzip.ratio' | 'encoding' | 'format'
  readonly line: number | undefined

  constructor(rule: Unreadable['rule'], line?: number) {
    super(rule)
    this.rule = rule
    this.line = line
  }
}

export async function* readBytes(path: string, gzip: boolean): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { highWaterMark: 256 * 1024 })
  if (!gzip) {
    yield* source
    return
  }
  const inflater = createGunzip({ chunkSize: 256 * 1024 })
  // An error reaches the loop below through the stream itself.
  pipeline(source, inflater, () => {})
  let bytes = 0
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > greatestBytes || (bytes > smallBytes && bytes > greatestRatio * inflater.bytesWritten)) {
        throw new Unreadable('gzip.ratio')
      }
      yield chunk
    }
  } catch (error) {
    throw isZlibError(error) ? new Unreadable('gzip') : error
  } finally {
    source.destroy()
    inflater.destroy()
  }
}

function isZlibError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('Z_')
}
