/** What sealing costs: the extract of one line, in its process, against the engine's own COPY of the same file, sorted and not. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from 'duckdb'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import type { SealOrder } from '../../services/dataset/seal-order.ts'
import { startProcess } from '../../services/engine/process.ts'
import { interleave, type Line } from './stats.ts'

const columns = ['stay', 'person', 'day', 'code', 'value']

const descriptor = descriptorSchema.parse({
  name: 'bench',
  kind: 'personal',
  holder: 'chu-rouen',
  resources: [
    {
      name: 'stays',
      schema: {
        fields: [
          { name: 'stay', type: 'integer' },
          { name: 'person', type: 'integer', role: 'unit' },
          { name: 'day', type: 'date' },
          { name: 'code' },
          { name: 'value', type: 'number' },
        ],
      },
    },
  ],
})

const rowsOf = (rows: number) => `SELECT i AS stay, hash(i) % ${Math.ceil(rows / 10)} AS person,
  DATE '2020-01-01' + (i % 1500)::INTEGER AS day, 'A' || (i % 500) AS code, (i % 997) / 10 AS value FROM range(${rows}) t(i)`

const timeoutMs = 3_600_000
const memoryBytes = 3 * 1024 ** 3

async function seal(order: SealOrder): Promise<void> {
  await rm(order.out, { recursive: true, force: true })
  await mkdir(order.out)
  const entry = new URL('../../services/dataset/seal-worker.ts', import.meta.url)
  const process = await startProcess({
    entry,
    name: 'seal',
    memoryBytes,
    box: { read: [order.version], write: [order.out] },
  })
  try {
    await process.call('seal', order, { timeoutMs })
  } finally {
    process.kill()
    await process.closed
  }
}

/** Rows a second of an extract of all rows and columns. */
export async function* benchBulle(rows: number, rounds: number): AsyncGenerator<Line> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-bench-'))
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    await connection.run('SET threads = 2')
    const file = join(folder, 'stays.parquet')
    await connection.run(`COPY (${rowsOf(rows)}) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`)
    const tables = [{ name: 'stays', columns }]
    const order = { descriptor, version: folder, out: join(folder, 'out'), key: Buffer.alloc(32, 7) }
    const run = () => seal({ ...order, tables, memoryBytes })
    for (const [name, sorting] of [
      ['bulle.copy', ''],
      ['bulle.sorted', 'ORDER BY person'],
    ]) {
      const copy = `COPY (SELECT * FROM read_parquet('${file}') ${sorting})
        TO '${file}.copied' (FORMAT parquet, COMPRESSION zstd)`
      const reference = { name: 'COPY', run: async () => void (await connection.run(copy)) }
      const times = await interleave(reference, { name: 'seal', run }, rounds)
      const perSecond = (ms: number) => Math.round((rows * 1000) / ms)
      const [value, against] = [perSecond(times.measured), perSecond(times.reference)]
      yield { name: name ?? '', value, unit: 'rows/s', reference: against, ratio: 1 / times.ratio }
    }
  } finally {
    connection.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
}
