/** The process that reads the files of a release: bytes that somebody sent are parsed here and nowhere else. */
import { readFileSync } from 'node:fs'
import { type Connection, rowsOf } from '../dataset/asking.ts'
import { lineColumn } from '../dataset/check.ts'
import { identifierProbes, withoutIdle } from '../dataset/identifiers/probes.ts'
import type { Probe } from '../dataset/probe.ts'
import { linesKept, probeTable } from '../dataset/probing.ts'
import { text } from '../dataset/quote.ts'
import { openWriter } from '../engine/duckdb.ts'
import { serve, WorkerFault } from '../engine/serve.ts'
import type { ReadFile, ReadRequest } from './table.ts'

const relation = 'sent'
const delimiters = [';', ',', '\t', '|'] as const

/** The delimiter that the header has most of, outside quotes. */
function delimiterOf(path: string): string {
  const [header = ''] = readFileSync(path, 'utf8')
    .replaceAll(/"[^"]*"/g, '')
    .split(/\r?\n/, 1)
  const counted = delimiters.map((one) => ({ one, count: header.split(one).length }))
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).one
}

function scanOf({ path, as }: ReadRequest): string {
  const file = text(path)
  if (as === 'lines')
    return `read_csv(${file}, columns = {'text': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false, auto_detect = false)`
  return `read_csv(${file}, delim = ${text(delimiterOf(path))}, quote = '"', escape = '"', header = true, all_varchar = true, strict_mode = true, null_padding = false)`
}

/** One value of this shape is one too many in what leaves; elsewhere in the house a few are an accident of a large column. */
const strict: ReadonlySet<string> = new Set(['identifier.nir', 'identifier.email', 'identifier.phone'])

function strictly(probe: Probe): Probe {
  const { tolerated: _, ...rest } = probe
  return strict.has(probe.rule) ? rest : probe
}

async function identifiersIn(
  connection: Connection,
  columns: readonly string[],
  scratch: string,
): Promise<ReadFile['identifiers']> {
  const fields = columns.map((name) => ({ name, type: 'string' }) as const)
  const probes = fields.flatMap((field) => identifierProbes(field, { isOfPersons: true })).map(strictly)
  const arrow = () => Promise.reject(new WorkerFault('NOT_OPEN'))
  const engine = { connection, scratch, budget: { lines: linesKept }, arrow }
  const found = withoutIdle(await probeTable(engine, { table: relation, relation, probes }))
  return found.map(({ severity, rule, column, lines = [], count }) => ({
    ...{ severity, rule, lines: [...lines], count },
    ...(column !== undefined && { column }),
  }))
}

/** What a page can show of a cell, and enough to tell it from another. */
const cellLength = 1000

function cellOf(value: unknown): string | null {
  return value === null ? null : String(value).slice(0, cellLength)
}

async function read(request: ReadRequest): Promise<ReadFile> {
  const { path, scratch, memoryBytes, most } = request
  const limits = { threads: 1, memoryBytes: memoryBytes / 2 }
  const database = await openWriter({ read: [path], writeFolder: scratch }, limits)
  try {
    const connection = await database.connect()
    const scan = scanOf(request)
    await connection.run(
      `CREATE TABLE ${relation} AS SELECT row_number() OVER () AS ${lineColumn}, * FROM ${scan}`,
    )
    const described = await rowsOf(connection, `DESCRIBE ${relation}`)
    const columns = described.slice(1).map(([column]) => String(column))
    const found = await rowsOf(
      connection,
      `SELECT * EXCLUDE (${lineColumn}) FROM ${relation} ORDER BY ${lineColumn} LIMIT ${most + 1}`,
    )
    const rows = found.slice(0, most).map((row) => row.map(cellOf))
    const identifiers = await identifiersIn(connection, columns, scratch)
    return { columns, rows, more: found.length > most, identifiers }
  } finally {
    database.close()
  }
}

// The request comes from our own parent.
serve({ methods: { read: (request) => read(request as ReadRequest) } })
