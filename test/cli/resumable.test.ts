import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { depositToResume, sendTable } from '../../services/cli/resumable.ts'
import { tableFile } from '../../services/cli/table-file.ts'
import { transferLine } from '../../services/cli/transfer.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { seeded } from '../audit/seeded.ts'
import { small } from '../dataset/small.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { openCuttingLine } from './cutting.ts'

const mebibyte = 1024 ** 2
/** What a cut may lose: what was on its way between two sockets. */
const chunk = mebibyte

let node: TestNode
let folder: string
let token: string
beforeAll(async () => {
  node = await openTestNode()
  folder = await mkdtemp(join(tmpdir(), 'huisclos-resumable-'))
  token = await mintDemoToken({ home: node.home, subject: 'rouen', clock: systemClock })
  await node.call('POST', '/api/v1/datasets', { as: 'rouen', body: small('resumed') })
}, 60_000)
afterAll(async () => {
  await node?.close()
  await rm(folder, { recursive: true, force: true })
})

const at = (url: string) => ({ url, token, language: 'en' }) as const
const open = async (): Promise<string> =>
  (await node.call('POST', '/api/v1/datasets/resumed/deposits', { as: 'rouen' })).json.id
const tablesOf = async (deposit: string) =>
  (await node.call('GET', `/api/v1/deposits/${deposit}`, { as: 'rouen' })).json.tables
const uploads = async () => (await node.call('GET', '/api/v1/uploads', { as: 'rouen' })).json.uploads

