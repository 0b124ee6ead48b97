/**
 * Writes generated data as files that `huisclos deposit` takes as they are, with descriptor and manifest. The rows stream
 * from the engine to the file: memory does not grow with their number. The same seed gives the same bytes.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { liveVersion, openWriter, quoteName, quoteText } from '../../engine/duckdb.ts'
import type { DescriptorText } from '../descriptor.ts'
import { generatorVersion, type Made, type Manifest } from './manifest.ts'
import type { Shape, Total } from './shape.ts'
import { type ShapeName, shapes } from './shapes.ts'

export interface Generation {
  readonly shape: ShapeName
  readonly rows: number
  readonly seed: number
  readonly format: Manifest['format']
  /** Of CSV: ISO days and decimal points between commas, or French days and decimal commas between semicolons. */
  readonly dialect: Manifest['dialect']
  /** Name and holder of the dataset in the descriptor. */
  readonly name: string
  readonly holder: string
}

export interface Watch {
  /** A table is being written, and so many bytes of it are there. */
  readonly onBytes?: (table: string, bytes: number) => void
  readonly signal?: AbortSignal
}

type Connection = Awaited<ReturnType<Awaited<ReturnType<typeof openWriter>>['connect']>>

const memoryBytes = 1024 ** 3
const threads = 2
const pollMs = 200

/** The descriptor of what `generate` writes. */
export function descriptorOf({
  shape,
  name,
  holder,
}: Pick<Generation, 'shape' | 'name' | 'holder'>): DescriptorText {
  const { title, about, resources } = shapes[shape]
  return {
    name,
    title,
    description:
      'Lignes inventées par un générateur déterministe : aucune personne, aucun établissement réel.',
    holder,
    ...about,
    resources,
  }
}

/**
 * Writes `descriptor.json`, one file per table and, when all are there, `manifest.json` into an existing folder, which is for
 * the engine to write to and best empty. Throws what the engine throws, also when the signal ends it.
 */
export async function generate(folder: string, what: Generation, watch: Watch = {}): Promise<Manifest> {
  const { rows, seed, format, dialect } = what
  const shape = shapes[what.shape]
  const database = await openWriter({ read: [], writeFolder: folder }, { threads, memoryBytes })
  const connection = await database.connect()
  const stop = () => connection.interrupt()
  watch.signal?.addEventListener('abort', stop, { once: true })
  try {
    await writeFile(join(folder, 'descriptor.json'), `${JSON.stringify(descriptorOf(what), null, 2)}\n`)
    const selects = shape.rowsOf({ seed, rows })
    const tables: Made[] = []
    for (const resource of shape.resources) {
      watch.signal?.throwIfAborted()
      const table = resource.name
      const file = `${table}.${format}`
      const select = listed(resource, selects[table] ?? '', what)
      const copy = options[format === 'csv' ? dialect : format]
      const made = await writeTable(connection, { table, select, path: join(folder, file), copy }, watch)
      tables.push({ ...made, file })
    }
    const manifest: Manifest = {
      provenance: 'synthetic',
      generator: `huisclos ${generatorVersion}`,
      engine: liveVersion,
      shape: what.shape,
      seed,
      rows,
      format,
      dialect,
      tables,
      totals: await totalsOf(connection, shape, selects),
    }
    await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    return manifest
  } finally {
    watch.signal?.removeEventListener('abort', stop)
    connection.closeSync()
    database.close()
  }
}

/** The columns of the resource in its order, as the file has them. */
function listed(
  { schema }: Shape['resources'][number],
  select: string,
  { format, dialect }: Generation,
): string {
  const isFrench = format === 'csv' && dialect === 'fr'
  const columns = schema.fields.map(({ name, type }) => {
    const column = quoteName(name)
    return isFrench && type === 'number' ? `replace(${column}::VARCHAR, '.', ',') AS ${column}` : column
  })
  return `SELECT ${columns.join(', ')} FROM (${select})`
}

const options = {
  parquet: '(FORMAT parquet, COMPRESSION zstd)',
  iso: "(FORMAT csv, HEADER, DATEFORMAT '%Y-%m-%d', TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S')",
  fr: "(FORMAT csv, HEADER, DELIMITER ';', DATEFORMAT '%d/%m/%Y', TIMESTAMPFORMAT '%d/%m/%Y %H:%M:%S')",
} as const

interface Writing {
  readonly table: string
  readonly select: string
  readonly path: string
  readonly copy: string
}

async function writeTable(
  connection: Connection,
  { table, select, path, copy }: Writing,
  { onBytes }: Watch,
): Promise<Omit<Made, 'file'>> {
  const bytesOf = async () => (await stat(path).catch(() => ({ size: 0 }))).size
  const timer = setInterval(() => void bytesOf().then((bytes) => onBytes?.(table, bytes)), pollMs)
  try {
    const written = await connection.run(`COPY (${select}) TO ${quoteText(path)} ${copy}`)
    return { table, rows: written.rowsChanged, bytes: await bytesOf(), sha256: await sha256Of(path) }
  } finally {
    clearInterval(timer)
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part)
  return hash.digest('hex')
}

/** Counted from the rows as they are drawn, not from the files: who counts the files compares two ways. */
async function totalsOf(
  connection: Connection,
  { totals, resources }: Shape,
  selects: Readonly<Record<string, string>>,
): Promise<Manifest['totals']> {
  const all: Record<string, Record<string, number>> = {}
  for (const { name: table } of resources) {
    const wanted = Object.entries(totals).filter(([, total]) => total.table === table)
    if (wanted.length === 0) continue
    const answer = await connection.runAndReadAll(totalsSql(wanted, selects[table] ?? ''))
    for (const [name] of wanted) all[name] = {}
    for (const [name, group, figure] of answer.getRows()) {
      const total = all[String(name)]
      if (total !== undefined) total[String(group)] = Number(figure)
    }
  }
  return all
}

/** All totals of one table in one pass over its rows: name, group, figure. */
function totalsSql(wanted: readonly (readonly [string, Total])[], select: string): string {
  const groups = wanted.map(([, { group }], index) => `(${group})::VARCHAR AS g${index}`)
  const only = (what: (total: Total, index: number) => string) =>
    wanted.map(([, total], index) => `WHEN grouping(g${index}) = 0 THEN ${what(total, index)}`).join(' ')
  const name = `CASE ${wanted.map(([one], index) => `WHEN grouping(g${index}) = 0 THEN '${one}'`).join(' ')} END`
  return `SELECT ${name}, CASE ${only((_, index) => `g${index}`)} END AS g, CASE ${only(({ measure }) => measure)} END
    FROM (SELECT *, ${groups.join(', ')} FROM (${select}))
    GROUP BY GROUPING SETS (${wanted.map((_, index) => `(g${index})`).join(', ')}) ORDER BY 1, g`
}
