/** A quantile decided by bounds: what the verifier takes for its statements, and when its value is certain. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Tree } from '../../services/engine/engine.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { readMiddles } from '../../services/query/disclosure/blocks.ts'
import { type GroupBounds, settled, withMiddles } from '../../services/query/disclosure/bounds.ts'
import type { MaskedLeaf } from '../../services/query/disclosure/bounds-tables.ts'
import { template } from '../../services/query/disclosure/template.ts'
import { bulleTwin } from '../../services/query/twin.ts'
import { verifyBlocks, verifyValueRows } from '../../services/query/verify/bounds.ts'
import { verifyChosenValues, verifyHeld } from '../../services/query/verify/verify.ts'
import { type Clinic, openClinic } from './clinic.ts'
import { bulle, leafOf } from './granted.ts'
import { openInProcess } from './vault-in-process.ts'

const mask = {
  bounds: template(''),
  alike: [],
  hasQuarters: true,
  persons: { schema: 'care', name: 'events' },
}
const base = leafOf(1, 'quantile', { plan: 'M' })
const leaf: MaskedLeaf = { ...base, mask, measures: base.measures.map((one) => ({ ...one, q: 0.5 })) }

describe('the statements of a quantile', () => {
  let session: Awaited<ReturnType<typeof openInProcess>>
  beforeAll(async () => {
    session = await openInProcess([...bulleTwin(bulle).statements, 'CREATE TABLE __chosen(g0 VARCHAR)'])
  })
  afterAll(() => session.close())

  async function planOf(sql: string): Promise<Tree> {
    const text = sql.replaceAll("'", "''")
    const { rows } = await session.run(
      template(`SELECT json_serialize_plan('${text}'::VARCHAR, optimize := false)`),
    )
    const plan = JSON.parse(String(rows[0]?.[0]))
    expect(plan.error).toBe(false)
    return plan
  }

  /** The rule that did not hold. */
  async function ruleOf(verify: () => Promise<void>): Promise<string | undefined> {
    try {
      await verify()
    } catch (error) {
      if (error instanceof Refusal && error.code === 'NOT_PROVEN') return error.facts.rule
      throw error
    }
    return 'proved'
  }

  const rows = '(SELECT event, day AS x, code, __pix FROM care.events) i'
  const same = 'i.event IS NOT DISTINCT FROM s.g0'
  const held = (join: string, where: string) =>
    `SELECT i.event, i.__pix, i.x, count(*) FROM ${rows} ${join} ${where} GROUP BY ALL`
  const bits = 'bit_or(1::UBIGINT << ((b.__pix >> 2) & 63))'
  const blocks = (where: string) =>
    `SELECT b.event, b.x, b.__pix & 3, count(*), ${bits} FROM (SELECT i.event, i.__pix, i.x FROM ${rows} ${where}) b GROUP BY ALL`
  const some = 'WHERE i.x IS NOT NULL'
  const [values, bounds, chosen] = [
    held('', some),
    blocks(some),
    held(`SEMI JOIN __chosen s ON ${same}`, some),
  ]

  test('are proved', async () => {
    const [all, pass, again] = [await planOf(values), await planOf(bounds), await planOf(chosen)]
    const proof = async () => {
      verifyHeld(all, leaf, bulle)
      verifyBlocks(pass, leaf, bulle)
      verifyChosenValues(again, leaf, bulle)
      verifyValueRows(all, { bounds: pass, chosen: again })
    }
    expect(await ruleOf(proof)).toBe('proved')
  })

  test('are proved beside a sum, which has bounds of its own', async () => {
    const pass = await planOf(bounds)
    const beside = { ...leaf, measures: [...leaf.measures, ...leafOf(1, 'sum').measures] }
    expect(await ruleOf(async () => verifyBlocks(pass, beside, bulle))).toBe('proved')
  })

  test.each([
    ['without values', blocks(some).replace('b.event, b.x,', 'b.event,')],
    ['without quarters', bounds.replace('b.__pix & 3, ', '')],
    ['with the person for a value', bounds.replace('b.event, b.x,', 'b.event, b.__pix,')],
    ['without persons', bounds.replace(bits, '4095::UBIGINT')],
    ['of another count', bounds.replace('count(*)', 'count(b.x)')],
  ])('bounds %s are not', async (_, sql) => {
    const plan = await planOf(sql)
    expect(await ruleOf(async () => verifyBlocks(plan, leaf, bulle))).toMatch(/^verify\.V[67]$/)
  })

  test.each([
    ['all groups', values],
    ['groups by another column', chosen.replace('i.event IS', 'i.code::VARCHAR IS')],
    ['groups as often as they are chosen', chosen.replace('SEMI JOIN', 'JOIN')],
    ['values without their weight', chosen.replace('count(*)', '1::BIGINT')],
  ])('chosen values are not: %s', async (_, sql) => {
    const plan = await planOf(sql)
    expect(await ruleOf(async () => verifyChosenValues(plan, leaf, bulle))).toMatch(/^verify\.V[67]$/)
  })

  test.each([
    ['bounds of more rows', blocks(''), chosen],
    ['bounds of fewer', blocks(`${some} AND i.code > 5`), chosen],
    [
      'fewer rows of the chosen groups',
      bounds,
      held(`SEMI JOIN __chosen s ON ${same}`, `${some} AND i.code > 5`),
    ],
    ['more of them', bounds, held(`SEMI JOIN __chosen s ON ${same}`, '')],
  ])('over other rows are not: %s', async (_, pass, again) => {
    const [all, one, two] = [await planOf(values), await planOf(pass), await planOf(again)]
    expect(await ruleOf(async () => verifyValueRows(all, { bounds: one, chosen: two }))).toBe('verify.V6')
  })
})

