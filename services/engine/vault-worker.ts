/** Runs verified statements on the extract of one bulle. Reads the Parquet files it is told once, and nothing else. */
import type { DuckDBConnection } from 'duckdb'
import {
  type Database,
  type EngineLimits,
  fingerprint,
  liveVersion,
  openReader,
  runStatement,
} from './duckdb.ts'
import type { Mount, ReleasedTable } from './engine.ts'
import { loadTable } from './load.ts'
import { serve, WorkerFault } from './serve.ts'

interface Opening extends EngineLimits {
  readonly mounts: readonly Mount[]
}

interface Opened {
  readonly database: Database
  readonly fingerprint: string
  session: DuckDBConnection
}

let opened: Opened | undefined

function need(): Opened {
  if (opened === undefined) throw new WorkerFault('NOT_OPEN')
  return opened
}

async function open({ mounts, threads, memoryBytes }: Opening): Promise<null> {
  if (opened !== undefined) throw new WorkerFault('OPEN')
  const database = await openReader(mounts, { threads, memoryBytes })
  const session = await database.connect()
  opened = { database, session, fingerprint: await fingerprint(session) }
  return null
}

function run({ statement, maxRows }: { statement: string; maxRows: number }) {
  return runStatement(need().session, statement, { maxRows, temporaryTables: true })
}

async function take({ name, data }: ReleasedTable): Promise<null> {
  await loadTable(need().session, { name, columns: data.columns, rows: data.rows, isTemporary: true })
  return null
}

/** Ends a session: its temporary tables are gone. Answers whether the database is as it was at the start. */
async function reset(): Promise<boolean> {
  const current = need()
  current.session.closeSync()
  current.session = await current.database.connect()
  return (await fingerprint(current.session)) === current.fingerprint
}

serve({
  methods: { open, run, take, reset },
  interrupt: () => opened?.session.interrupt(),
  facts: { engine: liveVersion },
})
