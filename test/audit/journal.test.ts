/** Frames of the journal, read back whatever the disk has kept after them. */
import { expect, test } from '@jest/globals'
import { decodeJournal, encodeFrame } from '../../services/audit/journal.ts'

/** One record in 256 has a hash that ends in a zero. */
function endingInZero(): Buffer {
  for (let n = 0; n < 20_000; n += 1) {
    const frame = encodeFrame({ seq: 7, leaf: Buffer.from(`{"n":${n}}`), record: Buffer.from('sealed') })
    if (frame.at(-1) === 0) return frame
  }
  throw new Error('no such record')
}

test.each([0, 1, 15, 16, 4096])(
  'a whole record whose hash ends in a zero is read before %d kept zeros',
  (zeros) => {
    const { frames, damagedAt } = decodeJournal(Buffer.concat([endingInZero(), Buffer.alloc(zeros)]))
    expect(frames.map(({ seq }) => seq)).toEqual([7])
    expect(damagedAt).toBeUndefined()
  },
)

test('a record of which zeros took the end is torn', () => {
  const whole = encodeFrame({ seq: 1, leaf: Buffer.from('{"a":1}'), record: Buffer.alloc(0) })
  const torn = Buffer.concat([whole.subarray(0, -8), Buffer.alloc(64)])
  expect(decodeJournal(torn)).toMatchObject({ frames: [], tornBytes: torn.length })
})
