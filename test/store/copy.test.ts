/** The rows of one instant, read while others write, and put into an empty database of the same migrations. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { silentLog } from '../../services/kernel/log.ts'
import { type DatabaseCopy, loadDatabase } from '../../services/store/copy/load.ts'
import { openSnapshot, type Snapshot } from '../../services/store/copy/snapshot.ts'
import { openDatabase, type TestDatabase } from '../house.ts'
import { emptyDatabase } from '../node/copied.ts'

const opened: TestDatabase[] = []
let source: TestDatabase
let client: pg.Client

beforeAll(async () => {
  source = await openDatabase()
  client = await clientOf(source)
  const odd = ['a,b', '"quoted"', 'back\\slash', 'NULL', '', ' é\u2028', '{}']
  await client.query(
    `INSERT INTO identity_organisation (id, name, kind) VALUES ('chu', $1, 'x'), ('empty', '', 'x')`,
    ['Ligne\nsuivante\ttabulée \\N'],
  )
  await client.query(
    `INSERT INTO identity_account (issuer, subject, display_name, organisation, roles, review_until_ms)
     VALUES ('demo', 'odd', 'Ωδ', 'chu', $1, 9007199254740991), ('demo', 'none', '', 'empty', '{}', NULL)`,
    [odd],
  )
  await client.query(`INSERT INTO dataset_opt_out_list (domain, version) VALUES ('d', 3)`)
  await client.query(
    `INSERT INTO dataset_opt_out (domain, holder, pseudonym, added_version, added_at)
     SELECT 'd', 'chu', 'h1k01_' || lpad(to_hex(n), 32, '0'), 1, 5 FROM generate_series(1, 1203) AS n`,
  )
  await client.query(
    `INSERT INTO habilitation_stream (id, events) VALUES ('D-1', 1);
     INSERT INTO habilitation_event (stream, position, at_ms, body, audit_log, audit_seq)
     VALUES ('D-1', 1, 5, '{"n": 1e400, "deep": [null, "\\u00e9\\\\"], "big": 12345678901234567890.123}', 'l', 1)`,
  )
})
afterAll(async () => {
  await client?.end()
  for (const one of [source, ...opened]) await one?.close()
})

async function clientOf({ url }: TestDatabase): Promise<pg.Client> {
  const one = new pg.Client({ connectionString: url })
  await one.connect()
  return one
}

async function emptied(): Promise<TestDatabase> {
  const fresh = await emptyDatabase()
  opened.push(fresh)
  return fresh
}

/** The lines of every table. */
async function readAll(snapshot: Snapshot): Promise<ReadonlyMap<string, string>> {
  const tables = new Map<string, string>()
  for (const table of snapshot.tables) {
    let text = ''
    for await (const { bytes } of snapshot.lines(table)) text += bytes.toString()
    tables.set(table.name, text)
  }
  return tables
}

async function contentOf({ url }: TestDatabase): Promise<ReadonlyMap<string, string>> {
  const snapshot = await openSnapshot(url)
  return readAll(snapshot).finally(() => snapshot.close())
}

async function copyOf(database: TestDatabase): Promise<DatabaseCopy> {
  const snapshot = await openSnapshot(database.url)
  const tables = await readAll(snapshot)
  await snapshot.close()
  async function* lines(table: string) {
    yield* (tables.get(table) ?? '').split('\n').filter((line) => line !== '')
  }
  return { ...snapshot, lines }
}

test('what is put back is what was there, to the letter', async () => {
  const target = await emptied()
  await loadDatabase({ url: target.url, log: silentLog }, await copyOf(source))
  const [before, after] = [await contentOf(source), await contentOf(target)]
  expect(after).toEqual(before)
  expect(after.get('dataset_opt_out')?.split('\n')).toHaveLength(1_204)
  expect(after.get('identity_account')).toContain('back\\\\\\\\slash')
})

test('numbers go on where they were, and constraints hold', async () => {
  const target = await emptied()
  await loadDatabase({ url: target.url, log: silentLog }, await copyOf(source))
  const restored = await clientOf(target)
  const { rows } = await restored.query(
    `INSERT INTO dataset_opt_out (domain, holder, pseudonym, added_version, added_at)
     VALUES ('d', 'chu', 'h1k01_${'f'.repeat(32)}', 4, 6) RETURNING number`,
  )
  expect(rows).toEqual([{ number: '1204' }])
  const orphan = `INSERT INTO identity_account (issuer, subject, display_name, organisation, roles) VALUES ('x', 'x', 'x', 'gone', '{}')`
  await expect(restored.query(orphan)).rejects.toMatchObject({ code: '23503' })
  await restored.end()
})

test('a snapshot sees a table whole that somebody would write anew meanwhile', async () => {
  const snapshot = await openSnapshot(source.url)
  const anew = client.query(`SET lock_timeout = '200ms';
    ALTER TABLE dataset_opt_out ALTER COLUMN added_at TYPE bigint USING added_at + 0`)
  await expect(anew).rejects.toMatchObject({ code: '55P03' })
  await client.query('SET lock_timeout = 0')
  const seen = await readAll(snapshot)
  await snapshot.close()
  expect(seen.get('dataset_opt_out')?.split('\n')).toHaveLength(1_204)
})

test('a snapshot does not see what is written after it', async () => {
  const snapshot = await openSnapshot(source.url)
  await client.query(`INSERT INTO identity_organisation (id, name, kind) VALUES ('later', 'later', 'x')`)
  const seen = await readAll(snapshot)
  await snapshot.close()
  await client.query(`DELETE FROM identity_organisation WHERE id = 'later'`)
  expect(seen.get('identity_organisation')).not.toContain('later')
})

test('the search index is left out: it is made again from the log', async () => {
  const names = [...(await contentOf(source)).keys()]
  expect(names).not.toContain('audit_index')
  expect(names).not.toContain('store_migration')
  expect(names.indexOf('identity_organisation')).toBeLessThan(names.indexOf('identity_account'))
})

describe('a database stays as empty as it was', () => {
  const failing: readonly (readonly [string, (copy: DatabaseCopy) => DatabaseCopy, RegExp])[] = [
    [
      'when the code does not have a migration of the copy',
      (copy) => ({ ...copy, migrations: [{ name: '9999-later.sql', sha256: 'a'.repeat(64) }] }),
      /9999-later/,
    ],
    [
      'when a migration has other bytes',
      (copy) => ({ ...copy, migrations: copy.migrations.map((one) => ({ ...one, sha256: 'b'.repeat(64) })) }),
      /0001-store/,
    ],
    [
      'when a row is not one',
      (copy) => ({
        ...copy,
        lines: (table) => (table === 'identity_organisation' ? of('["one"]') : copy.lines(table)),
      }),
      /not a row/,
    ],
    [
      'when a row breaks a constraint',
      (copy) => ({
        ...copy,
        lines: (table) => (table === 'identity_organisation' ? of() : copy.lines(table)),
      }),
      /foreign key/,
    ],
  ]
  async function* of(...lines: readonly string[]) {
    yield* lines
  }

  test.each(failing)('%s', async (_name, change, why) => {
    const target = await emptied()
    const copy = change(await copyOf(source))
    await expect(loadDatabase({ url: target.url, log: silentLog }, copy)).rejects.toThrow(why)
    const restored = await clientOf(target)
    const { rows } = await restored.query(
      'SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace',
    )
    await restored.end()
    expect(rows).toEqual([])
  })
})
