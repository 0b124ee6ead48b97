/** What a control database says of itself to who only looks: nothing is written, and whatever hangs is given up. */
import type pg from 'pg'
import { newClient } from './client.ts'
import { type MigrationState, migrationState } from './migration-state.ts'

export interface DatabaseFacts {
  /** `server_version_num`: 180004 is 18.4. */
  readonly version: number
  /** Values of the settings that durability hangs on, by name. */
  readonly settings: Readonly<Record<string, string>>
  readonly encoding: string
  readonly connections: { readonly used: number; readonly most: number }
  /** Whether our role may make tables here, and which tables of ours it may not read or write. */
  readonly rights: { readonly mayCreate: boolean; readonly closed: readonly string[] }
  /** Null where our role may not read them. */
  readonly migrations: MigrationState | null
  /** Entries of the search index, by shard; empty before the first start. */
  readonly indexed: readonly { readonly shard: string; readonly entries: number; readonly last: number }[]
}

const durability = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums']

/** Rejects when the database does not answer in time, whatever it does instead. */
export async function databaseFacts(url: string, timeoutMs = 6_000): Promise<DatabaseFacts> {
  const client = newClient(url, { name: 'doctor', answerMs: timeoutMs })
  try {
    await client.connect()
    await client.query('BEGIN READ ONLY')
    return await read(client)
  } finally {
    void client.end().catch(() => undefined)
  }
}

async function read(client: pg.Client): Promise<DatabaseFacts> {
  const settings = await client.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
    [[...durability, 'server_version_num', 'server_encoding', 'max_connections']],
  )
  const values = new Map(settings.rows.map(({ name, setting }) => [name, setting]))
  const used = await client.query<{ used: string }>(
    "SELECT count(*) AS used FROM pg_stat_activity WHERE backend_type = 'client backend'",
  )
  const rights = await rightsOf(client)
  const migrations = rights.closed.length > 0 ? null : await migrationState(client)
  return {
    version: Number(values.get('server_version_num')),
    encoding: values.get('server_encoding') ?? '',
    settings: Object.fromEntries(durability.map((name) => [name, values.get(name) ?? ''])),
    connections: { used: Number(used.rows[0]?.used), most: Number(values.get('max_connections')) },
    rights,
    migrations,
    indexed: migrations === null || migrations.kind === 'empty' ? [] : await indexedOf(client),
  }
}

async function rightsOf(client: pg.Client): Promise<DatabaseFacts['rights']> {
  const { rows } = await client.query<{ create: boolean; closed: string[] }>(`
    SELECT has_schema_privilege(current_schema(), 'CREATE') AS "create",
      ARRAY(SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()
        AND EXISTS (SELECT FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS needed
          WHERE NOT has_table_privilege(format('%I.%I', schemaname, tablename), needed))
        ORDER BY 1) AS closed`)
  return { mayCreate: rows[0]?.create ?? false, closed: rows[0]?.closed ?? [] }
}

async function indexedOf(client: pg.Client): Promise<DatabaseFacts['indexed']> {
  const { rows } = await client.query<{ shard: string; entries: string; last: string }>(
    'SELECT shard, count(*) AS entries, max(seq) AS last FROM audit_index GROUP BY shard ORDER BY shard',
  )
  return rows.map(({ shard, entries, last }) => ({ shard, entries: Number(entries), last: Number(last) }))
}
