import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openDeposit, readDeposit, receiveTable, submitDeposit } from '../../services/dataset/deposit.ts'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { makePmsiDemo, pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'
import { queryParquet } from './parquet.ts'
import { chunks, declare, deposit, havre, openRoom, person, type Room, rouen, rulesOf } from './room.ts'
import { acts, people, small } from './small.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
  await declare(room.needs, small('small'))
})
afterAll(() => room.close())

async function contentOf(version: number, table = 'people'): Promise<unknown[][]> {
  const file = join(await room.openVersion('small', version), `${table}.parquet`)
  return queryParquet(`SELECT * FROM read_parquet('${file}')`)
}

describe('the doors of a deposit', () => {
  test('are shut to other organisations and roles, as if it were not there', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'small' })
    await expect(readDeposit(room.needs, havre, { deposit: id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(openDeposit(room.needs, havre, { dataset: 'small' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const alice = person('alice', 'chu-rouen', 'researcher')
    await expect(readDeposit(room.needs, alice, { deposit: id })).rejects.toMatchObject({ code: 'ROLE' })
    await expect(readDeposit(room.needs, rouen, { deposit: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('take a table again in place of the former one, and nothing after submission', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'small' })
    const put = (table: string, body: string) =>
      receiveTable(room.needs, rouen, {
        deposit: id,
        table,
        contentType: 'text/csv',
        body: chunks(Buffer.from(body)),
      })
    await put('people', 'wrong')
    await put('people', people)
    await put('acts', acts)
    expect(await readdir(join(room.home, 'deposits', id))).toHaveLength(2)
    await submitDeposit(room.needs, rouen, { deposit: id })
    await expect(put('acts', acts)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await expect(submitDeposit(room.needs, rouen, { deposit: id })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
    await room.needs.checker.idle()
    expect((await readDeposit(room.needs, rouen, { deposit: id })).status).toBe('accepted')
  })

  test('keep the former file when an upload breaks off', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'small' })
    await receiveTable(room.needs, rouen, {
      deposit: id,
      table: 'acts',
      contentType: 'text/csv',
      body: chunks(Buffer.from(acts)),
    })
    async function* broken() {
      yield Buffer.from('person;act\n')
      throw new Error('cut')
    }
    await expect(
      receiveTable(room.needs, rouen, {
        deposit: id,
        table: 'acts',
        contentType: 'text/csv',
        body: broken(),
      }),
    ).rejects.toThrow('cut')
    const [file, ...more] = await room.needs.register.files(id)
    expect(more).toEqual([])
    const received = await room.needs.storage.open(id, [file?.file ?? ''])
    expect(await readFile(join(received.folder, file?.file ?? ''), 'utf8')).toBe(acts)
    await received.close()
    expect(await readdir(join(room.home, 'deposits', id))).toEqual([`${file?.file}.sealed`])
  })

  test('refuse what is not of an announced type', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'small' })
    const put = (contentType: string, dialect: unknown = {}) =>
      receiveTable(room.needs, rouen, {
        deposit: id,
        table: 'acts',
        contentType,
        dialect,
        body: chunks(Buffer.from('x')),
      })
    await expect(put('application/x-tar')).rejects.toMatchObject({ code: 'UNSUPPORTED_TYPE' })
    await expect(put('constructor')).rejects.toMatchObject({ code: 'UNSUPPORTED_TYPE' })
    await expect(put('text/csv; charset=constructor')).rejects.toMatchObject({ code: 'UNSUPPORTED_TYPE' })
    await expect(put('text/csv; charset=koi8-r')).rejects.toMatchObject({ code: 'UNSUPPORTED_TYPE' })
    await expect(put('text/csv', { delimiter: '#' })).rejects.toMatchObject({ code: 'INVALID' })
  })
})

test.each(['read', 'written', 'sealed', 'recorded', 'renamed', 'registered'] as const)(
  'a stop at the moment `%s` leaves the old version or the new one, and the deposit is checked again',
  async (moment) => {
    const { needs } = room
    const before = (await room.catalogue.find('small'))?.latest?.version ?? 0
    const dying = room.again((at) => {
      if (at === moment) throw new Error('power cut')
    })
    const shown = await deposit(dying, 'small', { people, acts })
    expect(shown.status).toBe(moment === 'registered' ? 'accepted' : 'checking')
    await writeFile(join(room.home, 'deposits', shown.id, 'stray.part'), 'x').catch(() => {})
    const next = room.again()
    await next.checker.resume()
    await next.checker.idle()
    expect(await readDeposit(needs, rouen, { deposit: shown.id })).toMatchObject({
      status: 'accepted',
      version: before + 1,
    })
    expect(await contentOf(before + 1)).toHaveLength(2)
    expect(await readdir(join(room.home, 'deposits'))).not.toContain(shown.id)
  },
)

test('the demonstration dataset is accepted without a finding, and is the same for the same seed', async () => {
  await declare(room.needs, pmsiDemo)
  const tables = makePmsiDemo({ stays: 2000 })
  expect(makePmsiDemo({ stays: 2000 })).toEqual(tables)
  expect(descriptorSchema.parse(pmsiDemo).resources.map((resource) => resource.name)).toEqual(
    tables.map((one) => one.table),
  )
  const shown = await deposit(
    room.needs,
    'pmsi-demo',
    Object.fromEntries(tables.map(({ table, csv }) => [table, csv])),
  )
  expect(shown.status).toBe('accepted')
  expect([...new Set(rulesOf(shown))]).toEqual(['quasi-identifier'])
})

describe('a Parquet file', () => {
  const type = 'application/vnd.apache.parquet'
  const made = async (columns: string): Promise<Buffer> => {
    const file = join(room.home, 'made.parquet')
    await queryParquet(`COPY (SELECT ${columns} FROM range(1, 500) AS t(i)) TO '${file}' (FORMAT parquet)`)
    return readFile(file)
  }
  const plain = "i AS id, 'p' || i AS label, i / 2 AS weight, DATE '2000-01-01' AS born"
  const onePerson = 'person;act\n1;10\n'

  test('whose pages are damaged behind a sound footer is refused as unreadable, with its table', async () => {
    const body = await made(plain)
    body.fill(0xff, 4, 60)
    const shown = await deposit(room.needs, 'small', { people: { body, type }, acts: onePerson })
    expect(shown).toMatchObject({ status: 'refused', findings: [{ rule: 'format', table: 'people' }] })
  })

  test('with a nested value where a text is wanted is refused, with its column', async () => {
    const body = await made(plain.replace("'p' || i AS label", "{'a': i} AS label"))
    const shown = await deposit(room.needs, 'small', { people: { body, type }, acts: onePerson })
    expect(shown).toMatchObject({ status: 'refused' })
    expect(shown.findings).toContainEqual(
      expect.objectContaining({ rule: 'column.type', column: 'label', count: 1 }),
    )
  })
})
