/**
 * What PostgreSQL can do to forget a row. A deleted row stays in its page until VACUUM, its bytes may stay in the hole that VACUUM
 * leaves there, and VACUUM FULL carries over what any transaction that began before the deletion might still look at: the table is
 * written anew as it is now, to another file, and the former file is removed (PostgreSQL, ALTER TABLE: "not MVCC-safe"; whoever reads
 * under an older snapshot holds a lock on the table, `store/copy/snapshot.ts`, or finds it empty). What this does not reach is the
 * write-ahead log until its segments are used again, the blocks of a removed file on a disk, replicas and backups: a wrapped key that
 * lies there dies with its KEK, at the next rotation.
 */
import type { Log } from '../kernel/log.ts'
import { type Database, rawSql } from '../store/store.ts'

/** How long it waits for readers of the table; those who come after it wait as long. */
const patience = '2s'

/**
 * Gives what writes the table anew. Who asks while it is being done is served by the next time, together with all others who do.
 * Never rejects: the row is gone already, and the next destruction or start does again what could not be done now.
 */
export function openPurge(db: Database, log: Log): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    next ??= running.then(() => {
      next = undefined
      running = purge(db, log)
      return running
    })
    return next
  }
}

async function purge(db: Database, log: Log): Promise<void> {
  try {
    await db.connection().execute(async (connection) => {
      await rawSql`SELECT set_config('lock_timeout', ${patience}, false)`.execute(connection)
      try {
        await rawSql`ALTER TABLE keys_wrapped ALTER COLUMN wrapped_at TYPE bigint USING wrapped_at + 0`.execute(
          connection,
        )
      } finally {
        await rawSql`SELECT set_config('lock_timeout', '0', false)`.execute(connection)
      }
    })
  } catch {
    log.warn(
      'the table of wrapped keys could not be written anew: what was destroyed is in its pages until the next time',
    )
  }
}
