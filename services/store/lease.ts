/** The one writer of this node: an advisory lock on a connection of its own, and a number that grows. */
import pg from 'pg'
import { Refusal } from '../kernel/refusal.ts'
import { hasCode } from '../kernel/system-error.ts'

const lockKey = 0x68637772 // 'hcwr'
const answerLimitMs = 5_000
/** The session of a process that was killed a moment ago takes a moment to end. */
const lockWaitMs = 2_000
const lockNotAvailable = '55P03'

/** Another living process writes the log of this database; the message is one line for the operator. */
export class LeaseTakenError extends Error {
  override readonly name = 'LeaseTakenError'
}

export interface Lease {
  /** Greater than that of every earlier lease of this database. */
  readonly epoch: number
  /** Resolves when the lock may be somebody else's: the writer must stop acknowledging at once. Not by `release`. */
  readonly lost: Promise<void>
  /** Whether the epoch in the database is still ours; false also when it cannot be read. Asked before signing. */
  holds(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Takes the lease of the log writer. Rejects with LeaseTakenError when another session holds it, UNAVAILABLE when the
 * database cannot be reached. The lock ends with the connection, so a killed process leaves none behind. A database that takes
 * longer than `answerMs` to answer is one that is gone: it is asked as often.
 */
export async function acquireLease(
  url: string,
  { answerMs = answerLimitMs }: { readonly answerMs?: number } = {},
): Promise<Lease> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'huisclos lease',
    keepAlive: true,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  })
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve())
    client.once('end', () => resolve())
  })
  await client.connect().catch((cause: unknown) => {
    throw new Refusal('UNAVAILABLE', { rule: 'store.database' }, { cause })
  })
  // Less than an answer may take, so that the server gets to say that somebody else has it.
  const epoch = await nextEpoch(client, Math.min(lockWaitMs, Math.ceil(answerMs / 2))).catch(
    async (error: unknown) => {
      await client.end()
      throw error
    },
  )
  return watched(client, { epoch, ended: lost, everyMs: answerMs })
}

async function nextEpoch(client: pg.Client, waitMs: number): Promise<number> {
  await client.query(`SET lock_timeout = ${waitMs}`)
  await client.query('SELECT pg_advisory_lock($1)', [lockKey]).catch((cause: unknown) => {
    if (!hasCode(cause, lockNotAvailable)) throw cause
    throw new LeaseTakenError('another huisclos writes the audit log of this database: stop it first', {
      cause,
    })
  })
  const { rows } = await client.query<{ epoch: string }>(`
    INSERT INTO audit_writer (epoch) VALUES (1)
    ON CONFLICT (only_row) DO UPDATE SET epoch = audit_writer.epoch + 1
    RETURNING epoch`)
  return Number(rows[0]?.epoch)
}

interface Watched {
  readonly epoch: number
  readonly ended: Promise<void>
  readonly everyMs: number
}

function watched(client: pg.Client, { epoch, ended, everyMs }: Watched): Lease {
  const holds = async () => {
    const answer = await client.query<{ epoch: string }>('SELECT epoch FROM audit_writer').catch(() => null)
    return Number(answer?.rows[0]?.epoch) === epoch
  }
  let released = false
  let lose = () => {}
  const lost = new Promise<void>((resolve) => {
    lose = () => {
      if (!released) resolve()
    }
  })
  // A half-open connection says nothing by itself.
  const beat = async () => {
    if (await holds()) heartbeat = setTimeout(beat, everyMs).unref()
    else lose()
  }
  let heartbeat = setTimeout(beat, everyMs).unref()
  void ended.then(() => {
    clearTimeout(heartbeat)
    lose()
  })
  return {
    epoch,
    lost,
    holds,
    release: async () => {
      released = true
      clearTimeout(heartbeat)
      await client.end()
    },
  }
}
