import { describe, expect, test } from '@jest/globals'
import type { Work } from '../../services/query/journal.ts'
import { thresholdsOf } from '../../services/query/thresholds.ts'

const disclosure = {
  k: 11,
  p: 0.1,
  twoShare: 0.9,
  degreesOfFreedom: 10,
  establishment: { k: 3, share: 0.85 },
}

interface Dataset {
  readonly k: number
  readonly entity?: 'establishment'
  readonly establishmentLevel?: 'consented'
  readonly class?: 'public'
  /** The line, where it has another threshold than the sealed dataset. */
  readonly lineK?: number
  /** No line of the permit speaks of it. */
  readonly lineless?: true
}

/** The parameters of a statement that reads these datasets, of a project that has those of `others` too. */
function of(
  read: Readonly<Record<string, Dataset>>,
  { kind = 'PERSONAL_HEALTH', others = {}, derived = 0, rules = disclosure } = {},
) {
  const all: Readonly<Record<string, Dataset>> = { ...read, ...others }
  const work = {
    plan: {
      reads: Object.entries(read).map(([dataset, about]) => ({
        dataset,
        table: 't',
        class: about.class ?? 'personal',
        columns: [],
      })),
      derived: derived > 0 ? ['made'] : [],
    },
    bulle: {
      datasets: Object.entries(all).map(([name, { k }]) => ({ name, k })),
      tables: [{ name: 'made', derived: { reads: [], k: derived } }],
    },
    granted: {
      current: {
        permit: {
          kind,
          lines: Object.entries(all)
            .filter(([, { lineless }]) => !lineless)
            .map(([dataset, { k, lineK = k, class: _, lineless: _lineless, ...about }]) => ({
              dataset,
              k: lineK,
              ...about,
            })),
        },
      },
    },
  }
  // Only what is read of them is there.
  return thresholdsOf({ rulebook: { disclosure: rules } }, work as unknown as Work)
}

describe('the threshold of persons', () => {
  const [care, lab] = [{ k: 11 }, { k: 20 }]

  test('is the strictest of the datasets that a statement reads', () => {
    expect(of({ care }, { others: { lab } })).toEqual({ k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 })
    expect(of({ lab }, { others: { care } }).k).toBe(20)
    expect(of({ care, lab }).k).toBe(20)
  })

  test('is tightened by a line, a policy and a derived table, and softened by none of them', () => {
    expect(of({ care: { k: 11, lineK: 30 } }).k).toBe(30)
    expect(of({ care: { k: 11, lineK: 3 } }).k).toBe(11)
    expect(of({ care: { k: 20, lineK: 3 } }).k).toBe(20)
    expect(of({ care }, { rules: { ...disclosure, k: 15 } }).k).toBe(15)
    expect(of({ care }, { derived: 25 }).k).toBe(25)
    expect(of({ care: { k: 3 } }).k).toBe(11)
  })
})

describe('in a project useful to the sector', () => {
  const kind = 'SECTOR_USEFUL'
  const beds = { k: 3, entity: 'establishment' } as const
  const consented = { ...beds, establishmentLevel: 'consented' } as const

  test('three establishments are enough, and one may make up 85 % of a result', () => {
    expect(of({ beds }, { kind })).toMatchObject({ unit: 'establishment', k: 3, oneShare: 0.85 })
    expect(of({ beds: { ...beds, k: 5 } }, { kind })).toMatchObject({ unit: 'establishment', k: 5 })
    expect(of({ beds: { ...beds, k: 2 } }, { kind }).k).toBe(3)
  })

  test('what has no line is not known to be of establishments', () => {
    const hidden = { ...beds, lineless: true } as const
    expect(of({ beds, hidden }, { kind })).not.toHaveProperty('unit')
    expect(of({ hidden }, { kind })).not.toHaveProperty('unit')
  })

  test('persons stay protected as persons', () => {
    const staff = { k: 11 }
    expect(of({ staff }, { kind })).not.toHaveProperty('unit')
    expect(of({ staff, beds }, { kind })).toMatchObject({ k: 11, twoShare: 0.9 })
    expect(of({ staff, beds: consented }, { kind })).not.toHaveProperty('isConsented')
  })

  test('public rows are nobody’s', () => {
    expect(of({ beds, regions: { k: 3, class: 'public' } }, { kind })).toMatchObject({
      unit: 'establishment',
    })
    expect(of({ regions: { k: 3, class: 'public' } }, { kind })).not.toHaveProperty('unit')
  })

  test('a holder that agreed shows its own establishments, and nobody else’s', () => {
    expect(of({ beds: consented }, { kind })).toMatchObject({
      unit: 'establishment',
      isConsented: true,
      k: 1,
    })
    expect(of({ beds: consented }, { kind, others: { flows: beds } })).toMatchObject({ isConsented: true })
    expect(of({ beds: consented, flows: beds }, { kind })).toMatchObject({ k: 3, oneShare: 0.85 })
    expect(of({ beds: consented, flows: beds }, { kind })).not.toHaveProperty('isConsented')
  })

  test('and in no other project', () => {
    for (const dataset of [beds, consented])
      expect(of({ beds: dataset })).toEqual({ k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 })
  })
})
