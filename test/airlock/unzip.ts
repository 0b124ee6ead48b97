/** The files of a ZIP by path, read from its directory as other programs do; each checked against its CRC. */
import { crc32 } from 'node:zlib'

const endBytes = 22

export function unzip(bytes: Buffer): Map<string, Buffer> {
  const end = bytes.length - endBytes
  if (bytes.readUInt32LE(end) !== 0x06054b50) throw new Error('not a ZIP')
  const files = new Map<string, Buffer>()
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [crc, size, name] = [
      bytes.readUInt32LE(at + 16),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
    ]
    const path = bytes.toString('utf8', at + 46, at + 46 + name)
    const local = bytes.readUInt32LE(at + 42)
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const content = bytes.subarray(from, from + size)
    if (crc32(content) !== crc) throw new Error(`${path} is damaged`)
    files.set(path, content)
    at += 46 + name
  }
  return files
}
