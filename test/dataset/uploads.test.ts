import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { openDeposit, receiveTable, submitDeposit } from '../../services/dataset/deposit.ts'
import { openUploadFiles } from '../../services/dataset/upload-files.ts'
import { openUploadRegister } from '../../services/dataset/upload-register.ts'
import { openTurns } from '../../services/dataset/upload-turns.ts'
import {
  beginUpload,
  continueUpload,
  expireUploads,
  listUploads,
  readUpload,
  recoverUploads,
  removeUpload,
  type ShownUpload,
  type UploadNeeds,
} from '../../services/dataset/uploads.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { openStore, type Store } from '../../services/store/store.ts'
import { openDatabase } from '../house.ts'
import { chunks, declare, fixedClock, havre, openRoom, person, type Room, rouen } from './room.ts'
import { acts, people, small } from './small.ts'

const day = 24 * 3_600_000
const roomOfDisk = 1024 ** 3

let room: Room
let store: Store
let needs: UploadNeeds
let now: number
let free: number
let deposit: string
beforeAll(async () => {
  const database = await openDatabase()
  room = await openRoom(database)
  store = await openStore({ url: database.url, log: silentLog, connections: 2 })
  needs = {
    deposits: { ...room.needs, clock: { now: () => now } },
    uploads: openUploadRegister(store),
    files: openUploadFiles({ ...room, freeBytes: async () => free }),
    turns: openTurns(),
  }
  await declare(room.needs, small('sent'))
})
afterAll(async () => {
  await store.close()
  await room.close()
})
beforeEach(async () => {
  now = fixedClock.now()
  free = roomOfDisk
  deposit = (await openDeposit(needs.deposits, rouen, { dataset: 'sent' })).id
})

const metadata = (members: Readonly<Record<string, string>> = {}) =>
  Object.entries({ deposit, table: 'people', contentType: 'text/csv', ...members })
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')
const begin = (bytes: number, members?: Readonly<Record<string, string>>): Promise<ShownUpload> =>
  beginUpload(needs, rouen, { bytes, metadata: metadata(members) })
const send = (id: string, offset: number, text: string) =>
  continueUpload(needs, rouen, { id, offset, body: chunks(Buffer.from(text), 8) })
const left = () => readdir(join(room.home, 'uploads'))
const typesSince = (count: number) => room.audit.entries.slice(count).map(({ body }) => body.type)

test('a file that came in pieces is the table that one PUT would have made, and is checked the same', async () => {
  const { id } = await begin(people.length, { delimiter: ';' })
  const count = room.audit.entries.length
  await send(id, 0, people.slice(0, 10))
  await send(id, 10, people.slice(10))
  expect(typesSince(count)).toEqual(['upload.continued', 'deposit.received'])
  const [inPieces] = await needs.deposits.register.files(deposit)
  await receiveTable(needs.deposits, rouen, {
    ...{ deposit, table: 'people', contentType: 'text/csv', dialect: { delimiter: ';' } },
    body: chunks(Buffer.from(people)),
  })
  const [put] = await needs.deposits.register.files(deposit)
  expect({ ...inPieces, file: put?.file }).toEqual(put)
  expect(await left()).not.toContain(id)
  // Who missed the last answer asks again and learns that all is there.
  expect(await readUpload(needs, rouen, id)).toMatchObject({ offset: people.length })
})

test('other organisations and roles meet an upload as if it were not there', async () => {
  const { id } = await begin(4)
  const alice = person('alice', 'chu-rouen', 'researcher')
  const calls = (by: typeof rouen) => [
    () => beginUpload(needs, by, { bytes: 4, metadata: metadata() }),
    () => readUpload(needs, by, id),
    () => continueUpload(needs, by, { id, offset: 0, body: chunks(Buffer.from('abcd')) }),
    () => removeUpload(needs, by, id),
  ]
  for (const call of calls(havre)) await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  for (const call of calls(alice)) await expect(call()).rejects.toMatchObject({ code: 'ROLE' })
  expect(await listUploads(needs, havre)).toEqual([])
  expect(await readUpload(needs, rouen, id)).toMatchObject({ offset: 0 })
})

