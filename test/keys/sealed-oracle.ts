/** What the sealing of messages promises, asked of any build of it: the sound one answers no fault, a broken one is named. */
import { randomBytes } from 'node:crypto'
import type { Sealing } from '../../services/keys/chunks.ts'

export interface Build {
  seal(plain: Uint8Array, sealing: Sealing): Buffer
  /** Throws an error named SealedDamaged. */
  open(sealed: Uint8Array, sealing: Sealing): Buffer
}

export const chunk = 16 * 1024
export const sealing: Sealing = {
  key: randomBytes(32),
  context: { kind: 'bulle', of: 'FR-NOR-2026-000001', version: 3, file: 'stays.parquet' },
}

/** Promises that the build does not keep, each by its name. */
export function faultsOf(build: Build): string[] {
  const refuses = (sealed: Uint8Array, by = sealing): boolean => {
    try {
      build.open(sealed, by)
      return false
    } catch (error) {
      return error instanceof Error && error.name === 'SealedDamaged'
    }
  }
  return Object.entries(promises)
    .filter(([, holds]) => !holds(build, refuses))
    .map(([name]) => name)
}

type Refuses = (sealed: Uint8Array, by?: Sealing) => boolean

const part = (sealed: Buffer, number: number) =>
  sealed.subarray(56 + number * (chunk + 16), 56 + (number + 1) * (chunk + 16))

const promises: Readonly<Record<string, (build: Build, refuses: Refuses) => boolean>> = {
  'opens as it was, in the length of the format': ({ seal, open }) =>
    [0, 1, 100, chunk - 1, chunk, chunk + 1, 2 * chunk, 5 * chunk + 17].every((length) => {
      const plain = randomBytes(length)
      const sealed = seal(plain, sealing)
      const expected = 56 + length + 16 * (Math.floor(length / chunk) + 1)
      return open(sealed, sealing).equals(plain) && sealed.length === expected
    }),
  'no bit changed': ({ seal }, refuses) => {
    const sealed = seal(Buffer.from('one small secret'), sealing)
    return Array.from({ length: sealed.length * 8 }).every((_, bit) => {
      const changed = Buffer.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return refuses(changed)
    })
  },
  'not cut': ({ seal }, refuses) => {
    const sealed = seal(randomBytes(2 * chunk + 40), sealing)
    const first = Array.from({ length: 200 }, (_, at) => at)
    const last = Array.from({ length: 56 }, (_, back) => sealed.length - 1 - back)
    const betweenChunks = [56 + chunk + 16, 56 + 2 * (chunk + 16)]
    return [...first, ...last, ...betweenChunks].every((end) => refuses(sealed.subarray(0, end)))
  },
  'nothing behind the end': ({ seal }, refuses) => {
    const sealed = seal(randomBytes(chunk), sealing)
    return [Buffer.alloc(1), sealed.subarray(56)].every((more) => refuses(Buffer.concat([sealed, more])))
  },
  'chunks in their order': ({ seal }, refuses) => {
    const sealed = seal(randomBytes(3 * chunk), sealing)
    const made = (...numbers: number[]) =>
      Buffer.concat([sealed.subarray(0, 56), ...numbers.map((number) => part(sealed, number))])
    return (
      !refuses(made(0, 1, 2, 3)) &&
      [made(1, 0, 2, 3), made(0, 2, 3), made(0, 1, 1, 2, 3)].every((one) => refuses(one))
    )
  },
  'no chunk of another message': ({ seal }, refuses) => {
    const [one, two] = [seal(randomBytes(2 * chunk), sealing), seal(randomBytes(2 * chunk), sealing)]
    return refuses(Buffer.concat([one.subarray(0, 56), part(two, 0), part(one, 1), part(one, 2)]))
  },
  'of this place alone': ({ seal }, refuses) => {
    const sealed = seal(Buffer.from('rows'), sealing)
    const others = [
      { kind: 'version' },
      { of: 'FR-NOR-2026-000002' },
      { version: 4 },
      { file: 'deaths.parquet' },
    ] as const
    return others.every((other) => refuses(sealed, { ...sealing, context: { ...sealing.context, ...other } }))
  },
  'of this key alone': ({ seal }, refuses) =>
    refuses(seal(Buffer.from('rows'), sealing), { ...sealing, key: randomBytes(32) }),
  'nothing in common with another of the same content': ({ seal }) => {
    const plain = randomBytes(2 * chunk)
    const pieces = Array.from({ length: Math.floor((2 * chunk) / 16) }, (_, at) => at * 16)
    const [one, two] = [seal(plain, sealing).toString('hex'), seal(plain, sealing).toString('hex')]
    const known = new Set(pieces.map((at) => one.slice(at * 2, at * 2 + 32)))
    return pieces.every((at) => !known.has(two.slice(at * 2, at * 2 + 32)))
  },
}
