/** What the gateway costs: a small query and an ordinary aggregate, through HTTP, against the engine alone on the same rows. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from 'duckdb'
import { type System, startSystem } from '../contract/system.ts'
import { openCohort } from '../trials/cohort.ts'
import { writeSyntheticCohort } from '../trials/synthetic-cohort.ts'
import { type Arm, interleave, type Line } from './stats.ts'

const small = 'SELECT count(*) AS n FROM persons'
const aggregate = `SELECT m.test, p.male, count(*) AS n, avg(m.value) AS mean
  FROM measurements m JOIN persons p ON p.id = m.id GROUP BY m.test, p.male ORDER BY m.test, p.male`

async function direct(folder: string): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const read = (file: string) =>
    `read_csv('${join(folder, file)}', delim = ';', decimal_separator = ',', header = true)`
  await connection.run(`CREATE TABLE persons AS FROM ${read('nafld1.csv')}`)
  await connection.run(`CREATE TABLE measurements AS FROM ${read('nafld2.csv.gz')}`)
  await connection.run('SET threads = 2')
  return connection
}

function arms(
  name: string,
  sql: string,
  parts: { system: System; project: string; raw: DuckDBConnection },
): [Arm, Arm] {
  const { system, project, raw } = parts
  const reference = { name: 'engine alone', run: async () => void (await raw.runAndReadAll(sql)).getRows() }
  const run = async () => {
    const answer = await system.call('POST', `/api/v1/projects/${project}/queries`, {
      as: 'alice',
      body: { sql },
    })
    if (answer.status !== 200) throw new Error(`${name}: ${answer.text}`)
  }
  return [reference, { name, run }]
}

export async function benchQueries(persons: number, rounds: number): Promise<Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-bench-'))
  const system = await startSystem({ demo: 'empty' })
  try {
    await writeSyntheticCohort(folder, persons, 7)
    const parts = { system, project: await openCohort(system, folder), raw: await direct(folder) }
    const latency = await interleave(...arms('small query', small, parts), rounds)
    const governed = await interleave(...arms('aggregate', aggregate, parts), rounds)
    return [line('query.small.latency', latency), line('query.aggregate.governed', governed)]
  } finally {
    await system.remove()
    await rm(folder, { recursive: true, force: true })
  }
}

function line(name: string, times: { reference: number; measured: number; ratio: number }): Line {
  return { name, value: times.measured, unit: 'ms', reference: times.reference, ratio: times.ratio }
}
