import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { tableFromIPC } from 'apache-arrow'
import type { FinishWork, Limits, Releaser, Rows } from '../../services/engine/engine.ts'
import { failureOf } from '../../services/engine/failure.ts'
import { openReleaser } from '../../services/engine/release.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { unzipped } from '../unzipped.ts'
import { type Folder, freeSql, limits, MIB, sql, temporaryFolder, writeParquet } from './fixture.ts'

let folder: Folder
let scratch: Folder
let releaser: Releaser

beforeAll(async () => {
  folder = await temporaryFolder()
  scratch = await temporaryFolder()
  releaser = await openReleaser({ threads: 1, memoryBytes: 512 * MIB, scratch: scratch.path, processes: 1 })
})
afterAll(async () => {
  await releaser.close()
  await folder.remove()
  await scratch.remove()
})

function finish(
  work: Partial<FinishWork> & { text: string },
  more: Partial<Limits> = {},
  signal?: AbortSignal,
) {
  const { text, ...rest } = work
  return releaser.finish(
    { tables: [], mounts: [], ...rest, statement: sql(text) },
    { limits: { ...limits, ...more }, signal: signal ?? new AbortController().signal, bulle: 'p' },
  )
}

async function failure(work: Promise<unknown>) {
  const error = await work.catch((reason: unknown) => reason)
  if (!(error instanceof Refusal)) throw new Error('not refused')
  return [error.code, error.facts, failureOf(error)]
}

/** A value of every type that an answer may have, then NULL in every column. */
const typed: Rows = {
  columns: [
    { name: 'bool', type: 'BOOLEAN' },
    { name: 'tiny', type: 'TINYINT' },
    { name: 'int', type: 'INTEGER' },
    { name: 'uint', type: 'UINTEGER' },
    { name: 'big', type: 'BIGINT' },
    { name: 'ubig', type: 'UBIGINT' },
    { name: 'huge', type: 'HUGEINT' },
    { name: 'double', type: 'DOUBLE' },
    { name: 'float', type: 'FLOAT' },
    { name: 'price', type: 'DECIMAL(9,2)' },
    { name: 'long', type: 'DECIMAL(38,3)' },
    { name: 'text', type: 'VARCHAR' },
    { name: 'day', type: 'DATE' },
    { name: 'time', type: 'TIME' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'zoned', type: 'TIMESTAMP WITH TIME ZONE' },
    { name: 'uuid', type: 'UUID' },
    { name: 'blob', type: 'BLOB' },
    { name: 'list', type: 'INTEGER[]' },
    { name: 'struct', type: 'STRUCT("a" INTEGER, "b c" VARCHAR)' },
    { name: 'map', type: 'MAP(VARCHAR, INTEGER)' },
    { name: 'enum', type: "ENUM('f', 'm')" },
    { name: 'span', type: 'INTERVAL' },
  ],
  rows: [
    [
      true,
      -7,
      -2147483648,
      4294967295,
      -9223372036854775808n,
      18446744073709551615n,
      -(10n ** 37n),
      0.1,
      1.5,
      -0.01,
      '12345678901234567890123456789012345.001',
      'é "😀", \n;',
      '1957-03-05',
      '23:59:59.000001',
      '2024-02-29T12:34:56.000007',
      '1969-12-31T23:59:59.5Z',
      '00000000-0000-4000-8000-0000000000ff',
      '00FF',
      [1, null, 3],
      { a: null, 'b c': 'x' },
      [{ key: 'k', value: 2 }],
      'm',
      '1 year 2 days',
    ],
    Array.from({ length: 23 }, () => null),
  ],
}

