/** What a data engineer finds again: deposits, versions, and a file whose dialect is corrected where it lies. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openDeposit, readDeposit, receiveTable, submitDeposit } from '../../services/dataset/deposit.ts'
import { listDeposits, listVersions } from '../../services/dataset/deposit-list.ts'
import { changeDialect } from '../../services/dataset/dialect-change.ts'
import { previewTable } from '../../services/dataset/dialogue.ts'
import { chunks, declare, deposit, havre, openRoom, person, type Room, rouen } from './room.ts'
import { acts, people, small } from './small.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
  await declare(room.needs, small('kept'))
  await declare(room.needs, small('other'))
})
afterAll(() => room.close())

const held = () => ({ ...room.needs, versions: room.versions })
const typed = (contentType: string) => (id: string, table: string, body: string) =>
  receiveTable(room.needs, rouen, { deposit: id, table, contentType, body: chunks(Buffer.from(body)) })
const send = typed('text/csv')

describe('the deposits of an organisation', () => {
  let open: string
  beforeAll(async () => {
    await deposit(room.needs, 'kept', { people, acts })
    await deposit(room.needs, 'kept', { people: people.replace('70,5', '700'), acts })
    open = (await openDeposit(room.needs, rouen, { dataset: 'other' })).id
  })

  test('are listed with their verdict, their findings counted, and their version', async () => {
    const listed = await listDeposits(room.needs, rouen, 'kept')
    expect(listed.map(({ status, version }) => [status, version]).sort()).toEqual([
      ['accepted', 1],
      ['refused', null],
    ])
    expect(listed.find(({ status }) => status === 'refused')).toMatchObject({ errors: 1 })
    expect(listed.find(({ status }) => status === 'accepted')).toMatchObject({ errors: 0 })
    for (const one of listed) expect(one.endedAt).toMatch(/^\d{4}-.*Z$/)
    const all = await listDeposits(room.needs, rouen)
    expect(all).toHaveLength(3)
    expect(all.find(({ id }) => id === open)).toMatchObject({ status: 'open', submittedAt: null })
  })

  test('are not there for another, nor for who holds nothing', async () => {
    expect(await listDeposits(room.needs, havre)).toEqual([])
    expect(await listDeposits(room.needs, havre, 'kept')).toEqual([])
    const alice = person('alice', 'chu-rouen', 'researcher')
    await expect(listDeposits(room.needs, alice)).rejects.toMatchObject({ code: 'ROLE' })
  })

  test('have versions, each with its deposit and its label, for their holder alone', async () => {
    const [version, ...others] = await listVersions(held(), rouen, 'kept')
    expect(others).toEqual([])
    const [accepted] = (await listDeposits(room.needs, rouen, 'kept')).filter(({ version: v }) => v === 1)
    expect(version).toMatchObject({ version: 1, deposit: accepted?.id, withdrawn: null })
    expect(version?.quality?.validity).toBe(1)
    await expect(listVersions(held(), havre, 'kept')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('the dialect of a file that is here', () => {
  const wrong = people.replaceAll(';', '|')
  const change = (id: string, dialect = {}, by = rouen) =>
    changeDialect(room.needs, by, { deposit: id, table: 'people', dialect })
  const readingOf = async (id: string) =>
    (await previewTable(room.needs, rouen, { deposit: id, table: 'people' })).reading

  test('is changed where it lies: the same bytes are read otherwise, and accepted', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'kept' })
    await receiveTable(room.needs, rouen, {
      ...{ deposit: id, table: 'people', contentType: 'text/csv', dialect: { delimiter: ',' } },
      body: chunks(Buffer.from(wrong)),
    })
    await send(id, 'acts', acts)
    expect(await readingOf(id)).toMatchObject({ delimiter: ',' })
    const before = room.audit.entries.length
    const { tables } = await readDeposit(room.needs, rouen, { deposit: id })
    const same = await change(id, { delimiter: '|', decimal: ',' })
    expect(tables).toContainEqual(same)
    expect(room.audit.entries.slice(before).map(({ body }) => body)).toEqual([
      { type: 'deposit.received', dataset: 'kept', deposit: id, ...same },
    ])
    expect(await readingOf(id)).toMatchObject({ delimiter: '|', decimal: ',' })
    await submitDeposit(room.needs, rouen, { deposit: id })
    await room.needs.checker.idle()
    expect(await readDeposit(room.needs, rouen, { deposit: id })).toMatchObject({ status: 'accepted' })
    await expect(change(id)).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })

  test('is refused without a file, to another, where it means nothing, and of a file that has none', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'kept' })
    await expect(change(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await send(id, 'people', people)
    await expect(change(id, {}, havre)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(change(id, { delimiter: '::' })).rejects.toMatchObject({ code: 'INVALID' })
    await typed('application/x-ndjson')(id, 'people', '{}')
    await expect(change(id)).rejects.toMatchObject({ code: 'UNSUPPORTED_TYPE' })
  })

  test('belongs to the file that was looked at: another one in its place is not read by it', async () => {
    const { id } = await openDeposit(room.needs, rouen, { dataset: 'kept' })
    await send(id, 'people', people)
    const [file] = await room.needs.register.files(id)
    await send(id, 'people', wrong)
    expect(await room.needs.register.announce(id, file as NonNullable<typeof file>)).toBe(false)
  })
})
