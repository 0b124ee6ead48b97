/** One instant of the control database, read table by table while others go on writing. */
import type pg from 'pg'
import type { Closable } from '../../kernel/id.ts'
import { newClient } from '../client.ts'
import { plainText, quoted, type SequenceState, sequencesOf, type TableShape, tablesOf } from './shape.ts'

export interface AppliedMigration {
  readonly name: string
  /** Of its file, hexadecimal. */
  readonly sha256: string
}

export interface Snapshot extends Closable {
  readonly migrations: readonly AppliedMigration[]
  readonly tables: readonly TableShape[]
  readonly sequences: readonly SequenceState[]
  /** Rows that the statistics of the server expect, in all: for showing progress, nothing else. */
  readonly expectedRows: number
  /** The rows of a table in the order of its key, each a line of JSON: its values as text, or null. Many lines at a time. */
  lines(table: TableShape): AsyncIterable<{ readonly rows: number; readonly bytes: Buffer }>
}

const fetched = 500

/**
 * Opens a transaction that sees the database as it is now, and changes nothing. Who reads and writes does not wait for it;
 * who would write a whole table anew does (a migration, the shredding of a key). Rejects with the error of `pg` when the database cannot be reached.
 */
export async function openSnapshot(url: string): Promise<Snapshot> {
  const client = newClient(url, { name: 'backup' })
  await client.connect()
  try {
    const names = (await tablesOf(client)).map(({ name }) => quoted(name))
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    // Before the first look: a table that is written anew under an older snapshot would be read as empty.
    if (names.length > 0) await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`)
    await client.query(plainText)
    const tables = await tablesOf(client)
    const { rows: migrations } = await client.query<AppliedMigration>(
      'SELECT name, sha256 FROM store_migration ORDER BY name',
    )
    const sequences = await sequencesOf(client)
    const expectedRows = await expected(client)
    return {
      ...{ migrations, tables, sequences, expectedRows },
      lines: (table) => linesOf(client, table),
      close: () => client.end(),
    }
  } catch (error) {
    await client.end()
    throw error
  }
}

async function expected(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(`
    SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint AS rows FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`)
  return Number(rows[0]?.rows ?? 0)
}

async function* linesOf(client: pg.Client, { name, columns, key }: TableShape) {
  const values = columns.map((column) => `${quoted(column.name)}::text`).join(', ')
  const order = key.map((column) => `${quoted(column)}::text COLLATE "C"`).join(', ')
  await client.query(
    `DECLARE copied NO SCROLL CURSOR FOR SELECT ${values} FROM ${quoted(name)} ORDER BY ${order}`,
  )
  for (;;) {
    const { rows } = await client.query<(string | null)[]>({
      text: `FETCH ${fetched} FROM copied`,
      rowMode: 'array',
    })
    if (rows.length === 0) break
    yield { rows: rows.length, bytes: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')) }
  }
  await client.query('CLOSE copied')
}
