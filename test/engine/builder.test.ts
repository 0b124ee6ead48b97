import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { DuckDBInstance } from 'duckdb'
import { openBuilder } from '../../services/engine/builder.ts'
import type { BuildOrder, RewrittenStatement } from '../../services/engine/engine.ts'

let home: string
const builder = openBuilder({ threads: 1 })
const limits = { timeoutMs: 20_000, memoryBytes: 2 ** 28, maxRows: 10 }
const personal = { isPersonal: true, names: ['x', '__pix'] }
let count = 0

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-builder-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT i AS x, (9 - i)::UINTEGER AS __pix FROM range(10) r(i)) TO '${home}/rows.parquet' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
})
afterAll(() => rm(home, { recursive: true }))

async function build(statement: string, more: Partial<BuildOrder> = {}) {
  count += 1
  const folder = join(home, `out-${count}`)
  await mkdir(folder)
  const mounts = [{ schema: 'care', name: 'rows', file: join(home, 'rows.parquet') }]
  const order = { mounts, tables: [], folder, isPersonal: false, names: ['x'], ...more }
  const { signal } = new AbortController()
  const built = await builder.build(
    { ...order, statement: statement as RewrittenStatement },
    { limits, signal },
  )
  return { ...built, folder }
}

describe('a build', () => {
  test('writes one file, sorted by person, and answers columns and no row', async () => {
    const built = await build('SELECT x::HUGEINT, __pix FROM care.rows', personal)
    expect(built).toMatchObject({
      columns: [
        { name: 'x', type: 'DECIMAL(38,0)' },
        { name: '__pix', type: 'UINTEGER' },
      ],
      isUnique: true,
    })
    expect(await readdir(built.folder)).toEqual(['rows.parquet'])
    const mounts = [{ schema: 'care', name: 'rows', file: join(built.folder, 'rows.parquet') }]
    const again = await build(
      'SELECT count(*) FROM (SELECT x, lag(__pix) OVER () AS before, __pix FROM care.rows) WHERE __pix < before HAVING count(*) = 0',
      { mounts },
    )
    const bytes = await readFile(join(again.folder, 'rows.parquet'))
    expect(bytes.length).toBeGreaterThan(0)
  })

  test('says when a person has two rows', async () => {
    const twice = 'SELECT x, __pix FROM care.rows UNION ALL SELECT x, __pix FROM care.rows'
    expect(await build(twice, personal)).toMatchObject({ isUnique: false })
  })

  test('loads released tables', async () => {
    const data = { columns: [{ name: 'm1', type: 'BIGINT' }], rows: [[7]] }
    const built = await build('SELECT m1 FROM leaf_0', { tables: [{ name: 'leaf_0', data }] })
    expect(built.columns).toEqual([{ name: 'x', type: 'BIGINT' }])
  })

  test.each([
    ['two statements', 'SELECT 1; SELECT 2'],
    ['a statement that writes', "COPY (SELECT 1) TO '/tmp/huisclos-builder-leak'"],
    ['text that closes the bracket', "SELECT 1) TO '/tmp/huisclos-builder-leak' --"],
    ['another file', "SELECT * FROM read_csv('/etc/passwd')"],
    ['other columns than announced', 'SELECT 1, 2'],
    ['a relation that is not mounted', 'SELECT x FROM care.others'],
  ])('does not run %s', async (_, statement) => {
    await expect(build(statement)).rejects.toMatchObject({ code: 'QUERY_FAILED' })
  })

  test('reads nothing else of the folder around its own', async () => {
    await writeFile(join(home, 'other.csv'), 'x\n1\n')
    await expect(build(`SELECT x FROM read_csv('${home}/other.csv')`)).rejects.toMatchObject({
      code: 'QUERY_FAILED',
    })
  })

  test('ends when it is stopped', async () => {
    const folder = join(home, 'stopped')
    await mkdir(folder)
    const statement = 'SELECT count(*) FROM range(100000000) a, range(100000) b' as RewrittenStatement
    const order = { mounts: [], tables: [], statement, names: ['n'], folder, isPersonal: false }
    const signal = AbortSignal.timeout(1500)
    await expect(builder.build(order, { limits, signal })).rejects.toMatchObject({ code: 'QUERY_FAILED' })
  })
})
