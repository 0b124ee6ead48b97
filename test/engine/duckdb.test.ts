import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type Database,
  fingerprint,
  openBare,
  openReader,
  openWriter,
  runStatement,
} from '../../services/engine/duckdb.ts'
import { type Folder, freeSql, MIB, temporaryFolder, writeParquet } from './fixture.ts'

const limits = { threads: 1, memoryBytes: 128 * MIB }
let folder: Folder

beforeAll(async () => {
  folder = await temporaryFolder()
  await writeParquet(join(folder.path, 'a.parquet'), 'SELECT 1 AS a')
  await writeParquet(join(folder.path, 'b.parquet'), 'SELECT 2 AS b')
})
afterAll(() => folder.remove())

async function each(databases: readonly Promise<Database>[], check: (database: Database) => Promise<void>) {
  for (const opening of databases) {
    const database = await opening
    try {
      await check(database)
    } finally {
      database.close()
    }
  }
}

/** The three ways to open the engine. */
function all(): readonly Promise<Database>[] {
  const file = join(folder.path, 'a.parquet')
  return [
    openBare(limits),
    openReader([{ schema: 's', name: 'a', file }], limits),
    openWriter({ read: [file], writeFolder: join(folder.path, 'out') }, limits),
  ]
}

async function run(database: Database, text: string): Promise<readonly unknown[][]> {
  const connection = await database.connect()
  try {
    return (await connection.runAndReadAll(text)).getRowsJson()
  } finally {
    connection.closeSync()
  }
}

describe('a hardened database', () => {
  test('gives every connection the same settings', () =>
    each(all(), async (database) => {
      const names = `threads max_expression_depth ieee_floating_point_ops TimeZone temp_directory enable_external_access
        lock_configuration autoinstall_known_extensions autoload_known_extensions allow_community_extensions
        allow_unsigned_extensions allow_persistent_secrets`
      const list = names.split(/\s+/).map((name) => `current_setting('${name}')::VARCHAR`)
      const expected = [['1', '250', 'false', 'UTC', '', 'false', 'true', ...Array(5).fill('false')]]
      expect(await run(database, `SELECT ${list.join(', ')}`)).toEqual(expected)
      expect(await run(database, `SELECT ${list.join(', ')}`)).toEqual(expected)
    }))

  test('reads no file that it was not given, writes none, and takes no setting back', () =>
    each(all(), async (database) => {
      for (const text of [
        `FROM '${join(folder.path, 'b.parquet')}'`,
        "FROM read_csv('/etc/passwd')",
        "FROM read_text('/etc/hostname')",
        `COPY (SELECT 1) TO '${join(folder.path, 'stolen.csv')}'`,
        `ATTACH '${join(folder.path, 'x.db')}'`,
        'SET enable_external_access = true',
        'SET GLOBAL threads = 2',
        "SET allowed_paths = ['/etc/passwd']",
        'LOAD httpfs',
      ]) {
        await expect(run(database, text)).rejects.toThrow()
      }
    }))

  test('for text and plans reads no file at all', () =>
    each([openBare(limits)], async (database) => {
      await expect(run(database, `FROM '${join(folder.path, 'a.parquet')}'`)).rejects.toThrow()
    }))

  test('that writes does so in its folder only', async () => {
    const out = await temporaryFolder()
    try {
      const writer = openWriter({ read: [join(folder.path, 'a.parquet')], writeFolder: out.path }, limits)
      await each([writer], async (database) => {
        const target = join(out.path, 'copy.parquet')
        await run(database, `COPY (FROM '${join(folder.path, 'a.parquet')}') TO '${target}' (FORMAT parquet)`)
        expect(await freeSql(`FROM '${target}'`)).toEqual([[1]])
        await expect(run(database, `COPY (SELECT 1) TO '${join(out.path, '..', 'x.csv')}'`)).rejects.toThrow()
      })
    } finally {
      await out.remove()
    }
  })

  test.each([
    'CREATE TABLE kept (a INTEGER)',
    'CREATE VIEW kept AS SELECT 1',
    'CREATE OR REPLACE VIEW s.a AS SELECT 3 AS a',
    'CREATE SCHEMA kept',
    'CREATE MACRO kept() AS 1',
    "CREATE TYPE kept AS ENUM ('a')",
    'DROP VIEW s.a',
    "ATTACH ':memory:' AS kept",
  ])('shows in its fingerprint that something was changed: %s', (text) =>
    each(
      [openReader([{ schema: 's', name: 'a', file: join(folder.path, 'a.parquet') }], limits)],
      async (database) => {
        const look = async () => {
          const connection = await database.connect()
          const found = await fingerprint(connection)
          connection.closeSync()
          return found
        }
        const before = await look()
        await run(database, 'CREATE TEMP TABLE gone AS SELECT 1')
        expect(await look()).toBe(before)
        await run(database, text)
        expect(await look()).not.toBe(before)
      },
    ),
  )

  test('runs one statement, and reads no row more than it may', () =>
    each([openBare(limits)], async (database) => {
      const connection = await database.connect()
      const rules = { maxRows: 3, temporaryTables: false }
      expect((await runStatement(connection, 'FROM range(3)', rules)).rows).toEqual([[0], [1], [2]])
      await expect(runStatement(connection, 'FROM range(4)', rules)).rejects.toThrow('TOO_MANY_ROWS')
      await expect(runStatement(connection, 'SELECT 1; SELECT 2', rules)).rejects.toThrow('STATEMENT')
      await expect(runStatement(connection, 'CREATE TEMP TABLE t AS SELECT 1', rules)).rejects.toThrow(
        'STATEMENT',
      )
      connection.closeSync()
    }))
})
