/** Reads a received file, unpacking it on the way. */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { inflated } from './inflate.ts'
import type { Media } from './media.ts'
import { readMember } from './zip.ts'

/** Told how many bytes of the received file have been read; of a zip file that is not known. */
type OnRead = (bytes: number) => void

export async function* readBytes(
  path: string,
  packing: Media['packing'],
  onRead?: OnRead,
): AsyncGenerator<Buffer> {
  if (packing === 'zip') {
    yield* readMember(path)
    return
  }
  const source = createReadStream(path, { highWaterMark: 256 * 1024 })
  const bytes =
    packing === 'gzip' ? inflated(source, createGunzip({ chunkSize: 256 * 1024 }), 'gzip') : source
  for await (const chunk of bytes) {
    onRead?.(source.bytesRead)
    yield chunk
  }
}
