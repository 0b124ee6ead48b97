/** Parquet and Arrow files as other programs write them: what each type becomes, or that it is refused. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import {
  Binary,
  type DataType,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  Float64,
  Int32,
  LargeUtf8,
  List,
  makeVector,
  Struct,
  Table,
  TimeMicrosecond,
  TimestampNanosecond,
  TimestampSecond,
  tableToIPC,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { verdictOf } from '../../services/dataset/finding.ts'
import { queryParquet } from './parquet.ts'
import { readAs } from './reading.ts'

/** A Parquet file of one statement. */
async function parquet(select: string, options = ''): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-parquet-'))
  try {
    const path = join(folder, 'made.parquet')
    await queryParquet(`COPY (${select}) TO '${path}' (FORMAT parquet${options})`)
    return await readFile(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const id = { name: 'id', type: 'integer' }
const asParquet = 'application/vnd.apache.parquet'
const asArrow = 'application/vnd.apache.arrow.stream'

describe('Parquet', () => {
  test.each<[string, string, string, string, string]>([
    ['a dictionary', "'a' || (i % 2)", '', 'string', 'a1'],
    ['an enumeration', "(CASE WHEN i = 1 THEN 'x' END)::ENUM('x', 'y')", '', 'string', 'x'],
    ['a decimal', '1.25::DECIMAL(18, 2)', '', 'number', '1.25'],
    ['a wide decimal', '12345678901234567890.5::DECIMAL(38, 1)', '', 'number', '1.2345678901234567e+19'],
    ['a decimal where an integer is whole', '7::DECIMAL(18, 0)', '', 'integer', '7'],
    ['a decimal of three digits that is whole', '-7::DECIMAL(18, 3)', '', 'integer', '-7'],
    ['a whole float', '34::DOUBLE', '', 'integer', '34'],
    ['a small unsigned integer', '255::UTINYINT', '', 'integer', '255'],
    [
      'nanoseconds',
      "TIMESTAMP_NS '2024-02-29 01:02:03.123456'",
      '',
      'datetime',
      '2024-02-29 01:02:03.123456',
    ],
    ['milliseconds', "TIMESTAMP_MS '2024-02-29 01:02:03'", '', 'datetime', '2024-02-29 01:02:03'],
    ['a day where an instant is wanted', "DATE '2024-02-29'", '', 'datetime', '2024-02-29 00:00:00'],
    ['a time', "TIME '01:02:03'", '', 'time', '01:02:03'],
    ['a day written as text', "'2024-02-29'", '', 'date', '2024-02-29'],
    ['gzip pages', "'é'", ', COMPRESSION gzip', 'string', 'é'],
    ['zstd pages of the second format', "'é'", ', COMPRESSION zstd, PARQUET_VERSION v2', 'string', 'é'],
    ['small row groups', "'é'", ', ROW_GROUP_SIZE 1', 'string', 'é'],
  ])('with %s is read', async (_, ...[value, options, type, expected]) => {
    const body = await parquet(`SELECT 1 AS id, ${value} AS v FROM (SELECT 1 AS i)`, options)
    const read = await readAs([id, { name: 'v', type }], { body, type: asParquet })
    expect(read).toEqual({ findings: [], rows: [['1', '1', expected]] })
  })

  test.each<[string, string, string, string]>([
    ['a list', "['a', 'b']", 'string', 'nested'],
    ['a structure', "{'a': 1}", 'string', 'nested'],
    ['a map', "MAP {'a': 1}", 'string', 'nested'],
    ['bytes', "'\\xAA'::BLOB", 'string', 'binary'],
    ['an instant with a zone', "TIMESTAMPTZ '2024-02-29 01:02:03+02'", 'datetime', 'zone'],
  ])('with %s is refused, and the column is named', async (_, ...[value, type, kind]) => {
    const body = await parquet(`SELECT 1 AS id, ${value} AS v`)
    const { findings } = await readAs([id, { name: 'v', type }], { body, type: asParquet })
    expect(findings).toEqual([
      { severity: 'error', rule: 'column.type', table: 'rows', column: 'v', count: 1, with: { kind } },
    ])
  })

  test.each<[string, string, string]>([
    ['a day without end', "'infinity'::DATE", 'date'],
    ['an instant without end', "'-infinity'::TIMESTAMP", 'datetime'],
    ['a fraction where an integer is wanted', '1.5::DOUBLE', 'integer'],
    ['no number', "'NaN'::DOUBLE", 'number'],
    ['no number where an integer is wanted', "'NaN'::DOUBLE", 'integer'],
    ['a float that is no longer exact', '9007199254740992::DOUBLE', 'integer'],
    ['a single float that is no longer exact', '16777216::FLOAT', 'integer'],
    ['an integer that is too wide', '18446744073709551615::UBIGINT', 'integer'],
  ])('with %s is a finding of the column', async (_, ...[value, type]) => {
    const body = await parquet(`SELECT 1 AS id, ${value} AS v`)
    const { findings } = await readAs([id, { name: 'v', type }], { body, type: asParquet })
    expect(findings).toMatchObject([{ severity: 'error', rule: 'type', column: 'v', line: 1, count: 1 }])
  })

  test('without rows is read', async () => {
    const body = await parquet("SELECT 1 AS id, 'a' AS v WHERE false")
    expect(await readAs([id, { name: 'v' }], { body, type: asParquet })).toEqual({ findings: [], rows: [] })
  })
})

/** One column of two values, the second absent, as an Arrow stream. */
function arrow(type: DataType, value: unknown): Uint8Array {
  const v = vectorFromArray([value, null], type)
  return tableToIPC(new Table({ id: vectorFromArray([1, 2], new Int32()), v }), 'stream')
}

describe('Arrow', () => {
  test.each<[string, DataType, unknown, string, string]>([
    ['large text', new LargeUtf8(), 'é', 'string', 'é'],
    ['a dictionary of large text', new Dictionary(new LargeUtf8(), new Int32()), 'é', 'string', 'é'],
    ['an unsigned integer', new Uint64(), 2n ** 62n, 'integer', '4611686018427387904'],
    ['a day in milliseconds', new DateMillisecond(), new Date('2024-02-29T00:00:00Z'), 'date', '2024-02-29'],
    [
      'an instant in seconds',
      new TimestampSecond(),
      Date.parse('2024-02-29T01:02:03Z'),
      'datetime',
      '2024-02-29 01:02:03',
    ],
    [
      'an instant in nanoseconds',
      new TimestampNanosecond(),
      Date.parse('2024-02-29T01:02:03Z'),
      'datetime',
      '2024-02-29 01:02:03',
    ],
    ['a time', new TimeMicrosecond(), 3_723_000_000n, 'time', '01:02:03'],
    ['an absent number', new Float64(), 0.5, 'number', '0.5'],
    ['a whole float', new Float64(), 34, 'integer', '34'],
  ])('with %s is read', async (_, ...[arrowType, value, type, expected]) => {
    const file = { body: arrow(arrowType, value), type: asArrow }
    const fields = [id, { name: 'v', type }]
    const rows = [
      ['1', '1', expected],
      ['2', '2', null],
    ]
    expect(await readAs(fields, file)).toEqual({ findings: [], rows })
    expect(await readAs(fields, { ...file, arrowByValues: true })).toEqual({ findings: [], rows })
  })

  test('with a wide decimal keeps its digits as text', async () => {
    const wide = 2n ** 100n + 1n
    const words = Uint32Array.from({ length: 8 }, (_, at) => Number((wide >> BigInt(32 * at)) & 0xffffffffn))
    const v = makeVector({ type: new Decimal(2, 40, 256), data: words, length: 1, nullCount: 0 } as never)
    const body = tableToIPC(new Table({ id: vectorFromArray([1], new Int32()), v }), 'stream')
    const { rows } = await readAs([id, { name: 'v' }], { body, type: asArrow })
    expect(rows).toEqual([['1', '1', '12676506002282294014967032053.77']])
  })

  test.each<[string, DataType, unknown, string]>([
    ['a list', new List(new Field('item', new Utf8())), ['a'], 'nested'],
    ['a structure', new Struct([new Field('a', new Utf8())]), { a: 'x' }, 'nested'],
    ['bytes', new Binary(), new Uint8Array([1]), 'binary'],
    ['an instant with a zone', new TimestampSecond('Europe/Paris'), 0, 'zone'],
  ])('with %s is refused, and the column is named', async (_, ...[arrowType, value, kind]) => {
    const { findings } = await readAs([id, { name: 'v' }], { body: arrow(arrowType, value), type: asArrow })
    expect(verdictOf(findings)).toBe('refused')
    expect(findings).toMatchObject([{ rule: 'column.type', table: 'rows', column: 'v', with: { kind } }])
  })
})
