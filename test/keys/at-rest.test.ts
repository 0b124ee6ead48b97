import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { openAtRest, type SealedPlace } from '../../services/keys/at-rest.ts'
import { whileOpen } from '../../services/keys/copies.ts'
import { type AtRestRoom, openAtRestRoom } from './at-rest-room.ts'

let home: string
let room: AtRestRoom
let place: SealedPlace
let number = 0
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-at-rest-'))
  room = await openAtRestRoom(home)
})
beforeEach(async () => {
  number += 1
  place = { folder: join(home, `P-${number}`), kind: 'bulle', of: `P-${number}`, version: 'line' }
  await mkdir(place.folder)
})
afterAll(async () => {
  await room.clear.close()
  await rm(home, { recursive: true })
})

const secret = Buffer.from('rows of one person')
const seal = () => room.atRest.seal(place, 'rows', [secret.subarray(0, 5), secret.subarray(5)])
const sealedPath = () => join(place.folder, 'rows.sealed')
const isThere = () =>
  stat(room.atRest.clearOf(place)).then(
    () => true,
    () => false,
  )
const open = () => room.atRest.open(place, ['rows'])

describe('a folder at rest', () => {
  test('has nothing plain on the disk, and is plain for its owner alone while somebody holds it', async () => {
    expect(await seal()).toMatchObject({ bytes: secret.length })
    expect(await readdir(place.folder)).toEqual(['rows.sealed'])
    expect((await readFile(sealedPath())).includes('person')).toBe(false)
    expect(await isThere()).toBe(false)
    const [one, other] = [await open(), await open()]
    expect(await readFile(join(one.folder, 'rows'))).toEqual(secret)
    expect((await stat(one.folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(one.folder, 'rows'))).mode & 0o777).toBe(0o600)
    await one.close()
    await one.close()
    expect(await isThere()).toBe(true)
    await other.close()
    expect(await isThere()).toBe(false)
  })

  test('is opened once, however many ask at the same time, and anew by who comes while it is put away', async () => {
    await seal()
    const all = await Promise.all([open(), open(), open()])
    expect(await readdir(room.atRest.clearOf(place))).toEqual(['rows'])
    const closing = all.map((one) => one.close())
    const late = open()
    await Promise.all(closing)
    expect(await readFile(join((await late).folder, 'rows'))).toEqual(secret)
    await (await late).close()
  })

  test.each([
    ['changed', async () => flip(60)],
    ['changed in its salt', async () => flip(1)],
    ['cut', async () => writeFile(sealedPath(), (await readFile(sealedPath())).subarray(0, -1))],
    ['gone', async () => rm(sealedPath())],
    [
      'the file of another place',
      async () => {
        const other = { ...place, of: 'P-other' }
        await rm(sealedPath())
        await room.atRest.seal(other, 'rows', [secret])
      },
    ],
    [
      'another file of this place',
      async () => {
        await room.atRest.seal(place, 'others', [secret])
        await rename(join(place.folder, 'others.sealed'), sealedPath())
      },
    ],
  ])('does not open when a file is %s, and leaves nothing', async (_, change) => {
    await seal()
    await change()
    await expect(open()).rejects.toMatchObject({ name: 'SealedDamaged' })
    expect(await isThere()).toBe(false)
  })

  test('that is open is opened again when a file on the disk is another one', async () => {
    await seal()
    const first = await open()
    await flip(60)
    await expect(open()).rejects.toMatchObject({ name: 'SealedDamaged' })
    await flip(60)
    const second = await open()
    expect(await readFile(join(second.folder, 'rows'))).toEqual(secret)
    await first.close()
    await second.close()
    expect(await isThere()).toBe(false)
  })

  test('stays what it is under another name of its folder', async () => {
    await seal()
    await rename(place.folder, `${place.folder}-moved`)
    place = { ...place, folder: `${place.folder}-moved` }
    await (await open()).close()
  })

  test('that is destroyed leads to nothing, for who has a copy and for who has it open', async () => {
    await seal()
    const held = await open()
    const copy = join(home, 'stolen')
    await copyFile(sealedPath(), copy)
    await room.atRest.destroy(place)
    await expect(readFile(join(held.folder, 'rows'))).rejects.toMatchObject({ code: 'ENOENT' })
    await held.close()
    await expect(open()).rejects.toMatchObject({ name: 'SealedDamaged' })
    await rm(sealedPath())
    // A new key of the same name opens nothing of the old one.
    await seal()
    await copyFile(copy, sealedPath())
    await expect(open()).rejects.toMatchObject({ name: 'SealedDamaged' })
  })

  test('falls with all that belongs to the same one, and with nothing else', async () => {
    const other = { ...place, version: 'other' }
    const neighbour = { ...place, of: `${place.of}0`, folder: join(home, 'neighbour') }
    await mkdir(neighbour.folder, { recursive: true })
    await seal()
    await room.atRest.seal(other, 'more', [secret])
    await room.atRest.seal(neighbour, 'rows', [secret])
    await room.atRest.destroyAll(place)
    await expect(open()).rejects.toMatchObject({ name: 'SealedDamaged' })
    await expect(room.atRest.read(other, 'more')).rejects.toMatchObject({ name: 'SealedDamaged' })
    expect(await room.atRest.read(neighbour, 'rows')).toEqual(secret)
  })

  test('can be read as a stream, which ends with a failure where it was not the file', async () => {
    await seal()
    const read = async () => {
      const pieces: Uint8Array[] = []
      for await (const piece of room.atRest.stream(place, 'rows')) pieces.push(piece)
      return Buffer.concat(pieces)
    }
    expect(await read()).toEqual(secret)
    await flip(70)
    await expect(read()).rejects.toMatchObject({ name: 'SealedDamaged' })
  })
})

test('a body that breaks off leaves no file', async () => {
  async function* broken() {
    yield secret
    throw new Error('cut')
  }
  await expect(room.atRest.seal(place, 'rows', broken())).rejects.toThrow('cut')
  expect(await readdir(place.folder)).toEqual([])
})

test('what is held open for a piece of work is closed, however it ends', async () => {
  await seal()
  const failing = whileOpen(async (hold) => {
    await hold(open())
    expect(await isThere()).toBe(true)
    throw new Error('the work')
  })
  await expect(failing).rejects.toThrow('the work')
  expect(await isThere()).toBe(false)
})

describe('without room in the clear area', () => {
  const full = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
  const refused = { code: 'UNAVAILABLE', facts: { rule: 'clear.full' } }

  test('nothing opens and nothing is begun', async () => {
    await seal()
    const { keyring, clear } = room
    const atRest = openAtRest({ keyring, clear: { ...clear, folder: full } })
    await expect(atRest.open(place, ['rows'])).rejects.toMatchObject(refused)
    await expect(atRest.work()).rejects.toMatchObject(refused)
    expect(await isThere()).toBe(false)
  })
})

async function flip(at: number): Promise<void> {
  const bytes = await readFile(sealedPath())
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await writeFile(sealedPath(), bytes)
}
