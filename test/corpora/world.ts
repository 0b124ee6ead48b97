/** Rows that SQL text makes, twice: for DuckDB itself, and sealed as the system reads them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from 'duckdb'
import type { Bulle, BulleColumn, BulleTable } from '../../services/dataset/bulle.ts'
import type { Mount, Value } from '../../services/engine/engine.ts'

export interface Schema {
  /** File of statements that make the tables, beside this one. */
  readonly script: string
  /** Names of the columns that hold the person. */
  readonly unit: readonly string[]
  /** The columns that determine the person, each with the name that the key has where it comes from. */
  readonly keys: Readonly<Record<string, string>>
  /** Table with one row per person, and every person. */
  readonly persons: string
  /** Personal tables with at most one row per person. */
  readonly unique: readonly string[]
  /** Public tables. */
  readonly open: readonly string[]
  /** Personal tables without a column for the person: the join that leads to `pix`, from the table as `t`. */
  readonly through?: Readonly<Record<string, string>>
}

export interface World {
  readonly bulle: Bulle
  readonly folder: string
  /** What DuckDB answers to the text itself. */
  native(sql: string): Promise<readonly (readonly Value[])[]>
  /** Makes a sealed file readable by the name that statements of the system give it. */
  mount(mount: Mount): Promise<void>
  close(): Promise<void>
}

export async function openWorld(schema: Schema): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-corpus-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  await connection.run(await readFile(join(import.meta.dirname, schema.script), 'utf8'))
  const [unit = ''] = schema.unit
  await connection.run(
    `CREATE TEMP TABLE pix AS SELECT ${unit} AS id, row_number() OVER (ORDER BY hash(${unit}), ${unit})::UINTEGER AS __pix FROM ${schema.persons}`,
  )
  const names = await rowsOf(
    connection,
    'SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1',
  )
  const tables: BulleTable[] = []
  const mount = async (at: Mount) => {
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${at.schema}`)
    await connection.run(`CREATE VIEW ${at.schema}.${at.name} AS FROM '${at.file}'`)
  }
  for (const [name] of names) {
    const table = await seal(connection, { schema, folder, name: String(name) })
    tables.push(table)
    await mount(table.mount)
  }
  await connection.run("SET ieee_floating_point_ops = false; SET TimeZone = 'UTC'")
  const datasets = [{ name: 'care', version: 1, holder: 'chu', k: 11 }]
  return {
    folder,
    bulle: { id: schema.script.replace('.sql', ''), project: 'p', k: 11, tables, datasets },
    native: (sql) => rowsOf(connection, sql),
    mount,
    async close() {
      connection.closeSync()
      instance.closeSync()
      await rm(folder, { recursive: true })
    },
  }
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<readonly (readonly Value[])[]> {
  return (await connection.runAndReadAll(sql)).getRowsJson() as readonly (readonly Value[])[]
}

interface Sealing {
  readonly schema: Schema
  readonly folder: string
  readonly name: string
}

/** Writes the file of one table, with `__pix` when it is about persons. */
async function seal(connection: DuckDBConnection, { schema, folder, name }: Sealing): Promise<BulleTable> {
  const columns = (await rowsOf(connection, `DESCRIBE ${name}`)).map(([column, type]) =>
    describe(schema, String(column), String(type)),
  )
  const unit = columns.find(({ role }) => role === 'unit')?.name
  const isOpen = schema.open.includes(name)
  const path = schema.through?.[name] ?? (unit === undefined ? undefined : `JOIN pix p ON p.id = t.${unit}`)
  if (isOpen === (path !== undefined)) throw new Error(`${name} is neither personal nor public`)
  const file = join(folder, `${name}.parquet`)
  const rows = isOpen
    ? `SELECT * FROM ${name}`
    : `SELECT t.*, p.__pix FROM ${name} t ${path} ORDER BY p.__pix`
  await connection.run(`COPY (${rows}) TO '${file}' (FORMAT parquet)`)
  const [[count = 0] = []] = await rowsOf(connection, `SELECT count(*)::INTEGER FROM ${name}`)
  return {
    dataset: 'care',
    name,
    class: isOpen ? 'public' : 'personal',
    columns,
    unique: schema.unique.includes(name),
    ...(isOpen ? { rows: Number(count) } : { domain: 'care' }),
    mount: { schema: 'care', name, file },
    magnitude: Math.ceil(Math.log10(Number(count) + 1)),
  }
}

function describe({ unit, keys }: Schema, name: string, type: string): BulleColumn {
  if (unit.includes(name)) return { name, type, role: 'unit' }
  const key = keys[name]
  return key === undefined ? { name, type } : { name, type, role: 'key', key }
}
