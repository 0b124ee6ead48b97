/** A ZIP of a few small files, stored as they are: the same files make the same bytes. Pure. */
import { crc32 } from 'node:zlib'

export interface ZipMember {
  /** A relative path with slashes; its letters are UTF-8. */
  readonly path: string
  readonly content: Uint8Array
}

const memberSignature = 0x04034b50
const entrySignature = 0x02014b50
const endSignature = 0x06054b50
/** Version 2.0, of every reader; names are UTF-8. */
const version = 20
const isUtf8 = 0x0800

/** The archive; `at` in ms is the time of every member. Far below the sizes that take ZIP64. */
export function zipOf(members: readonly ZipMember[], at: number): Buffer {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const member of members) {
    const header = headerOf(member, at)
    entries.push(entryOf(member, header, offset))
    const local = Buffer.alloc(4)
    local.writeUInt32LE(memberSignature)
    const name = Buffer.from(member.path)
    parts.push(local, header, name, Buffer.from(member.content))
    offset += local.length + header.length + name.length + member.content.byteLength
  }
  const directory = Buffer.concat(entries)
  return Buffer.concat([...parts, directory, endOf(members.length, directory.length, offset)])
}

/** From the version to the lengths: what a member and its entry say alike. */
function headerOf({ path, content }: ZipMember, at: number): Buffer {
  const header = Buffer.alloc(26)
  const { day, time } = dosTime(at)
  header.writeUInt16LE(version, 0)
  header.writeUInt16LE(isUtf8, 2)
  header.writeUInt16LE(time, 6)
  header.writeUInt16LE(day, 8)
  header.writeUInt32LE(crc32(content), 10)
  header.writeUInt32LE(content.byteLength, 14)
  header.writeUInt32LE(content.byteLength, 18)
  header.writeUInt16LE(Buffer.byteLength(path), 22)
  return header
}

function entryOf({ path }: ZipMember, header: Buffer, offset: number): Buffer {
  const before = Buffer.alloc(6)
  before.writeUInt32LE(entrySignature, 0)
  before.writeUInt16LE(version, 4)
  const after = Buffer.alloc(14)
  after.writeUInt32LE(offset, 10)
  return Buffer.concat([before, header, after, Buffer.from(path)])
}

function endOf(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(endSignature, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(offset, 16)
  return end
}

/** Two seconds apart, from 1980 on; in UTC. */
function dosTime(at: number): { readonly day: number; readonly time: number } {
  const when = new Date(at)
  const year = Math.max(0, when.getUTCFullYear() - 1980)
  return {
    day: (year << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate(),
    time: (when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1),
  }
}
