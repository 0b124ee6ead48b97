import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { explain } from '../../services/kernel/text.ts'
import { understand } from '../../services/query/understand.ts'
import { type Engines, inThisProcess } from '../property/engines.ts'
import { unreadClauses } from './clause-refusals.ts'
import { clauses } from './clause-statements.ts'
import { bulle, type Clinic, openClinic, today } from './clinic.ts'

let clinic: Clinic
/** For what is proved; what is refused is told its place by the parser of the house, in its process. */
let engines: Engines
let parser: Parser
beforeAll(async () => {
  clinic = await openClinic()
  engines = await inThisProcess()
  parser = await openParser({ processes: 1 })
})
afterAll(async () => {
  clinic.close()
  await engines.close()
  await parser.close()
})

describe('a clause is proved, and answers what the engine answers to the text', () => {
  test.each(clauses)('%s', async (sql) => {
    const plan = await understand(engines.parser, bulle, { sql, today })
    const { columns, rows } = await clinic.answer(sql)
    expect(plan.columns.map(({ name }) => name)).toEqual(columns)
    expect(rows.map((row) => row.slice(0, columns.length).map(rounded))).toEqual(
      (await clinic.native(sql)).map((row) => row.map(rounded)),
    )
  })
})

describe('a clause that is not read is told why and where', () => {
  const cases = unreadClauses.map(([code, part, sql, hint]) => ({ code, part, sql, hint }))
  test.each(cases)('$code at $part: $sql', async ({ code, part, sql, hint }) => {
    const refusal = await refusalOf(sql)
    const { location } = refusal.facts
    expect(refusal.code).toBe(code)
    expect(location && sql.slice(location.offset, location.offset + location.length)).toBe(part)
    expect(refusal.facts.hint?.key).toBe(hint)
    for (const language of ['fr', 'en'] as const)
      expect(explain(language, refusal).hint).not.toMatch(/\{\{|undefined|hint\./)
  })
})

describe('the names of columns that COLUMNS makes', () => {
  test.each([
    ["SELECT sum(COLUMNS('(pop).*')) AS 's_\\1' FROM ref_dep", ['s_pop']],
    ["SELECT COLUMNS('(.)ep') AS '\\1\\0' FROM ref_dep", ['ddep']],
    ['SELECT max(COLUMNS(* EXCLUDE (label))) AS m FROM ref_dep', ['m', 'm']],
    ['SELECT * RENAME (label AS l) FROM ref_dep', ['dep', 'l', 'population']],
    [
      "SELECT count(COLUMNS(c -> c IN ('sex', 'dep') OR starts_with(c, 'birth'))) FROM patients",
      ['sex', 'birth_year', 'dep'],
    ],
    ["SELECT * NOT LIKE '%e_' FROM ref_dep", ['population']],
  ])('%s', async (sql, names) => {
    expect((await clinic.draft(sql)).columns).toEqual(names)
    const native = await clinic.native(`DESCRIBE ${sql}`)
    expect(native.map(([name]) => name)).toEqual(names)
  })
})

describe('what is withheld stays withheld', () => {
  test.each([
    [
      'computed beside its row',
      'SELECT g.ward, x.m FROM (SELECT ward, count(*) AS n FROM stays GROUP BY ward) g, LATERAL (SELECT g.n * 2 AS m) x ORDER BY 1',
      [false, true],
    ],
    [
      'turned into rows',
      'SELECT ward, what, v FROM (SELECT ward, count(*) AS n FROM stays GROUP BY ward) UNPIVOT (v FOR what IN (n)) ORDER BY 1',
      [false, false, true],
    ],
    [
      'with the branches matched by name',
      "SELECT ward, count(*) AS n FROM stays GROUP BY ward UNION ALL BY NAME SELECT 5 AS n, 'x' AS ward ORDER BY ward",
      [false, true],
    ],
    [
      'carried through a recursion',
      'WITH RECURSIVE r AS (SELECT ward, count(*) AS n, 0 AS i FROM stays GROUP BY ward UNION ALL SELECT ward, n + 1, i + 1 FROM r WHERE i < 1) SELECT ward, n, i FROM r WHERE i = 1 ORDER BY 1',
      [false, true, false],
    ],
    [
      'carried through a recursion that starts without it',
      "WITH RECURSIVE g AS (SELECT ward, count(*) AS n FROM stays GROUP BY ward), r AS (SELECT 'cardio' AS ward, 0 AS n, 0 AS i UNION ALL SELECT 'uro', r.n + g.n, r.i + 1 FROM r JOIN g ON g.ward = r.ward WHERE r.i < 2) SELECT 'cardio' AS ward, n, i FROM r WHERE i = 2",
      [false, true, false],
    ],
    [
      'read once, and carried through a recursion',
      "WITH RECURSIVE g AS (SELECT ward, count(*) AS n FROM stays GROUP BY ward), r AS (SELECT 'cardio' AS ward, (SELECT n FROM g WHERE ward = 'cardio') AS n, 0 AS i UNION ALL SELECT ward, n, i + 1 FROM r WHERE i < 1) SELECT ward, n, i FROM r WHERE i = 1",
      [false, true, false],
    ],
  ])('%s', async (_, sql, marks) => {
    const own = await openClinic()
    own.withhold('m1', "g0 = 'cardio'")
    const { columns, rows } = await own.answer(sql)
    own.close()
    const row = rows.find(([ward]) => ward === 'cardio') ?? []
    expect(row.slice(columns.length)).toEqual(marks)
    expect(
      rows.filter(([ward]) => ward !== 'cardio').flatMap((one) => one.slice(columns.length)),
    ).not.toContain(true)
  })

  test('a union says that groups may be missing from it', async () => {
    const sql =
      'SELECT d.label, x.n FROM ref_dep d LEFT JOIN (SELECT dep, count(*) AS n FROM patients GROUP BY dep UNION ALL SELECT ward, count(*) FROM stays GROUP BY ward) x USING (dep) ORDER BY ALL'
    const { columns, rows } = await clinic.answer(sql)
    // Orne has no row: whether its group was withheld nobody can tell, so the cell is marked.
    expect(rows.find(([label]) => label === 'Orne')?.slice(columns.length)).toEqual([false, true])
  })
})

async function refusalOf(sql: string): Promise<Refusal> {
  const drafted = await understand(parser, bulle, { sql, today }).catch((error: unknown) => error)
  if (drafted instanceof Refusal) return drafted
  throw drafted instanceof Error ? drafted : new Error(`not refused: ${sql}`)
}

/** Sums of floats have no fixed order, and counts may come as another integer type. */
function rounded(value: unknown): unknown {
  const number = typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
  return number ? Number(Number(value).toPrecision(12)) : value
}
