/**
 * Files that arrive in pieces.
 *
 *     uploads/<upload>                       what has arrived of one
 *
 * What a crash leaves: bytes behind the offset that the register knows, cut off when the upload goes on; a file that no unfinished
 * row names, removed at the next start. The name is one that the node made: nothing of it comes from a client.
 */
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Refusal } from '../kernel/refusal.ts'
import { absentIs } from './absent.ts'
import { freeBytesOf, insistRoom, reserveBytes } from './disk-room.ts'
import { refuseLack } from './lack.ts'

export interface UploadFiles {
  pathOf(id: string): string
  create(id: string): Promise<void>
  /** Writes a body behind `offset`; answers the offset that is on disk when it has ended or was cut. */
  append(id: string, piece: Piece): Promise<number>
  remove(id: string): Promise<void>
  /** Room that uploads may still ask for; what is kept for the log and the database is taken off. */
  room(): Promise<number>
  /** Removes every file but these. */
  sweep(kept: ReadonlySet<string>): Promise<void>
}

interface Piece {
  readonly offset: number
  /** The offset at which the file is whole. */
  readonly end: number
  readonly body: AsyncIterable<Uint8Array>
  /** Aborted when somebody else wants to go on with this upload. */
  readonly signal: AbortSignal
  /** Told each time that bytes are on disk for certain. */
  readonly onFlushed: (offset: number) => Promise<void>
}

/** So many bytes at most are sent again after a kill. */
const flushBytes = 8 * 1024 ** 2
/** Who is asked to stop still gets what lies in the buffers of a connection that was cut: it need not be sent again. */
const graceMs = 500

interface UploadFilesOptions {
  readonly home: string
  /** Free bytes of the disk; for tests. */
  readonly freeBytes?: () => Promise<number>
}

export function openUploadFiles({ home, freeBytes }: UploadFilesOptions): UploadFiles {
  const folder = join(resolve(home), 'uploads')
  const pathOf = (id: string) => join(folder, id)
  const measure = freeBytes ?? (() => freeBytesOf(resolve(home)))
  return {
    pathOf,
    async create(id) {
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch(refuseLack)
      const file = await open(pathOf(id), 'wx', 0o600).catch(refuseLack)
      await file.close()
      await syncFolder(folder)
    },
    append: (id, piece) => append(pathOf(id), piece, () => insistRoom(measure)),
    remove: (id) => rm(pathOf(id), { force: true }),
    room: async () => (await measure()) - reserveBytes,
    async sweep(kept) {
      const names = await readdir(folder).catch(absentIs([]))
      for (const name of names.filter((one) => !kept.has(one)))
        await rm(join(folder, name), { recursive: true })
    },
  }
}

async function append(path: string, piece: Piece, insist: () => Promise<void>): Promise<number> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW).catch(absentIs(null))
  // A disk that was put back from an older copy has less than was acknowledged: that upload is no more.
  if (file === null) throw new Refusal('NOT_FOUND')
  try {
    if ((await file.stat()).size < piece.offset) throw new Refusal('NOT_FOUND')
    // What lies behind the offset was never acknowledged, and may be half of something.
    await file.truncate(piece.offset)
    return await writePiece(file, piece, insist)
  } catch (error) {
    return refuseLack(error)
  } finally {
    await file.close()
  }
}

async function writePiece(
  file: FileHandle,
  { offset, end, body, signal, onFlushed }: Piece,
  insist: () => Promise<void>,
): Promise<number> {
  let [at, flushed] = [offset, offset]
  const flush = async () => {
    if (at === flushed) return
    await file.datasync()
    flushed = at
    await onFlushed(at)
  }
  await insist()
  try {
    for await (const chunk of untilCut(body, signal)) {
      if (at + chunk.byteLength > end) throw new Refusal('TOO_LARGE', { rule: 'upload.length' })
      at += await writeWhole(file, chunk, at)
      if (at - flushed < flushBytes) continue
      await flush()
      await insist()
    }
  } finally {
    // What has arrived is kept, whatever ended it: a full disk has taken all that was counted.
    await flush()
  }
  return at
}

async function writeWhole(file: FileHandle, chunk: Uint8Array, position: number): Promise<number> {
  let written = 0
  while (written < chunk.byteLength) {
    const { bytesWritten } = await file.write(chunk, written, chunk.byteLength - written, position + written)
    written += bytesWritten
  }
  return written
}

/** The chunks of a body until it ends, breaks off, or is asked to stop: to an upload all three are the same. */
async function* untilCut(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  const stopped = new Promise<null>((stop) => {
    const late = () => setTimeout(() => stop(null), graceMs).unref()
    if (signal.aborted) late()
    signal.addEventListener('abort', late, { once: true })
  })
  for (;;) {
    const next = await Promise.race([chunks.next().catch(() => null), stopped])
    if (next === null || next.done) return
    yield next.value
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync()
  await folder.close()
}
