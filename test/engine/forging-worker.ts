/** A worker that somebody else has taken over: it answers each call with bytes of its own making. */
import { encodeFrames } from '../../services/engine/frames.ts'
import { serve } from '../../services/engine/serve.ts'

const MAGIC = 0x68636c31
const MIB = 1024 * 1024
const kinds = { ready: 0, call: 1, answer: 2, fault: 3, interrupt: 4, progress: 5 } as const

interface Header {
  readonly kind?: number
  readonly flags?: number
  readonly id?: number
  readonly length?: number
}

function header({ kind = kinds.answer, flags = 0, id = 1, length = 0 }: Header): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32BE(MAGIC, 0)
  bytes.writeUInt8(kind, 4)
  bytes.writeUInt8(flags, 5)
  bytes.writeUInt32BE(id, 8)
  bytes.writeUInt32BE(length, 12)
  return bytes
}

const say = (...parts: readonly Uint8Array[]) => void process.stdout.write(Buffer.concat(parts))

/** Until its pipe is closed, as fast as it is read. */
function forEver(bytes: Uint8Array): void {
  while (process.stdout.write(bytes));
  process.stdout.once('drain', () => forEver(bytes))
}

const body = (text: string) => {
  const bytes = Buffer.from(text)
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(bytes.byteLength, 1)
  return Buffer.concat([prefix, bytes])
}
const message = (text: string, more: Header = {}) => {
  const bytes = body(text)
  return Buffer.concat([header({ ...more, length: bytes.byteLength }), bytes])
}

/** Never answered by the service itself: what is said before the promise settles is all there is. */
const silent = () => new Promise<never>(() => {})
const forged = (act: () => void) => () => {
  act()
  return silent()
}

serve({
  methods: {
    echo: (params: unknown) => params,
    'noise instead of frames': forged(() => say(Buffer.alloc(4096, 0x41))),
    'another magic': forged(() => say(Buffer.alloc(16), body('1'))),
    'a kind that is none': forged(() => say(message('1', { kind: 9 }))),
    'a flag that is none': forged(() => say(message('1', { flags: 2 }))),
    'a call of its own': forged(() => say(message('{"method":"x","params":1}', { kind: kinds.call }))),
    'an interrupt': forged(() => say(message('null', { kind: kinds.interrupt }))),
    'a second start': forged(() => say(message('{}', { kind: kinds.ready, id: 0 }))),
    'an answer to nobody': forged(() => say(message('1', { id: 77 }))),
    'a fault that quotes a row': forged(() =>
      say(message('{"detail":"x","row":["Jean"]}', { kind: kinds.fault })),
    ),
    'a length beyond a frame': forged(() => say(header({ length: 0xffffffff }))),
    'a JSON that is none': forged(() => say(message('{"a":'))),
    'a JSON longer than its frame': forged(() => {
      const bytes = body('1')
      bytes.writeUInt32BE(1 << 30, 1)
      say(header({ length: bytes.byteLength }), bytes)
    }),
    'an attachment beyond its end': forged(() => {
      const bytes = body(JSON.stringify({ a: '\u0000b0,4096' }))
      bytes.writeUInt8(1, 0)
      say(header({ length: bytes.byteLength }), bytes)
    }),
    'a number of a million digits': forged(() => {
      const bytes = body(JSON.stringify(`\u0000n${'9'.repeat(1_000_000)}`))
      bytes.writeUInt8(1, 0)
      say(header({ length: bytes.byteLength }), bytes)
    }),
    'two answers in one': forged(() => say(message('1', { flags: 1 }), message('2', { id: 2 }))),
    'parts without end': forged(() =>
      forEver(Buffer.concat([header({ flags: 1, length: 4 * MIB }), Buffer.alloc(4 * MIB)])),
    ),
    'parts without bytes and without end': forged(() => forEver(header({ flags: 1 }))),
    'progress without end': forged(() => forEver(message('{"share":0.5}', { kind: kinds.progress }))),
    'half a frame, for ever': forged(() => say(header({ length: 1000 }), Buffer.alloc(10))),
    'more than it may': forged(() => {
      for (const bytes of encodeFrames({ kind: 'answer', id: 1, body: 'x'.repeat(9 * MIB) })) say(bytes)
    }),
  },
})
