import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { tablesSource } from '../../infra/tables-source.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { MigrationError, migrate } from '../../services/store/migrate.ts'
import { openStore, rawSql, type Store } from '../../services/store/store.ts'
import { administer, openDatabase, type TestDatabase } from '../house.ts'

const endOthers = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`

let database: TestDatabase
beforeEach(async () => {
  database = await openDatabase()
})
afterEach(() => database.close())

describe('the store', () => {
  async function withStore<T>(run: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore({ url: database.url, log: silentLog })
    try {
      return await run(store)
    } finally {
      await store.close()
    }
  }

  test('reads bigint as a number, and never a rounded one', async () => {
    await withStore(async ({ db }) => {
      const { rows } = await rawSql<{ n: number }>`SELECT ${Number.MAX_SAFE_INTEGER}::bigint AS n`.execute(db)
      expect(rows).toEqual([{ n: Number.MAX_SAFE_INTEGER }])
      await expect(rawSql`SELECT 9007199254740993::bigint AS n`.execute(db)).rejects.toThrow(RangeError)
    })
  })

  test('lets a violated constraint through as what it is', async () => {
    await withStore(async ({ db }) => {
      const insert = () => db.insertInto('audit_writer').values({ epoch: 1 }).execute()
      await insert()
      await expect(insert()).rejects.toMatchObject({ code: '23505' })
    })
  })

  test('says UNAVAILABLE when the server ends the session in the middle, and goes on afterwards', async () => {
    await withStore(async ({ db }) => {
      const ended = rawSql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(db)
      await expect(ended).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      const { rows } = await rawSql`SELECT 1 AS one`.execute(db)
      expect(rows).toEqual([{ one: 1 }])
    })
  })

  test('survives a server that closes an idle connection', async () => {
    const log = { ...silentLog, warn: (_: string) => {} }
    const told = new Promise<string>((resolve) => {
      log.warn = resolve
    })
    const { db, close } = await openStore({ url: database.url, log })
    try {
      await rawSql`SELECT 1`.execute(db)
      await administer(database.url, endOthers)
      expect(await told).toBe('the database closed an idle connection')
      await rawSql`SELECT 1`.execute(db)
    } finally {
      await close()
    }
  })

  test('says UNAVAILABLE when nobody answers', async () => {
    await withStore(async ({ db }) => {
      await database.close()
      await expect(rawSql`SELECT 1`.execute(db)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    })
    database = await openDatabase()
  })

  test('rolls a transaction back when it throws', async () => {
    await withStore(async ({ db }) => {
      const failing = db.transaction().execute(async (transaction) => {
        await transaction.insertInto('audit_writer').values({ epoch: 1 }).execute()
        throw new Error('after the insert')
      })
      await expect(failing).rejects.toThrow('after the insert')
      expect(await db.selectFrom('audit_writer').selectAll().execute()).toEqual([])
    })
  })

  test('has types that are those of the migrated database', async () => {
    const written = await readFile(new URL('../../services/store/tables.ts', import.meta.url), 'utf8')
    expect(written).toBe(await tablesSource(database.url))
  })

  test('has a comment on every table and on every column', async () => {
    const { rows } = await withStore(({ db }) =>
      rawSql<{ what: string }>`
        SELECT c.relname || coalesce('.' || a.attname, '') AS what
        FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)`.execute(db),
    )
    expect(rows).toEqual([])
  })
})

describe('migrations', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'huisclos-migrations-'))
    await write('0001-first.sql', 'CREATE TABLE trial_first (a int)')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  const run = (url: string) => migrate({ url, log: silentLog, folder: pathToFileURL(`${folder}/`) })
  /** A database that has seen none of ours. */
  async function empty(): Promise<string> {
    const store = await openStore({ url: database.url, log: silentLog })
    await rawSql`DROP SCHEMA public CASCADE`.execute(store.db)
    await rawSql`CREATE SCHEMA public`.execute(store.db)
    await store.close()
    return database.url
  }
  async function tables(): Promise<readonly string[]> {
    const source = await tablesSource(database.url)
    return [...source.matchAll(/^ {2}(trial_\w+):/gm)].map(([, name]) => name ?? '')
  }

  test('are applied once each, in order, also when two processes start together', async () => {
    const url = await empty()
    await Promise.all([run(url), run(url)])
    await write('0002-second.sql', 'ALTER TABLE trial_first RENAME TO trial_second')
    await run(url)
    await run(url)
    expect(await tables()).toEqual(['trial_second'])
  })

  test('leave nothing behind when one of them fails', async () => {
    const url = await empty()
    await write('0002-second.sql', 'CREATE TABLE trial_second (a int); SELECT 1/0')
    await expect(run(url)).rejects.toMatchObject({ code: '22012' })
    expect(await tables()).toEqual([])
  })

  test('stop the start when an applied file has changed', async () => {
    const url = await empty()
    await run(url)
    await write('0001-first.sql', 'CREATE TABLE trial_first (a bigint)')
    await expect(run(url)).rejects.toThrow('migration 0001-first.sql was changed after it had been applied')
  })

  test('stop the start when an applied file is gone', async () => {
    const url = await empty()
    await run(url)
    await rm(join(folder, '0001-first.sql'))
    await expect(run(url)).rejects.toThrow('migration 0001-first.sql was applied and is not there any more')
  })

  test.each(['0001-twice.sql', 'no-number.sql', '0002_Wrong.sql'])(
    'refuse the file name %s',
    async (name) => {
      await write(name, 'SELECT 1')
      await expect(run(database.url)).rejects.toThrow(MigrationError)
    },
  )
})
