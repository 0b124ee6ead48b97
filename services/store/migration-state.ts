/** Whether a database and this release have seen the same migrations; looked at, never changed. */
import type { ClientBase } from 'pg'
import { readMigrations } from './migrate.ts'

export type MigrationState =
  /** Nothing of ours was ever here: the first start makes it. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'level'; readonly applied: number }
  /** The next start applies so many. */
  | { readonly kind: 'behind'; readonly missing: readonly string[] }
  /** A newer release, or another one, was here: this one does not start on it. */
  | { readonly kind: 'ahead'; readonly unknown: readonly string[] }

export async function migrationState(client: Pick<ClientBase, 'query'>): Promise<MigrationState> {
  const there = await client.query("SELECT to_regclass('store_migration') IS NOT NULL AS found")
  if (!there.rows[0]?.found) return { kind: 'empty' }
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM store_migration',
  )
  const known = await readMigrations()
  const isKnown = (row: { name: string; sha256: string }) =>
    known.some(({ name, sha256 }) => name === row.name && sha256 === row.sha256)
  const unknown = rows.filter((row) => !isKnown(row)).map(({ name }) => name)
  if (unknown.length > 0) return { kind: 'ahead', unknown }
  const applied = new Set(rows.map(({ name }) => name))
  const missing = known.filter(({ name }) => !applied.has(name)).map(({ name }) => name)
  return missing.length > 0 ? { kind: 'behind', missing } : { kind: 'level', applied: rows.length }
}
