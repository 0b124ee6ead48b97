/**
 * Runs what stands above the leaves, over released tables and public relations, and writes answers as files. Every call has
 * a database of its own. This process never sees a patient row.
 */
import type { DuckDBConnection } from 'duckdb'
import { encodeCsv } from './csv.ts'
import { type EngineLimits, liveVersion, openReader, runStatement } from './duckdb.ts'
import type { Format, Mount, ReleasedTable, Rows } from './engine.ts'
import { loadTable } from './load.ts'
import { encodeParquet } from './parquet.ts'
import { serve } from './serve.ts'

interface Finishing {
  readonly tables: readonly ReleasedTable[]
  readonly mounts: readonly Mount[]
  readonly statement: string
  readonly maxRows: number
  readonly limits: EngineLimits
}

interface Encoding {
  readonly rows: Rows
  readonly format: Format
  readonly scratch: string
  readonly limits: EngineLimits
}

let working: DuckDBConnection | undefined

async function finish({ tables, mounts, statement, maxRows, limits }: Finishing): Promise<Rows> {
  const database = await openReader(mounts, limits)
  try {
    working = await database.connect()
    for (const { name, data } of tables) {
      await loadTable(working, { name, columns: data.columns, rows: data.rows })
    }
    return await runStatement(working, statement, { maxRows, temporaryTables: false })
  } finally {
    working = undefined
    database.close()
  }
}

async function encode({ rows, format, scratch, limits }: Encoding): Promise<Uint8Array> {
  switch (format) {
    case 'csv':
      return encodeCsv(rows)
    case 'arrow': {
      // Loaded when wanted: it would double the time that the process takes to be ready.
      const { encodeArrow } = await import('./arrow.ts')
      return encodeArrow(rows)
    }
    case 'parquet':
      return encodeParquet(rows, scratch, limits)
  }
}

serve({
  methods: { finish, encode },
  interrupt: () => working?.interrupt(),
  facts: { engine: liveVersion },
})
