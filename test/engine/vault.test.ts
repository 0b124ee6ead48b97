import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { CountedVault, Limits, Mount, VaultSession } from '../../services/engine/engine.ts'
import { failureOf } from '../../services/engine/failure.ts'
import { openVault } from '../../services/engine/vault.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { type Folder, limits, MIB, sql, temporaryFolder, writeParquet } from './fixture.ts'

let folder: Folder
let vault: CountedVault
let mounts: readonly Mount[]
const sessions: VaultSession[] = []

const endless = sql('SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y) WHERE x * y % 7 = 3')

beforeAll(async () => {
  folder = await temporaryFolder()
  const file = join(folder.path, 'stays.parquet')
  await writeParquet(
    file,
    "SELECT i::UINTEGER AS __pix, 'é' || i AS id, i * 1.5 AS cost FROM range(5000) r(i)",
  )
  await writeParquet(join(folder.path, 'other.parquet'), 'SELECT 1 AS secret')
  mounts = [{ schema: 'pmsi-demo', name: 'stays', file }]
  vault = await openVault({ threads: 1 })
})
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close()
})
afterAll(async () => {
  await vault.close()
  await folder.remove()
})

async function open(
  more: { id?: string; limits?: Partial<Limits>; signal?: AbortSignal } = {},
): Promise<VaultSession> {
  const session = await vault.open(
    { id: more.id ?? 'bulle', mounts },
    { limits: { ...limits, ...more.limits }, signal: more.signal ?? new AbortController().signal },
  )
  sessions.push(session)
  return session
}

async function close(session: VaultSession): Promise<void> {
  sessions.splice(sessions.indexOf(session), 1)
  await session.close()
}

async function failure(work: Promise<unknown>) {
  const error = await work.catch((reason: unknown) => reason)
  if (!(error instanceof Refusal)) throw new Error('not refused')
  return [error.code, error.facts, failureOf(error)]
}

