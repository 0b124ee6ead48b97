/** Derived tables on the real engines: a chain of them, what they refuse, what a crash leaves. */
import { copyFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Refusal } from '../../services/kernel/refusal.ts'
import type { QueryNeeds, Question } from '../../services/query/question.ts'
import { checkQuery, runQuery } from '../../services/query/run.ts'
import { person, QueryHouse } from './house.ts'

const house = new QueryHouse()
let needs: Awaited<ReturnType<QueryHouse['open']>>
const alice = person('alice')
const ask = (sql: string, more: Partial<Question> = {}) =>
  runQuery(needs, alice, { project: 'p', sql, ...more })
const check = (sql: string) => checkQuery(needs, alice, { project: 'p', sql })
const names = async () => (await needs.workspace.list('p')).map(({ table }) => table.name)
/** Folders of rows that there are. */
const folders = async () => {
  const entries = await readdir(join(needs.folder, 'bulles', 'p', 'workspace'), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).length
}

beforeAll(async () => {
  needs = await house.open()
})
afterAll(() => house.close())
beforeEach(() => {
  house.entries.length = 0
  house.state = 'active'
})
afterEach(async () => {
  house.onEntry = () => {}
  await needs.workspace.change('p', async ({ tables, drop }) => {
    for (const { table } of tables) await drop(table.name)
  })
})

describe('a chain of derived tables', () => {
  const first =
    "CREATE TABLE icu AS SELECT s.pid, min(s.day) AS first_day FROM stays s JOIN events e ON e.pid = s.pid WHERE s.ward IN ('icu', 'er') GROUP BY s.pid"
  const second =
    'CREATE TABLE year_after AS SELECT c.pid, sum(s.cost) AS year_cost, count(*) AS n FROM icu c JOIN stays s ON s.pid = c.pid AND s.day BETWEEN c.first_day AND c.first_day + 365 GROUP BY c.pid'
  const last =
    'SELECT p.sex, count(*) AS patients, avg(y.year_cost) AS mean_cost, sum(y.n) AS stays FROM year_after y JOIN persons p USING (pid) WHERE p.sex IS NOT NULL GROUP BY p.sex ORDER BY p.sex'

  test('answers what one statement of common table expressions answers', async () => {
    await ask(first)
    await ask(second)
    const chained = await ask(last)
    const body = (text: string) => text.replace(/^CREATE TABLE (\w+) AS (.*)$/, '$1 AS ($2)')
    const whole = await ask(`WITH ${body(first)}, ${body(second)} ${last}`)
    expect(chained.rows).toEqual(whole.rows)
    expect(chained.rows).toHaveLength(2)
    expect(chained.disclosure).toEqual(whole.disclosure)
  })

  test('has its groups compared when it repeats rows of persons', async () => {
    await ask('CREATE TABLE twice AS SELECT p.pid, p.born, v.x FROM persons p, (VALUES (0), (1)) v(x)')
    const groups = (kept: string) =>
      ask(`SELECT x, count(*) AS n FROM twice WHERE x = 0 OR ${kept} GROUP BY x`)
    expect((await groups('born < 1997')).rows).toEqual([
      [0, null],
      [1, null],
    ])
    expect((await groups('born < 1960')).suppressed).toEqual([])
  })

  test('is answered by its schema alone, and recorded as a query is', async () => {
    const answer = await ask(first)
    expect(answer).toMatchObject({
      columns: [
        { name: 'pid', type: 'VARCHAR' },
        { name: 'first_day', type: 'INTEGER' },
      ],
      rows: [],
      suppressed: [],
      disclosure: { mode: 'guarded', k: 11, cellsWithheld: 0, groupsWithheld: true, rules: [] },
      receipt: { seq: 1 },
    })
    expect(house.entries.map(({ body }) => body)).toMatchObject([
      { type: 'query.intent', datasets: [{ name: 'care' }] },
      { type: 'query.release', shape: { rows: 0, columns: 2, cellsWithheld: 0 } },
    ])
  })

  test('is read as the datasets behind it, by the decision and by the log', async () => {
    await ask(first)
    await ask(second)
    house.entries.length = 0
    await ask('SELECT count(*) AS n FROM year_after')
    expect(house.entries[0]?.body).toMatchObject({
      datasets: [
        { name: 'care', columns: expect.arrayContaining(['stays.day', 'stays.cost', 'events.pid']) },
      ],
    })
    expect(house.entries[0]?.about).toMatchObject({ holders: ['chu'] })
    expect(house.asked.at(-1)).toEqual(['care'])
  })

  test('knows what it is: one row per person, identifiers, 128-bit sums as decimals', async () => {
    await ask(first)
    await ask('CREATE TABLE keyed AS SELECT sid AS stay, pid, sum(hours) AS h FROM stays GROUP BY sid, pid')
    const tables = (await needs.workspace.list('p')).map(({ table }) => table)
    expect(tables).toMatchObject([
      { name: 'icu', class: 'personal', unique: true, domain: 'care', columns: [{ role: 'unit' }, {}] },
      {
        name: 'keyed',
        unique: false,
        columns: [{ name: 'stay', role: 'key', key: 'sid' }, { role: 'unit' }, { type: 'DECIMAL(38,0)' }],
      },
    ])
    const joined = await ask('SELECT count(*) AS n FROM keyed k JOIN stays s ON s.sid = k.stay')
    const direct = await ask('SELECT count(*) AS n FROM stays')
    expect(joined.rows).toEqual(direct.rows)
  })
})

