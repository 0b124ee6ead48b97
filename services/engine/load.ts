/** Rows of this side → a table of DuckDB, with exactly the types that the rows name. Runs in workers only. */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  HUGEINT,
  INTEGER,
  SMALLINT,
  TINYINT,
  UBIGINT,
  UHUGEINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from 'duckdb'
import { quoteName } from './duckdb.ts'
import type { Column, Rows, Value } from './engine.ts'
import { WorkerFault } from './serve.ts'

/** DuckDB's vectors hold this many rows. */
const CHUNK_ROWS = 2048

/** How a column gets in: appended with one type, then made the wanted type by an expression. */
interface Staging {
  readonly type: DuckDBType
  readonly store: (value: Exclude<Value, null>) => DuckDBValue
  readonly expression: (column: string, type: string) => string
}

const asItIs = (column: string) => column
const cast = (column: string, type: string) => `CAST(${column} AS ${type})`

function native(type: DuckDBType): Staging {
  return { type, store: (value) => value as DuckDBValue, expression: asItIs }
}

function whole(type: DuckDBType): Staging {
  return { type, store: (value) => BigInt(value as number | bigint), expression: asItIs }
}

const natives: Readonly<Record<string, Staging>> = {
  BOOLEAN: native(BOOLEAN),
  TINYINT: native(TINYINT),
  SMALLINT: native(SMALLINT),
  INTEGER: native(INTEGER),
  UTINYINT: native(UTINYINT),
  USMALLINT: native(USMALLINT),
  UINTEGER: native(UINTEGER),
  BIGINT: whole(BIGINT),
  UBIGINT: whole(UBIGINT),
  HUGEINT: whole(HUGEINT),
  UHUGEINT: whole(UHUGEINT),
  FLOAT: native(FLOAT),
  DOUBLE: native(DOUBLE),
  VARCHAR: native(VARCHAR),
}

/** Dates, times, decimals, enums and the like read their own text. */
const text: Staging = { type: VARCHAR, store: String, expression: cast }
const blob: Staging = { type: VARCHAR, store: String, expression: (column) => `unhex(${column})` }
const nested: Staging = {
  type: VARCHAR,
  store: jsonText,
  expression: (column, type) => cast(`CAST(${column} AS JSON)`, type),
}
const map: Staging = { ...nested, store: (value) => jsonText(mapObject(value)) }

/** JSON with all digits of a bigint. */
export function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`)
  return `{${members.join(',')}}`
}

function mapObject(value: Value): Value {
  if (!Array.isArray(value)) throw new WorkerFault('VALUE')
  return Object.fromEntries(value.map((entry) => [String(entry?.key), entry?.value ?? null]))
}

function stagingOf(type: string): Staging {
  const known = natives[type]
  if (known !== undefined) return known
  if (type === 'BLOB') return blob
  if (/\[\d*\]$/.test(type) || type.startsWith('STRUCT(')) return nested
  if (type.startsWith('MAP(')) return map
  return text
}

/**
 * Names of types go into SQL as they are, so they must read as a type: words, digits, brackets that close what they opened,
 * and quoted names.
 */
function checkedType(type: string): string {
  if (type === '"NULL"') return 'INTEGER'
  const bare = type.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'/g, '')
  let depth = 0
  for (const sign of bare) {
    if (sign === '(') depth += 1
    if (sign === ')') depth -= 1
    if (depth < 0) throw new WorkerFault('TYPE')
  }
  if (depth !== 0 || !/^[A-Za-z][\w ,()[\]]*$/.test(bare)) throw new WorkerFault('TYPE')
  return type
}

function stagedColumns(stagings: readonly Staging[], rows: Rows['rows']): DuckDBValue[][] {
  return stagings.map(({ store }, index) =>
    rows.map((row) => {
      const value = row[index] ?? null
      return value === null ? null : store(value)
    }),
  )
}

async function append(connection: DuckDBConnection, stagings: readonly Staging[], rows: Rows['rows']) {
  const appender = await connection.createAppender('staged', 'main', 'temp')
  const types = stagings.map(({ type }) => type)
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const slice = rows.slice(start, start + CHUNK_ROWS)
    const chunk = DuckDBDataChunk.create(types, slice.length)
    chunk.setColumns(stagedColumns(stagings, slice))
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

interface Loading {
  readonly name: string
  readonly columns: readonly Column[]
  readonly rows: Rows['rows']
  /** A table of the connection alone; without a schema its name means it. */
  readonly isTemporary?: boolean
}

/** Creates the table `name` with the columns and rows given. Column names must be distinct, whatever their case. */
export async function loadTable(
  connection: DuckDBConnection,
  { name, columns, rows, isTemporary = false }: Loading,
): Promise<void> {
  const types = columns.map((column) => checkedType(column.type))
  const stagings = types.map(stagingOf)
  const staged = stagings.map(({ type }, index) => `c${index} ${type}`)
  const wanted = stagings.map(
    ({ expression }, index) =>
      `${expression(`c${index}`, types[index] ?? '')} AS ${quoteName(columns[index]?.name ?? '')}`,
  )
  await connection.run(`CREATE TEMP TABLE staged (${staged.join(', ')})`)
  await append(connection, stagings, rows)
  const created = `CREATE ${isTemporary ? 'TEMP TABLE temp' : 'TABLE main'}.${quoteName(name)}`
  await connection.run(`${created} AS SELECT ${wanted.join(', ')} FROM temp.staged`)
  await connection.run('DROP TABLE temp.staged')
}
