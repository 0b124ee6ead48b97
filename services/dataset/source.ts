/** What each format looks like to the engine: a relation with one raw value per field. Runs in the reader's process. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UnreadColumn, type UnreadKind } from '../engine/arrow-columns.ts'
import { PackedArrow, readArrow } from '../engine/arrow-read.ts'
import { rowsOf } from './asking.ts'
import { describeStatement, lineColumn } from './check.ts'
import { matchColumns } from './columns.ts'
import { fromText, fromTyped, type TextForm, unreadKind } from './convert.ts'
import { type Decoded, decode, lineSeparator, type OnRead } from './decode.ts'
import type { Field, Resource } from './descriptor.ts'
import { flatten } from './fhir-source.ts'
import type { Finding } from './finding.ts'
import { cutLines } from './fixed.ts'
import { Unreadable } from './inflate.ts'
import { isLack } from './lack.ts'
import type { Charset, Media } from './media.ts'
import type { Probe } from './probe.ts'
import { type Engine, probeTable } from './probing.ts'
import { name, text } from './quote.ts'
import { readBytes } from './unpack.ts'

/** How a file was understood; kept in the manifest of the version. */
export interface Reading {
  readonly kind: Media['kind']
  readonly charset?: string
  readonly delimiter?: string
  readonly decimal?: string
  readonly dateFormat?: string
  readonly header?: boolean
}

/** What one file looks like to the engine: a relation, and the expression of each field's raw value. */
export interface Source {
  readonly relation: string
  readonly line: string
  readonly fields: readonly { readonly raw: string; readonly typed: string }[]
  readonly findings: readonly Finding[]
  readonly reading: Reading
}

export interface ForeignFile {
  readonly path: string
  readonly media: Media
  readonly resource: Resource
  readonly onRead?: OnRead
}

/** Understands a file as far as its columns. One that cannot be read has findings and no fields. */
export async function sourceOf(engine: Engine, file: ForeignFile): Promise<Source> {
  const { kind } = file.media
  try {
    switch (kind) {
      case 'csv':
        return await csvSource(engine, file)
      case 'fixed':
        return await fixedSource(engine, file)
      case 'ndjson':
      case 'fhir':
        return await jsonSource(engine, file)
      case 'parquet':
        return await parquetSource(engine, file)
      case 'arrow-stream':
      case 'arrow-file':
        return await arrowSource(engine, file)
    }
  } catch (error) {
    if (isLack(error)) throw error
    return unreadable(file, error)
  }
}

/** A file that its reader gives up on: why, in a rule of ours. The engine's words may quote the file and stay here. */
function unreadable({ media, resource }: ForeignFile, error: unknown): Source {
  if (error instanceof UnreadColumn) return refused(media, [unreadColumn(resource, error.column, error.kind)])
  const known = error instanceof Unreadable ? error : new Unreadable('format')
  const finding: Finding = {
    severity: 'error',
    rule: error instanceof PackedArrow ? 'format.compressed' : known.rule,
    table: resource.name,
    count: 1,
    ...(known.line === undefined ? {} : { line: known.line }),
    with: { charset: media.charset ?? 'utf-8', kind: media.kind },
  }
  return refused(media, [finding])
}

/** A file of which nothing is read. */
function refused({ kind }: Media, findings: readonly Finding[]): Source {
  return { relation: '', line: '', fields: [], findings, reading: { kind } }
}

/** Only a field of the descriptor is named: what else a file has in its header may be anything. */
function unreadColumn({ name: table, schema }: Resource, column: string, kind: UnreadKind): Finding {
  const field = schema.fields.find((one) => one.name.toLowerCase() === column.toLowerCase())
  const named = field === undefined ? {} : { column: field.name }
  return { severity: 'error', rule: 'column.type', table, ...named, count: 1, with: { kind } }
}

function caseFindings(decoded: Decoded, table: string, { budget }: Engine): Finding[] {
  return [...decoded.cases].map(([rule, { count, lines }]) => {
    const kept = lines.slice(0, budget.lines)
    budget.lines -= kept.length
    return {
      severity: 'error',
      rule,
      table,
      count,
      ...(lines[0] === undefined ? {} : { line: lines[0] }),
      lines: kept,
      with: { fields: decoded.sniffed?.columns.length ?? 0 },
    }
  })
}