describe('one row per person is known of a table', () => {
  const perPerson = 'CREATE TABLE t AS SELECT pid, count(*) AS n FROM stays GROUP BY pid'
  const made = async () => (await needs.workspace.list('p'))[0]?.table

  test('by its text, never by its rows alone', async () => {
    await ask('CREATE TABLE t AS SELECT pid, ward FROM stays WHERE cost < -1000000')
    expect(await made()).toMatchObject({ unique: false, k: 11 })
    await ask(perPerson.replace('TABLE', 'OR REPLACE TABLE'))
    expect(await made()).toMatchObject({ unique: true, k: 11 })
  })

  test('and never against its rows', async () => {
    const build: QueryNeeds['builder']['build'] = async (order, options) => ({
      ...(await needs.builder.build(order, options)),
      isUnique: false,
    })
    const doubting = { ...needs, builder: { ...needs.builder, build } }
    await runQuery(doubting, alice, { project: 'p', sql: perPerson })
    expect(await made()).toMatchObject({ unique: false })
  })
})

describe('what is still refused over a derived table', () => {
  beforeEach(() => ask('CREATE TABLE t AS SELECT pid, sid AS other, ward, cost FROM stays'))

  // One table for all: the engine that builds one is started for it.
  test('what names a person, shows a row, compares persons or reads a file', async () => {
    const refused: readonly (readonly [sql: string, code: string | RegExp])[] = [
      ['SELECT * FROM t', /IDENTIFIER_OUTPUT|ROW_LEVEL/],
      ['SELECT ward FROM t', 'ROW_LEVEL'],
      ['SELECT pid, count(*) FROM t GROUP BY pid', /IDENTIFIER_OUTPUT|ROW_LEVEL/],
      ["SELECT count(*) FROM t WHERE pid = 'P1'", 'IDENTIFIER_COMPARED'],
      ['SELECT count(*) FROM t a JOIN t b ON a.ward = b.ward', 'CROSS_PATIENT_JOIN'],
      ['SELECT count(*) FROM t a JOIN stays s ON a.other = s.pid', 'IDENTIFIER_COMPARED'],
      ['SELECT count(__pix) FROM t', 'COLUMN_UNKNOWN'],
      ["SELECT count(*) FROM read_parquet('t')", 'FUNCTION_NOT_ALLOWED'],
    ]
    for (const [sql, code] of refused) {
      const said = await ask(sql).then(
        () => 'answered',
        (error: Refusal) => error.code,
      )
      expect([sql, said]).toEqual([sql, code instanceof RegExp ? expect.stringMatching(code) : code])
    }
  })

  test('a table of a line that is closed now', async () => {
    house.closed = ['care']
    await expect(ask('SELECT count(*) FROM t')).rejects.toMatchObject({ code: 'LINE_CLOSED' })
    await expect(ask('CREATE TABLE u AS SELECT pid FROM t')).rejects.toMatchObject({ code: 'LINE_CLOSED' })
    expect(await check('SELECT count(*) FROM t')).toMatchObject({ decision: 'refuse', code: 'LINE_CLOSED' })
    house.closed = []
  })
})

