/** `huisclos query` and `huisclos explain`. */
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ask, askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { type ExplanationText, explanationLines } from './explanation-text.ts'
import { pointAt, problemLines } from './problem-text.ts'
import { tableLines } from './table.ts'

export const formats = ['table', 'json', 'ndjson', 'csv', 'arrow', 'parquet', 'xlsx'] as const
type OutputFormat = (typeof formats)[number]

const accepts: Readonly<Record<OutputFormat, string>> = {
  table: 'application/json',
  json: 'application/json',
  ndjson: 'application/json',
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

export interface QueryOptions {
  readonly project?: string
  /** Name of a dataset, whose invented rows are asked instead. */
  readonly twin?: string
  readonly purpose?: string
  readonly objective?: string
  readonly param?: readonly string[]
  readonly file?: string
  readonly format: OutputFormat
  readonly output?: string
}

export interface Out {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly signal: AbortSignal
}

interface Answer {
  readonly id: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly suppressed: readonly (readonly [number, number])[]
  readonly disclosure: {
    readonly k: number
    readonly cellsWithheld: number
    readonly groupsWithheld: boolean
    readonly rowsCutAt?: number
    readonly rules: readonly string[]
  }
  /** Not of a synthetic twin: nothing of anybody was asked. */
  readonly receipt?: { readonly log: string; readonly seq: number }
}

/** The text of the argument, of a file, or of standard input for `-`. */
export async function sqlOf(argument: string | undefined, file: string | undefined): Promise<string> {
  if (argument !== undefined && argument !== '-') return argument
  const from = file ?? (argument === '-' ? '/dev/stdin' : undefined)
  if (from === undefined)
    throw new CommandError('"SQL" ou -f FICHIER / the statement is missing', exits.usage)
  return readFile(from, 'utf8').catch(() => {
    throw new CommandError(`${from}: illisible / cannot be read`, exits.usage)
  })
}

/** `k=v` makes an object for `$k`, anything else an array for `?`; a value that reads as JSON is one, else text. */
export function parametersOf(given: readonly string[]): unknown {
  if (given.length === 0) return undefined
  const pairs = given.map((text) => /^([A-Za-z_]\w*)=(.*)$/s.exec(text))
  if (pairs.every((pair) => pair !== null)) {
    return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', literalOf(pair?.[2] ?? '')]))
  }
  return given.map(literalOf)
}

function literalOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? text : value
  } catch {
    return text
  }
}

function questionOf(
  sql: string,
  { purpose, objective, param }: Pick<QueryOptions, 'purpose' | 'objective' | 'param'>,
) {
  const parameters = parametersOf(param ?? [])
  return {
    sql,
    ...(purpose === undefined ? {} : { purpose }),
    ...(objective === undefined ? {} : { objective }),
    ...(parameters === undefined ? {} : { parameters }),
  }
}

function pathOf({ project, twin }: Pick<QueryOptions, 'project' | 'twin'>): string {
  if (twin !== undefined) return `/api/v1/datasets/${encodeURIComponent(twin)}/twin/queries`
  if (project !== undefined) return `/api/v1/projects/${encodeURIComponent(project)}/queries`
  throw new CommandError('-p PROJET ou --twin JEU / a project or a twin is missing', exits.usage)
}

/** Written here from the answer; the others are files that a receipt vouches for, and a twin has none. */
const textFormats: readonly OutputFormat[] = ['table', 'json', 'ndjson']

/** Asks and writes the result. Interrupting closes the connection, which cancels the query on the node. */
export async function query(
  client: Client,
  sql: string,
  options: QueryOptions & { readonly out: Out },
): Promise<void> {
  const { format, out, twin } = options
  if (twin !== undefined && !textFormats.includes(format))
    throw new CommandError(`--twin : ${textFormats.join(', ')}`, exits.usage)
  const sent = { body: questionOf(sql, options), accept: accepts[format], signal: out.signal }
  const response = await located(sql, () => ask(client, `POST ${pathOf(options)}`, sent))
  const target =
    options.output === undefined ? out.stdout : createWriteStream(options.output, { mode: 0o600 })
  const end = options.output !== undefined
  if (!textFormats.includes(format)) {
    const bytes = Buffer.from(await response.arrayBuffer())
    await pipeline(Readable.from([bytes]), target, { end })
    out.stderr.write(`${response.headers.get('huisclos-receipt') ?? ''}\n`)
    return
  }
  const answer = (await response.json()) as Answer
  const change = format === 'table' ? changeOf(sql) : undefined
  const text = change ? schemaLines(answer) : render(answer, format)
  await pipeline(Readable.from([text]), target, { end })
  out.stderr.write(`${change ? changes[change] + receiptOf(answer) : footer(answer)}\n`)
}