async function csvSource(engine: Engine, file: ForeignFile): Promise<Source> {
  const { resource, media } = file
  const staged = join(engine.scratch, `${resource.name}.staged`)
  const decoded = await decode(file, staged)
  const { sniffed, charset } = decoded
  const findings = [...caseFindings(decoded, resource.name, engine), ...charsetFindings(file, charset)]
  if (sniffed === null) {
    findings.push({ severity: 'error', rule: 'dialect', table: resource.name, count: 1 })
    return { relation: '', line: '', fields: [], findings, reading: { kind: media.kind, charset } }
  }
  const { dialect, columns } = sniffed
  const matched = matchColumns(columns, resource)
  const types = [`'${lineColumn}': 'BIGINT'`, ...columns.map((_, index) => `'c${index}': 'VARCHAR'`)]
  const options = `delim = ${text(dialect.delimiter)}, quote = '"', escape = '"', new_line = '\\n'`
  return {
    relation: `read_csv(${text(staged)}, auto_detect = false, header = false, ${options}, max_line_size = 4194304,
      nullstr = '', columns = {${types.join(', ')}})`,
    line: lineColumn,
    fields: resource.schema.fields.flatMap((field, index) => {
      const position = matched.positions[index]
      const form = { ...dialect, dateFormat: formatOf(field.format) ?? dialect.dateFormat }
      return position === undefined
        ? []
        : [{ raw: `c${position}`, typed: fromText(`r${index}`, field, form) }]
    }),
    findings: [...findings, ...matched.findings],
    reading: { kind: media.kind, charset, ...dialect },
  }
}

/** A field that declares its own date format keeps it, whatever the rest of the file looks like. */
function formatOf(format: string | undefined): TextForm['dateFormat'] | undefined {
  const known: Readonly<Record<string, TextForm['dateFormat']>> = {
    '%Y-%m-%d': 'iso',
    '%d/%m/%Y': 'dmy',
    '%Y%m%d': 'compact',
    '%d%m%Y': 'dmy-compact',
  }
  return format === undefined ? undefined : known[format]
}

function charsetFindings({ media, resource }: ForeignFile, charset: Charset): Finding[] {
  if (charset === 'utf-8' || charset === media.charset) return []
  const facts = { with: { charset } }
  return [{ severity: 'warning', rule: 'encoding.detected', table: resource.name, count: 1, ...facts }]
}

/** A staged file as numbered lines, `__line` and `doc`. */
function linesOf(staged: string): string {
  return `read_csv(${text(staged)}, auto_detect = false, header = false, delim = '${lineSeparator}', quote = '', escape = '',
      new_line = '\\n', max_line_size = 4194304, columns = {'${lineColumn}': 'BIGINT', 'doc': 'VARCHAR'})`
}

async function fixedSource(engine: Engine, file: ForeignFile): Promise<Source> {
  const { resource, media } = file
  const staged = join(engine.scratch, `${resource.name}.staged`)
  const decoded = await decode(file, staged)
  const { charset } = decoded
  const relation = linesOf(staged)
  const { dateFormat = 'dmy-compact', decimal = ',' } = media.dialect
  const form = (field: Field): TextForm => ({ decimal, dateFormat: formatOf(field.format) ?? dateFormat })
  const { fields, findings } = await cutLines(engine, { relation, resource, form })
  return {
    relation,
    line: lineColumn,
    fields,
    findings: [
      ...caseFindings(decoded, resource.name, engine),
      ...charsetFindings(file, charset),
      ...findings,
    ],
    reading: { kind: media.kind, charset, decimal, dateFormat },
  }
}

/** The objects of a file of JSON lines, as a relation of `__line` and `doc`, and what is wrong with the other lines. */
interface Documents {
  readonly relation: string
  readonly keys: readonly string[]
  readonly findings: readonly Finding[]
}

async function documentsOf(engine: Engine, file: ForeignFile): Promise<Documents> {
  const { resource } = file
  const staged = join(engine.scratch, `${resource.name}.staged`)
  const decoded = await decode(file, staged)
  const findings = caseFindings(decoded, resource.name, engine)
  const documents = `(SELECT ${lineColumn}, doc, json_valid(doc) AND COALESCE(json_type(TRY_CAST(doc AS JSON)) = 'OBJECT', false) AS good
    FROM ${linesOf(staged)})`
  const probe: Probe = { rule: 'json', severity: 'error', condition: 'NOT good' }
  const [broken] = await probeTable(engine, { table: resource.name, relation: documents, probes: [probe] })
  if (broken !== undefined) findings.push(broken)
  const keys = await rowsOf(
    engine.connection,
    `SELECT DISTINCT unnest(json_keys(doc)) AS k FROM ${documents} WHERE good ORDER BY k LIMIT 20000`,
  )
  return {
    relation: `(SELECT * FROM ${documents} WHERE good)`,
    keys: keys.map(([key]) => String(key)),
    findings,
  }
}

