/**
 * Files that arrive in pieces. Each piece is sealed by itself as it is flushed: what was acknowledged stands whole, whatever ends the
 * next one.
 *
 *     uploads/<upload>/<from>-<to>.sealed    the bytes from one offset to the other
 *
 * What a crash leaves: a piece behind the offset that the register knows, whole or not, removed when the upload goes on; a folder
 * that no unfinished row names, removed at the next start. The name is one that the node made: nothing of it comes from a client.
 */
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Refusal } from '../kernel/refusal.ts'
import { type AtRest, type SealedPlace, unsealedName } from '../keys/at-rest.ts'
import { absentIs } from './absent.ts'
import { freeBytesOf, insistRoom, reserveBytes } from './disk-room.ts'
import { refuseLack } from './lack.ts'
import { placesIn } from './places.ts'

export interface UploadFiles {
  /** What has arrived of an upload, from its first byte. */
  bytesOf(id: string): AsyncIterable<Uint8Array>
  create(id: string): Promise<void>
  /** Writes a body behind `offset`; answers the offset that is on disk when it has ended or was cut. */
  append(id: string, piece: Piece): Promise<number>
  /** Destroys the key of an upload and removes its pieces. */
  remove(id: string): Promise<void>
  /** Room that uploads may still ask for; what is kept for the log and the database is taken off. */
  room(): Promise<number>
  /** Removes all uploads but these. */
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

/** So many bytes at most are held in memory, and sent again after a kill. */
const flushBytes = 8 * 1024 ** 2
/** Who is asked to stop still gets what lies in the buffers of a connection that was cut: it need not be sent again. */
const graceMs = 500

interface UploadFilesOptions {
  readonly home: string
  readonly atRest: AtRest
  /** Free bytes of the disk; for tests. */
  readonly freeBytes?: () => Promise<number>
}

export function openUploadFiles({ home, atRest, freeBytes }: UploadFilesOptions): UploadFiles {
  const folder = join(resolve(home), 'uploads')
  const measure = freeBytes ?? (() => freeBytesOf(resolve(home)))
  const deskOf = (id: string): Desk => {
    return { atRest, place: placesIn(home).upload(id), insist: () => insistRoom(measure) }
  }
  const remove = async (id: string) => {
    const { place } = deskOf(id)
    await atRest.destroy(place)
    await rm(place.folder, { recursive: true, force: true })
  }
  return {
    remove,
    bytesOf: (id) => bytesOf(deskOf(id)),
    async create(id) {
      await mkdir(join(folder, id), { recursive: true, mode: 0o700 }).catch(refuseLack)
      await syncFolder(folder)
    },
    append: (id, piece) => append(deskOf(id), piece),
    room: async () => (await measure()) - reserveBytes,
    async sweep(kept) {
      const names = await readdir(folder).catch(absentIs([]))
      for (const name of names.filter((one) => !kept.has(one))) await remove(name)
    },
  }
}

/** One upload. */
interface Desk {
  readonly atRest: AtRest
  readonly place: SealedPlace
  readonly insist: () => Promise<void>
}

interface Kept {
  readonly file: string
  readonly from: number
  readonly to: number
}

/** The pieces that there are, in order. NOT_FOUND when there is no such upload. */
async function piecesOf({ place: { folder } }: Desk): Promise<readonly Kept[]> {
  const names = await readdir(folder).catch(absentIs(null))
  if (names === null) throw new Refusal('NOT_FOUND')
  const pieces = names.flatMap((name) => {
    const file = unsealedName(name) ?? ''
    const [, from, to] = /^(\d+)-(\d+)$/.exec(file) ?? []
    return from === undefined || to === undefined ? [] : [{ file, from: Number(from), to: Number(to) }]
  })
  return pieces.sort((one, other) => one.from - other.from)
}

async function* bytesOf(desk: Desk): AsyncGenerator<Uint8Array> {
  for (const { file } of await piecesOf(desk)) yield* desk.atRest.stream(desk.place, file)
}

async function append(desk: Desk, piece: Piece): Promise<number> {
  const { atRest, place } = desk
  let end = 0
  for (const { file, from, to } of await piecesOf(desk)) {
    // What lies behind the offset was never acknowledged, and may be half of something.
    if (to > piece.offset) await atRest.remove(place, file)
    else if (from === end) end = to
  }
  // A disk that was put back from an older copy has less than was acknowledged: that upload is no more.
  if (end < piece.offset) throw new Refusal('NOT_FOUND')
  return writePiece(desk, piece).catch(refuseLack)
}

async function writePiece(
  { atRest, place, insist }: Desk,
  { offset, end, body, signal, onFlushed }: Piece,
): Promise<number> {
  let [at, flushed] = [offset, offset]
  let held: Uint8Array[] = []
  const flush = async () => {
    if (at === flushed) return
    await atRest.seal(place, `${flushed}-${at}`, held)
    await syncFolder(place.folder)
    flushed = at
    held = []
    await onFlushed(at)
  }
  await insist()
  try {
    for await (const chunk of untilCut(body, signal)) {
      if (at + chunk.byteLength > end) throw new Refusal('TOO_LARGE', { rule: 'upload.length' })
      held.push(chunk)
      at += chunk.byteLength
      if (at - flushed < flushBytes) continue
      await flush()
      await insist()
    }
  } finally {
    // What has arrived is kept, whatever ended it.
    await flush()
  }
  return at
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
