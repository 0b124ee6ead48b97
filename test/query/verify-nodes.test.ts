import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Tree } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { template } from '../../services/query/disclosure/template.ts'
import { prepare } from '../../services/query/prepare.ts'
import { bulleTwin } from '../../services/query/twin.ts'
import { prove } from '../../services/query/understand.ts'
import { crossProduct, filteredProduct } from '../../services/query/verify/join.ts'
import { type Grant, relationOf } from '../../services/query/verify/operators.ts'
import type { Relation } from '../../services/query/verify/relation.ts'
import { verifyLeaf } from '../../services/query/verify/verify.ts'
import { bulle as clinic, today } from './clinic.ts'
import { bulle, counted } from './granted.ts'
import { openInProcess } from './vault-in-process.ts'

const notProven = (rule: string) =>
  expect.objectContaining({ code: 'NOT_PROVEN', facts: expect.objectContaining({ rule: `verify.${rule}` }) })

const rows: Relation = {
  class: 'private',
  columns: [
    { kind: 'pix', isPublic: false },
    { kind: 'data', isPublic: false },
  ],
  covers: [new Set([0])],
  unique: [],
  isFrame: false,
}
const handed: Relation = {
  ...rows,
  class: 'parameter',
  columns: [{ kind: 'data', isPublic: false }],
  covers: [],
}

// No statement of today's engine is planned so; another one may be.
describe('a plan that no text makes is not proved', () => {
  let session: Awaited<ReturnType<typeof openInProcess>>
  beforeAll(async () => {
    session = await openInProcess(bulleTwin(bulle).statements)
  })
  afterAll(() => session.close())

  const jsonOf = async (sql: string) => {
    const plan = template(`SELECT json_serialize_plan('${sql}'::VARCHAR, optimize := false)`)
    return String((await session.run(plan)).rows[0]?.[0])
  }

  /** The plan of a statement, with a piece of its JSON replaced. */
  async function edited(sql: string, text: string, by: string): Promise<Tree> {
    const json = await jsonOf(sql)
    expect(() => verifyLeaf(JSON.parse(json), counted, bulle)).not.toThrow()
    expect(json).toMatch(text)
    return JSON.parse(json.replace(text, by))
  }
  const honest = 'SELECT ward, __pix, count(*), count(abs(cost)) FROM care.stays GROUP BY ALL'
  const joined =
    'SELECT p.sex, s.__pix, count(*), count(*) FROM care.stays s JOIN care.persons p ON p.__pix = s.__pix GROUP BY ALL'

  test.each([
    [
      'a sample within a scan',
      { sql: honest, text: '"sample_options":null', by: '"sample_options":{"seed":1}' },
    ],
    ['an expression of a new class', { sql: honest, text: '"BOUND_FUNCTION"', by: '"BOUND_NOVELTY"' }],
    ['a join of a new kind', { sql: joined, text: '"join_type":"INNER"', by: '"join_type":"NOVEL"' }],
    ['an operator of a new type', { sql: honest, text: '"LOGICAL_PROJECTION"', by: '"LOGICAL_NOVELTY"' }],
  ])('%s', async (_, { sql, text, by }) => {
    const plan = await edited(sql, text, by)
    expect(() => verifyLeaf(plan, counted, bulle)).toThrow(notProven('V1'))
  })

  test('labels that the leaf says are those of a total', async () => {
    const plan = JSON.parse(await jsonOf(honest))
    expect(() => verifyLeaf(plan, { ...counted, total: true }, bulle)).toThrow(notProven('V6'))
  })
})

describe('values of an outer row that came without their person', () => {
  const delim = { type: 'LOGICAL_DELIM_GET' }
  const grant: Grant = () => ({ class: 'private', isUnique: false, columns: new Set(['ward']) })
  const scan = {
    type: 'LOGICAL_GET',
    name: 'seq_scan',
    table_filters: { filters: [] },
    projection_ids: [],
    extra_info: { sample_options: null },
    function_data: { schema: 'care', table: 'stays' },
    names: ['ward', '__pix'],
    column_indexes: [{ index: 0 }],
  }

  test('do not stand beside rows of persons', () => {
    expect(() => crossProduct(rows, handed)).toThrow(notProven('V4'))
    expect(() => filteredProduct([], [rows, handed])).toThrow(notProven('V4'))
  })

  test('are no branch of a union', () => {
    const union = { type: 'LOGICAL_UNION', children: [delim, scan] }
    const scope = { grant, ctes: new Map(), outer: handed }
    expect(() => relationOf(union, scope)).toThrow(notProven('V4'))
  })

  test('a row number is no column of a union', () => {
    const numbered = { ...scan, column_indexes: [{ index: 1 }, { index: '18446744073709551615' }] }
    const union = { type: 'LOGICAL_UNION', children: [numbered, numbered] }
    expect(() => relationOf(union, { grant, ctes: new Map() })).toThrow(notProven('V7'))
  })
})

