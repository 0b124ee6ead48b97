import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Tree } from '../../services/engine/engine.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { template } from '../../services/query/disclosure/template.ts'
import { bulleTwin } from '../../services/query/twin.ts'
import { verifyBounds, verifyRows } from '../../services/query/verify/bounds.ts'
import {
  verifyChosen,
  verifyHeld,
  verifyLeaf,
  verifyOuter,
  verifyPairs,
  verifyTable,
  verifyValues,
} from '../../services/query/verify/verify.ts'
import {
  brokenBounds,
  brokenChosen,
  honestBounds,
  honestChosen,
  otherRows,
  sameRows,
} from './bounds-statements.ts'
import { broken } from './broken.ts'
import { brokenToo } from './broken-more.ts'
import { bulle, plain } from './granted.ts'
import { honest } from './honest.ts'
import { openInProcess } from './vault-in-process.ts'

let session: Awaited<ReturnType<typeof openInProcess>>
beforeAll(async () => {
  // One more column and one more table than granted: text that reads them binds, and must be refused all the same.
  session = await openInProcess([
    ...bulleTwin(bulle).statements,
    'ALTER TABLE care.persons ADD COLUMN name VARCHAR',
    'CREATE TABLE care.secrets(pid VARCHAR, note VARCHAR, __pix UINTEGER)',
    'CREATE TABLE leaf_0(g0 VARCHAR, m1 BIGINT, m1__s BOOLEAN)',
    'CREATE TABLE input_0(c0 VARCHAR, c1 DOUBLE, kept VARCHAR)',
    'CREATE TABLE __chosen(g0 VARCHAR, g1 VARCHAR)',
  ])
})
afterAll(() => session.close())

/** The rule that did not hold; a plan of an unexpected shape would be no proof that the fault was seen. */
function ruleOf(verify: () => void): string | undefined {
  try {
    verify()
  } catch (error) {
    if (error instanceof Refusal && error.code === 'NOT_PROVEN') return error.facts.rule
    throw error
  }
  return 'proved'
}

async function planOf(sql: string): Promise<Tree> {
  const text = sql.replaceAll("'", "''")
  const { rows } = await session.run(
    template(`SELECT json_serialize_plan('${text}'::VARCHAR, optimize := false)`),
  )
  return JSON.parse(String(rows[0]?.[0]))
}

describe('an honest rewrite is proved', () => {
  test.each(Object.entries(honest))('%s', async (_, [sql, leaf]) => {
    const plan = await planOf(sql)
    expect(() => verifyLeaf(plan, leaf, bulle)).not.toThrow()
  })

  test('a table of values', async () => {
    const plan = await planOf('SELECT DISTINCT ward, __pix, cost FROM care.stays WHERE cost IS NOT NULL')
    expect(() => verifyValues(plan, plain, bulle)).not.toThrow()
  })

  test('values with how often each person holds them, and pairs', async () => {
    const values = 'SELECT ward, __pix, cost, count(*) FROM care.stays WHERE cost IS NOT NULL GROUP BY ALL'
    const [held, pairs] = [
      await planOf(values),
      await planOf(values.replace('cost, count', 'cost, day, count')),
    ]
    expect(() => verifyHeld(held, plain, bulle)).not.toThrow()
    expect(() => verifyPairs(pairs, plain, bulle)).not.toThrow()
    expect(ruleOf(() => verifyHeld(pairs, plain, bulle))).toBe('verify.V6')
    expect(ruleOf(() => verifyPairs(held, plain, bulle))).toBe('verify.V6')
  })

  test('an outer statement', async () => {
    const plan = await planOf(
      'SELECT label, sum(m1) OVER (ORDER BY label), m1__s FROM leaf_0 JOIN care.regions ON region = g0 ORDER BY 2 LIMIT 3',
    )
    expect(() => verifyOuter(plan, [plain], bulle)).not.toThrow()
  })
})

