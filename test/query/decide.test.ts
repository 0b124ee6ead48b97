import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type CellEvidence,
  type GroupEvidence,
  parseSet,
  withDifferences,
} from '../../services/query/disclosure/evidence.ts'
import { decideSets, type Lattice } from '../../services/query/disclosure/families.ts'
import { cellOf, decideColumn, smallestOf, type Withheld } from '../../services/query/disclosure/secondary.ts'
import { template } from '../../services/query/disclosure/template.ts'
import type { Leaf } from '../../services/query/plan.ts'
import { release } from './release.ts'
import { openInProcess } from './vault-in-process.ts'

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }
const even = { total: 1000, largest: 10, second: 10 }
const group = (gid: number, persons: number): GroupEvidence => ({
  gid,
  keys: [],
  persons: 50,
  cells: [{ value: persons, persons }],
})
/** What is left is taken as enough, so that only the rule in hand withholds. */
const plenty: Withheld = {
  persons: async () => 1000,
  union: async (): Promise<CellEvidence> => ({ value: null, persons: 1000 }),
  smallest: async (groups, index) => smallestOf(groups, index),
}

interface Given {
  readonly groups: readonly GroupEvidence[]
  readonly about: Partial<Lattice>
}

async function decided({ groups, about }: Given) {
  const lattice: Lattice = {
    roles: [{ index: 0 }],
    setOf: () => 0,
    familyOf: () => -1,
    absentIn: () => 0,
    partsOf: () => [],
    within: () => plenty,
    ...about,
  }
  const { shown, hidden } = await decideSets(groups, lattice, {
    thresholds,
    measures: 1,
    isNear: () => false,
  })
  return { shown: shown.map(({ gid }) => gid), hidden: [...(hidden[0] ?? [])] }
}

describe('cells of several grouping sets', () => {
  test('below a withheld cell are withheld, or they would add up to it', async () => {
    const about: Partial<Lattice> = {
      roles: [{ index: 1 }, { index: 0, parent: 1 }],
      setOf: ({ gid }) => (gid === 0 ? 1 : 0),
      familyOf: (gid) => (gid === 0 ? -1 : 0),
    }
    const { hidden } = await decided({ groups: [group(0, 5), group(1, 20), group(2, 20)], about })
    expect(hidden.toSorted()).toEqual([0, 1, 2])
  })

  test('of a set that crosses are shown only where they pass and all their parts are shown', async () => {
    const about: Partial<Lattice> = {
      roles: [{ index: 0 }, { index: 1, cover: 0 }],
      setOf: ({ gid }) => (gid < 2 ? 0 : 1),
      partsOf: (gid) => (gid === 2 ? [0, 1] : [1]),
    }
    const groups = [group(0, 5), group(1, 20), group(2, 25), group(3, 5), group(4, 20)]
    expect((await decided({ groups, about })).hidden.toSorted()).toEqual([0, 2, 3])
  })

  test('all go when too many families hold some back: nobody would look at each', async () => {
    const pairs = Array.from({ length: 201 }, (_, i) => [group(2 * i, 5), group(2 * i + 1, 20)]).flat()
    const about: Partial<Lattice> = { familyOf: (gid) => -1 - Math.floor(gid / 2) }
    expect((await decided({ groups: pairs, about })).hidden).toHaveLength(402)
    expect((await decided({ groups: pairs.slice(0, 400), about })).hidden).toHaveLength(200)
  })

  test('and groups, when too many families have absent ones', async () => {
    const groups = Array.from({ length: 201 }, (_, i) => group(i, 20))
    const about: Partial<Lattice> = { familyOf: (gid) => -1 - gid, absentIn: () => 1 }
    expect((await decided({ groups, about })).shown).toEqual([])
    expect((await decided({ groups: groups.slice(1), about })).shown).toHaveLength(200)
  })
})

