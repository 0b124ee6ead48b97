import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openDeposit, receiveTable, submitDeposit } from '../../services/dataset/deposit.ts'
import { previewTable, type ShownPreview } from '../../services/dataset/dialogue.ts'
import { chunks, declare, havre, openRoom, type Room, rouen } from './room.ts'

const descriptor = {
  name: 'seen',
  kind: 'personal',
  holder: 'chu-rouen',
  resources: [
    {
      name: 'people',
      schema: {
        fields: [
          { name: 'id', role: 'unit' },
          { name: 'stay', role: 'key' },
          { name: 'town', role: 'quasi-identifier' },
          { name: 'born', type: 'date', quasiIdentifier: 'NAISSANCE_MOIS_ANNEE' },
          { name: 'test', role: 'sensitive' },
          { name: 'contact' },
          { name: 'act' },
          { name: 'score', type: 'number' },
          { name: 'seen', type: 'date' },
        ],
      },
    },
  ],
}

/** Signs that stand in no column but their own, so that a leak would show whose it is. */
const rows = Array.from({ length: 20 }, (_, at) => {
  const n = String(at).padStart(2, '0')
  const contact = at < 4 ? `zoe${n}@example.org` : ''
  return `QX${n};WY${n};76${n}0;${at === 0 ? '' : `1960-01-${n}`};HIV${n};${contact};JKLA0${n};${at + 10},5;${n === '00' ? '31' : n}/02/2024`
})
const file = `id;stay;town;born;test;contact;act;score;seen\n${rows.join('\n')}\n`

let room: Room
beforeAll(async () => {
  room = await openRoom()
  await declare(room.needs, descriptor)
})
afterAll(() => room.close())

async function sent(body: string, dialect: unknown = {}): Promise<string> {
  const { id } = await openDeposit(room.needs, rouen, { dataset: 'seen' })
  const announced = { deposit: id, table: 'people', contentType: 'text/csv', dialect }
  await receiveTable(room.needs, rouen, { ...announced, body: chunks(Buffer.from(body)) })
  return id
}

const look = (deposit: string): Promise<ShownPreview> =>
  previewTable(room.needs, rouen, { deposit, table: 'people' })

describe('the preview of an open deposit', () => {
  test('says how the file is understood, and how each column is', async () => {
    const preview = await look(await sent(file))
    expect(preview).toMatchObject({
      table: 'people',
      rows: 20,
      reading: {
        kind: 'csv',
        charset: 'utf-8',
        delimiter: ';',
        decimal: ',',
        dateFormat: 'dmy',
        header: true,
      },
    })
    const of = (name: string) => preview.columns.find((column) => column.name === name)
    // One day is the 31st of February; the other column of days is written in another form than that of the file.
    expect(of('seen')).toEqual({
      ...{ name: 'seen', declared: 'date', detected: 'date', empty: 0, unreadable: 1 },
      shape: '99/99/9999',
    })
    expect(of('born')).toMatchObject({ detected: 'date', dateFormat: 'iso', unreadable: 19, empty: 0.05 })
    expect(of('score')).toMatchObject({ declared: 'number', detected: 'number', unreadable: 0 })
    expect(of('town')).toMatchObject({ declared: 'string', detected: 'integer', role: 'quasi-identifier' })
    expect(of('contact')).toMatchObject({ empty: 0.8, detected: 'string' })
    expect(preview.findings.map(({ rule, column }) => [rule, column])).toContainEqual([
      'identifier.email',
      'contact',
    ])
  })

  test('gives a shape only of columns that say nothing of a person, and never a value', async () => {
    const preview = await look(await sent(file))
    const shaped = preview.columns.filter(({ shape }) => shape !== undefined)
    expect(shaped.map(({ name, shape }) => [name, shape])).toEqual([
      ['act', 'AAAA999'],
      ['score', '99,9'],
      ['seen', '99/99/9999'],
    ])
    const told = JSON.stringify(preview)
    for (const value of file.split(/[;\n]/).slice(9)) {
      if (value.length > 3) expect(told).not.toContain(value)
    }
  })

  test('gives no shape that fewer than k rows share', async () => {
    const few = await look(await sent(file.split('\n').slice(0, 9).join('\n')))
    expect(few.rows).toBe(8)
    expect(few.columns.filter(({ shape }) => shape !== undefined)).toEqual([])
  })

  test('of a file whose columns are others has findings and no columns', async () => {
    const preview = await look(await sent('a;b\n1;2\n'))
    expect(preview).toMatchObject({ rows: 0, columns: [] })
    expect(preview.findings.map(({ rule }) => rule)).toContain('column.unknown')
  })

  test('is for its holder, while the deposit is open, and for a file that was sent', async () => {
    const id = await sent(file)
    const asked = { deposit: id, table: 'people' }
    await expect(previewTable(room.needs, havre, asked)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const other = previewTable(room.needs, rouen, { ...asked, table: 'acts' })
    await expect(other).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await submitDeposit(room.needs, rouen, { deposit: id })
    await expect(look(id)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await room.needs.checker.idle()
  })
})