async function jsonSource(engine: Engine, file: ForeignFile): Promise<Source> {
  const { resource, media } = file
  const { relation, keys: columns, findings } = await documentsOf(engine, file)
  // Without a field of that name the file could only be refused: it is FHIR under the general type.
  const isField = resource.schema.fields.some((field) => field.name.toLowerCase() === 'resourcetype')
  if (media.kind === 'fhir' || (columns.includes('resourceType') && !isField)) {
    const flat = await flatten(engine, { relation, resource })
    return { ...flat, findings: [...findings, ...flat.findings], reading: { kind: 'fhir', charset: 'utf-8' } }
  }
  const matched = matchColumns(columns, resource)
  return {
    relation,
    line: lineColumn,
    fields: resource.schema.fields.flatMap((field, index) => {
      const key = columns[matched.positions[index] ?? -1]
      if (key === undefined) return []
      const path = text(`$."${key}"`)
      const nested = `json_type(doc, ${path}) IN ('OBJECT', 'ARRAY')`
      const typed = fromText(`r${index}`, field, { decimal: '.', dateFormat: 'iso' })
      // A nested value is read as a text that no type accepts, plain text included.
      const faulty = field.type === 'string' ? `CASE WHEN r${index} <> chr(1) THEN r${index} END` : typed
      return [{ raw: `CASE WHEN ${nested} THEN chr(1) ELSE doc ->> ${path} END`, typed: faulty }]
    }),
    findings: [...findings, ...matched.findings],
    reading: { kind: media.kind, charset: 'utf-8' },
  }
}

async function parquetSource(engine: Engine, file: ForeignFile): Promise<Source> {
  const path = await plainFile(engine, file)
  const relation = `read_parquet(${text(path)}, file_row_number = true)`
  return typedSource(engine, file, { relation, line: 'file_row_number + 1' })
}

async function arrowSource(engine: Engine, file: ForeignFile): Promise<Source> {
  const path = await plainFile(engine, file)
  const parts = await readArrow(engine.connection, {
    path,
    memory: (await engine.arrow()).memory,
    ...(file.onRead && { onRead: file.onRead }),
    partPath: (index) => join(engine.scratch, `${file.resource.name}.part${index}.parquet`),
  })
  const list = parts.map(text).join(', ')
  const relation = `read_parquet([${list}])`
  return typedSource(engine, file, { relation, line: lineColumn })
}

/** Binary formats are read at random places: a compressed one is inflated into the scratch folder first. */
async function plainFile({ scratch }: Engine, { path, media, resource }: ForeignFile): Promise<string> {
  if (media.packing === null) return path
  const target = join(scratch, `${resource.name}.staged`)
  await pipeline(Readable.from(readBytes(path, media.packing)), createWriteStream(target, { mode: 0o600 }))
  return target
}

async function typedSource(
  { connection }: Engine,
  { media, resource }: ForeignFile,
  from: { readonly relation: string; readonly line: string },
): Promise<Source> {
  const described = await rowsOf(connection, describeStatement(from.relation))
  const own = described.filter(([column]) => column !== 'file_row_number' && column !== lineColumn)
  const matched = matchColumns(
    own.map(([column]) => String(column)),
    resource,
  )
  const unread = resource.schema.fields.flatMap((field, index) => {
    const kind = unreadKind(String(own[matched.positions[index] ?? -1]?.[1] ?? ''), field)
    return kind === undefined ? [] : [unreadColumn(resource, field.name, kind)]
  })
  if (unread.length > 0) return refused(media, [...matched.findings, ...unread])
  const fields = resource.schema.fields.flatMap((field, index) => {
    const [column, type] = own[matched.positions[index] ?? -1] ?? []
    if (column === undefined) return []
    return [{ raw: name(String(column)), typed: fromTyped(`r${index}`, field, String(type)) }]
  })
  return { ...from, fields, findings: matched.findings, reading: { kind: media.kind } }
}
