/** What checking costs: a deposit of each format through the use-cases, against the engine's own COPY of the same file. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DateDay, Float64, Int32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { type DuckDBConnection, DuckDBInstance } from 'duckdb'
import { silentLog } from '../../services/kernel/log.ts'
import { startEmbedded } from '../../services/store/embedded.ts'
import { declare, deposit, openRoom } from '../dataset/room.ts'
import { type Arm, interleave, type Line } from './stats.ts'

const descriptor = {
  name: 'bench',
  kind: 'personal',
  holder: 'chu-rouen',
  resources: [
    {
      name: 'measures',
      schema: {
        primaryKey: ['row'],
        fields: [
          { name: 'row', type: 'integer' },
          { name: 'person', type: 'integer', role: 'unit' },
          { name: 'day', type: 'date' },
          { name: 'test' },
          { name: 'value', type: 'number', bounds: [0, 1000] },
        ],
      },
    },
  ],
}

const tests = ['hdl', 'chol', 'dbp', 'sbp', 'smoke', 'fib4']

/** A French CSV; the values repeat, the rows do not. */
function csvOf(rows: number): string {
  const lines = ['row;person;day;test;value']
  for (let row = 0; row < rows; row += 1) {
    const day = `${String(1 + (row % 28)).padStart(2, '0')}/${String(1 + (row % 12)).padStart(2, '0')}/2024`
    lines.push(`${row};${row % 20_011};${day};${tests[row % 6]};${row % 997},${row % 10}`)
  }
  return `${lines.join('\n')}\n`
}

/** The same rows as an Arrow stream, in batches as other programs write them. */
function arrowOf(rows: number): Uint8Array {
  const perBatch = 65_536
  const batches: Table[] = []
  for (let from = 0; from < rows; from += perBatch) {
    const at = Array.from({ length: Math.min(perBatch, rows - from) }, (_, index) => from + index)
    batches.push(
      new Table({
        row: vectorFromArray(at, new Int32()),
        person: vectorFromArray(
          at.map((row) => row % 20_011),
          new Int32(),
        ),
        day: vectorFromArray(
          at.map((row) => Date.UTC(2024, row % 12, 1 + (row % 28))),
          new DateDay(),
        ),
        test: vectorFromArray(
          at.map((row) => tests[row % 6] ?? ''),
          new Utf8(),
        ),
        value: vectorFromArray(
          at.map((row) => (row % 997) + (row % 10) / 10),
          new Float64(),
        ),
      }),
    )
  }
  const [first, ...rest] = batches
  return tableToIPC(first === undefined ? new Table() : first.concat(...rest), 'stream')
}

const readers: Readonly<Record<Format, string>> = {
  csv: "read_csv('FILE.csv', delim = ';', decimal_separator = ',', dateformat = '%d/%m/%Y', header = true)",
  parquet: "read_parquet('FILE.parquet')",
  // The engine has no Arrow of its own: it copies the same rows from Parquet.
  arrow: "read_parquet('FILE.parquet')",
}

type Format = 'csv' | 'parquet' | 'arrow'

const types: Readonly<Record<Format, string>> = {
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
}

async function copyArm(connection: DuckDBConnection, file: string, format: Format): Promise<Arm> {
  const from = readers[format].replace('FILE', file)
  const statement = `COPY (FROM ${from}) TO '${file}.copied.parquet' (FORMAT parquet, COMPRESSION zstd)`
  return { name: 'COPY', run: async () => void (await connection.run(statement)) }
}

async function bodiesOf(connection: DuckDBConnection, file: string, rows: number) {
  const csv = csvOf(rows)
  await writeFile(`${file}.csv`, csv)
  await connection.run(
    `COPY (FROM ${readers.csv.replace('FILE', file)}) TO '${file}.parquet' (FORMAT parquet)`,
  )
  return { csv: Buffer.from(csv), parquet: await readFile(`${file}.parquet`), arrow: arrowOf(rows) }
}

/** Rows a second of a whole deposit, by format: received, hashed, decoded, converted, checked, measured, published. */
export async function* benchDeposits(rows: number, rounds: number): AsyncGenerator<Line> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-bench-'))
  const database = await startEmbedded({ home: folder, log: silentLog, durable: false })
  const room = await openRoom(database)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    await connection.run('SET threads = 2')
    const file = join(folder, 'measures')
    const bodies = await bodiesOf(connection, file, rows)
    await declare(room.needs, descriptor)
    for (const format of ['csv', 'parquet', 'arrow'] as const) {
      const run = async () => {
        const measures = { body: bodies[format], type: types[format] }
        const shown = await deposit(room.needs, 'bench', { measures })
        if (shown.status !== 'accepted') throw new Error(`the deposit is ${shown.status}`)
      }
      const copy = await copyArm(connection, file, format)
      const times = await interleave(copy, { name: 'deposit', run }, rounds)
      const perSecond = (ms: number) => Math.round((rows * 1000) / ms)
      const [value, reference] = [perSecond(times.measured), perSecond(times.reference)]
      yield { name: `deposit.${format}`, value, unit: 'rows/s', reference, ratio: 1 / times.ratio }
    }
  } finally {
    connection.closeSync()
    await room.close()
    await rm(folder, { recursive: true, force: true })
  }
}
