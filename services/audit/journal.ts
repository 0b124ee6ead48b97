/**
 * The write-ahead journal: what makes an entry durable before it is part of the tree. One file is in use at a time,
 * `wal/<epoch>-<firstSeq>.wal`; it is dropped once a signed checkpoint covers all of it.
 * A crash of an append-only file leaves a prefix of what was written, with zeros after it where the disk had kept a place;
 * anything else is damage and is never passed over.
 */
import { hash } from 'node:crypto'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { DiskFile, Inode } from './disk.ts'
import { type Files, isMissing, systemFiles, writeAll } from './files.ts'

const headerBytes = 18
const hashBytes = 32

/** One entry as the journal holds it; the sealed record travels with its leaf, so that one flush covers both. */
export interface Frame {
  readonly seq: number
  readonly leaf: Buffer
  readonly record: Buffer
}

/**
 * u32 length of leaf and record ‖ u64 seq ‖ u16 leaf length ‖ u32 CRC-32 of these ‖ leaf ‖ record ‖ SHA-256 of all before.
 * The header has a check of its own so that a damaged length is not taken for a torn tail.
 */
export function encodeFrame({ seq, leaf, record }: Frame): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32BE(leaf.length + record.length)
  header.writeBigUInt64BE(BigInt(seq), 4)
  header.writeUInt16BE(leaf.length, 12)
  header.writeUInt32BE(crc32(header.subarray(0, 14)), 14)
  const content = Buffer.concat([header, leaf, record])
  return Buffer.concat([content, hash('sha256', content, 'buffer')])
}

export interface Journal {
  readonly frames: readonly Frame[]
  /** Bytes of an unfinished last frame: never acknowledged. */
  readonly tornBytes: number
  /** Offset of bytes that no crash explains. */
  readonly damagedAt?: number
}

export function decodeJournal(bytes: Buffer): Journal {
  const frames: Frame[] = []
  let at = 0
  while (at < bytes.length) {
    const rest = bytes.subarray(at)
    const frame = decodeFrame(rest)
    if (frame === 'torn') return { frames, tornBytes: rest.length }
    if (frame === 'damaged') return { frames, tornBytes: 0, damagedAt: at }
    frames.push(frame.frame)
    at += frame.end
  }
  return { frames, tornBytes: 0 }
}

/** No hash ends in so many zeros: where a file does, the disk had kept a place for bytes that never came. */
const emptyBytes = 16

/** Bytes before the zeros at the end; all of them when there are too few zeros to mean anything. */
function writtenBytes(bytes: Buffer): number {
  let written = bytes.length
  while (written > 0 && bytes[written - 1] === 0) written -= 1
  return bytes.length - written < emptyBytes && written > 0 ? bytes.length : written
}

function decodeFrame(rest: Buffer): { frame: Frame; end: number } | 'torn' | 'damaged' {
  const written = writtenBytes(rest)
  if (rest.length < headerBytes || written === 0) return 'torn'
  if (rest.readUInt32BE(14) !== crc32(rest.subarray(0, 14))) return written < headerBytes ? 'torn' : 'damaged'
  const contentEnd = headerBytes + rest.readUInt32BE(0)
  const end = contentEnd + hashBytes
  if (rest.length < end) return 'torn'
  const content = rest.subarray(0, contentEnd)
  // The hash is asked first: a whole record may end in a zero of its own before those that the disk kept.
  const isWhole = hash('sha256', content, 'buffer').equals(rest.subarray(contentEnd, end))
  if (!isWhole) return written < end ? 'torn' : 'damaged'
  const leafEnd = headerBytes + rest.readUInt16BE(12)
  const frame = {
    seq: Number(rest.readBigUInt64BE(4)),
    leaf: rest.subarray(headerBytes, leafEnd),
    record: rest.subarray(leafEnd, contentEnd),
  }
  return { frame, end }
}

/** The file that batches go to. */
export interface Segment {
  /**
   * Resolves with `durable` when the bytes are flushed and the path still names this file; with `fenced` when another writer
   * has renamed it: then nothing of the batch may be acknowledged. Rejects when the disk fails.
   */
  append(bytes: Buffer): Promise<'durable' | 'fenced'>
  /** Whether the path still names this file: asked before anything is signed. */
  isOurs(): Promise<boolean>
  close(): Promise<void>
}

export type OpenSegment = (path: string, files: Files) => Promise<Segment>

/** Creates the file; an existing one is another writer's and makes it reject. */
export const openSegment = async (path: string, files: Files = systemFiles): Promise<Segment> => {
  const file = await files.disk.open(path, 'wx', 0o600)
  const { ino, dev } = await begin(file, path, files).catch(async (error: unknown) => {
    await file.close()
    throw error
  })

  const isOurs = async () => {
    const named = await files.disk.stat(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    return named?.ino === ino && named.dev === dev
  }

  return {
    append: async (bytes) => {
      await writeAll(file, bytes)
      await file.datasync()
      return (await isOurs()) ? 'durable' : 'fenced'
    },
    isOurs,
    close: () => file.close(),
  }
}

async function begin(file: DiskFile, path: string, files: Files): Promise<Inode> {
  await file.sync()
  await files.syncFolder(dirname(path))
  return file.stat()
}

/** `wal/<epoch>-<firstSeq>` with its ending: `wal` while its writer may use it, `sealed` once a later writer has taken over. */
export function segmentPath(epoch: number, firstSeq: number): string {
  return `wal/${epoch}-${firstSeq}.wal`
}

export function parseSegmentName(fileName: string): { epoch: number; firstSeq: number } | undefined {
  const [, epoch, firstSeq] = /^(0|[1-9]\d{0,15})-(0|[1-9]\d{0,15})\.(?:wal|sealed)$/.exec(fileName) ?? []
  if (epoch === undefined || firstSeq === undefined) return undefined
  return { epoch: Number(epoch), firstSeq: Number(firstSeq) }
}
