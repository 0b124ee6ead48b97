/** Reads text and binds it on empty tables. Holds no data and opens no file. */
import { createHash } from 'node:crypto'
import type { DuckDBConnection } from 'duckdb'
import { type Database, liveVersion, openBare } from './duckdb.ts'
import { serve } from './serve.ts'

const limits = { threads: 1, memoryBytes: 256 * 1024 * 1024 }
const TWINS = 16

interface Bound {
  readonly statement: string
  readonly ddl: readonly string[]
}

/** What json_serialize_sql and json_serialize_plan answer. */
interface Serialised {
  readonly error: boolean
  readonly statements?: readonly unknown[]
  readonly error_type?: string
  readonly error_message?: string
  readonly error_subtype?: string
  /** Digits. */
  readonly position?: string
}

const bare = await openBare(limits)
const main = await bare.connect()
/** The connection that works now; an interrupt goes there. */
let working = main
const twins = new Map<string, Database>()

async function scalar(on: DuckDBConnection, sql: string, value: string): Promise<string> {
  const reader = await on.runAndReadAll(sql, [value])
  return String(reader.value(0, 0))
}

/** How many statements the text holds, and whether a semicolon parts any: PIVOT alone counts as several. */
async function isSeveral(sql: string): Promise<boolean> {
  if (!sql.replace(/[;\s]+$/, '').includes(';')) return false
  const { count } = await main.extractStatements(sql)
  return count > 1
}

async function parse({ text: sql }: { text: string }): Promise<unknown> {
  const json = await scalar(main, 'SELECT json_serialize_sql($1::VARCHAR)', sql)
  const answer: Serialised = JSON.parse(json)
  if (!answer.error) {
    const count = answer.statements?.length ?? 0
    if (count === 0) return { outcome: 'syntax' }
    return count === 1 ? { outcome: 'tree', json } : { outcome: 'several' }
  }
  if (answer.error_type === 'not implemented') {
    return { outcome: (await isSeveral(sql)) ? 'several' : 'not-select' }
  }
  if (answer.error_message === 'A CTE needs a SELECT') return { outcome: 'not-select' }
  // Only the grammar's own errors count in characters from the start of the text (measured on 1.5.5).
  return answer.error_subtype === 'SYNTAX_ERROR' && answer.position !== undefined
    ? { outcome: 'syntax', position: Number(answer.position) }
    : { outcome: 'syntax' }
}

function print({ text }: { text: string }): Promise<string> {
  return scalar(main, 'SELECT json_deserialize_sql($1::JSON)', text)
}

/** The empty tables of a DDL, kept for the next statement on them. */
async function twinOf(ddl: readonly string[]): Promise<Database> {
  const key = createHash('sha256').update(JSON.stringify(ddl)).digest('hex')
  const twin = twins.get(key) ?? (await createTwin(ddl))
  twins.delete(key)
  twins.set(key, twin)
  const [oldest] = twins.keys()
  if (twins.size > TWINS && oldest !== undefined) {
    twins.get(oldest)?.close()
    twins.delete(oldest)
  }
  return twin
}

async function createTwin(ddl: readonly string[]): Promise<Database> {
  const twin = await openBare(limits)
  working = await twin.connect()
  try {
    for (const statement of ddl) await working.run(statement)
  } catch (error) {
    twin.close()
    throw error
  } finally {
    working.closeSync()
    working = main
  }
  return twin
}

async function onTwin<T>(
  { statement, ddl }: Bound,
  run: (on: DuckDBConnection, sql: string) => Promise<T>,
): Promise<T> {
  const twin = await twinOf(ddl)
  working = await twin.connect()
  try {
    return await run(working, statement)
  } finally {
    working.closeSync()
    working = main
  }
}

/** Errors that say something of the text; the others say something of the engine. */
const unbindable = new Set([
  'binder',
  'catalog',
  'parser',
  'conversion',
  'invalid input',
  'out of range',
  'mismatch type',
])

function plan(params: Bound): Promise<unknown> {
  return onTwin(params, async (on, sql) => {
    const json = await scalar(on, 'SELECT json_serialize_plan($1::VARCHAR, optimize := false)', sql)
    const { error, error_type }: Serialised = JSON.parse(json)
    if (!error) return { outcome: 'plan', json }
    return { outcome: unbindable.has(error_type?.toLowerCase() ?? '') ? 'unbound' : 'unprintable' }
  })
}

function columns(params: Bound): Promise<unknown> {
  return onTwin(params, async (on, sql) => {
    const statements = await on.extractStatements(sql)
    if (statements.count !== 1) return { outcome: 'unbound' }
    try {
      const prepared = await statements.prepare(0)
      const list = Array.from({ length: prepared.columnCount }, (_, index) => ({
        name: prepared.columnName(index),
        type: String(prepared.columnType(index)),
      }))
      prepared.destroySync()
      return { outcome: 'columns', columns: list }
    } catch {
      return { outcome: 'unbound' }
    }
  })
}

serve({
  methods: { parse, print, plan, columns },
  interrupt: () => working.interrupt(),
  facts: { engine: liveVersion },
})