const changes = { create: 'table gardée / table kept', drop: 'table retirée / table dropped' } as const

/** A statement on derived tables is answered with a schema: it has no rows to count. */
function changeOf(sql: string): keyof typeof changes | undefined {
  const [, word] = /^(?:\s|--[^\n]*\n|\/\*.*?\*\/)*(create|drop)\b/is.exec(sql) ?? []
  return word === undefined ? undefined : word.toLowerCase() === 'create' ? 'create' : 'drop'
}

function schemaLines({ columns }: Answer): string {
  return columns.map(({ name, type }) => `${name} ${type}\n`).join('')
}

function receiptOf({ disclosure, receipt }: Answer): string {
  const source = receipt ? `${receipt.log} n° ${receipt.seq}` : 'données inventées / invented data'
  return ` · k = ${disclosure.k} · ${source}`
}

function render(answer: Answer, format: OutputFormat): string {
  if (format === 'json') return `${JSON.stringify(answer)}\n`
  if (format === 'table') return `${tableLines({ ...answer, k: answer.disclosure.k }).join('\n')}\n`
  const names = answer.columns.map(({ name }) => name)
  return answer.rows
    .map((row) => `${JSON.stringify(Object.fromEntries(names.map((name, c) => [name, row[c]])))}\n`)
    .join('')
}

function footer(answer: Answer): string {
  const { rows, disclosure } = answer
  const groups = disclosure.groupsWithheld ? ' · groupes masqués / groups withheld' : ''
  const cells =
    disclosure.cellsWithheld > 0 ? ` · cellules masquées / cells withheld: ${disclosure.cellsWithheld}` : ''
  const cut =
    disclosure.rowsCutAt === undefined
      ? ''
      : ` · coupé par l’autorisation / cut by the permit: ${disclosure.rowsCutAt}`
  const partial = disclosure.rules.includes('partial') ? ' · résultat partiel / partial result' : ''
  return `${rows.length} lignes / rows${cut}${cells}${groups}${partial}${receiptOf(answer)}`
}

interface Check {
  readonly decision: 'allow' | 'refuse'
  readonly code?: string
  readonly location?: { readonly offset: number; readonly length: number }
  readonly hint?: string
  readonly accepted?: string
  readonly tables: readonly string[]
  readonly explanation?: ExplanationText
}

/** The decision, on standard output in both cases; a refusal ends with its own status. */
export async function explain(
  client: Client,
  sql: string,
  options: QueryOptions & { readonly out: Out },
): Promise<void> {
  const check = await located(sql, () =>
    askJson<Check>(client, `POST ${pathOf(options)}/check`, { body: questionOf(sql, options) }),
  )
  if (check.decision === 'refuse') {
    const place = check.location ? pointAt(sql, check.location) : []
    const form = check.accepted === undefined ? [] : [`  forme acceptée / accepted form: ${check.accepted}`]
    const lines = [String(check.code), ...place, `→ ${check.hint ?? ''}`, ...form]
    throw new CommandError(lines.join('\n'), exits.refused)
  }
  const explained = check.explanation ? explanationLines(check.explanation) : []
  out(options.out, ['allow', `tables: ${check.tables.join(', ')}`, ...explained])
}

function out({ stdout }: Out, lines: readonly string[]): void {
  stdout.write(`${lines.join('\n')}\n`)
}

/** A refusal of a text points at its place in it. */
async function located<T>(sql: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof CommandError && error.problem !== undefined) {
      throw new CommandError(problemLines(error.problem, sql).join('\n'), error.exit)
    }
    throw error
  }
}
