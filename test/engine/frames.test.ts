import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  encodeFrames,
  FRAME_BYTES,
  FrameError,
  FrameReader,
  type Message,
} from '../../services/engine/frames.ts'

const bytesOf = (message: Message) => Buffer.concat([...encodeFrames(message)])
const readAll = (reader: FrameReader, bytes: Uint8Array) => [...reader.push(bytes)]
const answer = (body: unknown, id = 7): Message => ({ kind: 'answer', id, body })

describe('frames', () => {
  test('come back whole whatever the pieces that the pipe makes of them', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.bigInt({ min: -(2n ** 128n), max: 2n ** 128n }),
      fc.constant('\u0000s'),
      fc.constant('\u0000b0,1'),
    )
    fc.assert(
      fc.property(fc.array(value), fc.integer({ min: 1, max: 40 }), (body, piece) => {
        const bytes = bytesOf(answer(body))
        const reader = new FrameReader(1e6)
        const messages: Message[] = []
        for (let start = 0; start < bytes.length; start += piece) {
          messages.push(...reader.push(bytes.subarray(start, start + piece)))
        }
        const plain = JSON.parse(JSON.stringify(body, (_, v) => (typeof v === 'bigint' ? `n${v}` : v)))
        const got = JSON.parse(
          JSON.stringify(messages[0]?.body, (_, v) => (typeof v === 'bigint' ? `n${v}` : v)),
        )
        expect(got).toEqual(plain)
        expect(messages).toHaveLength(1)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test('are at most 4 MiB each on the wire', () => {
    const frames = [...encodeFrames(answer('x'.repeat(2 * FRAME_BYTES)))]
    expect(frames).toHaveLength(3)
    for (const frame of frames) expect(frame.byteLength).toBeLessThanOrEqual(FRAME_BYTES + 16)
  })

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['a wrong magic', (bytes) => bytes.fill(0, 0, 1)],
    ['an unknown kind', (bytes) => bytes.fill(9, 4, 5)],
    ['an unknown flag', (bytes) => bytes.fill(2, 5, 6)],
    ['a length above the frame', (bytes) => bytes.fill(0xff, 12, 16)],
    ['JSON that ends too soon', (bytes) => bytes.fill(0x20, bytes.length - 1)],
    ['an unknown form', (bytes) => bytes.fill(7, 16, 17)],
  ])('with %s are refused', (_, spoil) => {
    const bytes = spoil(bytesOf(answer({ a: 'text' })))
    expect(() => readAll(new FrameReader(1e6), bytes)).toThrow(FrameError)
  })

  test('of a message above the cap are refused before the message is whole', () => {
    const [first = Buffer.of()] = encodeFrames(answer('x'.repeat(2 * FRAME_BYTES)))
    expect(() => readAll(new FrameReader(FRAME_BYTES - 1), first)).toThrow(FrameError)
  })

  test('of two messages do not interleave', () => {
    const [first = Buffer.of()] = encodeFrames(answer('x'.repeat(2 * FRAME_BYTES), 1))
    const reader = new FrameReader(1e9)
    expect(readAll(reader, first)).toEqual([])
    expect(() => readAll(reader, bytesOf(answer('y', 2)))).toThrow(FrameError)
  })

  test.each(['\u0000x', '\u0000n1.5', '\u0000b0,9', '\u0000b-1,1'])(
    'do not resolve the escape %j',
    (special) => {
      const bytes = bytesOf(answer([1n, 'MARK']))
      const json = JSON.stringify([special])
      const payload = Buffer.concat([Buffer.of(1, 0, 0, 0, json.length), Buffer.from(json)])
      const header = Buffer.from(bytes.subarray(0, 16))
      header.writeUInt32BE(payload.length, 12)
      expect(() => readAll(new FrameReader(1e6), Buffer.concat([header, payload]))).toThrow(FrameError)
    },
  )
})
