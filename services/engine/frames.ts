/**
 * Messages between the house and its workers: length-prefixed frames over the standard streams of the child.
 *
 * frame   = header (16 bytes) + payload (at most 4 MiB)
 * header  = magic u32 | kind u8 | flags u8 | reserved u16 | id u32 | length u32, big-endian
 * message = one or more frames of the same kind and id; MORE is set on all but the last, and those are full
 * payload = length of the JSON u32 | JSON | attachments one after the other
 *
 * Both sides read with the same reader, which trusts nothing: a wrong magic, an unknown kind, flag or length, an interleaved
 * message or one above the cap throws FrameError, and the parent kills the child.
 */
import { decodeMessage, encodeMessage, type Payload } from './message.ts'

const MAGIC = 0x68636c31
const HEADER_BYTES = 16
const MORE = 1
/** Largest payload of one frame. Longer messages are split. */
export const FRAME_BYTES = 4 * 1024 * 1024

const kinds = ['ready', 'call', 'answer', 'fault', 'interrupt', 'progress'] as const
type FrameKind = (typeof kinds)[number]

export interface Message {
  readonly kind: FrameKind
  /** The call that the message belongs to; 0 for `ready`. */
  readonly id: number
  readonly body: unknown
}

export class FrameError extends Error {
  override readonly name = 'FrameError'
}

function frame(
  { kind, id }: { kind: FrameKind; id: number },
  flags: number,
  payload: Uint8Array,
): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength)
  bytes.writeUInt32BE(MAGIC, 0)
  bytes.writeUInt8(kinds.indexOf(kind), 4)
  bytes.writeUInt8(flags, 5)
  bytes.writeUInt16BE(0, 6)
  bytes.writeUInt32BE(id, 8)
  bytes.writeUInt32BE(payload.byteLength, 12)
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

/** The frames of a message, in order. */
export function* encodeFrames(message: Message): Generator<Uint8Array> {
  const payload = encodeMessage(message.body as Payload)
  let offset = 0
  do {
    const end = Math.min(offset + FRAME_BYTES, payload.byteLength)
    yield frame(message, end < payload.byteLength ? MORE : 0, payload.subarray(offset, end))
    offset = end
  } while (offset < payload.byteLength)
}

interface Header {
  readonly kind: FrameKind
  readonly id: number
  readonly more: boolean
  readonly length: number
}

function readHeader(bytes: Buffer): Header {
  const kind = kinds[bytes.readUInt8(4)]
  const flags = bytes.readUInt8(5)
  const length = bytes.readUInt32BE(12)
  const sound = bytes.readUInt32BE(0) === MAGIC && bytes.readUInt16BE(6) === 0
  // A frame with MORE is full: one without bytes could follow another for ever, below every cap.
  const isWhole = flags === MORE ? length === FRAME_BYTES : flags === 0 && length <= FRAME_BYTES
  if (!sound || kind === undefined || !isWhole) throw new FrameError('not a frame')
  return { kind, id: bytes.readUInt32BE(8), more: flags === MORE, length }
}

/** Puts bytes back together into messages. Holds at most one message of `maxBytes` and one frame. */
export class FrameReader {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #buffered = 0
  #parts: Buffer[] = []
  #partBytes = 0
  #open: Header | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The messages that these bytes complete. Throws FrameError; the reader is of no use afterwards. */
  *push(bytes: Uint8Array): Generator<Message> {
    this.#chunks.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    this.#buffered += bytes.byteLength
    while (this.#buffered >= HEADER_BYTES) {
      const header = readHeader(this.#peek(HEADER_BYTES))
      if (this.#buffered < HEADER_BYTES + header.length) return
      this.#take(HEADER_BYTES)
      const message = this.#add(header, this.#take(header.length))
      if (message !== undefined) yield message
    }
  }

  #add(header: Header, payload: Buffer): Message | undefined {
    const open = this.#open
    if (open !== undefined && (open.kind !== header.kind || open.id !== header.id)) {
      throw new FrameError('messages are interleaved')
    }
    this.#parts.push(payload)
    this.#partBytes += payload.byteLength
    if (this.#partBytes > this.#maxBytes) throw new FrameError('the message is too long')
    this.#open = header.more ? header : undefined
    if (header.more) return
    const whole = this.#parts.length === 1 ? payload : Buffer.concat(this.#parts, this.#partBytes)
    this.#parts = []
    this.#partBytes = 0
    return { kind: header.kind, id: header.id, body: decoded(whole) }
  }

  #peek(length: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.byteLength >= length) return first.subarray(0, length)
    const whole = Buffer.concat(this.#chunks, this.#buffered)
    this.#chunks = [whole]
    return whole.subarray(0, length)
  }

  #take(length: number): Buffer {
    const taken = this.#peek(length)
    const rest = this.#chunks[0]?.subarray(length)
    if (rest !== undefined && rest.byteLength > 0) this.#chunks[0] = rest
    else this.#chunks.shift()
    this.#buffered -= length
    return taken
  }
}

function decoded(bytes: Buffer): unknown {
  try {
    return decodeMessage(bytes)
  } catch (error) {
    throw new FrameError('the message does not decode', { cause: error })
  }
}
