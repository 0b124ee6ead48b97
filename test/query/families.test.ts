import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { rolesOf } from '../../services/query/disclosure/lattice.ts'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf } from '../../services/query/plan.ts'
import { release } from './release.ts'
import { openInProcess } from './vault-in-process.ts'

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }
let session: Awaited<ReturnType<typeof openInProcess>>
beforeAll(async () => {
  session = await openInProcess([])
})
afterAll(() => session.close())

type Sets = readonly (readonly number[])[]
/** Site, ward, persons. */
type Ward = readonly [string, string, number]

/** Level 1 of `SELECT site, ward, count(*) … GROUP BY GROUPING SETS`, one row per person and set. */
function leafOf(wards: readonly Ward[], sets: Sets): Leaf {
  let person = 0
  const rows = wards.flatMap(([site, ward, size]) =>
    Array.from({ length: size }, () => `('${site}', '${ward}', ${person++}::UINTEGER)`),
  )
  const level1 = sets.map((set, index) => {
    const keys = ['site', 'ward'].map((name, key) => (set.includes(key) ? name : `NULL::VARCHAR`))
    return `SELECT ${keys.join(', ')}, ${index}, p, count(*), count(*) FROM rows GROUP BY ALL`
  })
  return {
    name: 'leaf_0',
    level1: template(`WITH rows(site, ward, p) AS (VALUES ${rows.join(', ')}) ${level1.join(' UNION ALL ')}`),
    values: [],
    keys: ['VARCHAR', 'VARCHAR', 'INTEGER'].map((type, i) => ({ name: `g${i}`, type })),
    measures: [{ name: 'm1', shape: 'presence', type: 'BIGINT', label: 'n' }],
    plan: 'X',
    framed: false,
    total: false,
    sets,
    reads: [],
  }
}

async function shown(wards: readonly Ward[], sets: Sets): Promise<Record<string, unknown>> {
  const { table } = await release(session, leafOf(wards, sets), thresholds)
  return Object.fromEntries(
    table.data.rows.map(([site, ward, , value, mark]) => [
      `${site ?? '*'}/${ward ?? '*'}`,
      mark ? 'withheld' : Number(value),
    ]),
  )
}

const rollup = [[0, 1], [0], []]
const cube = [[0, 1], [0], [1], []]

describe('several grouping sets', () => {
  test('a few persons in one ward take the smallest ward of the same site with them, the subtotal stays', async () => {
    const wards: Ward[] = [
      ['A', 'a', 40],
      ['A', 'b', 23],
      ['A', 'c', 6],
      ['B', 'a', 12],
      ['B', 'b', 50],
    ]
    expect(await shown(wards, rollup)).toEqual({
      'A/a': 40,
      'B/a': 12,
      'B/b': 50,
      'A/*': 69,
      'B/*': 62,
      '*/*': 131,
    })
  })

  test('withheld wards of one site do not cover for those of another', async () => {
    const wards: Ward[] = [
      ['A', 'a', 40],
      ['A', 'b', 6],
      ['B', 'a', 40],
      ['B', 'b', 6],
    ]
    expect(await shown(wards, rollup)).toEqual({ 'A/*': 46, 'B/*': 46, '*/*': 92 })
  })

  test('the wards of a withheld site are withheld, or they would add up to it', async () => {
    const wards: Ward[] = [
      ['A', 'a', 10],
      ['B', 'a', 15],
      ['B', 'b', 15],
      ['C', 'a', 80],
      ['C', 'b', 8],
      ['C', 'c', 12],
    ]
    expect(await shown(wards, rollup)).toEqual({ 'C/*': 100, 'C/a': 80, '*/*': 140 })
  })

  test('the second margin of a cube is shown only where it adds nothing', async () => {
    const wards: Ward[] = [
      ['A', 'a', 40],
      ['A', 'b', 6],
      ['A', 'c', 20],
      ['B', 'a', 40],
      ['B', 'b', 30],
      ['B', 'c', 20],
    ]
    expect(await shown(wards, cube)).toEqual({
      'A/a': 40,
      'B/a': 40,
      'B/b': 30,
      'B/c': 20,
      'A/*': 66,
      'B/*': 90,
      '*/a': 80,
      '*/*': 156,
    })
  })

  test('everything is shown when nobody is few', async () => {
    const wards: Ward[] = [
      ['A', 'a', 11],
      ['A', 'b', 12],
      ['B', 'a', 13],
    ]
    expect(await shown(wards, cube)).toEqual({
      'A/a': 11,
      'A/b': 12,
      'B/a': 13,
      'A/*': 23,
      'B/*': 13,
      '*/a': 24,
      '*/b': 12,
      '*/*': 36,
    })
  })

  test('too few persons in all leave nothing', async () => {
    expect(await shown([['A', 'a', 10]], rollup)).toEqual({})
  })
})

describe('how sets rest on each other', () => {
  test.each([
    ['ROLLUP', rollup, [{ index: 2 }, { index: 1, parent: 2 }, { index: 0, parent: 1 }]],
    ['CUBE', cube, [{ index: 3 }, { index: 1, parent: 3 }, { index: 0, parent: 1 }, { index: 2, cover: 0 }]],
    ['two tables', [[0], [1]], [{ index: 1 }, { index: 0 }]],
    ['the same set twice', [[0], [0], []], [{ index: 2 }, { index: 1, parent: 2 }, { index: 0, parent: 2 }]],
    [
      'two fine sets over one coarse set',
      [[0, 1], [1, 2], [1], [2]],
      [{ index: 2 }, { index: 1, parent: 2 }, { index: 0, parent: 2 }, { index: 3, cover: 1 }],
    ],
  ])('%s', (_, sets, roles) => {
    expect(rolesOf(sets)).toEqual(roles)
  })
})
