import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sha256 } from '../../services/kernel/hash.ts'
import { Opener, SealedDamaged, Sealer, type Sealing } from '../../services/keys/chunks.ts'
import {
  openBytes,
  openSealed,
  readSealed,
  sealBytes,
  sealFile,
  writeSealed,
} from '../../services/keys/sealed-file.ts'
import { type Build, chunk, faultsOf, sealing } from './sealed-oracle.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-sealed-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** As `sealBytes`, with a salt that is given. */
function sealedWith(salt: Uint8Array, plain: Uint8Array, by: Sealing): Buffer {
  const sealer = new Sealer(by, salt)
  const pieces = [sealer.header]
  for (let at = 0; at <= plain.length; at += chunk) pieces.push(sealer.chunk(plain.subarray(at, at + chunk)))
  return Buffer.concat(pieces)
}

const salt = Buffer.alloc(24)

describe('a sealed message', () => {
  test('opens as it was, at its place, whole and unchanged, or not at all', () => {
    expect(faultsOf({ seal: sealBytes, open: openBytes })).toEqual([])
  })

  const elsewhere = ({ key, context }: Sealing): Sealing => ({
    key,
    context: { ...context, of: '', version: 0 },
  })
  const begun = (sealed: Uint8Array, by: Sealing): Buffer => {
    const opener = new Opener(by, sealed.subarray(0, 56))
    const pieces = []
    for (let at = 56; at < sealed.length; at += chunk + 16)
      pieces.push(opener.chunk(sealed.subarray(at, at + chunk + 16)))
    return Buffer.concat(pieces)
  }
  const unnumbered = (sealed: Uint8Array, by: Sealing): Buffer => {
    const pieces = []
    for (let at = 56; at < sealed.length; at += chunk + 16)
      pieces.push(new Opener(by, sealed.subarray(0, 56)).chunk(sealed.subarray(at, at + chunk + 16)))
    return Buffer.concat(pieces)
  }
  test.each<[string, Build, string]>([
    [
      'that leaves its place out of the key',
      {
        seal: (plain, by) => sealBytes(plain, elsewhere(by)),
        open: (sealed, by) => openBytes(sealed, elsewhere(by)),
      },
      'of this place alone',
    ],
    ['that takes a whole chunk for the last', { seal: sealBytes, open: begun }, 'not cut'],
    [
      'that numbers no chunk',
      {
        seal: (plain, by) => {
          const [head, ...chunks] = Array.from({ length: Math.floor(plain.length / chunk) + 2 }, (_, at) =>
            at === 0
              ? new Sealer(by, salt).header
              : new Sealer(by, salt).chunk(plain.subarray((at - 1) * chunk, at * chunk)),
          )
          return Buffer.concat([head ?? salt, ...chunks])
        },
        open: unnumbered,
      },
      'chunks in their order',
    ],
    [
      'that seals two messages alike',
      { seal: (plain, by) => sealedWith(salt, plain, by), open: openBytes },
      'nothing in common with another of the same content',
    ],
    [
      'that proves nothing',
      { seal: (plain) => Buffer.from(plain), open: (sealed) => Buffer.from(sealed) },
      'no bit changed',
    ],
  ])('of a build %s is found out by the same questions', (_name, build, fault) => {
    expect(faultsOf(build)).toContain(fault)
  })

  // Made by another program: Cobblestone-256 of the Python package cryptography 50.0.2, with the key 00 01 … 1f.
  test.each([
    [
      0,
      '6f3345bf1bdbdefc7efe8ba371094ee694b21b124ec0bf24',
      'eecc0fd46a460e1c95d4260d2984ffcf38ba20f7b3378ce0dbf1b286168338dc',
    ],
    [
      5,
      '6227b9cc3e9683e74e157201bbc7efe616686a2798e990f7',
      'f17171b183041832ece61dc65d63a80239b62284ff8331c8ca8c822a3376ae52',
    ],
    [
      16383,
      '33bd13341f92f69c66fc0e5475762acf742a0d540254ffe9',
      '7a7cf7792025c8335a2b4119853e25018a056128313162aeb34dd80c97eb1aa8',
    ],
    [
      16384,
      '25003d0ffbeaad7f45d902fd1554b396350b7e5a2caffa75',
      'e372874a886d230a65be28f792708bbff1a64b5edf34e878ad5f680c38d10e12',
    ],
    [
      40000,
      '25f5af370306581efe4e18e4493ff406dd73f6eec08207c3',
      'a6e985a670e53917af881c7a83d28b293a961a0046c31a94cc590c7ee43ea3e8',
    ],
  ])('of %d bytes is the same to the bit as that of another program', (length, salted, hash) => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
    const plain = Buffer.from(Array.from({ length }, (_, at) => (at * 7 + 3) % 256))
    expect(sha256(sealedWith(Buffer.from(salted, 'hex'), plain, { ...sealing, key }))).toBe(hash)
  })

  test('takes no name that could be read as two parts of a context', () => {
    const context = { ...sealing.context, file: 'a|b' }
    expect(() => sealBytes(Buffer.alloc(0), { ...sealing, context })).toThrow(TypeError)
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
