import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Parser, Twin } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { sql } from './fixture.ts'

let parser: Parser

beforeAll(async () => {
  parser = await openParser({ processes: 1 })
})
afterAll(() => parser.close())

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.catch((reason: unknown) => reason)
  if (error instanceof Refusal) return error
  throw new Error('not refused')
}

const twin: Twin = {
  statements: [
    sql('CREATE SCHEMA "pmsi-demo"'),
    sql('CREATE TABLE "pmsi-demo".stays (id VARCHAR, cost DOUBLE, "__pix" UINTEGER)'),
  ],
}

describe('a text', () => {
  test.each([
    'SELECT 1',
    'FROM t SELECT a ORDER BY ALL;',
    'SELECT \'é😀\' || "pmsi-demo".stays."Coût" FROM "pmsi-demo".stays',
    'SELECT 9007199254740993, 18446744073709551614, 170141183460469231731687303715884105727, -12345678901234567.25',
    "SELECT DATE '2020-02-29', TIMESTAMP '2020-02-29 10:00:00', INTERVAL 3 DAY, 1e300, '9007199254740993'",
    'WITH a AS (SELECT 1 x) SELECT x, row_number() OVER (PARTITION BY x) FROM a QUALIFY true',
    'SELECT count(*) FILTER (WHERE a), sum(b) FROM t GROUP BY ROLLUP (c) HAVING count(*) > 3',
  ])('comes back from its tree with the same tree: %s', async (text) => {
    const tree = await parser.tree(text)
    const printed = await parser.text(tree)
    expect(await parser.text(await parser.tree(printed))).toBe(printed)
  })

  test('keeps every digit of a long integer', async () => {
    const printed = await parser.text(
      await parser.tree('SELECT 9007199254740993, 170141183460469231731687303715884105727'),
    )
    expect(printed).toBe('SELECT 9007199254740993, 170141183460469231731687303715884105727')
  })

  test.each([
    ['SELECT é FROM', 13, 0],
    ["SELECT 'é😀é' FROM t WHER x = 3", 26, 1],
    ['-- 😀\nSELECT 1 FROM "ta', 20, 3],
    ['selec 1', 0, 5],
    ["SELECT 'abc", 7, 4],
  ])('that does not parse is refused with its place in UTF-16 units: %s', async (text, offset, length) => {
    const refusal = await refusalOf(parser.tree(text))
    expect([refusal.code, refusal.facts]).toEqual(['SYNTAX', { location: { offset, length } }])
  })

  test.each([
    ['', 'SYNTAX', undefined],
    ['  -- nothing', 'SYNTAX', undefined],
    ['SELECT \ud800', 'SYNTAX', undefined],
    ['SELECT 1; SELECT 2', 'ONE_STATEMENT', [10, 6]],
    ['SELECT 1; DROP TABLE t', 'ONE_STATEMENT', [10, 4]],
    ["SELECT ';' /* ; */ -- ;\n;; COPY t TO '/tmp/t'", 'ONE_STATEMENT', [27, 4]],
    ['CREATE TABLE t AS SELECT 1', 'STATEMENT_NOT_ALLOWED', [0, 6]],
    ['/* 😀 */ INSERT INTO t VALUES (1)', 'STATEMENT_NOT_ALLOWED', [9, 6]],
    ["ATTACH 'x.db'", 'STATEMENT_NOT_ALLOWED', [0, 6]],
    ["COPY t TO '/tmp/t'", 'STATEMENT_NOT_ALLOWED', [0, 4]],
    ['PRAGMA version', 'STATEMENT_NOT_ALLOWED', [0, 6]],
    ['SET threads = 4', 'STATEMENT_NOT_ALLOWED', [0, 3]],
    ['CALL duckdb_logs()', 'STATEMENT_NOT_ALLOWED', [0, 4]],
    ['EXPLAIN SELECT 1', 'STATEMENT_NOT_ALLOWED', [0, 7]],
    ['PIVOT t ON a;', 'STATEMENT_NOT_ALLOWED', [0, 5]],
    ['WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM x', 'STATEMENT_NOT_ALLOWED', [0, 4]],
    [`SELECT '${'é'.repeat(33_000)}'`, 'COMPLEXITY', undefined],
  ] as const)('of another kind is refused where it stands: %#', async (text, code, place) => {
    const refusal = await refusalOf(parser.tree(text))
    const location = place ? { offset: place[0], length: place[1] } : undefined
    expect([refusal.code, refusal.facts.location]).toEqual([code, location])
  })

  test.each([
    ['CREATE TEMP TABLE t AS SELECT 1', 'hint.createTable'],
    ['SELECT a INTO t FROM u', 'hint.createTable'],
    ['EXPLAIN SELECT 1', 'hint.explainStatement'],
    ['PIVOT t ON a', 'hint.pivotValues'],
    ['SELECT a FROM `t`', 'hint.quotes'],
    ['SELECT count(*) FROM [t]', 'hint.quotes'],
    ['SELECT DISTINCT TOP 10 a FROM t', 'hint.top'],
    ['SELECT a, count(*) FROM t GROUP BY a WITH ROLLUP', 'hint.rollup'],
    ['SELECT 1 FRM t', undefined],
    ['COPY t TO 1', undefined],
  ])('as other systems write it is told how it is written here: %s', async (text, key) => {
    const refusal = await refusalOf(parser.tree(text))
    expect(refusal.facts.hint?.key).toBe(key)
  })

  test('with a NUL is refused at the NUL', async () => {
    const refusal = await refusalOf(parser.tree("SELECT 'é\u0000'"))
    expect([refusal.code, refusal.facts]).toEqual(['SYNTAX', { location: { offset: 9, length: 1 } }])
  })

  test('may hold semicolons in a text and at its end', async () => {
    expect(await parser.tree("SELECT ';';;")).toMatchObject({ error: false })
  })
})

