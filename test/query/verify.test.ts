import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Tree } from '../../services/engine/engine.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { template } from '../../services/query/disclosure/template.ts'
import { bulleTwin } from '../../services/query/twin.ts'
import {
  verifyHeld,
  verifyLeaf,
  verifyOuter,
  verifyPairs,
  verifyValues,
} from '../../services/query/verify/verify.ts'
import { broken } from './broken.ts'
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

describe('a broken rewrite is not proved', () => {
  test('there are enough of them', () => expect(Object.keys(broken).length).toBeGreaterThanOrEqual(50))

  test.each(Object.entries(broken))('%s', async (_, [sql, leaf]) => {
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
