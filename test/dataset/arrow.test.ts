import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import {
  Bool,
  DateDay,
  Decimal,
  Dictionary,
  Float64,
  Int32,
  Int64,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow'
import { queryParquet } from './parquet.ts'
import { declare, deposit, openRoom, type Room, rulesOf } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
afterAll(() => room.close())

const descriptor = {
  name: 'arrow',
  kind: 'personal',
  holder: 'chu-rouen',
  resources: [
    {
      name: 'rows',
      schema: {
        fields: [
          { name: 'id', type: 'integer', role: 'unit' },
          { name: 'big', type: 'integer' },
          { name: 'label' },
          { name: 'code' },
          { name: 'value', type: 'number' },
          { name: 'yes', type: 'boolean' },
          { name: 'day', type: 'date' },
          { name: 'instant', type: 'datetime' },
        ],
      },
    },
  ],
}

function tableOf(ids: readonly (number | null)[]): Table {
  const columns: Record<string, Vector> = {
    id: vectorFromArray([...ids], new Int32()),
    big: vectorFromArray(
      ids.map(() => 2n ** 60n),
      new Int64(),
    ),
    label: vectorFromArray(
      ids.map((id) => (id === 2 ? null : `é${id}`)),
      new Utf8(),
    ),
    code: vectorFromArray(
      ids.map(() => 'A'),
      new Dictionary(new Utf8(), new Int32()),
    ),
    value: vectorFromArray(
      ids.map((id) => (id ?? 0) / 2),
      new Float64(),
    ),
    yes: vectorFromArray(
      ids.map((id) => id === 1),
      new Bool(),
    ),
    day: vectorFromArray(
      ids.map(() => new Date('2024-02-29T00:00:00Z')),
      new DateDay(),
    ),
    instant: vectorFromArray(
      ids.map(() => Date.parse('1969-12-31T23:59:58.500Z')),
      new TimestampMillisecond(),
    ),
  }
  return new Table(columns)
}

test('Arrow streams and files become the same rows, batch after batch', async () => {
  await declare(room.needs, descriptor)
  // A file holds one dictionary for all its batches: only the stream has two.
  const tables = { stream: tableOf([1, 2]).concat(tableOf([3])), file: tableOf([1, 2, 3]) }
  for (const format of ['stream', 'file'] as const) {
    const type = `application/vnd.apache.arrow.${format}`
    const shown = await deposit(room.needs, 'arrow', {
      rows: { body: tableToIPC(tables[format], format), type },
    })
    expect(shown.status).toBe('accepted')
    expect([...new Set(rulesOf(shown))]).toEqual(['quasi-identifier'])
    const file = join(await room.openVersion('arrow', shown.version ?? 0), 'rows.parquet')
    const rows = await queryParquet(`SELECT * FROM read_parquet('${file}')`)
    expect(rows).toEqual([
      ['1', '1152921504606846976', 'é1', 'A', 0.5, true, '2024-02-29', '1969-12-31 23:59:58.5'],
      ['2', '1152921504606846976', null, 'A', 1, false, '2024-02-29', '1969-12-31 23:59:58.5'],
      ['3', '1152921504606846976', 'é3', 'A', 1.5, false, '2024-02-29', '1969-12-31 23:59:58.5'],
    ])
  }
})

test('faults of Arrow rows are told by row number', async () => {
  const type = 'application/vnd.apache.arrow.stream'
  const shown = await deposit(room.needs, 'arrow', {
    rows: { body: tableToIPC(tableOf([1, null, 3]), 'stream'), type },
  })
  expect(shown).toMatchObject({ status: 'refused', findings: [{ rule: 'unit.missing', line: 2, count: 1 }] })
})

test('decimals keep every digit, below zero too', async () => {
  const field = { name: 'amount', type: 'number' }
  const resources = [
    { name: 'rows', schema: { fields: [{ name: 'id', type: 'integer', role: 'unit' }, field] } },
  ]
  await declare(room.needs, { ...descriptor, name: 'decimals', resources })
  const words = (value: bigint) =>
    Uint32Array.from([0, 1, 2, 3], (at) => Number(BigInt.asUintN(32, value >> BigInt(32 * at))))
  const amounts = [-1n, 12345n, 5n, -250000n]
  const table = new Table({
    id: vectorFromArray([1, 2, 3, 4], new Int32()),
    amount: vectorFromArray(amounts.map(words), new Decimal(2, 20, 128)),
  })
  const type = 'application/vnd.apache.arrow.stream'
  const shown = await deposit(room.needs, 'decimals', { rows: { body: tableToIPC(table, 'stream'), type } })
  expect(shown).toMatchObject({ status: 'accepted' })
  const file = join(await room.openVersion('decimals', 1), 'rows.parquet')
  expect(await queryParquet(`SELECT amount FROM read_parquet('${file}')`)).toEqual([
    [-0.01],
    [123.45],
    [0.05],
    [-2500],
  ])
})

test('what is no Arrow is refused as such', async () => {
  const type = 'application/vnd.apache.arrow.stream'
  const whole = tableToIPC(tableOf([1, 2]), 'stream')
  for (const body of [Buffer.from('not arrow at all'), whole.subarray(0, whole.length >> 1)]) {
    const shown = await deposit(room.needs, 'arrow', { rows: { body, type } })
    expect(shown).toMatchObject({ status: 'refused' })
  }
})
