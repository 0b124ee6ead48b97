/**
 * The one member of a zip file, as a stream. A reader of our own for the one shape that a deposit may have: a regular
 * archive of one file, stored or deflated. Everything else that the format can say is refused by name, since each is a way
 * to make two readers see two files. Sizes that the archive states are compared with what comes out, never relied on.
 */
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { inflated, Unreadable } from './inflate.ts'

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const memberSignature = 0x04034b50
const endBytes = 22
const entryBytes = 46
const memberBytes = 30
const longestComment = 65_535
/** Sizes, checksum and their signature after a member that was written as a stream, at their longest. */
const descriptorBytes = 24
const greatest16 = 0xffff
const greatest32 = 0xffffffff

type Packed = Iterable<Buffer> | AsyncIterable<Buffer>

interface Directory {
  readonly offset: number
  readonly bytes: number
}

interface Member {
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
}

/** The bytes of the member. Throws Unreadable with a rule of its own for each shape that is not read. */
export async function* readMember(path: string): AsyncGenerator<Buffer> {
  const { member, start } = await lookUp(path)
  const end = start + member.packedBytes - 1
  // A stream of no byte cannot be asked for: its end is included.
  const packed: Packed = end < start ? [] : createReadStream(path, { start, end, highWaterMark: 256 * 1024 })
  const content = member.method === 0 ? packed : inflatedMember(packed, member)
  let crc = 0
  let bytes = 0
  for await (const chunk of content) {
    if (bytes === 0 && isPacked(chunk)) throw new Unreadable('zip.nested')
    crc = crc32(chunk, crc)
    bytes += chunk.length
    yield chunk
  }
  if (crc !== member.crc || bytes !== member.bytes) throw new Unreadable('zip')
}

async function* inflatedMember(packed: Packed, { packedBytes }: Member) {
  const inflater = createInflateRaw({ chunkSize: 256 * 1024 })
  yield* inflated(packed, inflater, 'zip')
  if (inflater.bytesWritten !== packedBytes) throw new Unreadable('zip')
}

/** A zip or gzip file inside the zip file. */
function isPacked(start: Buffer): boolean {
  const mark = start.subarray(0, 4).toString('hex')
  return mark === '504b0304' || mark.startsWith('1f8b08')
}

async function lookUp(path: string): Promise<{ readonly member: Member; readonly start: number }> {
  const file = await open(path)
  try {
    const directory = await directoryOf(file)
    const member = await memberOf(file, directory)
    return { member, start: await contentOf(file, directory, member) }
  } finally {
    await file.close()
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new Unreadable('zip')
  return buffer
}

/** The end record is the last thing of the file: its comment ends where the file does. */
async function directoryOf(file: FileHandle): Promise<Directory> {
  const { size } = await file.stat()
  const tail = await bytesAt(
    file,
    Math.max(0, size - endBytes - longestComment),
    Math.min(size, endBytes + longestComment),
  )
  for (let at = tail.length - endBytes; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== endSignature || at + endBytes + tail.readUInt16LE(at + 20) !== tail.length)
      continue
    const directory = directoryIn(tail.subarray(at))
    // Nothing stands between the directory and its end, so that there is no second directory for another reader.
    if (directory.offset + directory.bytes !== size - tail.length + at) throw new Unreadable('zip')
    return directory
  }
  throw new Unreadable('zip')
}

function directoryIn(end: Buffer): Directory {
  const [disk, firstDisk, here, members] = [4, 6, 8, 10].map((at) => end.readUInt16LE(at))
  const directory = { bytes: end.readUInt32LE(12), offset: end.readUInt32LE(16) }
  if (members === greatest16 || directory.bytes === greatest32 || directory.offset === greatest32) {
    throw new Unreadable('zip.zip64')
  }
  if (members !== 1) throw new Unreadable('zip.members')
  if (disk !== 0 || firstDisk !== 0 || here !== 1) throw new Unreadable('zip')
  return directory
}

async function memberOf(file: FileHandle, directory: Directory): Promise<Member> {
  if (directory.bytes < entryBytes) throw new Unreadable('zip')
  const entry = await bytesAt(file, directory.offset, directory.bytes)
  const [nameBytes = 0, extraBytes = 0, commentBytes = 0] = [28, 30, 32].map((at) => entry.readUInt16LE(at))
  const length = entryBytes + nameBytes + extraBytes + commentBytes
  if (entry.readUInt32LE(0) !== entrySignature || length !== entry.length) throw new Unreadable('zip')
  const [packedBytes = 0, bytes = 0, offset = 0] = [20, 24, 42].map((at) => entry.readUInt32LE(at))
  if ([packedBytes, bytes, offset].includes(greatest32)) throw new Unreadable('zip.zip64')
  const isFolder = nameBytes > 0 && entry[entryBytes + nameBytes - 1] === '/'.charCodeAt(0)
  if (isFolder) throw new Unreadable('zip.members')
  const method = readableMethod(entry.readUInt16LE(8), entry.readUInt16LE(10))
  // Bytes in front of the member may be a member that the directory hides.
  if (offset !== 0) throw new Unreadable('zip')
  return { method, crc: entry.readUInt32LE(16), packedBytes, bytes }
}

function readableMethod(flags: number, method: number): number {
  const isEncrypted = (flags & 0x2041) !== 0 || method === 99
  if (isEncrypted) throw new Unreadable('zip.encrypted')
  if (method !== 0 && method !== 8) throw new Unreadable('zip.method')
  return method
}

/** Where the content begins. What the member says of itself must agree with the directory. */
async function contentOf(file: FileHandle, directory: Directory, member: Member): Promise<number> {
  const header = await bytesAt(file, 0, memberBytes)
  if (header.readUInt32LE(0) !== memberSignature) throw new Unreadable('zip')
  if (readableMethod(header.readUInt16LE(6), header.readUInt16LE(8)) !== member.method) {
    throw new Unreadable('zip')
  }
  const start = memberBytes + header.readUInt16LE(26) + header.readUInt16LE(28)
  const left = directory.offset - start - member.packedBytes
  if (left < 0 || left > descriptorBytes) throw new Unreadable('zip')
  return start
}
