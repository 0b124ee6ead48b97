/** Files that are sealed on disk. Whoever opens one gets all of it or nothing. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { chunkBytes, headerBytes, Opener, Sealer, type Sealing, sealedChunkBytes } from './chunks.ts'
import { openTransform, sealTransform } from './transforms.ts'

export interface FilePaths {
  readonly from: string
  /** Must not be there yet. */
  readonly to: string
}

/** Of the plain bytes. */
export interface Measured {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Seals a file under a new name, with mode 0600, and flushes it; its folder is for the caller to flush. A failure leaves no
 * file. Rejects with EEXIST, and changes nothing, where there is one already.
 */
export async function sealFile({ from, to, ...sealing }: FilePaths & Sealing): Promise<Measured> {
  const { measure, measured } = measuring()
  await writeThrough(from, [measure, sealTransform(sealing)], to)
  return measured()
}

/**
 * Opens a whole file under a new name, with mode 0600, in the clear area. SealedDamaged where one bit was changed, where it was
 * cut or comes from elsewhere; then, as after any failure, no file is left.
 */
export async function openSealed({ from, to, ...sealing }: FilePaths & Sealing): Promise<Measured> {
  const { measure, measured } = measuring()
  await writeThrough(from, [openTransform(sealing), measure], to)
  return measured()
}

/** Counts and hashes the plain bytes that pass. */
export function measuring(): { readonly measure: Transform; readonly measured: () => Measured } {
  const hash = createHash('sha256')
  let bytes = 0
  const measure = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece)
      bytes += piece.length
      done(null, piece)
    },
  })
  return { measure, measured: () => ({ bytes, sha256: hash.digest('hex') }) }
}

const readBytes = 256 * 1024

async function writeThrough(from: string, steps: readonly Transform[], to: string): Promise<void> {
  const file = await open(to, 'wx', 0o600)
  try {
    const target = file.createWriteStream({ flush: true, highWaterMark: readBytes })
    await pipeline([createReadStream(from, { highWaterMark: readBytes }), ...steps, target])
  } catch (error) {
    await file.close().catch(() => {})
    await rm(to, { force: true })
    throw error
  }
}

/** A small message in one piece. */
export function sealBytes(plain: Uint8Array, sealing: Sealing): Buffer {
  const sealer = new Sealer(sealing)
  const pieces = [sealer.header]
  for (let at = 0; at <= plain.length; at += chunkBytes)
    pieces.push(sealer.chunk(plain.subarray(at, at + chunkBytes)))
  return Buffer.concat(pieces)
}

/** The plain bytes of what `sealBytes`, `sealFile` or a sealing stream made. SealedDamaged where it is not that any more. */
export function openBytes(sealed: Uint8Array, sealing: Sealing): Buffer {
  const opener = new Opener(sealing, sealed.subarray(0, headerBytes))
  const pieces: Buffer[] = []
  let at = headerBytes
  for (; sealed.length - at >= sealedChunkBytes; at += sealedChunkBytes)
    pieces.push(opener.chunk(sealed.subarray(at, at + sealedChunkBytes)))
  pieces.push(opener.chunk(sealed.subarray(at)))
  return Buffer.concat(pieces)
}

/** Seals a small file in the place of the one that may be there: after a crash it is the former or the new one, whole. */
export async function writeSealed(path: string, plain: Uint8Array, sealing: Sealing): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(sealBytes(plain, sealing))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}

/** Reads a small sealed file. ENOENT as `readFile`; SealedDamaged as `openBytes`. */
export async function readSealed(path: string, sealing: Sealing): Promise<Buffer> {
  return openBytes(await readFile(path), sealing)
}
