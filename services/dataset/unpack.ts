/** Reads a received file, unpacking it on the way. */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { inflated } from './inflate.ts'
import type { Media } from './media.ts'
import { readMember } from './zip.ts'

export async function* readBytes(path: string, packing: Media['packing']): AsyncGenerator<Buffer> {
  if (packing === 'zip') {
    yield* readMember(path)
    return
  }
  const source = createReadStream(path, { highWaterMark: 256 * 1024 })
  if (packing === 'gzip') yield* inflated(source, createGunzip({ chunkSize: 256 * 1024 }), 'gzip')
  else yield* source
}
