/** Reads, converts and checks the tables of one deposit. Runs in the reader's process: everything here touches foreign bytes. */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ArrowRoute, chooseRoute } from '../engine/arrow-check.ts'
import { openCountingWriter } from '../engine/duckdb.ts'
import { rowsOf } from './asking.ts'
import {
  describeStatement,
  faultColumn,
  lineColumn,
  probesOf,
  relationsOf,
  uniquenessOf,
  writeStatement,
} from './check.ts'
import type { OnRead } from './decode.ts'
import type { Descriptor, Resource } from './descriptor.ts'
import type { Finding } from './finding.ts'
import { withoutIdle } from './identifiers/probes.ts'
import { pseudonymKeys } from './key-versions.ts'
import { isLack } from './lack.ts'
import { type LeftOut, nameExcluded, withoutExcluded } from './leave-out.ts'
import type { Media } from './media.ts'
import type { TablePreview } from './preview.ts'
import { type Converted, previewColumns } from './previewing.ts'
import { type Engine, inquire, linesKept, probeTable } from './probing.ts'
import type { Told } from './progress.ts'
import { type Measured, measure } from './quality/measure.ts'
import type { Measuring } from './quality/measuring.ts'
import { name, text } from './quote.ts'
import { classOf, isOfEstablishments, resourceOf } from './relations.ts'
import { type Reading, type Source, sourceOf } from './source.ts'
import { openWatch, type Watch } from './watch.ts'

const probesPerStatement = 300

export interface ReaderFiles {
  readonly descriptor: Descriptor
  /** Received files, which the engine may read. */
  readonly read: readonly string[]
  /** The reader's own folder. */
  readonly scratch: string
  readonly memoryBytes: number
  readonly threads: number
  /** Arrow files go in value by value, whatever this process could do. */
  readonly arrowByValues?: boolean
}

interface TableRead {
  readonly rows: number
  readonly findings: readonly Finding[]
  readonly reading: Reading
}

