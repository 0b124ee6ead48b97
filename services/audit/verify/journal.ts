/** The write-ahead journal of a log that runs or was killed: entries that are acknowledged and not yet signed. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { Finding, insist } from './finding.ts'
import { sha256 } from './merkle.ts'
import { isGone, readMaybe } from './read.ts'

const headerBytes = 18

interface Frame {
  readonly leaf: Buffer
  readonly record: Buffer
}

export interface Journal {
  /** By number of the entry. */
  readonly frames: ReadonlyMap<number, Frame>
  readonly files: readonly string[]
}

interface Segment {
  readonly epoch: number
  readonly firstSeq: number
  readonly frames: readonly Frame[]
}

/** Reads all journal files; of an entry that two writers wrote, the later one's is the one that was acknowledged. */
export async function readJournal(folder: string): Promise<Journal> {
  const files = await names(join(folder, 'wal'))
  const segments: Segment[] = []
  for (const name of files) {
    const [, epoch, firstSeq] = /^(0|[1-9]\d{0,15})-(0|[1-9]\d{0,15})\.(?:wal|sealed)$/.exec(name) ?? []
    insist(epoch && firstSeq, 'unknown-file', `wal/${name} is not a journal`)
    const bytes = await readMaybe(join(folder, 'wal', name))
    insist(bytes, 'missing', `wal/${name} is gone`)
    const first = Number(firstSeq)
    segments.push({ epoch: Number(epoch), firstSeq: first, frames: readFrames(bytes, name, first) })
  }
  segments.sort((a, b) => a.epoch - b.epoch || a.firstSeq - b.firstSeq)
  const frames = new Map<number, Frame>()
  for (const [at, { firstSeq, frames: own }] of segments.entries()) {
    const end = Math.min(...segments.slice(at + 1).map((later) => later.firstSeq))
    for (const [offset, frame] of own.entries()) {
      if (firstSeq + offset < end) frames.set(firstSeq + offset, frame)
    }
  }
  return { frames, files }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

function readFrames(bytes: Buffer, name: string, firstSeq: number): Frame[] {
  const frames: Frame[] = []
  let at = 0
  for (;;) {
    const frame = readFrame(bytes.subarray(at))
    if (frame === 'end') return frames
    const seq = firstSeq + frames.length
    if (frame === 'damaged') throw new Finding('journal', `wal/${name} is damaged at byte ${at}`, seq)
    insist(frame.seq === seq, 'journal', [`wal/${name} lacks an entry`, seq])
    frames.push(frame)
    at += frame.bytes
  }
}

function zerosAtEnd(bytes: Buffer): number {
  let count = 0
  while (count < bytes.length && bytes[bytes.length - 1 - count] === 0) count += 1
  return count
}

/** A crash leaves a prefix, or zeros where the disk had kept a place; anything else is damage. */
function readFrame(rest: Buffer): (Frame & { seq: number; bytes: number }) | 'end' | 'damaged' {
  const zeros = zerosAtEnd(rest)
  const written = zeros === rest.length || zeros >= 16 ? rest.length - zeros : rest.length
  if (rest.length < headerBytes || written === 0) return 'end'
  if (rest.readUInt32BE(14) !== crc32(rest.subarray(0, 14))) return written < headerBytes ? 'end' : 'damaged'
  const contentEnd = headerBytes + rest.readUInt32BE(0)
  if (rest.length < contentEnd + 32) return 'end'
  const digest = rest.subarray(contentEnd, contentEnd + 32)
  const leafEnd = headerBytes + rest.readUInt16BE(12)
  // A whole record whose hash ends in zeros is one, whatever zeros follow.
  const isWhole = sha256(rest.subarray(0, contentEnd)).equals(digest)
  if (!isWhole && written < contentEnd + 32) return 'end'
  if (!isWhole || leafEnd > contentEnd) return 'damaged'
  return {
    seq: Number(rest.readBigUInt64BE(4)),
    leaf: rest.subarray(headerBytes, leafEnd),
    record: rest.subarray(leafEnd, contentEnd),
    bytes: contentEnd + 32,
  }
}