describe('a session of the vault', () => {
  test('reads the relations of its bulle, whatever their names', async () => {
    const session = await open()
    const answer = await session.run(
      sql('SELECT count(*) AS n, max(id) AS m, sum(cost) AS s FROM "pmsi-demo"."stays"'),
    )
    expect(answer).toEqual({
      columns: [
        { name: 'n', type: 'BIGINT' },
        { name: 'm', type: 'VARCHAR' },
        { name: 's', type: 'DECIMAL(38,1)' },
      ],
      rows: [[5000, 'é999', '18746250.0']],
    })
  })

  test('keeps its temporary tables and the next session has none of them', async () => {
    const session = await open()
    expect(await session.run(sql('CREATE TEMP TABLE level1 AS SELECT * FROM "pmsi-demo".stays'))).toEqual({
      columns: [],
      rows: [],
    })
    expect((await session.run(sql('SELECT count(*) FROM level1'))).rows).toEqual([[5000]])
    await close(session)
    expect(await failure((await open()).run(sql('SELECT count(*) FROM level1')))).toEqual([
      'QUERY_FAILED',
      {},
      'failed',
    ])
  })

  test('takes a released table in, with its types, and the next session has none of it', async () => {
    const columns = [
      { name: 'c0', type: 'VARCHAR' },
      { name: 'c1', type: 'DECIMAL(38,2)' },
      { name: 'c2', type: 'DATE' },
    ]
    const rows = [
      ["'; DROP TABLE x; --", '12345678901234567890.12', '2023-05-08'] as const,
      [null, null, null],
    ]
    const session = await open()
    await session.take({ name: 'input_0', data: { columns, rows } })
    expect(await session.run(sql('SELECT * FROM input_0 ORDER BY c0'))).toEqual({ columns, rows })
    expect(await session.run(sql('DROP TABLE "input_0"'))).toEqual({ columns: [], rows: [] })
    await session.take({ name: 'input_0', data: { columns, rows: [] } })
    await close(session)
    const next = await open()
    expect(await failure(next.run(sql('SELECT * FROM input_0')))).toEqual(['QUERY_FAILED', {}, 'failed'])
  })

  test.each(['DOUBLE); DROP TABLE x', 'INTEGER, d INTEGER)'])(
    'takes no table of a type that is none: %s',
    async (type) => {
      const session = await open()
      const data = { columns: [{ name: 'c0', type }], rows: [] }
      expect(await failure(session.take({ name: 'input_0', data }))).toEqual(['QUERY_FAILED', {}, 'failed'])
    },
  )

  test('cannot read another file, the allow-list apart', async () => {
    const session = await open()
    for (const from of [
      "'/etc/passwd'",
      "read_csv('/etc/passwd')",
      "read_text('/etc/passwd')",
      "glob('/etc/*')",
      "read_parquet('OTHER')",
      "'OTHER'",
    ]) {
      const text = `SELECT * FROM ${from}`.replace('OTHER', join(folder.path, 'other.parquet'))
      expect([text, await failure(session.run(sql(text)))]).toEqual([text, ['QUERY_FAILED', {}, 'failed']])
    }
  })

  test('runs nothing but SELECT and temporary tables', async () => {
    const session = await open()
    for (const text of [
      "COPY (SELECT 1) TO 'FOLDER/out.csv'",
      "ATTACH 'FOLDER/x.db'",
      'SET threads = 4',
      'SET GLOBAL enable_external_access = true',
      'CREATE TABLE kept AS SELECT 1',
      'CREATE VIEW kept AS SELECT 1',
      'CREATE MACRO kept() AS 1',
      'INSTALL httpfs',
      'SELECT 1; SELECT 2',
      'CALL enable_logging()',
      'PRAGMA version',
      'SHOW TABLES',
      'EXPLAIN SELECT 1',
    ]) {
      const statement = sql(text.replace('FOLDER', folder.path))
      expect([text, await failure(session.run(statement))]).toEqual([text, ['QUERY_FAILED', {}, 'failed']])
    }
  })

  test('divides by zero without a word, on every connection', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const session = await open()
      expect((await session.run(sql('SELECT 1 / 0, 1.0 / 0, 5 // 0'))).rows).toEqual([[null, null, null]])
      await close(session)
    }
  })

  test('tells nothing of a value that made a statement fail', async () => {
    const session = await open()
    const error = await session
      .run(sql('SELECT CAST(id AS INTEGER) FROM "pmsi-demo".stays'))
      .catch((reason: unknown) => reason)
    const told = `${error} ${(error as Refusal).cause} ${JSON.stringify(error)}`
    expect(told).toContain('Conversion Error')
    expect(told).not.toContain('é')
  })

  test('sends back as many rows as it may and not one more', async () => {
    const session = await open({ limits: { maxRows: 5000 } })
    expect((await session.run(sql('SELECT id FROM "pmsi-demo".stays'))).rows).toHaveLength(5000)
    const tight = await open({ id: 'tight', limits: { maxRows: 4999 } })
    expect(await failure(tight.run(sql('SELECT id FROM "pmsi-demo".stays')))).toEqual([
      'QUERY_FAILED',
      {},
      'failed',
    ])
  })

  test('ends at its deadline, and the bulle answers again', async () => {
    const session = await open({ limits: { timeoutMs: 100 } })
    expect(await failure(session.run(endless))).toEqual(['QUERY_FAILED', {}, 'deadline'])
    await close(session)
    expect((await (await open()).run(sql('SELECT 1'))).rows).toEqual([[1]])
  })

  test('ends when its signal aborts', async () => {
    const given = new AbortController()
    const session = await open({ signal: given.signal })
    const run = session.run(endless)
    given.abort()
    expect(await failure(run)).toEqual(['QUERY_FAILED', {}, 'aborted'])
    expect(await failure(session.run(sql('SELECT 1')))).toEqual(['QUERY_FAILED', {}, 'aborted'])
  })

  test('that takes more memory than its process has fails, and the next one is served', async () => {
    const session = await open({ limits: { memoryBytes: 64 * MIB } })
    const greedy = sql(
      "SELECT length(repeat('x', 1500000000) || i) + length(repeat('y', 1500000000) || i) FROM range(2) r(i)",
    )
    const [code, facts] = await failure(session.run(greedy))
    expect([code, facts]).toEqual(['QUERY_FAILED', {}])
    await close(session)
    expect((await (await open()).run(sql('SELECT 1'))).rows).toEqual([[1]])
  })

  test('dies with its bulle when that is evicted, in the middle of a statement', async () => {
    const session = await open({ id: 'evicted' })
    const waiting = [open({ id: 'evicted' }), open({ id: 'evicted' })] as const
    await waiting[0]
    const run = session.run(endless)
    const before = vault.openBulles()
    await vault.evict('evicted')
    expect(vault.openBulles()).toBe(before - 1)
    expect(await failure(run)).toEqual(['QUERY_FAILED', {}, 'aborted'])
    await close(session)
    expect(await failure(waiting[1])).toEqual(['QUERY_FAILED', {}, 'aborted'])
    expect((await (await open({ id: 'evicted' })).run(sql('SELECT 1'))).rows).toEqual([[1]])
  })

  test('waits for its turn when the bulle is busy, and may give up waiting', async () => {
    const first = await open({ id: 'busy' })
    await open({ id: 'busy' })
    const given = new AbortController()
    const impatient = open({ id: 'busy', signal: given.signal })
    const patient = open({ id: 'busy' })
    given.abort()
    expect(await failure(impatient)).toEqual(['QUERY_FAILED', {}, 'aborted'])
    await close(first)
    expect((await (await patient).run(sql('SELECT 1'))).rows).toEqual([[1]])
  })

  test('on a file that is gone fails like everything else', async () => {
    const file = join(folder.path, 'gone.parquet')
    await writeParquet(file, 'SELECT 1 AS a')
    await rename(file, `${file}.away`)
    const gone = vault.open(
      { id: 'gone', mounts: [{ schema: 's', name: 't', file }] },
      { limits, signal: new AbortController().signal },
    )
    expect(await failure(gone)).toEqual(['QUERY_FAILED', {}, 'failed'])
  })
})
