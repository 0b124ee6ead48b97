/** Parquet files and folders for the tests of the engine. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from 'duckdb'
import type { Limits, RewrittenStatement } from '../../services/engine/engine.ts'

export const MIB = 1024 * 1024
export const limits: Limits = { timeoutMs: 20_000, memoryBytes: 256 * MIB, maxRows: 10_000 }

/** SQL of a test, standing for what the parser would have made. */
export function sql(text: string): RewrittenStatement {
  return text as RewrittenStatement
}

export interface Folder {
  readonly path: string
  remove(): Promise<void>
}

export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'huisclos-engine-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Runs SQL in an engine without any limits, in the process of the test. */
export async function freeSql(text: string): Promise<readonly unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:')
  try {
    const connection = await instance.connect()
    const reader = await connection.runAndReadAll(text)
    const rows = reader.getRowsJson()
    connection.closeSync()
    return rows
  } finally {
    instance.closeSync()
  }
}

/** Writes the rows of a SELECT as a Parquet file. */
export async function writeParquet(file: string, select: string): Promise<void> {
  await freeSql(`COPY (${select}) TO '${file}' (FORMAT parquet)`)
}