describe('statistics and public rows', () => {
  const grouped = 'SELECT region, count(*) AS n, avg(score) AS mean FROM persons GROUP BY region'

  test('are kept with what was withheld of them', async () => {
    const made = await ask(`CREATE TABLE by_region AS ${grouped}`)
    expect(made).toMatchObject({ rows: [], suppressed: [] })
    const direct = await ask(`${grouped} ORDER BY region`)
    const kept = await ask('SELECT * FROM by_region ORDER BY region')
    expect(kept.rows).toEqual(direct.rows)
    expect(kept.suppressed).toEqual(direct.suppressed)
    expect(direct.suppressed.length).toBeGreaterThan(0)
    expect(kept.disclosure).toEqual(direct.disclosure)
  })

  test('join public tables and patient rows', async () => {
    await ask(`CREATE TABLE by_region AS ${grouped}`)
    const { rows } = await ask(
      'SELECT zone, sum(n) AS n FROM by_region JOIN regions USING (region) GROUP BY zone',
    )
    expect(rows.length).toBeGreaterThan(0)
    const inOne = `WITH by_region AS (${grouped})`
    const beside =
      'SELECT count(*) AS n FROM persons p JOIN by_region b ON b.region = p.region WHERE b.n > 30'
    const stored = await ask(beside)
    expect(stored.rows).toEqual((await ask(`${inOne} ${beside}`)).rows)
    expect(stored.rows[0]?.[0]).toBeGreaterThan(30)
    expect(stored.disclosure.rules).toContain('partial')
  })

  test('stand beside the rows of a table of persons', async () => {
    const dear = 'FROM stays s WHERE s.cost > (SELECT median(cost) FROM stays)'
    await ask(`CREATE TABLE dear AS SELECT s.pid, s.ward ${dear}`)
    const kept = await ask('SELECT ward, count(*) AS n FROM dear GROUP BY ward ORDER BY ward')
    const whole = await ask(`SELECT ward, count(*) AS n ${dear} GROUP BY ward ORDER BY ward`)
    expect(kept.rows).toEqual(whole.rows)
    expect(kept.rows.length).toBeGreaterThan(2)
  })

  test('of public tables are public', async () => {
    await ask('CREATE TABLE zones AS SELECT DISTINCT zone FROM regions')
    expect((await ask('SELECT count(*) AS n FROM zones')).rows).toEqual([[4]])
    const joined = await ask(
      'SELECT z.zone, count(*) AS n FROM persons p JOIN regions r ON r.region = p.region JOIN zones z ON z.zone = r.zone GROUP BY z.zone',
    )
    expect(joined.rows).toHaveLength(4)
  })
})

describe('names', () => {
  test.each([
    'CREATE TABLE persons AS SELECT pid FROM stays',
    'CREATE OR REPLACE TABLE Persons AS SELECT pid FROM stays',
    'CREATE TABLE "t" AS SELECT pid FROM stays',
    'CREATE TABLE care.t AS SELECT pid FROM stays',
    'CREATE TABLE __t AS SELECT pid FROM stays',
    'DROP TABLE persons',
    'DROP TABLE IF EXISTS regions',
  ])('%s', async (sql) => {
    const refused = await ask(sql).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'WORKSPACE_NAME', facts: { location: expect.anything() } })
    expect(await check(sql)).toMatchObject({ decision: 'refuse', code: 'WORKSPACE_NAME' })
  })

  test('a name that is taken wants OR REPLACE', async () => {
    await ask('CREATE TABLE t AS SELECT pid FROM stays')
    await expect(ask('CREATE TABLE T AS SELECT pid FROM events')).rejects.toMatchObject({
      code: 'WORKSPACE_NAME',
      facts: { location: { offset: 13, length: 1 } },
    })
    await ask('SELECT count(*) AS n FROM t')
    await ask('create or replace table T as select pid, ward from t join stays using (pid)')
    // The process of the bulle that knows the old file is not asked again.
    expect((await ask('SELECT ward, count(*) AS n FROM t GROUP BY ward')).rows.length).toBeGreaterThan(2)
    expect(await names()).toEqual(['T'])
    expect(await folders()).toBe(1)
  })

  test('a dropped table is gone, its rows too', async () => {
    await ask('CREATE TABLE t AS SELECT pid FROM stays')
    expect(await ask('-- the end\nDROP TABLE t;')).toMatchObject({ columns: [], rows: [] })
    expect(await folders()).toBe(0)
    await expect(ask('SELECT count(*) FROM t')).rejects.toMatchObject({ code: 'RELATION_UNKNOWN' })
    await expect(ask('DROP TABLE t')).rejects.toMatchObject({
      code: 'RELATION_UNKNOWN',
      facts: { location: { offset: 11, length: 1 } },
    })
    await ask('DROP TABLE IF EXISTS t')
  })

  test('two hundred tables are the limit', async () => {
    await ask('CREATE TABLE t0 AS SELECT pid FROM stays')
    const [first] = await needs.workspace.list('p')
    if (!first) throw new Error('no table')
    await needs.workspace.open(first)
    await needs.workspace.change('p', async ({ begin, publish }) => {
      for (let i = 1; i < 200; i += 1) {
        const folder = await begin()
        await copyFile(first.file, join(folder, 'rows.parquet'))
        await publish(folder, { ...first.table, name: `t${i}` })
      }
    })
    await expect(ask('CREATE TABLE t200 AS SELECT pid FROM stays')).rejects.toMatchObject({
      code: 'WORKSPACE_LIMIT',
    })
    expect(await check('CREATE TABLE t200 AS SELECT pid FROM stays')).toMatchObject({
      code: 'WORKSPACE_LIMIT',
    })
    await ask('CREATE OR REPLACE TABLE t199 AS SELECT pid FROM stays')
  })
})

