/** Asks the engine how the columns of a converted table were understood. Runs in the reader's process. */

import { type Connection, rowsOf } from './asking.ts'
import { describeStatement, faultColumn } from './check.ts'
import { fromText, type TextForm } from './convert.ts'
import type { Field, Resource } from './descriptor.ts'
import type { Finding } from './finding.ts'
import type { DateFormat } from './media.ts'
import type { ColumnPreview } from './preview.ts'
import { name } from './quote.ts'
import type { Source } from './source.ts'

export interface Converted {
  readonly resource: Resource
  readonly source: Source
  /** The converted table, with its fault columns. */
  readonly relation: string
  readonly findings: readonly Finding[]
  /** Rows that must share a shape before it is told. */
  readonly threshold: number
}

const columnsPerStatement = 100
/** Rows from which types and shapes are guessed. */
const sampleRows = 10_000
/** A column is of a type when this share of its values is. */
const nearlyAll = 0.9
const longestShape = 30

export async function previewColumns(
  connection: Connection,
  converted: Converted,
): Promise<readonly ColumnPreview[]> {
  const { fields } = converted.resource.schema
  const columns: ColumnPreview[] = []
  for (let from = 0; from < fields.length; from += columnsPerStatement) {
    const some = fields.slice(from, from + columnsPerStatement).map((field, at) => ({ field, at: from + at }))
    const counted = await countColumns(connection, converted, some)
    const guessed = await guessTypes(connection, converted, some)
    for (const [index, one] of some.entries()) {
      const shape = await shapeOf(connection, converted, one)
      columns.push({
        name: one.field.name,
        declared: one.field.type,
        ...(guessed[index] ?? { detected: null }),
        ...(one.field.role === undefined ? {} : { role: one.field.role }),
        ...(counted[index] ?? { empty: 0, unreadable: 0 }),
        ...(shape === null ? {} : { shape }),
      })
    }
  }
  return columns
}

interface Placed {
  readonly field: Field
  readonly at: number
}

async function countColumns(connection: Connection, { relation }: Converted, some: readonly Placed[]) {
  const counts = some.flatMap(({ field, at }) => {
    const fault = name(faultColumn(at))
    return [`count_if(${name(field.name)} IS NULL AND NOT ${fault})`, `count_if(${fault})`]
  })
  const [row = []] = await rowsOf(connection, `SELECT count(*), ${counts.join(', ')} FROM ${relation}`)
  const [rows = 0, ...found] = row.map(Number)
  return some.map((_, index) => {
    const [absent = 0, unreadable = 0] = found.slice(2 * index, 2 * index + 2)
    return { empty: rows === 0 ? 0 : Math.round((absent / rows) * 10_000) / 10_000, unreadable }
  })
}

type Guess = Pick<ColumnPreview, 'detected' | 'dateFormat' | 'decimal'>

interface Candidate {
  readonly guess: Guess
  readonly fits: string
}

const dateFormats: readonly DateFormat[] = ['iso', 'dmy', 'compact', 'dmy-compact']

/** What a text column may be, the strictest first; another form than that of the file is told with the guess. */
function candidatesOf(column: string, { reading }: Source): readonly Candidate[] {
  const own: TextForm = {
    decimal: reading.decimal === ',' ? ',' : '.',
    dateFormat: dateFormats.find((one) => one === reading.dateFormat) ?? 'iso',
  }
  const as = (type: Field['type'], form: TextForm = own) => fromText(column, { name: 'x', type }, form)
  const other = own.decimal === ',' ? '.' : ','
  const forms = [own.dateFormat, ...dateFormats.filter((one) => one !== own.dateFormat)]
  return [
    ...(['date', 'datetime'] as const).flatMap((type) =>
      forms.map((dateFormat) => ({
        guess: { detected: type, ...(dateFormat === own.dateFormat ? {} : { dateFormat }) },
        fits: as(type, { ...own, dateFormat }),
      })),
    ),
    { guess: { detected: 'time' }, fits: as('time') },
    { guess: { detected: 'integer' }, fits: as('integer') },
    { guess: { detected: 'number' }, fits: as('number') },
    { guess: { detected: 'number', decimal: other }, fits: as('number', { ...own, decimal: other }) },
    { guess: { detected: 'boolean' }, fits: as('boolean') },
  ]
}