describe('what is read of the blocks', () => {
  let session: Awaited<ReturnType<typeof openInProcess>>
  beforeAll(async () => {
    session = await openInProcess([
      "CREATE TABLE leaf_0_cells AS FROM (VALUES (0, 10, 'a'), (1, 3, 'b'), (2, 8, 'c')) AS t(gid, r, g0)",
      `CREATE TABLE leaf_0_blocks AS SELECT g0, x, q, r, m::UBIGINT AS m FROM (VALUES
        ('a', 5, 0, 4, 7), ('a', 5, 1, 2, 1), ('a', 9, 0, 2, 1), ('a', 9, NULL, 2, NULL),
        ('b', 1, 0, 3, 7),
        ('c', 1, 0, 4, 15), ('c', 2, 0, 4, 15)) AS t(g0, x, q, r, m)`,
    ])
  })
  afterAll(() => session.close())

  test('counts rows of persons, each person once, and the values that are as near to the rank', async () => {
    const [measure] = leaf.measures
    if (!measure) throw new Error('a measure is missing')
    const { rows } = await session.run(readMiddles(leaf, measure, 4))
    const [first, second, ...more] = rows
    expect(first).toEqual([0, 8, 4, 5, 4, 1])
    expect(second?.toSpliced(3, 1)).toEqual([2, 8, 4, 4, 2])
    expect(more).toEqual([])
  })
})

describe('a quantile has bounds', () => {
  let clinic: Clinic
  beforeAll(async () => {
    clinic = await openClinic()
  })
  afterAll(() => clinic.close())

  test.each([
    ['of whole numbers', 'median(p.birth_year)', true],
    ['a tenth from an end', 'quantile_cont(p.birth_year, 0.9)', true],
    ['nearer to an end', 'quantile_cont(p.birth_year, 0.95)', false],
    ['nearer to the other', 'quantile_cont(p.birth_year, 0.05)', false],
    ['of other numbers', 'median(s.cost)', false],
    ['beside another one', 'median(p.birth_year), quantile_cont(p.birth_year, 0.75)', false],
  ])('%s', async (_, list, has) => {
    const { leaves } = await clinic.draft(`SELECT ${list} FROM patients p JOIN stays s USING (patient_id)`)
    expect(leaves.map(({ mask }) => mask?.values !== undefined)).toEqual([has])
  })
})

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }
const noValue = { value: null, rows: 0, persons: 0 }
const group: GroupBounds = { gid: 3, keys: ['a'], rows: 90, persons: 60, cells: [noValue] }
/** gid, rows, persons, the nearest value, its persons, how many values are as near. */
const read = (...row: readonly number[]) => withMiddles([group], 0, { columns: [], rows: [row] })

/** 'doubt', or what is shown: null when the cell is withheld. */
function outcome(row: readonly number[], q = 0.5, k = thresholds.k): unknown {
  const [bounds = group] = row.length > 0 ? read(...row) : [group]
  const asked = { ...leaf, measures: leaf.measures.map((one) => ({ ...one, q })) }
  const scope = { leaf: asked, thresholds: { ...thresholds, k }, pairs: [], keepsLabels: false }
  return settled(bounds, scope)?.cells.map(({ persons, value }) => (persons < k ? null : value)) ?? 'doubt'
}

describe('a quantile is', () => {
  test.each([
    ['the one value around the rank, of k persons', [3, 80, 50, 7, 11, 1], [7]],
    ['zero, as any other value', [3, 80, 50, 0, 11, 1], [0]],
    ['withheld, of fewer than k rows', [3, 10, 9, 7, 9, 1], [null]],
    ['withheld, of no value', [], [null]],
    ['in doubt, of few persons by the mask', [3, 80, 10, 7, 10, 1], 'doubt'],
    ['in doubt, when few hold the value', [3, 80, 50, 7, 10, 1], 'doubt'],
    ['in doubt, when two values are as near', [3, 80, 50, 7, 20, 2], 'doubt'],
    ['in doubt, when few stand beyond it', [3, 80, 21, 7, 11, 1], 'doubt'],
    ['in doubt, of numbers that floating numbers round', [3, 80, 50, 2_000_000, 11, 1], 'doubt'],
  ])('%s', (_, row, expected) => expect(outcome(row)).toEqual(expected))

  test('in doubt near an end, for as many persons as suffice for a median', () =>
    expect(outcome([3, 80, 50, 7, 11, 1], 0.9)).toBe('doubt'))

  test('in doubt where two who hold it make up all of it, when so few suffice', () => {
    expect(outcome([3, 80, 50, 7, 3, 1], 0.5, 2)).toEqual([7])
    expect(outcome([3, 80, 50, 7, 2, 1], 0.5, 2)).toBe('doubt')
  })

  test.each([
    ['more rows than the group', [3, 91, 50, 7, 11, 1]],
    ['more persons than rows', [3, 40, 50, 7, 11, 1]],
    ['more who hold it than there are', [3, 80, 50, 7, 51, 1]],
    ['no value that is nearest', [3, 80, 50, 7, 11, 0]],
    ['a value that is no number', [3, 80, 50, Number.NaN, 11, 1]],
    ['a column too many', [3, 80, 50, 7, 11, 1, 1]],
  ])('not believed with %s', (_, row) => {
    expect(() => read(...row)).toThrow(expect.objectContaining({ code: 'QUERY_FAILED' }))
  })
})