async function fileOf(name: string, size: number) {
  const random = seeded(size)
  const bytes = Buffer.alloc(size, 'x;1\n')
  // A file whose pieces differ: one put in a wrong place has another hash.
  for (let i = 0; i < size; i += 512) bytes[i] = 97 + Math.floor(random() * 26)
  const file = join(folder, name)
  await writeFile(file, bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { table: tableFile(`people=${file}`, undefined), size, sha256 }
}

const way = { resume: true, dialect: {}, onProgress: () => {}, pause: async () => {} }

describe('a file in pieces', () => {
  test('whose connection is cut at ten random points arrives whole, and no more than a chunk is sent twice', async () => {
    const { table, size, sha256 } = await fileOf('cut.csv', 20 * mebibyte)
    const random = seeded(7)
    const budgets = Array.from({ length: 10 }, () => Math.floor((0.2 + random() * 1.5) * mebibyte))
    const line = await openCuttingLine(node.url, budgets)
    const deposit = await open()
    const received = await sendTable(at(line.url), table, { ...way, deposit })
    await line.close()
    expect(line.cuts).toBe(10)
    expect(received).toEqual({ table: 'people', bytes: size, sha256 })
    expect(await tablesOf(deposit)).toEqual([{ table: 'people', bytes: size, sha256 }])
    expect(line.carried - size).toBeLessThan(10 * chunk)
    expect(await readdir(join(node.home, 'uploads'))).toEqual([])
  }, 60_000)

  test('that a run gave up is gone on with by the next one, in the same deposit', async () => {
    const { table, size, sha256 } = await fileOf('given-up.csv', 3 * mebibyte)
    const deposit = await open()
    // Each connection breaks after a while, until nobody waits any more.
    const line = await openCuttingLine(node.url, [mebibyte, ...Array.from({ length: 200 }, () => 1)])
    await expect(sendTable(at(line.url), table, { ...way, deposit })).rejects.toMatchObject({ exit: 6 })
    await line.close()
    const [{ id }] = (await uploads()).filter((one: { deposit: string }) => one.deposit === deposit)
    const { offset } = (await node.call('GET', `/api/v1/uploads/${id}`, { as: 'rouen' })).json
    expect(offset).toBeGreaterThan(0)
    const again = { resume: true, dialect: {}, dataset: 'resumed' }
    expect(await depositToResume(at(node.url), [table], again)).toEqual({ id: deposit })
    const otherDialect = { ...again, dialect: { delimiter: '|' } }
    expect(await depositToResume(at(node.url), [table], otherDialect)).toBeNull()
    const begun: number[] = []
    const onProgress = (done: number) => void begun.push(done)
    await sendTable(at(node.url), table, { ...way, deposit, onProgress })
    expect(begun[0]).toBe(offset)
    expect(await tablesOf(deposit)).toEqual([{ table: 'people', bytes: size, sha256 }])
  }, 60_000)

  test('is a PUT when it is short and nobody asked', async () => {
    const { table, size, sha256 } = await fileOf('short.csv', 4096)
    const deposit = await open()
    const before = await uploads()
    const sent = await sendTable(at(node.url), table, { ...way, resume: false, deposit })
    expect(sent).toEqual({ table: 'people', bytes: size, sha256 })
    expect(await uploads()).toEqual(before)
    expect(await depositToResume(at(node.url), [table], { dialect: {}, dataset: 'resumed' })).toBeNull()
  })
})

describe('the protocol', () => {
  const tus = { 'tus-resumable': '1.0.0' }
  const encoded = (members: Readonly<Record<string, string>>) =>
    Object.entries(members)
      .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
      .join(',')
  const send = (call: string, headers: Record<string, string>, body?: string) => {
    const [method = '', path = ''] = call.split(' ')
    return fetch(node.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...tus, ...headers },
      body: body ?? null,
    })
  }
  const begin = (deposit: string, more: Record<string, string> = {}, length = '8') =>
    send('POST /api/v1/uploads', {
      'upload-length': length,
      'upload-metadata': encoded({ deposit, table: 'people', contentType: 'text/csv', ...more }),
    })
  const piece = (location: string, offset: number, body: string) =>
    send(
      `PATCH ${new URL(location).pathname}`,
      { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      body,
    )

  test('says what it speaks to whoever asks', async () => {
    const answer = await fetch(`${node.url}/api/v1/uploads`, { method: 'OPTIONS' })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('tus-version')).toBe('1.0.0')
    expect(answer.headers.get('tus-extension')).toBe('creation,termination,expiration')
    expect(answer.headers.get('tus-max-size')).toBe(String(2 * 1024 ** 3))
  })

  test('creates, takes pieces, says where it stands, and makes the table with the last byte', async () => {
    const deposit = await open()
    const created = await begin(deposit)
    expect(created.status).toBe(201)
    const location = created.headers.get('location') ?? ''
    const first = await piece(location, 0, 'id;l')
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '4'])
    expect(first.headers.get('tus-resumable')).toBe('1.0.0')
    const head = await send(`HEAD ${new URL(location).pathname}`, {})
    expect(['upload-offset', 'upload-length', 'cache-control'].map((name) => head.headers.get(name))).toEqual(
      ['4', '8', 'no-store'],
    )
    expect(await tablesOf(deposit)).toEqual([])
    expect((await piece(location, 3, 'l')).status).toBe(409)
    expect((await piece(location, 4, 'abel\nmore')).status).toBe(413)
    const last = await piece(location, 4, 'abel')
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '8'])
    const sha256 = createHash('sha256').update('id;label').digest('hex')
    expect(await tablesOf(deposit)).toEqual([{ table: 'people', bytes: 8, sha256 }])
  })

  test('refuses what it cannot read before it writes anything', async () => {
    const deposit = await open()
    const status = async (answer: Promise<Response>) => (await answer).status
    expect(await status(begin(deposit, {}, '2147483649'))).toBe(413)
    expect(await status(begin(deposit, {}, '-1'))).toBe(422)
    expect(await status(begin(deposit, { filename: 'a.csv' }))).toBe(422)
    expect(await status(begin(deposit, { contentType: 'application/x-tar' }))).toBe(415)
    expect(await status(begin(deposit, { table: '../people' }))).toBe(404)
    expect(await status(begin('6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001'))).toBe(404)
    const created = await begin(deposit)
    const path = new URL(created.headers.get('location') ?? '').pathname
    expect(
      (await send(`PATCH ${path}`, { 'upload-offset': '0', 'content-type': 'text/csv' }, 'x')).status,
    ).toBe(415)
    expect((await send(`DELETE ${path}`, { 'tus-resumable': '0.2.2' })).status).toBe(422)
    expect((await send(`DELETE ${path}`, {})).status).toBe(204)
    expect((await send(`HEAD ${path}`, {})).status).toBe(404)
    expect(await readdir(join(node.home, 'uploads'))).not.toContain(path.split('/').at(-1))
  })
})

test('the line of a file on its way says bytes, rate and time left', () => {
  const told = { done: 50 * mebibyte, total: 200 * mebibyte, sent: 20 * mebibyte, ms: 10_000 }
  expect(transferLine(told)).toBe('50,0 / 200,0 Mio · 2,0 Mio/s · 1:15')
  expect(transferLine({ ...told, total: 20_000 * mebibyte })).toMatch(/ · 2:46:15$/)
  expect(transferLine({ ...told, sent: 0 })).toBe('50,0 / 200,0 Mio')
})
