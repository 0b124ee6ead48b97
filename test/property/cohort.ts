/** A small cohort with what is hard about real ones: rare labels, heavy tails, zeros, NULLs, several rows per person. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from 'duckdb'
import type { Bulle, BulleColumn, BulleTable } from '../../services/dataset/bulle.ts'
import { type Dice, dice } from './seed.ts'

export type Cell = string | number | null
export type Row = Readonly<Record<string, Cell>>

export interface Cohort {
  readonly persons: readonly Row[]
  readonly stays: readonly Row[]
  readonly events: readonly Row[]
  readonly regions: readonly Row[]
}

export const k = 11

/** The same cohort for the same seed. Every row of persons, stays and events has the `pid` of its person. */
export function makeCohort(seed: number, size = 400): Cohort {
  const { below, chance, pick } = dice(seed)
  const region = () => `r${Math.min(below(12), below(12))}`
  const persons = Array.from({ length: size }, (_, i) => ({
    pid: `P${i}`,
    sex: chance(0.02) ? null : pick(['F', 'M']),
    region: chance(0.03) ? null : region(),
    born: 1930 + Math.min(below(75), below(75)),
    score: chance(0.1) ? null : chance(0.02) ? 10_000 + below(9000) : below(100) / 4,
  }))
  const stays: Row[] = []
  const events: Row[] = []
  for (const { pid } of persons) {
    for (let n = below(7); n > 0; n -= 1) stays.push(makeStay(pid, stays.length, { below, chance, pick }))
    for (let n = below(4); n > 0; n -= 1) {
      events.push({ pid, code: `c${Math.min(below(20), below(20), below(20))}`, value: below(5) * below(4) })
    }
  }
  const regions = Array.from({ length: 14 }, (_, i) => ({
    region: `r${i}`,
    label: `Region ${i}`,
    zone: `z${i % 4}`,
  }))
  return { persons, stays, events, regions }
}

function makeStay(
  pid: string,
  n: number,
  { below, chance, pick }: Pick<Dice, 'below' | 'chance' | 'pick'>,
): Row {
  const cost = chance(0.25) ? 0 : chance(0.01) ? 50_000 : chance(0.05) ? -below(50) : below(4000) / 8
  return {
    sid: `S${n}`,
    pid,
    ward: pick(['icu', 'icu', 'icu', 'er', 'er', 'er', 'er', 'gyn', 'neo', 'psy', 'burn', null]),
    cost: chance(0.05) ? null : cost,
    day: below(400),
    hours: below(3) * below(30),
  }
}

const columns = {
  persons: 'pid VARCHAR unit, sex VARCHAR, region VARCHAR, born INTEGER, score DOUBLE',
  stays: 'sid VARCHAR key, pid VARCHAR unit, ward VARCHAR, cost DOUBLE, day INTEGER, hours INTEGER',
  events: 'pid VARCHAR unit, code VARCHAR, value INTEGER',
  regions: 'region VARCHAR, label VARCHAR, zone VARCHAR',
} as const
type Name = keyof typeof columns

/** The catalogue of the cohort as a project sees it, with its files written in a new folder. */
export async function writeBulle(cohort: Cohort, id: string): Promise<{ bulle: Bulle; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-cohort-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const pix = new Map(cohort.persons.map(({ pid }, i) => [pid, i]))
  const tables: BulleTable[] = []
  for (const name of Object.keys(columns) as Name[]) {
    const table = describe(name, folder)
    tables.push(table)
    const hidden = table.class === 'personal' ? ', __pix UINTEGER' : ''
    const types = table.columns.map((column) => `${column.name} ${column.type}`).join(', ')
    await connection.run(`CREATE TABLE ${name} (${types}${hidden})`)
    const rows = cohort[name].map((row) => {
      const cells = table.columns.map((column) => literal(row[column.name] ?? null))
      return `(${[...cells, ...(hidden ? [String(pix.get(row.pid ?? null) ?? 'NULL')] : [])].join(', ')})`
    })
    if (rows.length > 0) await connection.run(`INSERT INTO ${name} VALUES ${rows.join(', ')}`)
    await connection.run(`COPY ${name} TO '${table.mount.file}' (FORMAT parquet)`)
  }
  connection.closeSync()
  instance.closeSync()
  const datasets = [{ name: 'care', version: 1, holder: 'chu', k }]
  return { folder, bulle: { id, project: 'p', k, tables, datasets } }
}

function describe(name: Name, folder: string): BulleTable {
  const isPublic = name === 'regions'
  return {
    dataset: 'care',
    name,
    class: isPublic ? 'public' : 'personal',
    columns: columns[name].split(', ').map(column),
    unique: name === 'persons',
    ...(isPublic ? { rows: 14 } : { domain: 'care' }),
    mount: { schema: 'care', name, file: join(folder, `${name}.parquet`) },
    // As if those of persons were large: only then are there bounds to decide by.
    magnitude: isPublic ? 1 : 6,
  }
}

function column(text: string): BulleColumn {
  const [name = '', type = '', role] = text.split(' ')
  return { name, type, ...(role === 'unit' || role === 'key' ? { role } : {}) }
}

function literal(value: Cell): string {
  return typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL')
}
