/** Puts a copy of the control database into an empty one: the tables of its very version, then its rows, all or nothing. */
import type pg from 'pg'
import type { Log } from '../../kernel/log.ts'
import { newClient } from '../client.ts'
import { applyMigrations, MigrationError } from '../migrate.ts'
import { plainText, quoted, type SequenceState, type TableShape, tablesOf } from './shape.ts'
import type { AppliedMigration } from './snapshot.ts'

export interface DatabaseCopy {
  readonly migrations: readonly AppliedMigration[]
  readonly sequences: readonly SequenceState[]
  /** The lines of a table as a snapshot gave them; undefined where the copy has no such table. */
  lines(table: string): AsyncIterable<string> | undefined
}

export interface LoadTarget {
  readonly url: string
  readonly log: Log
  readonly onRows?: (rows: number) => void
}

/** The database has tables already: nothing is put over them. */
class NotEmptyError extends Error {
  override readonly name = 'NotEmptyError'
}

const batch = 500

/**
 * Fills an empty database, in one transaction: whatever fails leaves it empty. Rejects with a NotEmptyError where it is not, and with a
 * MigrationError when this version of the code does not have the migrations of the copy.
 */
export async function loadDatabase({ url, log, onRows = () => {} }: LoadTarget, copy: DatabaseCopy) {
  const onError = () => log.warn('the database closed the connection of the restoration')
  const client = newClient(url, { name: 'restore', onError })
  await client.connect()
  try {
    await client.query('BEGIN')
    await insistEmpty(client)
    await applyMigrations(client, { log, upTo: copy.migrations.map(({ name }) => name) })
    await insistSame(client, copy.migrations)
    await client.query(plainText)
    const tables = await tablesOf(client)
    const names = tables.map(({ name }) => quoted(name)).join(', ')
    // A migration may have written rows of its own; those of the copy are the ones that count.
    if (names !== '') await client.query(`TRUNCATE ${names}`)
    for (const table of tables)
      for await (const rows of batchesOf(table, copy.lines(table.name))) {
        await client.query(insertInto(table), columnsOf(table, rows))
        onRows(rows.length)
      }
    for (const { name, value, isCalled } of copy.sequences)
      await client.query('SELECT setval($1::regclass, $2, $3)', [quoted(name), value, isCalled])
    await client.query('COMMIT')
  } finally {
    // Ending the session rolls back whatever was not committed.
    await client.end()
  }
}

/** Rejects with a NotEmptyError unless the database has no table at all. */
export async function insistEmptyDatabase(url: string): Promise<void> {
  const client = newClient(url, { name: 'restore' })
  await client.connect()
  await insistEmpty(client).finally(() => client.end())
}

async function insistEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`
    SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'S') LIMIT 1`)
  if (rows.length > 0) throw new NotEmptyError('the database is not empty')
}

async function insistSame(client: pg.Client, wanted: readonly AppliedMigration[]): Promise<void> {
  const { rows } = await client.query<AppliedMigration>('SELECT name, sha256 FROM store_migration')
  const applied = new Map(rows.map((row) => [row.name, row.sha256]))
  const other = wanted.find(({ name, sha256 }) => applied.get(name) !== sha256)
  if (other !== undefined)
    throw new MigrationError(`migration ${other.name} of the copy is not the one of this version`)
}

type Row = readonly (string | null)[]

async function* batchesOf(table: TableShape, lines: AsyncIterable<string> = none()): AsyncGenerator<Row[]> {
  let rows: Row[] = []
  for await (const line of lines) {
    const row: unknown = JSON.parse(line)
    if (!isRow(row, table.columns.length)) throw new TypeError(`a line of ${table.name} is not a row of it`)
    rows.push(row)
    if (rows.length < batch) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
}

async function* none(): AsyncGenerator<string> {}

function columnsOf({ columns }: TableShape, rows: readonly Row[]): (string | null)[][] {
  return columns.map((_, at) => rows.map((row) => row[at] ?? null))
}

function isRow(value: unknown, columns: number): value is Row {
  return (
    Array.isArray(value) &&
    value.length === columns &&
    value.every((one) => one === null || typeof one === 'string')
  )
}

/** One parameter per column, an array of texts: each value is read back by the type of its column. */
function insertInto({ name, columns }: TableShape): string {
  const [names, places, values] = [
    columns.map((column) => quoted(column.name)),
    columns.map((_, at) => `$${at + 1}::text[]`),
    columns.map(({ type }, at) => `u.c${at}::${type}`),
  ].map((parts) => parts.join(', '))
  const aliases = columns.map((_, at) => `c${at}`).join(', ')
  return `INSERT INTO ${quoted(name)} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM unnest(${places}) AS u(${aliases})`
}
