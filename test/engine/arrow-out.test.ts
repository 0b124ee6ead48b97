/** Whole answers leave the release engine as a file, byte for byte what their rows would make. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { tableFromIPC } from 'apache-arrow'
import { DuckDBInstance } from 'duckdb'
import { sendArrow, sendingMemory } from '../../services/engine/arrow-out.ts'
import type { Column, Format, Releaser } from '../../services/engine/engine.ts'
import { failureOf } from '../../services/engine/failure.ts'
import { openReleaser } from '../../services/engine/release.ts'
import { openVectorMemory } from '../../services/engine/vector-memory.ts'
import { type Folder, limits, MIB, sql, temporaryFolder } from './fixture.ts'

let scratch: Folder
let releaser: Releaser
beforeAll(async () => {
  scratch = await temporaryFolder()
  releaser = await openReleaser({ threads: 1, memoryBytes: 512 * MIB, scratch: scratch.path, processes: 1 })
})
afterAll(async () => {
  await releaser.close()
  await scratch.remove()
})

const options = () => ({ limits, signal: new AbortController().signal, bulle: 'p' })

/** Values with nulls at odd places, in more than one chunk of uneven length: the third of a filter. */
function statementOf(values: readonly string[], { rows, marks }: { rows: number; marks: string }): string {
  const list = values.map((value, index) => `CASE WHEN i % 5 = 2 THEN NULL ELSE ${value} END AS c${index}`)
  const marked = values.map((_, index) => `${marks} AS c${index}__s`)
  return `SELECT ${[...list, ...marked].join(', ')} FROM range(${rows * 3}) r(i) WHERE i % 3 = 0`
}

async function bothWays(values: readonly string[], rows: number, format: Format = 'arrow') {
  const text = sql(statementOf(values, { rows, marks: 'false' }))
  const work = { tables: [], mounts: [], statement: text }
  const all = await releaser.finish(work, options())
  const columns: readonly Column[] = all.columns.slice(0, values.length)
  const kept = { columns, rows: all.rows.map((row) => row.slice(0, values.length)) }
  const sent = await releaser.send({ ...work, columns }, { ...options(), format })
  expect(sent.rows).toBe(rows)
  return { byRows: Buffer.from(await releaser.encode(kept, format)), sent: Buffer.from(sent.bytes) }
}

const gathered: readonly (readonly [string, string])[] = [
  ['TINYINT', '(i % 100 - 50)::TINYINT'],
  ['UBIGINT', '18446744073709551615::UBIGINT'],
  ['BIGINT', '(i - 9223372036854775000)::BIGINT'],
  ['FLOAT', '(i / 7)::FLOAT'],
  ['DOUBLE', "(CASE WHEN i % 9 = 0 THEN 'nan' ELSE i / 7 END)::DOUBLE"],
  ['BOOLEAN', '(i % 2 = 0)'],
  ['VARCHAR', "repeat('œ€', (i % 30)::INTEGER)"],
  ['DATE', "(DATE '1900-01-01' + i::INTEGER)"],
  ['DATE without end', "(CASE WHEN i % 2 = 0 THEN 'infinity' ELSE '2020-02-29' END)::DATE"],
  ['TIMESTAMP', "(TIMESTAMP '1960-05-05 01:02:03.000004' + INTERVAL (i) DAY)"],
  ['TIMESTAMP without end', "(CASE WHEN i % 2 = 0 THEN '-infinity' ELSE '2020-01-01' END)::TIMESTAMP"],
  ['TIMESTAMP WITH TIME ZONE', "TIMESTAMPTZ '2020-01-01 00:00:00+02'"],
  ['DECIMAL(4,1)', '(i % 100 - 50)::DECIMAL(4,1)'],
  ['DECIMAL(9,2)', '(-i / 3)::DECIMAL(9,2)'],
  ['DECIMAL(18,3)', '(i * -1000000)::DECIMAL(18,3)'],
  ['DECIMAL(38,4)', "'-1234567890123456789012345678901234.5678'::DECIMAL(38,4)"],
  ['HUGEINT', '(i - 99999999999999999999999999999999999999)::HUGEINT'],
]

test.each(gathered)('%s leaves from the memory of the engine as it does by rows', async (_, value) => {
  for (const rows of [0, 1, 5000]) {
    const { byRows, sent } = await bothWays([value], rows)
    expect(sent.equals(byRows)).toBe(true)
  }
})

test('all of them leave together, and what has no fixed place in memory leaves by rows', async () => {
  const values = gathered.map(([, value]) => value)
  const together = await bothWays(values, 3000)
  expect(together.sent.equals(together.byRows)).toBe(true)
  const others = await bothWays(["TIME '10:00'", '[i, 2]', 'i::VARCHAR'], 100)
  expect(others.sent.equals(others.byRows)).toBe(true)
  expect(tableFromIPC(others.sent).numRows).toBe(100)
})

test.each(['csv', 'parquet'] as const)('%s is the same too', async (format) => {
  const { byRows, sent } = await bothWays(['i', "'é' || i"], 50, format)
  expect(sent.equals(byRows)).toBe(true)
})

test.each(['arrow', 'csv'] as const)('a mark that is set ends a whole answer in %s', async (format) => {
  for (const marks of ['(i = 9)', 'NULL::BOOLEAN']) {
    const work = { tables: [], mounts: [], statement: sql(statementOf(['i'], { rows: 10, marks })) }
    const columns = [{ name: 'c0', type: 'BIGINT' }]
    const error = await releaser
      .send({ ...work, columns }, { ...options(), format })
      .catch((one: unknown) => one)
    expect(failureOf(error)).toBe('failed')
    expect(error).toMatchObject({ code: 'QUERY_FAILED' })
  }
})

test('the limit of rows holds', async () => {
  const work = { tables: [], mounts: [], statement: sql('SELECT i, false FROM range(20) r(i)') }
  const few = { limits: { ...limits, maxRows: 19 }, signal: new AbortController().signal, bulle: 'p' }
  const sending = releaser.send(
    { ...work, columns: [{ name: 'i', type: 'BIGINT' }] },
    { ...few, format: 'arrow' },
  )
  await expect(sending).rejects.toMatchObject({ code: 'QUERY_FAILED' })
})

test('nothing leaves from memory whose known values come out otherwise', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const memory = openVectorMemory()
  if (memory === null) throw new Error('this package has no such memory')
  expect(await sendingMemory(connection)).not.toBeNull()
  // Nothing there at all: what stands in the place of a null must not be followed, not even in a test.
  const blind = { ...memory, readValidity: (_: object, rows: number) => new Uint8Array(rows) }
  expect(await sendingMemory(connection, blind)).toBeNull()
  const rules = { columns: [{ name: 'a', type: 'VARCHAR' }], maxRows: 9, temporaryTables: false }
  const { bytes } = await sendArrow(
    connection,
    "SELECT 'secret of twelve and more' AS a, false WHERE 1 = 1",
    {
      ...rules,
      memory,
    },
  )
  expect(tableFromIPC(bytes).getChildAt(0)?.get(0)).toBe('secret of twelve and more')
  connection.closeSync()
  instance.closeSync()
})
