/** A hospital region made by SQL: the same rows for the same size. Files are sorted by person, as those of a bulle are. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from 'duckdb'
import type { Bulle, BulleColumn, BulleTable } from '../../services/dataset/bulle.ts'

const staysPerPerson = 10

interface Made {
  readonly columns: string
  readonly select: (stays: number) => string
  readonly about: Partial<BulleTable>
}

/** A number below `size` that is the same for the same row and salt; `rare` makes low ones common and high ones rare. */
const below = (size: number, salt: number) => `(hash(i * 64 + ${salt}) % ${size})`
const rare = (size: number, salt: number) => `least(${below(size, salt)}, ${below(size, salt + 32)})`
const person = `'p' || md5(pix::VARCHAR)`

const tables: Readonly<Record<string, Made>> = {
  patients: {
    columns: 'patient_id VARCHAR unit, sex VARCHAR, birth_year INTEGER, dep VARCHAR',
    select: (stays) =>
      `SELECT ${person} AS patient_id, CASE WHEN ${below(2, 1)} = 0 THEN 'F' ELSE 'M' END AS sex, (1925 + ${below(95, 2)})::INTEGER AS birth_year, 'd' || ${rare(96, 3)} AS dep, pix::UINTEGER AS __pix FROM (SELECT i, i AS pix FROM range(${Math.ceil(stays / staysPerPerson)}) r(i))`,
    about: { unique: true },
  },
  stays: {
    columns:
      'stay_id VARCHAR key, patient_id VARCHAR unit, site VARCHAR, chapter VARCHAR, ghm VARCHAR, code VARCHAR, entry_date DATE, exit_date DATE, days INTEGER, hour INTEGER, mode VARCHAR, cost DOUBLE',
    select: (stays) =>
      `SELECT *, (entry_date + days)::DATE AS exit_date FROM (SELECT 's' || i AS stay_id, ${person} AS patient_id, 'f' || ${rare(400, 4)} AS site, 'k' || ${rare(24, 5)} AS chapter, 'g' || ${rare(600, 6)} AS ghm, 'c' || ${rare(2000, 7)} AS code, DATE '2019-01-01' + ${below(1826, 8)}::INTEGER AS entry_date, (1 + ${rare(30, 9)})::INTEGER AS days, ${below(24, 10)}::INTEGER AS hour, CASE WHEN ${below(3, 11)} = 0 THEN 'emergency' ELSE 'planned' END AS mode, CASE WHEN ${below(50, 12)} = 0 THEN 0 ELSE round(200 + exp(5 + ${below(1000, 13)} / 250.0), 2) END AS cost, pix::UINTEGER AS __pix FROM (SELECT i, i // ${staysPerPerson} AS pix FROM range(${stays}) r(i)))`,
    about: {},
  },
  calendar: {
    columns: 'day DATE',
    select: () => `SELECT DATE '2022-01-01' + i::INTEGER AS day FROM range(90) r(i)`,
    about: { class: 'public', rows: 90 },
  },
}

/** Writes the files and answers the catalogue over them. */
export async function makeHealth(folder: string, stays: number): Promise<Bulle> {
  await mkdir(folder, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '6GB' })
  const connection = await instance.connect()
  const made = Object.entries(tables).map(([name, table]) => describe(name, table, folder))
  for (const { name, columns, class: kind, mount } of made) {
    const list = [...columns.map((column) => column.name), ...(kind === 'personal' ? ['__pix'] : [])]
    const rows = tables[name]?.select(stays) ?? ''
    await connection.run(
      `COPY (SELECT ${list.join(', ')} FROM (${rows})) TO '${mount.file}' (FORMAT parquet, COMPRESSION zstd)`,
    )
  }
  connection.closeSync()
  instance.closeSync()
  const datasets = [{ name: 'care', version: 1, holder: 'chu', k: 11 }]
  return { id: 'health', project: 'p', k: 11, tables: made, datasets }
}

function describe(name: string, { columns, about }: Made, folder: string): BulleTable {
  return {
    dataset: 'care',
    name,
    class: 'personal',
    columns: columns.split(', ').map(columnOf),
    unique: false,
    domain: 'care',
    mount: { schema: 'care', name, file: join(folder, `${name}.parquet`) },
    magnitude: 7,
    ...about,
  }
}

function columnOf(text: string): BulleColumn {
  const [name = '', type = '', role] = text.split(' ')
  return { name, type, ...(role === 'unit' || role === 'key' ? { role } : {}) }
}
