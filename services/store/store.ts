/** The control database: one pool, migrated when opened, typed by the migrated tables. */
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './tables.ts'

/** A connection or a transaction: what a function takes that must run inside somebody else's transaction. */
export type Database = Kysely<Tables>

/** The tag for what the query builder cannot say; values are always bound, never written into the text. */
export const rawSql = sql

/**
 * Reading: `bigint` is a number (an unsafe one throws a RangeError, it is never rounded), `numeric` a string, `jsonb` unknown,
 * `bytea` a Buffer. Writing: `jsonb` takes JSON text, so that an array is never taken for an array of PostgreSQL.
 * A database that cannot be reached or that stops in the middle is the Refusal UNAVAILABLE; a violated constraint is the
 * error of `pg`, with its `code` and `constraint`.
 */
export interface Store extends Closable {
  readonly db: Database
  /** Of the pool, now; `waiting`: calls that wait for one. */
  connections(): { readonly used: number; readonly idle: number; readonly waiting: number }
}

export interface StoreOptions {
  readonly url: string
  readonly log: Log
  /** Connections kept at most. Default 10. */
  readonly connections?: number
  /** How long one answer of the database may take, in ms, and so the wait for a connection. Default 8 000. */
  readonly answerMs?: number
}

/** Less than the ten seconds after which a dependency counts as slow (security.md 13). */
const patienceMs = 8_000

/** Opens the pool and applies every missing migration. Rejects when a file was changed after it had been applied. */
export async function openStore({
  url,
  log,
  connections = 10,
  answerMs = patienceMs,
}: StoreOptions): Promise<Store> {
  await migrate({ url, log })
  return storeOn(
    {
      connectionString: url,
      max: connections,
      application_name: 'huisclos',
      connectionTimeoutMillis: answerMs,
      // The server gives up what takes too long; when it says nothing at all, or nonsense, we do.
      statement_timeout: answerMs,
      query_timeout: answerMs,
    },
    log,
  )
}

/** One connection that can only read, for who looks at the database of a node from outside; nothing is migrated. */
export function lookStore({
  url,
  log,
  timeoutMs,
}: Omit<StoreOptions, 'connections'> & { timeoutMs: number }): Store {
  return storeOn(
    {
      connectionString: url,
      max: 1,
      application_name: 'huisclos doctor',
      options: '-c default_transaction_read_only=on',
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    },
    log,
  )
}

function storeOn(config: pg.PoolConfig, log: Log): Store {
  const pool = new pg.Pool({ ...config, types: { getTypeParser } })
  // An idle connection that the server closes would otherwise end the process. At the end it may do so before our goodbye.
  let closing = false
  pool.on('error', () => {
    if (!closing) log.warn('the database closed an idle connection')
  })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guarded(pool) }) })
  const close = () => {
    closing = true
    return db.destroy()
  }
  const connections = () => {
    const { totalCount, idleCount: idle, waitingCount: waiting } = pool
    return { used: totalCount - idle, idle, waiting }
  }
  return { db, connections, close }
}

const INT8 = pg.types.builtins.INT8

/** The shape pg asks for: binary results are never used here. */
function getTypeParser(type: number, format?: 'text' | 'binary') {
  return type === INT8 ? safeInteger : pg.types.getTypeParser(type, format as 'text')
}

function safeInteger(digits: string): number {
  const value = Number(digits)
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint of the database is beyond 2^53')
  return value
}

type Guarded = ConstructorParameters<typeof PostgresDialect>[0]['pool'] & object
type GuardedClient = Awaited<ReturnType<Extract<Guarded, { connect: unknown }>['connect']>>

/** The pool as Kysely wants it, with foreign failures turned into UNAVAILABLE in this one place. */
function guarded(pool: pg.Pool): Extract<Guarded, { connect: unknown }> {
  const wrapped = new WeakMap<pg.PoolClient, GuardedClient>()
  return {
    async connect() {
      const client = await pool.connect().catch(refuseUnavailable)
      const known = wrapped.get(client) ?? guardedClient(client)
      wrapped.set(client, known)
      return known
    },
    end: () => pool.end(),
  }
}

function guardedClient(client: pg.PoolClient): GuardedClient {
  // A connection that dies while it is lent out also says so by an event; the running query rejects by itself.
  client.on('error', () => {})
  let broken = false
  const ask = client.query.bind(client) as (text: unknown, values?: unknown) => Promise<unknown>
  const query = async (text: unknown, values?: unknown) => {
    // What follows a failure, such as a ROLLBACK, would wait behind what does not come.
    if (broken) refuseUnavailable(new Error('the connection is broken'))
    try {
      return await ask(text, values)
    } catch (error) {
      broken = isUnavailable(error)
      return broken ? refuseUnavailable(error) : Promise.reject(error)
    }
  }
  // Kysely types `query` by overloads that a wrapper cannot restate; it calls it with a text and its values only.
  return { query, release: () => client.release(broken) } as unknown as GuardedClient
}

/**
 * Connection exceptions, lack of resources, a statement that took too long, an administrator's shutdown; and what is no answer of
 * the server at all, unless it is a mistake of ours about a value.
 */
function isUnavailable(error: unknown): boolean {
  if (error instanceof RangeError || error instanceof TypeError) return false
  if (!(error instanceof pg.DatabaseError)) return true
  // What cannot be read as an answer is an error without a code.
  return error.code === undefined || /^(08|53|57014|57P|58)/.test(error.code)
}

function refuseUnavailable(cause: unknown): never {
  throw new Refusal('UNAVAILABLE', { rule: 'store.database' }, { cause })
}
