/** Writes zip files for tests, sound or with one thing wrong. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipMember {
  readonly name: string
  readonly content: Uint8Array | string
  readonly stored?: boolean
  readonly flags?: number
  readonly method?: number
  /** What the archive says instead of the truth. */
  readonly crc?: number
  readonly bytes?: number
  /** Written as a stream: the sizes come after the content. */
  readonly streamed?: boolean
}

function member({ name, content, stored = false, flags = 0, streamed = false, ...told }: ZipMember) {
  const plain = Buffer.from(content)
  const packed = stored ? plain : deflateRawSync(plain)
  const facts = Buffer.alloc(12)
  facts.writeUInt32LE(told.crc ?? crc32(plain), 0)
  facts.writeUInt32LE(packed.length, 4)
  facts.writeUInt32LE(told.bytes ?? plain.length, 8)
  const common = Buffer.alloc(8)
  common.writeUInt16LE(flags | (streamed ? 8 : 0), 0)
  common.writeUInt16LE(told.method ?? (stored ? 0 : 8), 2)
  const title = Buffer.from(name)
  const nameBytes = Buffer.alloc(4)
  nameBytes.writeUInt16LE(title.length, 0)
  const local = Buffer.concat([
    Buffer.from('504b03041400', 'hex'),
    common,
    streamed ? Buffer.alloc(12) : facts,
    nameBytes,
    title,
    packed,
    ...(streamed ? [Buffer.from('504b0708', 'hex'), facts] : []),
  ])
  const entry = (offset: number) => {
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    return Buffer.concat([Buffer.from('504b010214001400', 'hex'), common, facts, nameBytes, rest, title])
  }
  return { local, entry }
}

export interface ZipEnd {
  readonly members?: number
  readonly comment?: string
  /** Bytes between the directory and its end. */
  readonly gap?: Uint8Array
}

export function zip(members: readonly ZipMember[], told: ZipEnd = {}): Buffer {
  const made = members.map(member)
  let offset = 0
  const entries = made.map(({ local, entry }) => {
    const one = entry(offset)
    offset += local.length
    return one
  })
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(told.members ?? made.length, 8)
  end.writeUInt16LE(told.members ?? made.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(Buffer.byteLength(told.comment ?? ''), 20)
  const locals = made.map((one) => one.local)
  return Buffer.concat([
    ...locals,
    directory,
    told.gap ?? Buffer.alloc(0),
    end,
    Buffer.from(told.comment ?? ''),
  ])
}