describe('a statement on empty twins', () => {
  test('has a plan that names its relations', async () => {
    const plan = await parser.plan(sql('SELECT count(*) FROM "pmsi-demo".stays WHERE cost > 3'), twin)
    expect(JSON.stringify(plan)).toContain('"schema":"pmsi-demo","table":"stays"')
    expect(JSON.stringify(plan)).toContain('"18446744073709551615"')
  })

  test('has columns with the names and types of its answer', async () => {
    const statement = sql(
      'SELECT id, sum(cost) AS s, count(*) AS n, DATE \'2020-01-01\' AS d FROM "pmsi-demo".stays GROUP BY id',
    )
    expect(await parser.columns(statement, twin)).toEqual([
      { name: 'id', type: 'VARCHAR' },
      { name: 's', type: 'DOUBLE' },
      { name: 'n', type: 'BIGINT' },
      { name: 'd', type: 'DATE' },
    ])
  })

  test.each([
    'SELECT nope FROM "pmsi-demo".stays',
    'SELECT * FROM nope',
    'SELECT nope(1)',
    'SELECT sum(id) FROM "pmsi-demo".stays',
  ])('that does not bind is a TYPE_ERROR without a word of the engine: %s', async (text) => {
    for (const work of [parser.plan(sql(text), twin), parser.columns(sql(text), twin)]) {
      const refusal = await refusalOf(work)
      expect([refusal.code, refusal.facts, refusal.cause]).toEqual(['TYPE_ERROR', {}, undefined])
    }
  })

  test.each([
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
  ])('cannot reach a file: %s', async (text) => {
    await expect(parser.plan(sql(text), twin)).rejects.toThrow(Refusal)
    expect((await refusalOf(parser.columns(sql(text), twin))).code).toBe('TYPE_ERROR')
  })
})

describe('a parser process', () => {
  test('that is lost costs its caller one answer and nobody else any', async () => {
    const short = await openParser({ processes: 1, timeoutMs: 1 })
    try {
      const refusals = await Promise.all([
        refusalOf(
          short.columns(sql('SELECT count(*) FROM range(100000000000) t(a)'), { statements: [slow] }),
        ),
        refusalOf(short.columns(sql('SELECT 1'), { statements: [slow] })),
      ])
      for (const refusal of refusals) expect([refusal.code, refusal.facts]).toEqual(['QUERY_FAILED', {}])
      expect(await parser.tree('SELECT 1')).toMatchObject({ error: false })
    } finally {
      await short.close()
    }
  })
})

/** DDL that never ends: only an interrupt or a kill gets out of it. */
const slow = sql(
  'CREATE TABLE t AS SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y) WHERE x < y',
)