describe('bounds of plan M', () => {
  test.each(Object.entries(honestBounds))('are proved: %s', async (_, [sql, leaf]) => {
    const plan = await planOf(sql)
    expect(ruleOf(() => verifyBounds(plan, leaf, bulle))).toBe('proved')
  })

  test.each(Object.entries(brokenBounds))('are not proved: %s', async (_, [sql, leaf]) => {
    const plan = await planOf(sql)
    expect(plan.error).toBe(false)
    expect(ruleOf(() => verifyBounds(plan, leaf, bulle))).toMatch(/^verify\.V[1-7]$/)
  })

  test.each(Object.entries(honestChosen))('are followed by level 1 of %s', async (_, [sql, leaf]) => {
    const plan = await planOf(sql)
    expect(ruleOf(() => verifyChosen(plan, leaf, bulle))).toBe('proved')
  })

  test.each(Object.entries(brokenChosen))('are not followed by level 1 of %s', async (_, [sql, leaf]) => {
    const plan = await planOf(sql)
    expect(plan.error).toBe(false)
    expect(ruleOf(() => verifyChosen(plan, leaf, bulle))).toMatch(/^verify\.V[1-7]$/)
  })

  test('are of the rows of level 1', async () => {
    const [levelOne, bounds, chosen] = [
      await planOf(sameRows.levelOne),
      await planOf(sameRows.bounds),
      await planOf(sameRows.chosen),
    ]
    expect(ruleOf(() => verifyRows(levelOne, { bounds, chosen }))).toBe('proved')
    expect(ruleOf(() => verifyRows(levelOne, { bounds }))).toBe('proved')
  })

  test.each(Object.entries(otherRows))('are not proved: %s', async (_, other) => {
    const levelOne = await planOf(sameRows.levelOne)
    const [bounds, chosen] = [await planOf(other.bounds), await planOf(other.chosen)]
    expect(ruleOf(() => verifyBounds(bounds, sameRows.leaf, bulle))).toBe('proved')
    expect(ruleOf(() => verifyRows(levelOne, { bounds, chosen }))).toBe('verify.V6')
  })

  test('may read the chosen keys in the second pass only', async () => {
    const [[sql, leaf]] = Object.values(honestChosen) as [[string, typeof plain]]
    const plan = await planOf(sql)
    expect(ruleOf(() => verifyLeaf(plan, leaf, bulle))).toBe('verify.V2')
  })
})

describe('a broken rewrite is not proved', () => {
  test('there are enough of them', () => expect(Object.keys(broken).length).toBeGreaterThanOrEqual(50))

  test.each(Object.entries({ ...broken, ...brokenToo }))('%s', async (_, [sql, leaf]) => {
    const plan = await planOf(sql)
    expect(plan.error).toBe(false)
    expect(ruleOf(() => verifyLeaf(plan, leaf, bulle))).toMatch(/^verify\.V[1-7]$/)
  })

  test.each([
    ['repeated values', 'SELECT ward, __pix, cost FROM care.stays'],
    ['values without persons', 'SELECT DISTINCT ward, sid, cost FROM care.stays'],
    ['the person key as value', 'SELECT DISTINCT ward, __pix, __pix FROM care.stays'],
  ])('a table of %s', async (_, sql) => {
    const plan = await planOf(sql)
    expect(() => verifyValues(plan, plain, bulle)).toThrow(expect.objectContaining({ code: 'NOT_PROVEN' }))
  })

  test.each([
    ['without their persons', 'SELECT ward, sid, cost, count(*) FROM care.stays GROUP BY ALL'],
    ['each on a row of its own', 'SELECT ward, __pix, cost, 1::BIGINT FROM care.stays'],
    ['weighed by something else', 'SELECT ward, __pix, cost, count(cost) FROM care.stays GROUP BY ALL'],
    [
      'weighed by some rows',
      'SELECT ward, __pix, cost, count(*) FILTER (WHERE cost > 5) FROM care.stays GROUP BY ALL',
    ],
    ['weighed by a sum', 'SELECT ward, __pix, cost, sum(cost) FROM care.stays GROUP BY ALL'],
    ['that are the person key', 'SELECT ward, __pix, __pix AS x, count(*) FROM care.stays GROUP BY ALL'],
    ['with a column too many', 'SELECT ward, __pix, cost, count(*), sum(cost) FROM care.stays GROUP BY ALL'],
    ['taken across persons', 'SELECT ward, min(__pix), cost, count(*) FROM care.stays GROUP BY ward, cost'],
    [
      'grouped again',
      'SELECT ward, __pix, c, count(*) FROM (SELECT ward, __pix, sum(cost) AS c FROM care.stays GROUP BY ward, __pix, day) GROUP BY GROUPING SETS ((ward, __pix, c), (ward, __pix))',
    ],
  ])('a table of values %s', async (_, sql) => {
    const plan = await planOf(sql)
    expect(plan.error).toBe(false)
    expect(ruleOf(() => verifyHeld(plan, plain, bulle))).toMatch(/^verify\.V[1-7]$/)
    expect(ruleOf(() => verifyPairs(plan, plain, bulle))).toMatch(/^verify\.V[1-7]$/)
  })

  test.each([
    ['rows of persons', 'SELECT ward, false FROM care.stays'],
    ['rows of persons in a subquery', 'SELECT g0, (SELECT count(*) FROM care.stays) FROM leaf_0'],
    ['a file', "SELECT * FROM glob('/etc/*')"],
    ['a forbidden function', 'SELECT current_query()'],
    ['a forbidden function in a lambda', 'SELECT list_transform([1], x -> current_query())'],
  ])('an outer statement that reads %s', async (_, sql) => {
    const plan = await planOf(sql)
    expect(() => verifyOuter(plan, [plain], bulle)).toThrow(expect.objectContaining({ code: 'NOT_PROVEN' }))
  })

  test('what is no plan', () => {
    for (const plan of [
      {},
      { error: true },
      { error: false, plans: [] },
      { plans: [{ type: 'LOGICAL_GET' }] },
    ])
      expect(() => verifyLeaf(plan, plain, bulle)).toThrow(expect.objectContaining({ code: 'NOT_PROVEN' }))
  })
})

