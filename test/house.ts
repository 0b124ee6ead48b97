/** What tests open in one line. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Closable } from '../services/kernel/id.ts'

export interface TestDatabase extends Closable {
  readonly url: string
}

/**
 * A fresh database with every migration applied, on the one PostgreSQL of the run: a copy, some 30 ms. `close` removes it;
 * what still uses it is cut off.
 */
export async function openDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const url = new URL(serverUrl())
  await administer(serverUrl(), `CREATE DATABASE ${name} TEMPLATE huisclos_template STRATEGY FILE_COPY`)
  url.pathname = `/${name}`
  return { url: url.href, close: () => administer(serverUrl(), `DROP DATABASE ${name} WITH (FORCE)`) }
}

/** Runs one statement of the administrator. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function serverUrl(): string {
  const url = process.env.HUISCLOS_TEST_DATABASE
  if (url === undefined) throw new Error('test/start.ts has not run')
  return url
}