describe('what is going to run is proved, whatever wrote it', () => {
  const parser = openParser({ processes: 1 })
  afterAll(async () => (await parser).close())
  const draftOf = async (sql: string) =>
    prepare(await (await parser).tree(sql), { sql, bulle: clinic, today })
  const refusal = { code: 'NOT_PROVEN' }

  test('the rows of a leaf', async () => {
    const draft = await draftOf('SELECT sex, count(*) FROM patients GROUP BY sex')
    const level1 = await (await parser).tree(
      'SELECT sex, patient_id, 1::BIGINT AS c0, 1::BIGINT AS c1 FROM clinic.patients',
    )
    const leaves = draft.leaves.map((leaf) => ({ ...leaf, level1 }))
    await expect(prove(await parser, clinic, { ...draft, leaves })).rejects.toMatchObject(refusal)
  })

  test('the values of a measure', async () => {
    const draft = await draftOf('SELECT sex, count(DISTINCT birth_year) FROM patients GROUP BY sex')
    const tree = await (await parser).tree('SELECT sex, patient_id, birth_year FROM clinic.patients')
    const leaves = draft.leaves.map((leaf) => ({
      ...leaf,
      values: leaf.values.map((value) => ({ ...value, tree })),
    }))
    await expect(prove(await parser, clinic, { ...draft, leaves })).rejects.toMatchObject(refusal)
  })

  const wards = 'SELECT ward, count(*) FROM stays GROUP BY ward'
  test.each([
    ['the bounds of a leaf', 'bounds', ['& 63', '& 31']],
    ['the groups that are looked at again', 'chosen', ['SEMI JOIN', 'ANTI JOIN']],
  ] as const)('%s', async (_, name, [right, wrong]) => {
    const draft = await draftOf(wards)
    const leaves = []
    for (const { mask, ...leaf } of draft.leaves) {
      const text = await (await parser).text(mask?.[name] ?? {})
      expect(text).toContain(right)
      const tree = await (await parser).tree(text.replaceAll(right, wrong))
      leaves.push({ ...leaf, ...(mask ? { mask: { ...mask, [name]: tree } } : {}) })
    }
    await expect(prove(await parser, clinic, { ...draft, leaves })).rejects.toMatchObject(refusal)
  })

  test.each([
    ['the bounds of a quantile', 'bounds', ['& 3)', '& 7)']],
    ['its values in the groups that are looked at again', 'chosen', ['SEMI JOIN', 'ANTI JOIN']],
    ['that these are of the rows of its values', 'bounds', ['IS NOT NULL', 'IS NULL']],
  ] as const)('%s', async (_, name, [right, wrong]) => {
    const draft = await draftOf(
      'SELECT s.ward, median(p.birth_year) FROM stays s JOIN patients p USING (patient_id) GROUP BY s.ward',
    )
    const leaves = []
    for (const { mask, ...leaf } of draft.leaves) {
      const text = await (await parser).text(mask?.values?.[name] ?? {})
      expect(text).toContain(right)
      const tree = await (await parser).tree(text.replaceAll(right, wrong))
      const values = mask?.values && { ...mask.values, [name]: tree }
      leaves.push({ ...leaf, ...(mask && values ? { mask: { ...mask, values } } : {}) })
    }
    await expect(prove(await parser, clinic, { ...draft, leaves })).rejects.toMatchObject(refusal)
  })

  test('that bounds are of the rows of their leaf', async () => {
    const draft = await draftOf(wards)
    const [other] = (await draftOf(wards.replace('GROUP', "WHERE ward <> 'URO' GROUP"))).leaves
    const leaves = draft.leaves.map((leaf) => ({ ...leaf, ...(other ? { level1: other.level1 } : {}) }))
    await expect(prove(await parser, clinic, { ...draft, leaves })).rejects.toMatchObject(refusal)
  })

  test('what stands above the leaves', async () => {
    const draft = await draftOf('SELECT sex, count(*) AS n FROM patients GROUP BY sex')
    const outer = await (await parser).tree('SELECT current_query(), 1, false, false')
    await expect(prove(await parser, clinic, { ...draft, outer })).rejects.toMatchObject(refusal)
  })
})
