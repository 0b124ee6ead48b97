/** Asks the engine of a process of the room: the one that reads, the one that seals. */
import type { Database } from '../engine/duckdb.ts'

export type Connection = Awaited<ReturnType<Database['connect']>>

/** All rows of an answer, as values of JavaScript. */
export async function rowsOf(
  connection: Connection,
  statement: string,
): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(statement)).getRowsJS()
}
