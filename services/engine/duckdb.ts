/**
 * DuckDB as every worker opens it: in memory, hardened, locked. Runs in workers only, never in the house's own process.
 *
 * The settings are the third layer, after the allow-list of the query room and the process itself: the engine says of
 * itself that it has no privilege boundary (security.md 6.6 and 7).
 */
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, StatementType, version } from 'duckdb'
import { type Column, filesOf, type Mount, type Rows, type Value } from './engine.ts'
import { WorkerFault } from './serve.ts'
import { toValue } from './values.ts'

/** A locked database. Every connection has the hardened settings; temporary tables live and die with their connection. */
export interface Database {
  connect(): Promise<DuckDBConnection>
  close(): void
}

export interface EngineLimits {
  readonly threads: number
  readonly memoryBytes: number
}

/** Version of the engine in this process, such as v1.5.5. */
export const liveVersion: string = version()

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function quoteList(texts: readonly string[]): string {
  return `[${texts.map(quoteText).join(', ')}]`
}

/**
 * GLOBAL matters: max_expression_depth, ieee_floating_point_ops and TimeZone are settings of a connection, and a plain SET
 * would leave every further connection with the defaults (measured on 1.5.5).
 */
function settings({ threads, memoryBytes }: EngineLimits): readonly string[] {
  return [
    `SET GLOBAL threads = ${Math.max(1, Math.floor(threads))}`,
    `SET GLOBAL memory_limit = '${Math.floor(memoryBytes / 1024)}KiB'`,
    "SET GLOBAL temp_directory = ''",
    'SET GLOBAL autoinstall_known_extensions = false',
    'SET GLOBAL autoload_known_extensions = false',
    'SET GLOBAL allow_community_extensions = false',
    'SET GLOBAL allow_unsigned_extensions = false',
    'SET GLOBAL allow_persistent_secrets = false',
    'SET GLOBAL max_expression_depth = 250',
    'SET GLOBAL ieee_floating_point_ops = false',
    "SET GLOBAL TimeZone = 'UTC'",
  ]
}

/** No file can be opened from here on but the allowed ones, and nothing of this can be taken back. */
const lock: readonly string[] = [
  'SET GLOBAL allowed_configs = []',
  'SET GLOBAL enable_external_access = false',
  'SET GLOBAL lock_configuration = true',
]

async function open(limits: EngineLimits, statements: readonly string[]): Promise<Database> {
  const { instance, connection } = await opened(limits, statements)
  connection.closeSync()
  return { connect: () => instance.connect(), close: () => instance.closeSync() }
}