describe('what is left of a column', () => {
  test('is what the absent groups hold, even when no cell is withheld', async () => {
    const few = { nonZero: 3, differing: 12, isExact: true, ...even }
    const withheld: Withheld = {
      ...plenty,
      union: async (_, gids) => ({
        value: null,
        persons: 12,
        ...(gids.length > 0 ? {} : { contributions: few }),
      }),
    }
    const column = { index: 0, shown: [group(0, 20), group(1, 30)], gone: [], whole: -1 }
    expect([
      ...(await decideColumn({ ...column, nobodyElse: false }, withheld, {
        thresholds,
        isNear: () => false,
      })),
    ]).toEqual([0])
    expect([
      ...(await decideColumn({ ...column, nobodyElse: true }, withheld, { thresholds, isNear: () => false })),
    ]).toEqual([])
  })

  test('a cell that nobody read is nobody', () => {
    expect(cellOf([], 0)).toEqual({ value: null, persons: 0 })
  })
})

describe('evidence of a hostile worker', () => {
  const failed = expect.objectContaining({ code: 'QUERY_FAILED' })

  test('has no difference of more persons than there are', () => {
    const rows = (persons: number) => ({ columns: [], rows: [[0, persons]] })
    expect(() => withDifferences([group(0, 20)], [[0, 1]], rows(51))).toThrow(failed)
    expect(withDifferences([group(0, 20)], [[0, 1]], rows(50))[0]?.differences).toHaveLength(1)
  })

  test('has no label that its grouping set leaves out', () => {
    const leaf: Leaf = {
      ...{ name: 'leaf_0', level1: template(''), values: [], measures: [], reads: [] },
      keys: [
        { name: 'g0', type: 'VARCHAR' },
        { name: 'g1', type: 'INTEGER' },
      ],
      ...{ plan: 'X', framed: false, total: false, sets: [[0], []] },
    }
    const setOf = (label: string | null, set: number) =>
      parseSet(leaf, { ...group(0, 20), keys: [label, set] })
    expect(setOf('a', 0)).toBe(0)
    expect(setOf(null, 1)).toBe(1)
    expect(() => setOf('a', 1)).toThrow(failed)
    expect(() => setOf('a', 2)).toThrow(failed)
  })
})

describe('that groups are absent', () => {
  let session: Awaited<ReturnType<typeof openInProcess>>
  beforeAll(async () => {
    session = await openInProcess([])
  })
  afterAll(() => session.close())

  test.each([
    [10, false],
    [11, true],
  ])('is told of %i persons: %s', async (persons, told) => {
    const leaf: Leaf = {
      ...{ name: 'leaf_0', values: [], measures: [], reads: [], keys: [{ name: 'g0', type: 'BIGINT' }] },
      ...{ plan: 'X', framed: false, total: false },
      level1: template(`SELECT range // 6, range::UINTEGER, 1::BIGINT FROM range(${persons})`),
    }
    expect((await release(session, leaf, thresholds)).groupsWithheld).toBe(told)
  })

  test('a number of values rests on the persons who have one, however many each of them has', async () => {
    const held = (persons: number) =>
      template(`SELECT 'a', (range % ${persons})::UINTEGER, range // ${persons} FROM range(${3 * persons})`)
    const leafOf = (persons: number): Leaf => ({
      ...{ name: 'leaf_0', reads: [], keys: [{ name: 'g0', type: 'VARCHAR' }] },
      ...{ plan: 'X', framed: false, total: false },
      measures: [{ name: 'm1', shape: 'values', type: 'BIGINT', label: '' }],
      level1: template("SELECT 'a', range::UINTEGER, 1::BIGINT FROM range(20)"),
      values: [{ measure: 'm1', statement: held(persons) }],
    })
    const shown = async (persons: number) =>
      (await release(session, leafOf(persons), thresholds)).table.data.rows
    expect(await shown(5)).toEqual([['a', null, true]])
    expect(await shown(11)).toEqual([['a', 3, false]])
  })
})