async function guessTypes(
  connection: Connection,
  { source }: Converted,
  some: readonly Placed[],
): Promise<readonly Guess[]> {
  const raws = some.map(({ at }, index) => `${source.fields[at]?.raw ?? 'NULL'} AS r${index}`)
  const raw = `(SELECT ${raws.join(', ')} FROM ${source.relation})`
  const types = (await rowsOf(connection, describeStatement(raw))).map(([, type]) => String(type))
  const candidates = some.map((_, index) => candidatesOf(`r${index}`, source))
  const counts = some.flatMap((_, index) =>
    types[index] === 'VARCHAR'
      ? [`count(r${index})`, ...(candidates[index] ?? []).map(({ fits }) => `count(${fits})`)]
      : [`count(r${index})`],
  )
  const [row = []] = await rowsOf(
    connection,
    `SELECT ${counts.join(', ')} FROM (SELECT * FROM ${raw} LIMIT ${sampleRows})`,
  )
  const found = row.map(Number)
  return some.map(({ field }, index) => {
    const type = types[index] ?? ''
    const filled = found.shift() ?? 0
    if (type !== 'VARCHAR') return { detected: filled === 0 ? null : typedAs(type) }
    const fitting = (candidates[index] ?? []).map(({ guess }) => ({ guess, count: found.shift() ?? 0 }))
    if (filled === 0) return { detected: null }
    const good = fitting.filter(({ count }) => count >= nearlyAll * filled).map(({ guess }) => guess)
    // What was declared, if it fits: eight digits are a day or a number, as one says.
    return good.find(({ detected }) => detected === field.type) ?? good[0] ?? { detected: 'string' }
  })
}

/** The field type of a column that has a type of its own. */
function typedAs(type: string): Field['type'] | 'other' {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'integer'
  if (/^(FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(type)) return 'number'
  if (/^TIMESTAMP(_S|_MS|_NS)?$/.test(type)) return 'datetime'
  const same: Readonly<Record<string, Field['type']>> = { BOOLEAN: 'boolean', DATE: 'date', TIME: 'time' }
  return same[type] ?? 'other'
}

/** Letters and digits are put in place of themselves before anything is counted. */
function shapeExpression(column: string): string {
  const steps: readonly (readonly [string, string])[] = [
    ['\\p{N}', '9'],
    ['[\\p{Ll}\\p{Lm}\\p{Lo}\\p{Lt}]', 'a'],
    ['\\p{Lu}', 'A'],
    ['[^Aa9/:.,+()_ -]', '?'],
  ]
  const value = `CAST(${column} AS VARCHAR)`
  return steps.reduce((inner, [from, to]) => `regexp_replace(${inner}, '${from}', '${to}', 'g')`, value)
}

/** Whether a column says nothing of a person: it has no role and no tag, and no detector looked up at it. */
function isPlain({ field }: Placed, findings: readonly Finding[]): boolean {
  if (field.role !== undefined || field.quasiIdentifier !== undefined) return false
  return !findings.some(({ rule, column }) => column === field.name && rule.startsWith('identifier.'))
}

async function shapeOf(
  connection: Connection,
  { source, findings, threshold }: Converted,
  one: Placed,
): Promise<string | null> {
  const raw = source.fields[one.at]?.raw
  if (raw === undefined || !isPlain(one, findings)) return null
  const [found] = await rowsOf(
    connection,
    `SELECT shape FROM (SELECT ${shapeExpression('r')} AS shape FROM (SELECT ${raw} AS r FROM ${source.relation}
      LIMIT ${sampleRows}) WHERE r IS NOT NULL) WHERE length(shape) BETWEEN 1 AND ${longestShape}
      GROUP BY shape HAVING count(*) >= ${threshold} ORDER BY count(*) DESC, shape LIMIT 1`,
  )
  return found === undefined ? null : String(found[0])
}
