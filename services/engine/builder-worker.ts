/** Writes one derived table, and ends. It reads the files that it is told, writes below one folder, and answers no row. */
import { join } from 'node:path'
import type { DuckDBConnection } from 'duckdb'
import {
  columnTypes,
  type EngineLimits,
  liveVersion,
  openBuilder,
  quoteName,
  quoteText,
  runStatement,
} from './duckdb.ts'
import { type BuildOrder, type Built, rowsFile } from './engine.ts'
import { loadTable } from './load.ts'
import { serve, WorkerFault } from './serve.ts'

interface Building extends BuildOrder {
  readonly limits: EngineLimits
}

let working: DuckDBConnection | undefined

async function build({ limits, ...order }: Building): Promise<Built> {
  const database = await openBuilder(order.mounts, order.folder, limits)
  working = await database.connect()
  for (const { name, data } of order.tables) {
    await loadTable(working, { name, columns: data.columns, rows: data.rows })
  }
  return write(working, order)
}

async function write(connection: DuckDBConnection, order: BuildOrder): Promise<Built> {
  const { statement, names, folder, isPersonal } = order
  const types = await columnTypes(connection, statement)
  if (types.length !== names.length) throw new WorkerFault('COLUMNS')
  const list = names.map((name, index) => written(name, types[index] ?? '')).join(', ')
  const rows = `(${statement}) AS r(${names.map(quoteName).join(', ')})`
  const sorting = isPersonal ? 'ORDER BY __pix' : ''
  const file = quoteText(join(folder, rowsFile))
  await connection.run(
    `COPY (SELECT ${list} FROM ${rows} ${sorting}) TO ${file} (FORMAT parquet, COMPRESSION zstd)`,
  )
  const stored = await columnTypes(connection, `SELECT * FROM read_parquet(${file})`)
  return {
    columns: names.map((name, index) => ({ name, type: stored[index] ?? '' })),
    isUnique: isPersonal && (await hasOneRowEach(connection, file)),
  }
}

/** Parquet has no 128-bit integer: DuckDB would write DOUBLE, and lose digits. */
function written(name: string, type: string): string {
  const column = quoteName(name)
  return /^U?HUGEINT$/.test(type) ? `TRY_CAST(${column} AS DECIMAL(38, 0)) AS ${column}` : column
}

async function hasOneRowEach(connection: DuckDBConnection, file: string): Promise<boolean> {
  const persons = `(SELECT count(*) FROM (SELECT DISTINCT __pix FROM read_parquet(${file})))`
  const { rows } = await runStatement(connection, `SELECT count(*) = ${persons} FROM read_parquet(${file})`, {
    maxRows: 1,
    temporaryTables: false,
  })
  return rows[0]?.[0] === true
}

serve({
  methods: { build },
  interrupt: () => working?.interrupt(),
  facts: { engine: liveVersion },
})
