/** What a database consists of, as its catalogue tells it: read the same way where a copy is made and where it is put back. */
import type pg from 'pg'

interface Column {
  readonly name: string
  /** As PostgreSQL writes it, such as `text[]` or `bigint`. */
  readonly type: string
}

export interface TableShape {
  readonly name: string
  readonly columns: readonly Column[]
  /** Columns that give the rows one order everywhere. */
  readonly key: readonly string[]
}

/** Rebuilt from the log at every start: what would be copied is not worth its room. `store_migration` is told apart. */
const leftOut: ReadonlySet<string> = new Set(['audit_index', 'audit_dataset', 'store_migration'])

/** Tables to copy, each after those that it refers to. Throws an Error on a circle of references, which no order can fill. */
export async function tablesOf(client: pg.Client): Promise<readonly TableShape[]> {
  const { rows } = await client.query<{ table: string; name: string; type: string; key: number | null }>(`
    SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
           array_position(i.indkey::int2[], a.attnum) AS key
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    ORDER BY c.relname, a.attnum`)
  const shapes = new Map<string, { columns: Column[]; key: { name: string; at: number }[] }>()
  for (const { table, name, type, key } of rows) {
    if (leftOut.has(table)) continue
    const shape = shapes.get(table) ?? { columns: [], key: [] }
    shape.columns.push({ name, type })
    if (key !== null) shape.key.push({ name, at: key })
    shapes.set(table, shape)
  }
  const references = await referencesOf(client)
  return inOrder([...shapes.keys()], references).map((name) => {
    const { columns = [], key = [] } = shapes.get(name) ?? {}
    const byPlace = key.toSorted((a, b) => a.at - b.at).map((one) => one.name)
    return { name, columns, key: byPlace.length > 0 ? byPlace : columns.map((one) => one.name) }
  })
}

/** Of each table, those that its foreign keys name; itself is none of them. */
async function referencesOf(client: pg.Client): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await client.query<{ table: string; other: string }>(`
    SELECT DISTINCT c.relname AS "table", o.relname AS other
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class o ON o.oid = k.confrelid
    WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace AND c.oid <> o.oid`)
  const found = new Map<string, string[]>()
  for (const { table, other } of rows) found.set(table, [...(found.get(table) ?? []), other])
  return found
}

function inOrder(names: readonly string[], references: ReadonlyMap<string, readonly string[]>): string[] {
  const ordered = new Set<string>()
  let waiting = [...names]
  while (waiting.length > 0) {
    const ready = waiting.filter((name) => (references.get(name) ?? []).every((other) => ordered.has(other)))
    if (ready.length === 0) throw new Error('the tables refer to each other in a circle')
    for (const name of ready) ordered.add(name)
    waiting = waiting.filter((name) => !ordered.has(name))
  }
  return [...ordered]
}

export interface SequenceState {
  readonly name: string
  readonly value: string
  readonly isCalled: boolean
}

/** Every sequence and where it is. */
export async function sequencesOf(client: pg.Client): Promise<readonly SequenceState[]> {
  const { rows } = await client.query<{ name: string }>(`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S' ORDER BY relname`)
  const states: SequenceState[] = []
  for (const { name } of rows) {
    const found = await client.query<{ value: string; called: boolean }>(
      `SELECT last_value::text AS value, is_called AS called FROM ${quoted(name)}`,
    )
    const [state] = found.rows
    if (state !== undefined) states.push({ name, value: state.value, isCalled: state.called })
  }
  return states
}

/** A name of the catalogue as an identifier of SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Values read as text and written back are the same values only where both sides write them alike. */
export const plainText =
  "SET LOCAL TIME ZONE 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'"
