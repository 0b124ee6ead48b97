/**
 * One message as bytes: JSON that keeps bigint, and binary attachments that are not copied through text.
 *
 * JSON is written plain when nothing in it is special. Otherwise the first byte says so and every string that starts with
 * the escape character, every bigint and every attachment is written as a string with that character and a letter.
 */

/** A message body. Binary data may stand in it, in a member, or in a member of a member; no deeper. */
export type Payload = unknown

const BINARY_DEPTH = 2

const PREFIX_BYTES = 5
const PLAIN = 0
const ESCAPED = 1
const ESCAPE = '\u0000'

/** Throws a TypeError when JSON cannot say the body, bigint and attachments aside. */
export function encodeMessage(body: Payload): Uint8Array {
  const attachments: Uint8Array[] = []
  const light = detach(body, attachments)
  const plain = attachments.length === 0 ? plainJson(light) : undefined
  const json = Buffer.from(plain ?? escapedJson(light, attachments), 'utf8')
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES)
  prefix.writeUInt8(plain === undefined ? ESCAPED : PLAIN, 0)
  prefix.writeUInt32BE(json.byteLength, 1)
  return Buffer.concat([prefix, json, ...attachments])
}

/** Throws on anything that `encodeMessage` would not have written. */
export function decodeMessage(bytes: Buffer): Payload {
  if (bytes.byteLength < PREFIX_BYTES) throw new RangeError('the message has no prefix')
  const form = bytes.readUInt8(0)
  const length = bytes.readUInt32BE(1)
  const end = PREFIX_BYTES + length
  if (form > ESCAPED || end > bytes.byteLength) throw new RangeError('the prefix is wrong')
  const json = bytes.toString('utf8', PREFIX_BYTES, end)
  if (form === PLAIN) return JSON.parse(json)
  const attached = bytes.subarray(end)
  return JSON.parse(json, (_, value) => (typeof value === 'string' ? unescaped(value, attached) : value))
}

class Attachment {
  readonly index: number

  constructor(index: number) {
    this.index = index
  }
}

/** The body with its binary data taken out. */
function detach(body: Payload, attachments: Uint8Array[], depth = 0): Payload {
  if (body instanceof Uint8Array) return new Attachment(attachments.push(body) - 1)
  if (body === null || typeof body !== 'object' || Array.isArray(body) || depth === BINARY_DEPTH) return body
  return Object.fromEntries(
    Object.entries(body).map(([key, member]) => [key, detach(member, attachments, depth + 1)]),
  )
}

/** JSON.stringify refuses bigint, which is the cheap way to know that there is none. */
function plainJson(body: Payload): string | undefined {
  try {
    return JSON.stringify(body ?? null)
  } catch (error) {
    if (error instanceof TypeError && holdsBigint(body)) return undefined
    throw error
  }
}

function holdsBigint(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  if (value === null || typeof value !== 'object') return false
  return Object.values(value).some(holdsBigint)
}

function escapedJson(body: Payload, attachments: readonly Uint8Array[]): string {
  const offsets: number[] = []
  let offset = 0
  for (const attachment of attachments) {
    offsets.push(offset)
    offset += attachment.byteLength
  }
  return JSON.stringify(body ?? null, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${ESCAPE}n${value}`
    if (typeof value === 'string') return value.startsWith(ESCAPE) ? `${ESCAPE}s${value}` : value
    if (!(value instanceof Attachment)) return value
    return `${ESCAPE}b${offsets[value.index]},${attachments[value.index]?.byteLength}`
  })
}

function unescaped(text: string, attached: Buffer): string | bigint | Uint8Array {
  if (!text.startsWith(ESCAPE)) return text
  const rest = text.slice(2)
  switch (text[1]) {
    case 's':
      return rest
    case 'n':
      if (!/^-?\d{1,50}$/.test(rest)) throw new RangeError('not an integer')
      return BigInt(rest)
    case 'b': {
      const [offset = Number.NaN, length = Number.NaN] = rest.split(',').map(Number)
      const sound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0
      if (!sound || offset + length > attached.byteLength) throw new RangeError('not an attachment')
      return Uint8Array.prototype.slice.call(attached, offset, offset + length)
    }
    default:
      throw new RangeError('unknown escape')
  }
}
