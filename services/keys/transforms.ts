/** Sealing and opening what passes by, with one chunk in memory. */
import { Transform } from 'node:stream'
import {
  chunkBytes,
  headerBytes,
  Opener,
  SealedDamaged,
  Sealer,
  type Sealing,
  sealedChunkBytes,
} from './chunks.ts'

/** What is made of a stream: pieces of a first size, then of another, and a last one that is shorter. */
interface Cutting {
  readonly size: () => number
  /** A piece of exactly that size. */
  readonly whole: (piece: Buffer) => Buffer
  /** What is left at the end, shorter than the size, perhaps empty. */
  readonly rest: (piece: Buffer) => Buffer
}

function cutting({ size, whole, rest }: Cutting): Transform {
  let held: Buffer = Buffer.alloc(0)
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes])
      try {
        while (held.length >= size()) {
          const piece = held.subarray(0, size())
          held = held.subarray(piece.length)
          this.push(whole(piece))
        }
        done()
      } catch (error) {
        done(error as Error)
      }
    },
    flush(done) {
      try {
        done(null, rest(held))
      } catch (error) {
        done(error as Error)
      }
    },
  })
}

/** Takes the plain bytes of one message, gives the sealed ones. */
export function sealTransform(sealing: Sealing): Transform {
  const sealer = new Sealer(sealing)
  const transform = cutting({
    size: () => chunkBytes,
    whole: (plain) => sealer.chunk(plain),
    rest: (plain) => sealer.chunk(plain),
  })
  transform.push(sealer.header)
  return transform
}

/**
 * Takes the sealed bytes, gives the plain ones, each of them proved. Only the end proves that nothing was cut: until then
 * whoever reads has a beginning, and must give it up when the stream ends with SealedDamaged.
 */
export function openTransform(sealing: Sealing): Transform {
  let opener: Opener | undefined
  return cutting({
    size: () => (opener === undefined ? headerBytes : sealedChunkBytes),
    whole: (piece) => {
      if (opener !== undefined) return opener.chunk(piece)
      opener = new Opener(sealing, piece)
      return Buffer.alloc(0)
    },
    rest: (piece) => {
      if (opener === undefined) throw new SealedDamaged('a sealed file that was cut')
      return opener.chunk(piece)
    },
  })
}
