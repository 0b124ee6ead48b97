/** What checking costs: a deposit of CSV through the use-cases, against the engine's own COPY of the same file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from 'duckdb'
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

async function copyArm(folder: string): Promise<Arm> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run('SET threads = 2')
  const [from, to] = [join(folder, 'measures.csv'), join(folder, 'measures.parquet')]
  const statement = `COPY (FROM read_csv('${from}', delim = ';', decimal_separator = ',', dateformat = '%d/%m/%Y', header = true))
    TO '${to}' (FORMAT parquet, COMPRESSION zstd)`
  return { name: 'COPY', run: async () => void (await connection.run(statement)) }
}

/** Rows a second of a whole deposit: received, hashed, decoded, converted, checked, published. */
export async function benchDeposits(rows: number, rounds: number): Promise<Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-bench-'))
  const database = await startEmbedded({ home: folder, log: silentLog, durable: false })
  const room = await openRoom(database)
  try {
    const csv = csvOf(rows)
    await writeFile(join(folder, 'measures.csv'), csv)
    await declare(room.needs, descriptor)
    const run = async () => {
      const shown = await deposit(room.needs, 'bench', { measures: csv })
      if (shown.status !== 'accepted') throw new Error(`the deposit is ${shown.status}`)
    }
    const times = await interleave(await copyArm(folder), { name: 'deposit', run }, rounds)
    const perSecond = (ms: number) => Math.round((rows * 1000) / ms)
    const [value, reference] = [perSecond(times.measured), perSecond(times.reference)]
    return [{ name: 'deposit.csv', value, unit: 'rows/s', reference, ratio: 1 / times.ratio }]
  } finally {
    await room.close()
    await rm(folder, { recursive: true, force: true })
  }
}