describe('the release engine', () => {
  test('gives back every type and value that it was given', async () => {
    const answer = await finish({
      tables: [{ name: 'leaf_0', data: typed }],
      text: 'SELECT * FROM leaf_0 ORDER BY int',
    })
    expect(answer).toEqual(typed)
  })

  test('joins released tables with public relations and starts afresh each time', async () => {
    const file = join(folder.path, 'departments.parquet')
    await writeParquet(file, "SELECT '76' AS code, 'Seine-Maritime' AS label")
    const leaf: Rows = {
      columns: [
        { name: 'g0', type: 'VARCHAR' },
        { name: 'm0', type: 'BIGINT' },
      ],
      rows: [['76', 12]],
    }
    const work = {
      tables: [{ name: 'leaf_0', data: leaf }],
      mounts: [{ schema: 'cog-2024', name: 'dep', file }],
      text: 'SELECT label, m0 FROM leaf_0 JOIN "cog-2024".dep ON code = g0',
    }
    expect((await finish(work)).rows).toEqual([['Seine-Maritime', 12]])
    expect((await finish(work)).rows).toEqual([['Seine-Maritime', 12]])
    expect(await failure(finish({ text: 'SELECT * FROM leaf_0' }))).toEqual(['QUERY_FAILED', {}, 'failed'])
  })

  test('takes an empty table with its types', async () => {
    const data: Rows = { columns: [{ name: 'g0', type: 'DATE' }], rows: [] }
    const answer = await finish({
      tables: [{ name: 'l', data }],
      text: 'SELECT g0, count(*) AS n FROM l GROUP BY g0',
    })
    expect(answer).toEqual({
      columns: [
        { name: 'g0', type: 'DATE' },
        { name: 'n', type: 'BIGINT' },
      ],
      rows: [],
    })
  })

  test('says null for what JSON has no number for', async () => {
    const answer = await finish({
      text: "SELECT 'nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::FLOAT, 'infinity'::DATE, 1/0",
    })
    expect(answer.rows).toEqual([[null, null, null, null, null]])
  })

  test.each([
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_csv('/etc/passwd')",
    'CREATE TEMP TABLE t AS SELECT 1',
    'SELECT 1; SELECT 2',
  ])('reads no file and runs nothing but one SELECT: %s', async (text) => {
    expect(await failure(finish({ text }))).toEqual(['QUERY_FAILED', {}, 'failed'])
  })

  test.each(['INTEGER) AS a, (SELECT 1', 'INTEGER; SELECT'])(
    'takes no type that is more than a type: %s',
    async (type) => {
      const data: Rows = { columns: [{ name: 'a', type }], rows: [[1]] }
      expect(await failure(finish({ tables: [{ name: 'l', data }], text: 'SELECT * FROM l' }))).toEqual([
        'QUERY_FAILED',
        {},
        'failed',
      ])
    },
  )

  test('ends at the deadline, at the row limit and when the caller gives up', async () => {
    const text = 'SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y) WHERE x * y % 7 = 3'
    expect(await failure(finish({ text }, { timeoutMs: 100 }))).toEqual(['QUERY_FAILED', {}, 'deadline'])
    expect(await failure(finish({ text: 'FROM range(11)' }, { maxRows: 10 }))).toEqual([
      'QUERY_FAILED',
      {},
      'failed',
    ])
    const given = new AbortController()
    const run = finish({ text }, {}, given.signal)
    given.abort()
    expect(await failure(run)).toEqual(['QUERY_FAILED', {}, 'aborted'])
    expect((await finish({ text: 'SELECT 1' })).rows).toEqual([[1]])
  })
})

