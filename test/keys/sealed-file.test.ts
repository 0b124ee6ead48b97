import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sha256 } from '../../services/kernel/hash.ts'
import { SealedDamaged, type Sealing } from '../../services/keys/chunks.ts'
import {
  openBytes,
  openSealed,
  readSealed,
  sealBytes,
  sealFile,
  writeSealed,
} from '../../services/keys/sealed-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-sealed-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const key = randomBytes(32)
const sealing: Sealing = {
  key,
  context: { kind: 'bulle', of: 'FR-NOR-2026-000001', version: 3, file: 'stays.parquet' },
}
const chunk = 16 * 1024

/** Why the sealed bytes do not open, or null when they do. */
function fault(sealed: Uint8Array, by = sealing): string | null {
  try {
    openBytes(sealed, by)
    return null
  } catch (error) {
    return error instanceof SealedDamaged ? error.name : `other: ${String(error)}`
  }
}

describe('a sealed message', () => {
  test.each([0, 1, 100, chunk - 1, chunk, chunk + 1, 2 * chunk, 5 * chunk + 17])(
    'of %d bytes opens as it was, and has the length that the format says',
    (length) => {
      const plain = randomBytes(length)
      const sealed = sealBytes(plain, sealing)
      expect(openBytes(sealed, sealing).equals(plain)).toBe(true)
      expect(sealed.length).toBe(56 + length + 16 * (Math.floor(length / chunk) + 1))
    },
  )

  test('does not open with any single bit changed', () => {
    const sealed = sealBytes(Buffer.from('one small secret'), sealing)
    const opened = Array.from({ length: sealed.length * 8 }, (_, bit) => {
      const changed = Buffer.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return fault(changed)
    }).filter((one) => one !== 'SealedDamaged')
    expect(opened).toEqual([])
  })

  test('does not open when it was cut anywhere, at the end of a chunk too', () => {
    const sealed = sealBytes(randomBytes(2 * chunk + 40), sealing)
    const ends = [
      ...Array.from({ length: 200 }, (_, at) => at),
      ...Array.from({ length: 56 }, (_, back) => sealed.length - 1 - back),
      56 + chunk + 16,
      56 + 2 * (chunk + 16),
    ]
    expect(
      ends.map((end) => fault(sealed.subarray(0, end))).filter((one) => one !== 'SealedDamaged'),
    ).toEqual([])
  })

  test('does not open with something behind its end', () => {
    const sealed = sealBytes(randomBytes(chunk), sealing)
    expect(fault(Buffer.concat([sealed, Buffer.alloc(1)]))).toBe('SealedDamaged')
    expect(fault(Buffer.concat([sealed, sealed.subarray(56)]))).toBe('SealedDamaged')
  })

  test('does not open with two chunks changed over, one left out, or one of another message', () => {
    const [first, second] = [
      sealBytes(randomBytes(3 * chunk), sealing),
      sealBytes(randomBytes(3 * chunk), sealing),
    ]
    const part = (sealed: Buffer, number: number) =>
      sealed.subarray(56 + number * (chunk + 16), 56 + (number + 1) * (chunk + 16))
    const head = first.subarray(0, 56)
    const made = (...parts: Buffer[]) => fault(Buffer.concat([head, ...parts, part(first, 3)]))
    expect(made(part(first, 0), part(first, 1), part(first, 2))).toBeNull()
    expect(made(part(first, 1), part(first, 0), part(first, 2))).toBe('SealedDamaged')
    expect(made(part(first, 0), part(first, 2))).toBe('SealedDamaged')
    expect(made(part(first, 0), part(second, 1), part(first, 2))).toBe('SealedDamaged')
  })

  test.each([
    ['kind', { kind: 'version' }],
    ['owner', { of: 'FR-NOR-2026-000002' }],
    ['version', { version: 4 }],
    ['name', { file: 'deaths.parquet' }],
  ] as const)('does not open as a file of another %s', (_what, other) => {
    const sealed = sealBytes(Buffer.from('rows'), sealing)
    expect(fault(sealed, { key, context: { ...sealing.context, ...other } })).toBe('SealedDamaged')
  })

  test('does not open with another key', () => {
    expect(fault(sealBytes(Buffer.from('rows'), sealing), { ...sealing, key: randomBytes(32) })).toBe(
      'SealedDamaged',
    )
  })

  test('shares nothing with another of the same content', () => {
    const plain = randomBytes(2 * chunk)
    const [first, second] = [sealBytes(plain, sealing), sealBytes(plain, sealing)]
    const pieces = (sealed: Buffer) =>
      Array.from({ length: Math.floor(sealed.length / 16) }, (_, at) =>
        sealed.toString('hex', at * 16, at * 16 + 16),
      )
    const known = new Set(pieces(first))
    expect(pieces(second).filter((piece) => known.has(piece))).toEqual([])
  })

  test('takes no name that could be read as two parts of a context', () => {
    const context = { ...sealing.context, file: 'a|b' }
    expect(() => sealBytes(Buffer.alloc(0), { key, context })).toThrow(TypeError)
  })
})

describe('a sealed file', () => {
  const at = (name: string) => join(folder, name)

  test('is sealed and opened as it was, readable by its user alone', async () => {
    const plain = randomBytes(9 * chunk + 5)
    await writeFile(at('plain'), plain)
    const measured = await sealFile({ from: at('plain'), to: at('sealed'), ...sealing })
    expect(measured).toEqual({ bytes: plain.length, sha256: sha256(plain) })
    expect(await openSealed({ from: at('sealed'), to: at('opened'), ...sealing })).toEqual(measured)
    expect((await readFile(at('opened'))).equals(plain)).toBe(true)
    expect((await stat(at('opened'))).mode & 0o777).toBe(0o600)
    expect((await stat(at('sealed'))).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['changed', (sealed: Buffer) => sealed.fill(0, sealed.length - 3)],
    ['cut after a whole chunk', (sealed: Buffer) => sealed.subarray(0, 56 + 2 * (chunk + 16))],
    ['cut in its header', (sealed: Buffer) => sealed.subarray(0, 40)],
    ['empty', () => Buffer.alloc(0)],
  ])('that is %s is refused and leaves no file', async (name, spoil) => {
    await writeFile(at(name), spoil(sealBytes(randomBytes(3 * chunk), sealing)))
    const opening = openSealed({ from: at(name), to: at(`${name} opened`), ...sealing })
    await expect(opening).rejects.toThrow(SealedDamaged)
    expect(await readdir(folder)).not.toContain(`${name} opened`)
  })

  test('never takes the place of a file that is there', async () => {
    await writeFile(at('source'), 'rows')
    await writeFile(at('taken'), 'mine')
    await expect(sealFile({ from: at('source'), to: at('taken'), ...sealing })).rejects.toMatchObject({
      code: 'EEXIST',
    })
    expect(await readFile(at('taken'), 'utf8')).toBe('mine')
  })

  test('of few bytes is replaced as a whole', async () => {
    await writeSealed(at('small'), Buffer.from('first'), sealing)
    await writeSealed(at('small'), Buffer.from('second'), sealing)
    expect((await readSealed(at('small'), sealing)).toString()).toBe('second')
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([])
  })
})
