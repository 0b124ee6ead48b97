/** Reads Parquet files in tests, with an engine of the test's own. */
import { DuckDBInstance } from 'duckdb'

export async function queryParquet(statement: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(statement)).getRowsJson() as unknown[][]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
