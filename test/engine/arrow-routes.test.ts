/** The two ways of Arrow into the engine, memory to memory and value by value: the same values, and nothing of a bad file believed. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import {
  type Data,
  Decimal,
  Dictionary,
  Int32,
  makeData,
  type RecordBatch,
  TimeSecond,
  Utf8,
} from 'apache-arrow'
import { type DuckDBConnection, DuckDBInstance } from 'duckdb'
import { chooseRoute } from '../../services/engine/arrow-check.ts'
import { formsOf } from '../../services/engine/arrow-columns.ts'
import { probeArrowRoute } from '../../services/engine/arrow-probe.ts'
import { openFilling } from '../../services/engine/arrow-read.ts'
import { openVectorMemory, type VectorMemory } from '../../services/engine/vector-memory.ts'
import { batchOf, columns, dictionaryOf, rows, written } from './arrow-material.ts'

let connection: DuckDBConnection
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect()
})
afterAll(() => connection.closeSync())

/** The rows of a batch after they went in one way, each value as the engine's text. */
async function through(memory: VectorMemory | null, batch: RecordBatch): Promise<unknown[][]> {
  const forms = formsOf(batch.schema)
  const list = forms.map(({ name, type }) => `${name} ${type}`).join(', ')
  await connection.run(`CREATE OR REPLACE TABLE t (line BIGINT, ${list})`)
  const appender = await connection.createAppender('t')
  const fill = openFilling(forms, memory)
  for (let from = 0; from < batch.numRows; from += 2048) {
    appender.appendDataChunk(fill(batch, { from, count: Math.min(2048, batch.numRows - from) }, 10))
  }
  appender.closeSync()
  const read = forms.map(({ name }) => `CAST(${name} AS VARCHAR)`).join(', ')
  return (
    await connection.runAndReadAll(`SELECT line::VARCHAR, ${read} FROM t ORDER BY line`)
  ).getRowsJS() as unknown[][]
}

function openedMemory(): VectorMemory {
  const memory = openVectorMemory()
  if (memory === null) throw new Error('the pinned engine has no such way')
  return memory
}

test('both ways give the same values of every type', async () => {
  const batch = batchOf(columns.map((make, index) => make(index)))
  const direct = await through(openedMemory(), batch)
  expect(direct).toHaveLength(rows)
  expect(direct[0]?.[0]).toBe('10')
  const byValue = await through(null, batch)
  for (const [row, values] of direct.entries()) expect(values).toEqual(byValue[row])
})

test('the texts of the longest type are those that were written', async () => {
  const batch = batchOf([columns[22]?.(1), columns[24]?.(1)].filter((one) => one !== undefined))
  const found = await through(openedMemory(), batch)
  const expected = written.map((text, row) => ((row * 7 + 1) % 5 === 0 ? null : text.toString()))
  expect(found.map(([, utf8]) => utf8)).toEqual(expected)
  expect(found.map(([, , view]) => view)).toEqual(expected)
})

test('a batch without rows goes in both ways', async () => {
  const none = makeData({ type: new Int32(), length: 0, nullCount: 0, data: new Int32Array(0) })
  for (const memory of [openedMemory(), null]) expect(await through(memory, batchOf([none], 0))).toEqual([])
})

test.each<[string, Data]>([
  [
    'fewer values than rows',
    makeData({ type: new Int32(), length: 9, nullCount: 0, data: new Int32Array(8) }),
  ],
  [
    'a text that ends behind the file',
    makeData({
      type: new Utf8(),
      length: 1,
      nullCount: 0,
      valueOffsets: Int32Array.of(0, 9),
      data: Buffer.from('a'),
    }),
  ],
  [
    'texts that go backwards',
    makeData({
      type: new Utf8(),
      length: 2,
      nullCount: 0,
      valueOffsets: Int32Array.of(0, 2, 1),
      data: Buffer.from('abc'),
    }),
  ],
  [
    'bytes that are no UTF-8',
    makeData({
      type: new Utf8(),
      length: 1,
      nullCount: 0,
      valueOffsets: Int32Array.of(0, 1),
      data: Buffer.of(0xff),
    }),
  ],
  [
    'a character cut in two texts',
    makeData({
      type: new Utf8(),
      length: 2,
      nullCount: 0,
      valueOffsets: Int32Array.of(0, 1, 2),
      data: Buffer.from('é'),
    }),
  ],
  [
    'a position outside its dictionary',
    makeData({
      type: new Dictionary(new Utf8(), new Int32()),
      length: 1,
      nullCount: 0,
      data: Int32Array.of(7),
      ...dictionaryOf(false),
    } as never),
  ],
  [
    'a decimal of too many digits',
    makeData({
      type: new Decimal(0, 38, 128),
      length: 1,
      nullCount: 0,
      data: Uint32Array.of(0, 0, 0, 0x7fff_ffff),
    }),
  ],
  [
    'a time after midnight',
    makeData({ type: new TimeSecond(), length: 1, nullCount: 0, data: Int32Array.of(86_400) }),
  ],
])('%s is refused by both ways', async (_, data) => {
  const batch = batchOf([data], data.length)
  for (const memory of [openedMemory(), null])
    await expect(through(memory, batch)).rejects.toMatchObject({ name: 'TypeError' })
})

test('what stands under a null is of no account', async () => {
  const nullBitmap = Uint8Array.of(0b01)
  const text = { valueOffsets: Int32Array.of(0, 1, 2), data: Buffer.of(0x61, 0xff) }
  const batch = batchOf(
    [
      makeData({ type: new Utf8(), length: 2, nullCount: 1, nullBitmap, ...text }),
      makeData({ type: new TimeSecond(), length: 2, nullCount: 1, nullBitmap, data: Int32Array.of(1, -1) }),
    ],
    2,
  )
  for (const memory of [openedMemory(), null]) {
    expect(await through(memory, batch)).toEqual([
      ['10', 'a', '00:00:01'],
      ['11', null, null],
    ])
  }
})

test('the direct way is taken when known values come out as they must', async () => {
  expect(await chooseRoute(connection)).toMatchObject({ kind: 'direct' })
})

test.each<[string, Partial<VectorMemory>]>([
  ['values', { write: (vector, { byteLength }) => openedMemory().write(vector, new Uint8Array(byteLength)) }],
  ['nulls', { writeValidity: () => undefined }],
  // A wrong address would end the process: another text of the same length stands for it.
  ['texts', { keep: (vector, bytes) => openedMemory().keep(vector, Buffer.alloc(bytes.byteLength, 'x')) }],
])('the direct way is not taken when %s do not', async (_, wrong) => {
  expect(await chooseRoute(connection, { ...openedMemory(), ...wrong })).toMatchObject({
    kind: 'values',
    why: 'different',
  })
})

test('the direct way is not taken when the package has none', async () => {
  expect(await chooseRoute(connection, null)).toMatchObject({ kind: 'values', why: 'absent' })
})

test('a process of this machine takes the direct way, in its box where it has one', async () => {
  expect(await probeArrowRoute()).toBe('direct')
})