describe('an answer as a file', () => {
  test('in CSV tells an empty text from a null and quotes what needs it', async () => {
    const rows: Rows = {
      columns: [
        { name: 'a', type: 'VARCHAR' },
        { name: 'n, m', type: 'BIGINT' },
        { name: 'l', type: 'VARCHAR[]' },
      ],
      rows: [
        ['', 1, null],
        [null, 2n ** 60n, ['x']],
        ['é "q"\r\n', null, []],
      ],
    }
    const bytes = await releaser.encode(rows, 'csv')
    expect(Buffer.from(bytes).toString('utf8')).toBe(
      'a,"n, m",l\r\n"",1,\r\n,1152921504606846976,"[""x""]"\r\n"é ""q""\r\n",,[]\r\n',
    )
  })

  test('in Arrow has types that follow those of the columns, and exact values', async () => {
    const table = tableFromIPC(await releaser.encode(typed, 'arrow'))
    const types = Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]))
    expect(types).toMatchObject({
      bool: 'Bool',
      int: 'Int32',
      big: 'Int64',
      ubig: 'Uint64',
      huge: 'Decimal[38e0]',
      double: 'Float64',
      price: 'Decimal[9e+2]',
      text: 'Utf8',
      day: 'Date32<DAY>',
      at: 'Timestamp<MICROSECOND>',
      zoned: 'Timestamp<MICROSECOND, UTC>',
      list: 'Utf8',
    })
    const at = (name: string, row = 0): unknown => table.getChild(name)?.get(row)
    expect([at('bool'), at('int'), at('big'), at('ubig'), at('double'), at('text'), at('struct')]).toEqual([
      true,
      -2147483648,
      -9223372036854775808n,
      18446744073709551615n,
      0.1,
      'é "😀", \n;',
      '{"a":null,"b c":"x"}',
    ])
    expect(table.schema.fields.map(({ name }) => at(name, 1))).toEqual(typed.rows[1])
  })

  test('in Arrow is what DuckDB would read, decimals and instants to the last digit', async () => {
    const table = tableFromIPC(await releaser.encode(typed, 'arrow'))
    const words = (name: string) =>
      table.getChild(name)?.data[0]?.values as BigInt64Array | BigUint64Array | Int32Array
    const decimal = (name: string) => {
      const { buffer, byteOffset } = words(name)
      const [low = 0n, high = 0n] = new BigUint64Array(buffer.slice(byteOffset, byteOffset + 16))
      return BigInt.asIntN(128, (high << 64n) | low)
    }
    expect([decimal('huge'), decimal('price'), decimal('long')]).toEqual([
      -(10n ** 37n),
      -1n,
      12345678901234567890123456789012345001n,
    ])
    const [[at, zoned, day] = []] = await freeSql(
      `SELECT epoch_us(TIMESTAMP '2024-02-29 12:34:56.000007'), -500000, DATE '1957-03-05' - DATE '1970-01-01'`,
    )
    expect([words('at')[0], words('zoned')[0], words('day')[0]].map(String)).toEqual(
      [at, zoned, day].map(String),
    )
  })

  test('in Parquet reads back with the same types and values', async () => {
    const file = join(folder.path, 'answer.parquet')
    await writeFile(file, await releaser.encode(typed, 'parquet'))
    const back = await finish({
      mounts: [{ schema: 's', name: 't', file }],
      text: 'SELECT * FROM s.t ORDER BY int',
    })
    const lossless = typed.columns.map(({ name }) => name).filter((name) => !['huge', 'enum'].includes(name))
    for (const name of lossless) {
      const index = typed.columns.findIndex((column) => column.name === name)
      expect([back.columns[index], back.rows[0]?.[index]]).toEqual([
        typed.columns[index],
        typed.rows[0]?.[index],
      ])
    }
    expect(back.rows[0]?.[6]).toBe(String(-(10n ** 37n)))
    expect(back.rows[1]).toEqual(typed.rows[1])
    const left = await readdir(scratch.path, { recursive: true })
    expect(left.filter((name) => /answers.+parquet$/.test(name))).toEqual([])
  })

  test('in Parquet numbers the names that repeat', async () => {
    const rows: Rows = {
      columns: ['n', 'N', 'n'].map((name) => ({ name, type: 'INTEGER' })),
      rows: [[1, 2, 3]],
    }
    const file = join(folder.path, 'names.parquet')
    await writeFile(file, await releaser.encode(rows, 'parquet'))
    const back = await finish({ mounts: [{ schema: 's', name: 't', file }], text: 'FROM s.t' })
    expect([back.columns.map(({ name }) => name), back.rows]).toEqual([['n', 'N_1', 'n_2'], [[1, 2, 3]]])
  })

  test('in a workbook has days and instants, exact numbers or their digits, and nothing that runs', async () => {
    const hostile = ['=cmd|calc', 'a\u0000b\ud800', '_x0041_', 'x'.repeat(40_000)]
    const more = hostile.map((_, i) => ({ name: `h${i}`, type: 'VARCHAR' }))
    const rows: Rows = {
      columns: [...typed.columns, ...more],
      rows: [[...(typed.rows[0] ?? []), ...hostile]],
    }
    const about = { name: 'about', header: ['a'], rows: [['b']] }
    const bytes = await releaser.workbook(rows, { name: 'n', suppressed: [[0, 0]], withheld: '< 5', about })
    const parts = unzipped(bytes)
    const sheet = parts.get('xl/worksheets/sheet1.xml') ?? ''
    const texts = parts.get('xl/sharedStrings.xml') ?? ''
    const number = (cell: string) =>
      sheet.match(new RegExp(`<c r="${cell}"(?![^>]*t="s")[^>]*><v>(.*?)</v>`))?.[1]
    // D: 32 bits; H: 0.1; J: a short decimal; M: 5 March 1957; O: an instant.
    expect(['D2', 'H2', 'J2', 'M2', 'O2'].map(number)).toEqual([
      '4294967295',
      '0.1',
      '-0.01',
      '20884',
      expect.stringMatching(/^45351\.52/),
    ])
    // Of too many digits for a spreadsheet.
    for (const cell of ['E2', 'F2', 'G2', 'K2']) expect(number(cell)).toBeUndefined()
    for (const text of ['-9223372036854775808', '12345678901234567890123456789012345.001', '&lt; 5'])
      expect(texts).toContain(`>${text}<`)
    for (const text of ['=cmd|calc', 'ab', '_x005F_x0041_', `${'x'.repeat(32_766)}…`])
      expect(texts.includes(`>${text}<`)).toBe(true)
    expect(sheet).not.toMatch(/<f[ >]/)
    expect(sheet).toContain('<autoFilter ref="A1:AA2"/>')
    await expect(
      releaser.workbook(
        { columns: [], rows: null as unknown as [] },
        { ...{ name: 'n', withheld: '' }, suppressed: [], about },
      ),
    ).rejects.toMatchObject({ code: 'QUERY_FAILED' })
  })

  test.each(['csv', 'arrow', 'parquet'] as const)('in %s may have no rows', async (format) => {
    const rows: Rows = { columns: [{ name: 'n', type: 'BIGINT' }], rows: [] }
    expect((await releaser.encode(rows, format)).byteLength).toBeGreaterThan(2)
  })
})

test('leaves nothing in its scratch folder once it is closed', async () => {
  const own = await temporaryFolder()
  const opened = await openReleaser({ threads: 1, memoryBytes: 512 * MIB, scratch: own.path, processes: 2 })
  expect(await readdir(own.path)).toHaveLength(2)
  await opened.close()
  expect(await readdir(own.path)).toEqual([])
  await own.remove()
})
