/** Small files that other programs wrote (written-elsewhere/make.py): each is read right, or refused with its column named. */
import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { readAs } from './reading.ts'

const types: Readonly<Record<string, string>> = {
  parquet: 'application/vnd.apache.parquet',
  arrows: 'application/vnd.apache.arrow.stream',
}

async function read(file: string, type: string, arrowByValues = false) {
  const body = await readFile(new URL(`./written-elsewhere/${file}`, import.meta.url))
  const fields = [
    { name: 'id', type: 'integer' },
    { name: 'v', type },
  ]
  return readAs(fields, { body, type: types[file.split('.')[1] ?? ''] ?? '', arrowByValues })
}

const texts = ['é', 'un texte de plus de douze octets', null]
const instants = ['2024-02-29 01:02:03', '1890-01-01 00:00:00', null]
const amounts = ['1.25', '-300.5', null]

test.each<[string, string, readonly (string | null)[]]>([
  ['pyarrow-int96.parquet', 'datetime', instants],
  ['pyarrow-dictionary.parquet', 'string', texts],
  ['pyarrow-decimal.parquet', 'number', amounts],
  ['fastparquet-times.parquet', 'datetime', instants],
  ['fastparquet-text.parquet', 'string', texts],
  ['polars-text.parquet', 'string', texts],
  ['polars-text.arrows', 'string', texts],
  ['pyarrow-large.arrows', 'string', texts],
  ['pyarrow-dictionary.arrows', 'string', texts],
  ['pyarrow-decimal.arrows', 'number', amounts],
  ['pyarrow-decimal64.arrows', 'number', amounts],
  ['pyarrow-decimal256.arrows', 'number', amounts],
  ['pyarrow-hundreds.arrows', 'integer', ['1200', '-300', null]],
])('%s is read', async (file, type, expected) => {
  const rows = expected.map((value, index) => [String(index + 1), String(index + 1), value])
  for (const arrowByValues of [false, true]) {
    expect(await read(file, type, arrowByValues)).toEqual({ findings: [], rows })
  }
})

test.each<[string, string, string]>([
  ['pyarrow-list.parquet', 'string', 'nested'],
  ['pyarrow-struct.parquet', 'string', 'nested'],
  ['pyarrow-zone.arrows', 'datetime', 'zone'],
])('%s is refused, and its column is named', async (file, type, kind) => {
  const { findings } = await read(file, type)
  expect(findings).toMatchObject([{ rule: 'column.type', table: 'rows', column: 'v', with: { kind } }])
})

test('an Arrow file whose batches are compressed is refused as such', async () => {
  const { findings } = await read('pyarrow-lz4.arrows', 'string')
  expect(findings).toMatchObject([{ severity: 'error', rule: 'format.compressed', table: 'rows' }])
})
