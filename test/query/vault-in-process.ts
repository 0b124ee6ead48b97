/** A vault session on a DuckDB of this process, for tests of what is asked of it: same statements, no sandbox, no frames. */
import { DuckDBInstance, type DuckDBValue } from 'duckdb'
import type { Rows, Value, VaultSession } from '../../services/engine/engine.ts'

/** Opens a database and fills it with the setup statements. Every statement that runs later is kept in `seen`. */
export async function openInProcess(
  setup: readonly string[],
): Promise<VaultSession & { readonly seen: string[] }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  for (const statement of setup) await connection.run(statement)
  const seen: string[] = []
  return {
    seen,
    async run(statement): Promise<Rows> {
      seen.push(statement)
      const result = await connection.runAndReadAll(statement)
      const types = result.columnTypes()
      const columns = result.columnNames().map((name, i) => ({ name, type: String(types[i]) }))
      return { columns, rows: result.getRows().map((row) => row.map(plain)) }
    },
    async take() {
      throw new Error('nothing is handed back here')
    },
    async close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

function plain(value: DuckDBValue): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  return String(value)
}
