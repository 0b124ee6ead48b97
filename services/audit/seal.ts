/**
 * Contents that must be kept but must be erasable. Each is encrypted under a key of its (actor, month); the entry carries the
 * hash of the encrypted record and a salted commitment to the content. Destroying the key destroys the content for good and
 * leaves the log verifiable.
 */
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import { Refusal } from '../kernel/refusal.ts'

const saltBytes = 32
const nonceBytes = 12
const tagBytes = 16
/** Largest sealed content, in bytes of JSON. */
const contentLimit = 262_144

/** Binds a record to its place: a record moved to another entry does not open. */
export interface Place {
  readonly origin: string
  readonly seq: number
}

export interface Sealed {
  readonly id: string
  readonly sha256: string
  /** nonce ‖ ciphertext ‖ tag */
  readonly record: Buffer
}

function boundTo({ origin, seq }: Place): Buffer {
  return Buffer.from(`huisclos sealed v1\n${origin}\n${seq}\n`)
}

/** Encrypts a JSON value. TOO_LARGE above 256 KiB: nothing is cut silently. */
export function seal(content: unknown, key: Uint8Array, place: Place): Sealed {
  const text = Buffer.from(JSON.stringify(content))
  if (text.length > contentLimit) throw new Refusal('TOO_LARGE')
  const plain = Buffer.concat([randomBytes(saltBytes), text])
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(place))
  const record = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return { id: hash('sha256', record), sha256: hash('sha256', plain), record }
}

/** The JSON value of a record; throws when the record, the key or the place is another one. */
export function unseal(record: Buffer, key: Uint8Array, place: Place): { content: unknown; sha256: string } {
  if (record.length < nonceBytes + saltBytes + tagBytes)
    throw new RangeError('the sealed record is too short')
  const end = record.length - tagBytes
  const decipher = createDecipheriv('aes-256-gcm', key, record.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(boundTo(place)).setAuthTag(record.subarray(end))
  const plain = Buffer.concat([decipher.update(record.subarray(nonceBytes, end)), decipher.final()])
  const content: unknown = JSON.parse(plain.subarray(saltBytes).toString())
  return { content, sha256: hash('sha256', plain) }
}

/** `payload/<yyyymm>/<block>.bin`: records of one block of 256 entries, in order, of one month. */
export function blockPath(ts: string, seq: number): string {
  const block = String(Math.floor(seq / 256)).padStart(8, '0')
  return `payload/${monthOf(ts)}/${block}.bin`
}

export function monthOf(ts: string): string {
  return ts.slice(0, 4) + ts.slice(5, 7)
}

const blockHeader = 12

/** One record as a block holds it: u64 seq ‖ u32 length ‖ record, big-endian. */
export function encodeRecord(seq: number, record: Buffer): Buffer {
  const header = Buffer.alloc(blockHeader)
  header.writeBigUInt64BE(BigInt(seq))
  header.writeUInt32BE(record.length, 8)
  return Buffer.concat([header, record])
}

/** Whole records of a block, and how many bytes they take; what follows is a torn tail. */
export function decodeRecords(block: Buffer): { seq: number; end: number; record: Buffer }[] {
  const records: { seq: number; end: number; record: Buffer }[] = []
  let at = 0
  while (at + blockHeader <= block.length) {
    const end = at + blockHeader + block.readUInt32BE(at + 8)
    if (end > block.length) break
    records.push({
      seq: Number(block.readBigUInt64BE(at)),
      end,
      record: block.subarray(at + blockHeader, end),
    })
    at = end
  }
  return records
}