describe('the text', () => {
  test.each([
    ['CREATE TABLE t AS SELEC pid FROM stays', 'SYNTAX', 'SELEC'],
    [
      'CREATE TABLE t AS SELECT pid, cume_dist() OVER (ORDER BY day) AS r FROM stays',
      'CROSS_PATIENT_WINDOW',
      'cume_dist',
    ],
    ['CREATE /* é𝒳 */ TABLE t AS SELECT nothing FROM stays', 'COLUMN_UNKNOWN', 'nothing'],
    ['CREATE TABLE t AS SELECT pid || ward AS x FROM stays', 'IDENTIFIER_COMPUTED', 'pid'],
  ])('%s: the place is that of the whole text', async (sql, code, at) => {
    const refused = await ask(sql).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code })
    const { location } = (refused as Refusal).facts
    if (location === undefined) throw new Error('no place')
    expect(sql.slice(location.offset, location.offset + at.length)).toBe(at)
  })

  test.each([
    ['CREATE TABLE t AS SELECT 1; SELECT 2', 'ONE_STATEMENT'],
    ['CREATE TABLE t AS DELETE FROM stays', 'STATEMENT_NOT_ALLOWED'],
    ['CREATE TABLE t AS', 'SYNTAX'],
    ['CREATE TEMP TABLE t AS SELECT 1', 'STATEMENT_NOT_ALLOWED'],
    ['CREATE TABLE t (a INTEGER)', 'STATEMENT_NOT_ALLOWED'],
    ['CREATE TABLE IF NOT EXISTS t AS SELECT 1', 'STATEMENT_NOT_ALLOWED'],
    ['DROP VIEW t', 'STATEMENT_NOT_ALLOWED'],
    ['DROP TABLE t CASCADE', 'STATEMENT_NOT_ALLOWED'],
    ['CREATE TABLE t AS SELECT pid FROM stays LIMIT 5', 'ROW_LIMIT'],
    ["CREATE TABLE t AS SELECT pid, {'a': ward} AS s FROM stays", /TYPE_ERROR|FUNCTION_NOT_ALLOWED/],
    [
      'CREATE TABLE t AS SELECT a.pid, b.pid AS other FROM stays a JOIN stays b ON a.ward = b.ward',
      'CROSS_PATIENT_JOIN',
    ],
  ])('%s', async (sql, code) => {
    await expect(ask(sql)).rejects.toMatchObject({
      code: typeof code === 'string' ? code : expect.stringMatching(code),
    })
    expect(await names()).toEqual([])
  })

  test('is checked without being run', async () => {
    expect(
      await check('CREATE TABLE t AS SELECT pid, sum(hours) AS h FROM stays GROUP BY pid'),
    ).toMatchObject({
      decision: 'allow',
      tables: ['care.stays'],
      columns: [
        { name: 'pid', type: 'VARCHAR' },
        { name: 'h', type: 'DECIMAL(38,0)' },
      ],
    })
    expect(await names()).toEqual([])
  })
})
