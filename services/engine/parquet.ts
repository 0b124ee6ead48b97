/** Rows → a Parquet file, written by DuckDB itself into a folder of this process. Runs in workers only. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type EngineLimits, openWriter, quoteName, quoteText } from './duckdb.ts'
import type { Column, Rows } from './engine.ts'
import { loadTable } from './load.ts'

/** Parquet readers want distinct names whatever the case; an answer may repeat one. */
function distinct(columns: readonly Column[]): readonly Column[] {
  const taken = new Set<string>()
  return columns.map(({ name, type }) => {
    let unique = name
    for (let copy = 1; taken.has(unique.toLowerCase()); copy += 1) unique = `${name}_${copy}`
    taken.add(unique.toLowerCase())
    return { name: unique, type }
  })
}

/** DuckDB would write 128-bit integers as DOUBLE, and lose digits. */
function written({ name, type }: Column): string {
  const column = quoteName(name)
  return /^U?HUGEINT$/.test(type) ? `CAST(${column} AS DECIMAL(38, 0)) AS ${column}` : column
}

/** zstd; HUGEINT is DECIMAL(38, 0), repeated names are numbered. The file is gone when the bytes are here. */
export async function encodeParquet(rows: Rows, scratch: string, limits: EngineLimits): Promise<Uint8Array> {
  const folder = await mkdtemp(join(scratch, 'answer-'))
  try {
    const file = join(folder, 'answer.parquet')
    const database = await openWriter({ read: [], writeFolder: folder }, limits)
    try {
      const connection = await database.connect()
      const columns = distinct(rows.columns)
      await loadTable(connection, { name: 'answer', columns, rows: rows.rows })
      const list = columns.map(written).join(', ')
      await connection.run(
        `COPY (SELECT ${list} FROM answer) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`,
      )
      connection.closeSync()
    } finally {
      database.close()
    }
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
