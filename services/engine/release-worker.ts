/**
 * Runs what stands above the leaves, over released tables and public relations, and writes answers as files. Every call has
 * a database of its own. This process never sees a patient row.
 */
import type { DuckDBConnection } from 'duckdb'
import { encodeCsv } from './csv.ts'
import { type Database, type EngineLimits, liveVersion, openReader, runStatement } from './duckdb.ts'
import type { Column, Format, Mount, ReleasedTable, Rows, Sent, WorkbookNotes } from './engine.ts'
import { loadTable } from './load.ts'
import { encodeParquet } from './parquet.ts'
import { serve, WorkerFault } from './serve.ts'
import type { VectorMemory } from './vector-memory.ts'

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

interface Sending extends Finishing, Pick<Encoding, 'format' | 'scratch'> {
  /** What is sent; the marks follow them. */
  readonly columns: readonly Column[]
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

/** Runs work on a database of its own that holds the released tables. */
async function onTables<T>(call: Finishing, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const database = await takeDatabase(call)
  try {
    const connection = await database.connect()
    working = connection
    for (const { name, data } of call.tables) {
      await loadTable(connection, { name, columns: data.columns, rows: data.rows })
    }
    return await work(connection)
  } finally {
    working = undefined
    replaceDatabase(database, call)
  }
}

const rulesOf = ({ maxRows }: Finishing) => ({ maxRows, temporaryTables: false })

function finish(call: Finishing): Promise<Rows> {
  return onTables(call, (connection) => runStatement(connection, call.statement, rulesOf(call)))
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

async function workbook({ rows, notes }: { readonly rows: Rows; readonly notes: WorkbookNotes }) {
  const { encodeAnswer } = await import('./workbook.ts')
  return encodeAnswer(rows, notes)
}

/** How this process sends Arrow, found out with its first such answer. */
let memory: Promise<VectorMemory | null> | undefined

/** An answer that nobody takes a cell out of: from the statement to the file without leaving this process. */
function send({ format, scratch, columns, ...call }: Sending): Promise<Sent> {
  return onTables(call, async (connection) => {
    const { statement, limits } = call
    if (format === 'arrow') {
      const { canGather, sendArrow, sendingMemory } = await import('./arrow-out.ts')
      memory ??= sendingMemory(connection)
      const found = await memory
      if (found !== null && canGather(columns))
        return sendArrow(connection, statement, { columns, memory: found, ...rulesOf(call) })
    }
    const { rows } = await runStatement(connection, statement, rulesOf(call))
    if (rows.some((row) => row.slice(columns.length).some((mark) => mark !== false)))
      throw new WorkerFault('MARKED')
    const kept = rows.map((row) => row.slice(0, columns.length))
    return {
      bytes: await encode({ rows: { columns, rows: kept }, format, scratch, limits }),
      rows: rows.length,
    }
  })
}

serve({
  methods: { finish, encode, send, workbook },
  interrupt: () => working?.interrupt(),
  facts: { engine: liveVersion },
})
