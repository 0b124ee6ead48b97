/** Sealing and opening what arrives in pieces of any size. */
import { randomBytes } from 'node:crypto'
import { Readable, type Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from '@jest/globals'
import { openBytes, sealBytes } from '../../services/keys/sealed-file.ts'
import { openTransform, sealTransform } from '../../services/keys/transforms.ts'
import { chunk, sealing } from './sealed-oracle.ts'

/** What comes out when these bytes go in, piece by piece. */
function through(transform: Transform, bytes: Buffer, size: number): Promise<Buffer> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
  return buffer(Readable.from(pieces).compose(transform))
}

const lengths = [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk + 5]
const sizes = [1021, 16_383, 16_400, 65_536]

describe('a sealing stream', () => {
  test.each(sizes)('of pieces of %d bytes seals and opens as in one piece', async (size) => {
    for (const length of lengths) {
      const plain = randomBytes(length)
      const sealed = await through(sealTransform(sealing), plain, size)
      expect(openBytes(sealed, sealing).equals(plain)).toBe(true)
      expect((await through(openTransform(sealing), sealBytes(plain, sealing), size)).equals(plain)).toBe(
        true,
      )
    }
  })

  test.each(sizes)('of pieces of %d bytes ends with a failure where it was cut or changed', async (size) => {
    const sealed = sealBytes(randomBytes(2 * chunk + 9), sealing)
    const changed = Buffer.from(sealed)
    changed[chunk] = (changed[chunk] ?? 0) ^ 1
    const cuts = [0, 10, 56, 56 + chunk + 16, sealed.length - 1].map((end) => sealed.subarray(0, end))
    for (const spoilt of [changed, ...cuts, Buffer.concat([sealed, Buffer.alloc(1)])])
      await expect(through(openTransform(sealing), spoilt, size)).rejects.toMatchObject({
        name: 'SealedDamaged',
      })
  })
})