async function opened(limits: EngineLimits, statements: readonly string[]) {
  const instance = await DuckDBInstance.create(':memory:')
  try {
    const connection = await instance.connect()
    for (const statement of [...settings(limits), ...statements]) await connection.run(statement)
    return { instance, connection }
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

/** `connection.progress` counts; nothing is printed, for standard output is the way to the parent. These are settings of a connection. */
const counting: readonly string[] = [
  'SET enable_progress_bar_print = false',
  'SET enable_progress_bar = true',
  'SET progress_bar_time = 0',
]

function viewStatements(mounts: readonly Mount[]): readonly string[] {
  const schemas = [...new Set(mounts.map((mount) => mount.schema))]
  return [
    ...schemas.map((schema) => `CREATE SCHEMA IF NOT EXISTS ${quoteName(schema)}`),
    ...mounts.map(
      ({ schema, name, file }) =>
        `CREATE VIEW ${quoteName(schema)}.${quoteName(name)} AS SELECT * FROM read_parquet(${quoteText(file)})`,
    ),
  ]
}

/** A database that reads the files of its mounts, as views `"schema"."name"`, and no other file. It writes none. */
export function openReader(mounts: readonly Mount[], limits: EngineLimits): Promise<Database> {
  const files = filesOf(mounts)
  const paths = files.length === 0 ? [] : [`SET GLOBAL allowed_paths = ${quoteList(files)}`]
  return open(limits, [...paths, ...viewStatements(mounts), ...lock])
}

/** A database without any file, for text and plans. */
export function openBare(limits: EngineLimits): Promise<Database> {
  return open(limits, ["SET GLOBAL disabled_filesystems = 'LocalFileSystem'", ...lock])
}

interface WriterFiles {
  readonly read: readonly string[]
  readonly writeFolder: string
}

function writerStatements({ read, writeFolder }: WriterFiles): readonly string[] {
  const paths = read.length === 0 ? [] : [`SET GLOBAL allowed_paths = ${quoteList(read)}`]
  return [...paths, `SET GLOBAL allowed_directories = ${quoteList([writeFolder])}`]
}

/**
 * A database that reads the given files and reads and writes below one folder, for ingest, sealing and Parquet answers.
 * Give it a folder of its own: DuckDB's allowed directories are writable throughout. Runs fixed statements of ours only.
 */
export function openWriter(files: WriterFiles, limits: EngineLimits): Promise<Database> {
  return open(limits, [...writerStatements(files), ...lock])
}

/** The same for long work: one connection, whose `progress` tells how far a statement is. */
export async function openCountingWriter(
  files: WriterFiles,
  limits: EngineLimits,
): Promise<{ readonly connection: DuckDBConnection; close(): void }> {
  const { instance, connection } = await opened(limits, [...writerStatements(files), ...counting, ...lock])
  return {
    connection,
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A reader of mounts that also writes below one folder, for derived tables. */
export function openBuilder(
  mounts: readonly Mount[],
  writeFolder: string,
  limits: EngineLimits,
): Promise<Database> {
  const files = filesOf(mounts)
  const paths = files.length === 0 ? [] : [`SET GLOBAL allowed_paths = ${quoteList(files)}`]
  const folders = `SET GLOBAL allowed_directories = ${quoteList([writeFolder])}`
  return open(limits, [...paths, folders, ...viewStatements(mounts), ...lock])
}

/** Names of the types of the columns of a text that is one SELECT; throws STATEMENT for every other text. */
export async function columnTypes(connection: DuckDBConnection, sql: string): Promise<readonly string[]> {
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) throw new WorkerFault('STATEMENT')
  const prepared = await statements.prepare(0)
  try {
    if (!mayRun(prepared.statementType, sql, { temporaryTables: false })) throw new WorkerFault('STATEMENT')
    return Array.from({ length: prepared.columnCount }, (_, index) => String(prepared.columnType(index)))
  } finally {
    prepared.destroySync()
  }
}

export interface StatementRules {
  readonly maxRows: number
  /** CREATE TEMP TABLE and DROP TABLE besides SELECT. */
  readonly temporaryTables: boolean
}

function mayRun(
  type: StatementType,
  sql: string,
  { temporaryTables }: Pick<StatementRules, 'temporaryTables'>,
): boolean {
  // PRAGMA, SHOW and DESCRIBE are of this type too.
  if (type === StatementType.SELECT) return /^[\s(]*(SELECT|WITH|FROM|VALUES)\b/i.test(sql)
  if (!temporaryTables) return false
  if (type === StatementType.CREATE) return /^\s*CREATE\s+(OR\s+REPLACE\s+)?TEMP(ORARY)?\s+TABLE\s/i.test(sql)
  return type === StatementType.DROP && /^\s*DROP\s+TABLE\s/i.test(sql)
}

/**
 * Runs the one statement of a text and returns its rows; a statement that is no SELECT returns none. Throws TOO_MANY_ROWS
 * as soon as one row too many is read, STATEMENT for what the rules do not let run.
 */
export async function runStatement(
  connection: DuckDBConnection,
  sql: string,
  rules: StatementRules,
): Promise<Rows> {
  const rows: (readonly Value[])[] = []
  const columns = await eachChunk(connection, sql, {
    ...rules,
    take(chunk) {
      for (const row of chunk.convertRows(toValue)) rows.push(row)
    },
  })
  return { columns, rows }
}

export interface ChunkRules extends StatementRules {
  /** Given each chunk of the answer in its turn; it is gone afterwards. */
  readonly take: (chunk: DuckDBDataChunk) => void
}

/** The same by chunks, for who reads them without a value for each cell. Answers the columns; none for what is no SELECT. */
export async function eachChunk(
  connection: DuckDBConnection,
  sql: string,
  rules: ChunkRules,
): Promise<readonly Column[]> {
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) throw new WorkerFault('STATEMENT')
  const prepared = await statements.prepare(0)
  try {
    if (!mayRun(prepared.statementType, sql, rules)) throw new WorkerFault('STATEMENT')
    if (prepared.statementType !== StatementType.SELECT) {
      await prepared.run()
      return []
    }
    const result = await prepared.stream()
    const types = result.columnTypes()
    let rows = 0
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      rows += chunk.rowCount
      rules.take(chunk)
      if (rows > rules.maxRows) throw new WorkerFault('TOO_MANY_ROWS')
    }
    return result.columnNames().map((name, index) => ({ name, type: String(types[index]) }))
  } finally {
    prepared.destroySync()
  }
}

/** All that a statement could change for the next session: relations, macros, types and settings. */
const fingerprintSql = `
  SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
    SELECT concat_ws('|', 'relation', database_name, schema_name, table_name) AS line FROM duckdb_tables()
    UNION ALL SELECT concat_ws('|', 'view', database_name, schema_name, view_name, sql) FROM duckdb_views() WHERE NOT internal
    UNION ALL SELECT concat_ws('|', 'schema', database_name, schema_name) FROM duckdb_schemas()
    UNION ALL SELECT concat_ws('|', 'database', database_name, path) FROM duckdb_databases()
    UNION ALL SELECT concat_ws('|', 'macro', schema_name, function_name, macro_definition) FROM duckdb_functions() WHERE NOT internal
    UNION ALL SELECT concat_ws('|', 'type', schema_name, type_name) FROM duckdb_types() WHERE NOT internal
    UNION ALL SELECT concat_ws('|', 'setting', name, value) FROM duckdb_settings())`

/** A digest of all that outlives a connection. The same before and after a session, or the session changed something. */
export async function fingerprint(connection: DuckDBConnection): Promise<string> {
  const reader = await connection.runAndReadAll(fingerprintSql)
  return String(reader.value(0, 0))
}
