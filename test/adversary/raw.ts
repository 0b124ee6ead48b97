/** Answers of the plain engine on the plain rows, with everybody or with one person gone. */
import { DuckDBInstance, type DuckDBValue } from 'duckdb'
import type { Cohort, Row } from '../property/cohort.ts'

export interface Raw {
  /** The rows of a statement, undefined when the engine raises. */
  ask(sql: string, gone?: string): Promise<readonly (readonly DuckDBValue[])[] | undefined>
  close(): void
}

const tables = {
  persons: 'pid VARCHAR, sex VARCHAR, region VARCHAR, born INTEGER, score DOUBLE',
  stays: 'sid VARCHAR, pid VARCHAR, ward VARCHAR, cost DOUBLE, day INTEGER, hours INTEGER',
  events: 'pid VARCHAR, code VARCHAR, value INTEGER',
  regions: 'region VARCHAR, label VARCHAR, zone VARCHAR',
} as const

export async function openRaw(cohort: Cohort): Promise<Raw> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  for (const [name, columns] of Object.entries(tables) as [keyof typeof tables, string][]) {
    const list = columns.split(', ').map((column) => column.split(' ')[0] ?? '')
    const rows = cohort[name].map((row) => `(${list.map((column) => literal(row, column)).join(', ')})`)
    await connection.run(`CREATE TABLE all_${name} (${columns})`)
    await connection.run(`INSERT INTO all_${name} VALUES ${rows.join(', ')}`)
    const here = name === 'regions' ? '' : " WHERE pid <> getvariable('gone')"
    await connection.run(`CREATE VIEW ${name} AS SELECT * FROM all_${name}${here}`)
  }
  return {
    async ask(sql, gone = '') {
      await connection.run(`SET VARIABLE gone = '${gone}'`)
      try {
        return (await connection.runAndReadAll(sql)).getRows()
      } catch {
        return undefined
      }
    },
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

function literal(row: Row, column: string): string {
  const value = row[column] ?? null
  return typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL')
}
