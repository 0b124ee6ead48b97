/** Applies migrations/NNNN-name.sql once each, forward only. */
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { sha256 } from '../kernel/hash.ts'
import type { Log } from '../kernel/log.ts'

const bundled = new URL('migrations/', import.meta.url)
const lockKey = 0x68636d67 // 'hcmg': one migrating process at a time

interface Migration {
  readonly name: string
  readonly text: string
  readonly sha256: string
}

/** A migration that the database knows and that the code does not have in the same bytes: the start must stop. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

/**
 * Applies all missing migrations, in the order of their numbers, in one transaction under an advisory lock: a crash in the
 * middle leaves the database as it was. Rejects with a MigrationError when an applied file has changed or is gone.
 */
export async function migrate(options: { url: string; log: Log; folder?: URL }): Promise<void> {
  const migrations = await readMigrations(options.folder ?? bundled)
  const client = new pg.Client({ connectionString: options.url, application_name: 'huisclos migrate' })
  client.on('error', () => options.log.warn('the database closed the connection of the migrations'))
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
    await client.query(`CREATE TABLE IF NOT EXISTS store_migration (
      name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
      COMMENT ON TABLE store_migration IS 'Migrations that this database has seen';
      COMMENT ON COLUMN store_migration.name IS 'Name of the file';
      COMMENT ON COLUMN store_migration.sha256 IS 'Of the file as it was applied, hexadecimal';
      COMMENT ON COLUMN store_migration.applied_at IS 'Start of the transaction that applied it'`)
    for (const migration of await missing(client, migrations)) {
      await client.query(migration.text)
      await client.query('INSERT INTO store_migration (name, sha256) VALUES ($1, $2)', [
        migration.name,
        migration.sha256,
      ])
      options.log.info('migration applied', { migration: migration.name })
    }
    await client.query('COMMIT')
  } finally {
    // Ending the session rolls back whatever was not committed.
    await client.end()
  }
}

/** Those of this release, in the order of their numbers. */
export async function readMigrations(folder: URL = bundled): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const wrong = names.find(
    (name, i) => !/^\d{4}-[a-z0-9-]+\.sql$/.test(name) || number(name) === number(names[i - 1]),
  )
  if (wrong !== undefined)
    throw new MigrationError(`migration ${wrong}: not NNNN-name.sql, or a number used twice`)
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8')
      return { name, text, sha256: sha256(text) }
    }),
  )
}

function number(name: string | undefined): string {
  return (name ?? '').slice(0, 4)
}

async function missing(client: pg.Client, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM store_migration',
  )
  const applied = new Map(rows.map((row) => [row.name, row.sha256]))
  for (const [name, hash] of applied) {
    const known = migrations.find((migration) => migration.name === name)
    if (known === undefined)
      throw new MigrationError(`migration ${name} was applied and is not there any more`)
    if (known.sha256 !== hash)
      throw new MigrationError(`migration ${name} was changed after it had been applied`)
  }
  return migrations.filter((migration) => !applied.has(migration.name))
}