describe('the rows of a derived table', () => {
  const reads = plain.reads
  const verify = async (sql: string, width: number, named = reads) => {
    const plan = await planOf(sql)
    expect(plan.error).toBe(false)
    return ruleOf(() => verifyTable(plan, { reads: named }, { bulle, width }))
  }

  test.each([
    ['columns and the person key', 'SELECT pid, ward, __pix FROM care.stays', 2],
    ['groups of persons', 'SELECT pid, min(day), __pix FROM care.stays GROUP BY pid, __pix', 2],
    [
      'a join on the person',
      'SELECT p.sex, s.cost, p.__pix FROM care.persons p JOIN care.stays s ON s.__pix = p.__pix AND s.pid = p.pid',
      2,
    ],
    [
      'a union of persons',
      'SELECT ward, __pix FROM care.stays UNION ALL SELECT event, __pix FROM care.events',
      1,
    ],
    [
      'a window within the person',
      'SELECT row_number() OVER (PARTITION BY __pix ORDER BY day), __pix FROM care.stays',
      1,
    ],
    ['public rows beside persons', 'SELECT label, __pix FROM care.stays CROSS JOIN care.regions', 1],
  ])('are proved: %s', async (_, sql, width) => {
    expect(await verify(sql, width)).toBe('proved')
  })

  test.each([
    ['no person key', 'SELECT pid, ward FROM care.stays', 1],
    ['the person key out of place', 'SELECT __pix, ward FROM care.stays', 1],
    ['the person key twice', 'SELECT __pix, __pix FROM care.stays', 1],
    ['the person key computed', 'SELECT ward, __pix + 0 FROM care.stays', 1],
    ['the person key as data', 'SELECT __pix::VARCHAR, __pix FROM care.stays', 1],
    ['a constant for the person key', 'SELECT ward, 1::UINTEGER FROM care.stays', 1],
    ['another column for the person key', 'SELECT event, day FROM care.events', 1],
    ['the key of another person', 'SELECT ward, max(__pix) OVER () FROM care.stays', 1],
    [
      'the key that a left join may lose',
      'SELECT p.sex, s.__pix FROM care.persons p LEFT JOIN care.stays s ON p.__pix = s.__pix',
      1,
    ],
    [
      'two persons on a row',
      'SELECT a.ward, b.ward, a.__pix FROM care.stays a JOIN care.stays b ON a.ward = b.ward',
      2,
    ],
    [
      'a row and somebody else’s mean',
      'SELECT ward, (SELECT avg(cost) FROM care.stays), __pix FROM care.stays',
      2,
    ],
    ['groups across persons', 'SELECT ward, min(__pix) FROM care.stays GROUP BY ward', 1],
    ['a window across persons', 'SELECT row_number() OVER (ORDER BY cost), __pix FROM care.stays', 1],
    [
      'a forged branch',
      'SELECT ward, __pix FROM care.stays UNION ALL SELECT label, 7::UINTEGER FROM care.regions',
      1,
    ],
    ['the first rows', 'SELECT ward, __pix FROM care.stays ORDER BY cost LIMIT 5', 1],
    ['a row number of the file', 'SELECT rowid, __pix FROM care.stays', 1],
    ['public rows alone', 'SELECT label, size FROM care.regions', 1],
    ['more columns than announced', 'SELECT pid, ward, __pix FROM care.stays', 1],
    ['a column that is not granted', 'SELECT name, __pix FROM care.persons', 1],
    ['a table that is not granted', 'SELECT note, __pix FROM care.secrets', 1],
  ])('are not proved: %s', async (_, sql, width) => {
    expect(await verify(sql, width)).toMatch(/^verify\.V[1-8]$/)
  })

  test('are not proved when they read what the log would not name', async () => {
    const sql = 'SELECT s.ward, s.__pix FROM care.stays s JOIN care.events e ON e.__pix = s.__pix'
    expect(
      await verify(
        sql,
        1,
        reads.filter(({ table }) => table !== 'events'),
      ),
    ).toBe('verify.V2')
  })
})