describe('what is refused', () => {
  test('before the first byte: no room beside what others announced', async () => {
    free = 256 * 1024 ** 2 + 100
    const { id } = await begin(60)
    await expect(begin(60)).rejects.toMatchObject({ code: 'UNAVAILABLE', facts: { rule: 'deposit.disk' } })
    await removeUpload(needs, rouen, id)
    await removeUpload(needs, rouen, (await begin(60)).id)
  })

  test('a piece, while the disk is full; it goes on when there is room', async () => {
    const { id } = await begin(4)
    free = 0
    await expect(send(id, 0, 'abcd')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await readUpload(needs, rouen, id)).toMatchObject({ offset: 0 })
    free = roomOfDisk
    expect(await send(id, 0, 'abcd')).toMatchObject({ offset: 4 })
  })

  test('more unfinished uploads of one person than anybody needs', async () => {
    const other = person('other', 'chu-rouen', 'holder')
    const more = () => beginUpload(needs, other, { bytes: 1, metadata: metadata() })
    for (let i = 0; i < 32; i += 1) await more()
    await expect(more()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  })

  test('a file that is not the one that was announced: nothing of it is left', async () => {
    const { id } = await begin(4, { sha256: '0'.repeat(64) })
    await expect(send(id, 0, 'abcd')).rejects.toMatchObject({
      code: 'INVALID',
      facts: { rule: 'upload.digest' },
    })
    await expect(readUpload(needs, rouen, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await left()).not.toContain(id)
    expect(await needs.deposits.register.files(deposit)).toEqual([])
  })

  test('going on from another place than where it stands, and beyond its end', async () => {
    const { id } = await begin(4)
    await send(id, 0, 'ab')
    await expect(send(id, 0, 'ab')).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { rule: 'upload.offset' },
    })
    await expect(send(id, 2, 'cdefghijklm')).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(await readUpload(needs, rouen, id)).toMatchObject({ offset: 2 })
  })

  test('a deposit that was submitted meanwhile, and its unfinished files go', async () => {
    const { id } = await begin(people.length)
    await send(id, 0, people.slice(0, 4))
    await submitDeposit(needs.deposits, rouen, { deposit })
    await expect(send(id, 4, people.slice(4))).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await expireUploads(needs)
    expect(await needs.uploads.find(id)).toBeNull()
    expect(await left()).not.toContain(id)
    await needs.deposits.checker.idle()
  })
})

test('an upload expires a week after its last byte, with its file and an entry', async () => {
  const { id } = await begin(4)
  now += 6 * day
  await send(id, 0, 'ab')
  now += 6 * day
  await expireUploads(needs)
  expect(await left()).toContain(id)
  now += 2 * day
  await expect(readUpload(needs, rouen, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const count = room.audit.entries.length
  await expireUploads(needs)
  expect(typesSince(count)).toContain('upload.removed')
  expect(await left()).not.toContain(id)
})

describe('after a kill', () => {
  test('bytes that were never acknowledged are cut off before the file goes on', async () => {
    const { id } = await begin(people.length)
    await send(id, 0, people.slice(0, 4))
    await writeFile(join(room.home, 'uploads', id, '4-12.sealed'), 'half of something')
    expect(await readUpload(needs, rouen, id)).toMatchObject({ offset: 4 })
    await send(id, 4, people.slice(4))
    const [file] = await needs.deposits.register.files(deposit)
    const received = await needs.deposits.storage.open(deposit, [file?.file ?? ''])
    expect(await readFile(join(received.folder, file?.file ?? ''), 'utf8')).toBe(people)
    await received.close()
  })

  test('between the last byte and its entry, the last piece is sent again and nothing is there twice', async () => {
    const { id } = await begin(acts.length, { table: 'acts' })
    await send(id, 0, acts.slice(0, 4))
    const register = {
      ...needs.deposits.register,
      receive: () => Promise.reject(new Error('killed')),
    }
    const dying = { ...needs, deposits: { ...needs.deposits, register } }
    const rest = chunks(Buffer.from(acts.slice(4)))
    await expect(continueUpload(dying, rouen, { id, offset: 4, body: rest })).rejects.toThrow('killed')
    await recoverUploads(needs)
    expect(await readUpload(needs, rouen, id)).toMatchObject({ offset: 4 })
    await send(id, 4, acts.slice(4))
    const files = await needs.deposits.register.files(deposit)
    expect(await readdir(join(room.home, 'deposits', deposit))).toEqual(
      files.map(({ file }) => `${file}.sealed`),
    )
    expect(await left()).not.toContain(id)
  })

  test('a start removes the files that no unfinished upload names', async () => {
    const kept = await begin(4)
    const finished = await begin(2)
    await send(finished.id, 0, 'ab')
    for (const one of [finished.id, '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001'])
      await mkdir(join(room.home, 'uploads', one))
    await recoverUploads(needs)
    const names = await left()
    expect(names).toContain(kept.id)
    expect(names).toHaveLength((await needs.uploads.all()).filter((one) => !one.finished).length)
  })
})

test('who comes later takes over from a connection that has gone silent, at the last byte of it', async () => {
  const { id } = await begin(8)
  let began = () => {}
  const begun = new Promise<void>((resolve) => {
    began = resolve
  })
  async function* silent() {
    yield Buffer.from('abcd')
    began()
    await new Promise<never>(() => {})
  }
  const stale = continueUpload(needs, rouen, { id, offset: 0, body: silent() })
  stale.catch(() => 'told below')
  await begun
  expect(await readUpload(needs, rouen, id)).toMatchObject({ offset: 4 })
  await expect(stale).rejects.toMatchObject({ code: 'CONFLICT', facts: { rule: 'upload.taken' } })
  await send(id, 4, 'efgh')
  expect(await needs.deposits.register.files(deposit)).toMatchObject([{ bytes: 8 }])
})

test('whoever sends is not stopped by the search for what has expired', async () => {
  const { id } = await begin(8)
  let goOn = () => {}
  const seen = new Promise<void>((resolve) => {
    goOn = resolve
  })
  async function* slow() {
    yield Buffer.from('abcd')
    await seen
    yield Buffer.from('efgh')
  }
  const sent = continueUpload(needs, rouen, { id, offset: 0, body: slow() })
  const swept = expireUploads(needs).then(goOn)
  expect(await sent).toMatchObject({ offset: 8 })
  await swept
})
