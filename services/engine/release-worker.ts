/**
 * Runs what stands above the leaves, over released tables and public relations, and writes answers as files. Every call has
 * a database of its own. This process never sees a patient row.
 */
import type { DuckDBConnection } from 'duckdb'
import { encodeCsv } from './csv.ts'
import { type Database, type EngineLimits, liveVersion, openReader, runStatement } from './duckdb.ts'
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

/** A fresh database, opened ahead for a call like the last one. It serves one call and is closed. */
let spare: { readonly key: string; readonly database: Promise<Database> } | undefined

function keyOf({ mounts, limits }: Pick<Finishing, 'mounts' | 'limits'>): string {
  return JSON.stringify([mounts, limits])
}

function takeDatabase(call: Finishing): Promise<Database> {
  const kept = spare
  spare = undefined
  if (kept?.key === keyOf(call)) return kept.database
  kept?.database.then(
    (database) => database.close(),
    () => undefined,
  )
  return openReader(call.mounts, call.limits)
}

/** Once the answer is on its way: closing and opening cost more than the statement (measured: 15 ms of 20). */
function replaceDatabase(used: Database, call: Finishing): void {
  setImmediate(() => {
    used.close()
    if (spare) return
    const database = openReader(call.mounts, call.limits)
    // A file that is gone fails the call that wants it, not this process.
    database.catch(() => undefined)
    spare = { key: keyOf(call), database }
  })
}

async function finish(call: Finishing): Promise<Rows> {
  const { tables, statement, maxRows } = call
  const database = await takeDatabase(call)
  try {
    working = await database.connect()
    for (const { name, data } of tables) {
      await loadTable(working, { name, columns: data.columns, rows: data.rows })
    }
    return await runStatement(working, statement, { maxRows, temporaryTables: false })
  } finally {
    working = undefined
    replaceDatabase(database, call)
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