interface TableWritten {
  readonly name: string
  readonly file: string
  readonly rows: number
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

export interface Reader {
  /** How Arrow files go in. */
  arrow(): Promise<Pick<ArrowRoute, 'kind'> & { readonly why?: string }>
  read(table: string, path: string, media: Media): Promise<TableRead>
  /** The same with how each column was understood, for a deposit that is not submitted yet. */
  preview(table: string, path: string, media: Media): Promise<Omit<TablePreview, 'table'>>
  /** Function and key version of the first-level pseudonyms of all tables read so far. */
  keys(): Promise<readonly string[]>
  relate(): Promise<readonly Finding[]>
  /** Persons whose rows `write` leaves out, by first-level pseudonym. */
  exclude(pseudonyms: readonly string[]): Promise<LeftOut>
  /** Of a deposit that passed all checks; see quality/measure.ts. */
  measure(about: Pick<Measuring, 'today' | 'previous'>): Promise<Measured>
  write(table: string): Promise<TableWritten>
  /** How far the call in hand is: the share of it that is done, and the rows read. */
  progress(): Told | undefined
  close(): void
}

/** Of the time of reading one file: to its columns, then to its converted rows, then its checks. */
const shares = { source: 0.4, converted: 0.75 } as const

export async function openReader(files: ReaderFiles): Promise<Reader> {
  const { descriptor, scratch } = files
  const limits = { threads: files.threads, memoryBytes: files.memoryBytes }
  const { connection, close } = await openCountingWriter({ read: files.read, writeFolder: scratch }, limits)
  const watch = openWatch(() => connection.progress.percentage / 100)
  const budget = { lines: linesKept }
  const pathOf = (table: string) => join(scratch, `${table}.checked.parquet`)
  const relationOf = (table: string) => `read_parquet(${text(pathOf(table))})`
  let publishedOf = relationOf
  let route: Promise<ArrowRoute> | undefined
  const arrow = () => {
    route ??= files.arrowByValues
      ? Promise.resolve({ kind: 'values', why: 'asked', memory: null } as const)
      : chooseRoute(connection)
    return route
  }
  const engine: Engine = { connection, scratch, budget, arrow }
  const read = new Set<string>()
  const desk: Desk = { engine, descriptor, pathOf, relationOf, watch }
  return {
    async arrow() {
      const { memory: _, ...told } = await arrow()
      return told
    },
    progress: () => watch.now(),
    async read(table, path, media) {
      const { told, converted } = await readTable(desk, { table, path, media })
      if (converted !== null) read.add(table)
      await rm(join(scratch, `${table}.staged`), { force: true })
      return told
    },
    async preview(table, path, media) {
      const { told, converted } = await readTable(desk, { table, path, media })
      const columns = converted === null ? [] : await previewColumns(connection, converted)
      await rm(join(scratch, `${table}.staged`), { force: true })
      return { ...told, columns }
    },
    keys: () =>
      pseudonymKeys(connection, descriptor, (table) => (read.has(table) ? relationOf(table) : null)),
    relate() {
      watch.part(0, 1)
      return inquire(engine, relationsOf(descriptor, relationOf))
    },
    exclude(pseudonyms) {
      publishedOf = (table) => withoutExcluded({ descriptor, relationOf }, table)
      return nameExcluded({ connection, descriptor, relationOf }, pseudonyms)
    },
    measure(about) {
      watch.part(0, 1)
      return measure({ connection, descriptor, relationOf: publishedOf, ...about })
    },
    async write(table) {
      watch.part(0, 1)
      const file = `${table}.parquet`
      const to = join(scratch, 'out', file)
      await connection.run(writeStatement(descriptor, table, { from: publishedOf(table), to }))
      const relation = `read_parquet(${text(to)})`
      const columns = await rowsOf(connection, describeStatement(relation))
      const [[rows] = []] = await rowsOf(connection, `SELECT count(*) FROM ${relation}`)
      const typed = columns.map(([column, type]) => ({ name: String(column), type: String(type) }))
      return { name: table, file, rows: Number(rows), columns: typed }
    },
    close,
  }
}

interface Desk {
  readonly engine: Engine
  readonly descriptor: Descriptor
  readonly pathOf: (table: string) => string
  readonly relationOf: (table: string) => string
  readonly watch: Watch
}

interface SentTable {
  readonly table: string
  readonly path: string
  readonly media: Media
}

/** Converts and checks one file. `converted` is null when there is nothing to look at; else its staged text is still there. */
async function readTable(
  { engine, descriptor, pathOf, relationOf, watch }: Desk,
  { table, path, media }: SentTable,
): Promise<{ readonly told: TableRead; readonly converted: Converted | null }> {
  const resource = found(descriptor, table)
  const { size } = await stat(path)
  watch.end()
  watch.part(0, shares.source)
  const onRead: OnRead = ({ bytes, rows }) => watch.told(bytes / size, rows)
  const source = await sourceOf(engine, { path, media, resource, onRead })
  watch.part(shares.source, shares.converted)
  const { reading } = source
  if (source.fields.length === 0) {
    return { told: { rows: 0, findings: source.findings, reading }, converted: null }
  }
  const broken = await convert(engine.connection, convertStatement(source, resource, pathOf(table)))
  if (broken) return { told: unreadableTable(source, resource), converted: null }
  watch.part(shares.converted, 1)
  const isOfPersons = classOf(descriptor, resource) === 'personal' && !isOfEstablishments(descriptor)
  const relation = relationOf(table)
  const checked = await checkTable(engine, { resource, source, relation, isOfPersons })
  const findings = [...source.findings, ...checked.findings]
  const { threshold } = descriptor
  return {
    told: { rows: checked.rows, findings, reading },
    converted: { resource, source, relation, findings, threshold },
  }
}

function found(descriptor: Descriptor, table: string): Resource {
  const resource = resourceOf(descriptor, table)
  if (resource === undefined) throw new Error('unknown table')
  return resource
}

/** The converted table: line, each field in its type, and whether its text was not of that type. */
function convertStatement(source: Source, resource: Resource, to: string): string {
  const { fields } = resource.schema
  const raw = source.fields.map((one, index) => `${one.raw} AS r${index}`)
  const typed = source.fields.map((one, index) => `r${index}, ${one.typed} AS v${index}`)
  const final = fields.flatMap((field, index) => [
    `v${index} AS ${name(field.name)}`,
    `r${index} IS NOT NULL AND v${index} IS NULL AS ${name(faultColumn(index))}`,
  ])
  return `COPY (SELECT ${lineColumn}, ${final.join(', ')} FROM (SELECT ${lineColumn}, ${typed.join(', ')}
    FROM (SELECT ${source.line} AS ${lineColumn}, ${raw.join(', ')} FROM ${source.relation})))
    TO ${text(to)} (FORMAT parquet)`
}

/** True when the file broke off while it was read: its header was well, its pages are not. */
async function convert(connection: Engine['connection'], statement: string): Promise<boolean> {
  try {
    await connection.run(statement)
    return false
  } catch (error) {
    if (isLack(error)) throw error
    // The engine's words may quote the file and stay here.
    return true
  }
}

function unreadableTable({ findings, reading }: Source, { name: table }: Resource): TableRead {
  const finding: Finding = {
    severity: 'error',
    rule: 'format',
    table,
    count: 1,
    with: { kind: reading.kind },
  }
  return { rows: 0, findings: [...findings, finding], reading }
}

async function checkTable(
  engine: Engine,
  checked: { resource: Resource; source: Source; relation: string; isOfPersons: boolean },
): Promise<{ rows: number; findings: readonly Finding[] }> {
  const { resource, relation, isOfPersons } = checked
  const { charset } = checked.source.reading
  const probes = probesOf(resource, charset === undefined ? { isOfPersons } : { charset, isOfPersons })
  const findings: Finding[] = []
  for (let from = 0; from < probes.length; from += probesPerStatement) {
    const some = probes.slice(from, from + probesPerStatement)
    findings.push(...(await probeTable(engine, { table: resource.name, relation, probes: some })))
  }
  findings.push(...(await inquire(engine, uniquenessOf(resource, relation))))
  const [[rows] = []] = await rowsOf(engine.connection, `SELECT count(*) FROM ${relation}`)
  return { rows: Number(rows), findings: withoutIdle(findings) }
}
