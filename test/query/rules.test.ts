import { describe, expect, test } from '@jest/globals'
import type { CellEvidence, Contributions } from '../../services/query/disclosure/evidence.ts'
import { failed, isDominated, isExposed } from '../../services/query/disclosure/rules.ts'

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }

const cell = (about: Partial<Contributions> = {}, persons = 40): CellEvidence => ({
  value: 1,
  persons,
  contributions: { nonZero: 40, differing: 40, isExact: true, total: 400, largest: 20, second: 20, ...about },
})

describe('each rule alone', () => {
  test.each([
    ['nothing', cell(), []],
    ['T1', cell({}, 10), ['T1']],
    ['T1 of a count', { value: 10, persons: 10 }, ['T1']],
    ['T2', cell({ nonZero: 10 }), ['T2']],
    ['T3', cell({ differing: 10 }), ['T3']],
    ['T4', cell({ largest: 390, second: 1 }), ['T4']],
    ['nothing at the edge', cell({ nonZero: 11, differing: 11 }, 11), []],
    ['nothing of a count at the edge', { value: 11, persons: 11 }, []],
  ])('%s', (_, evidence, rules) => expect(failed(evidence, thresholds)).toEqual(rules))

  // With p = 10 % the p % rule is the weaker of the two; a policy may tighten either.
  test('the p % rule: the others must hide the largest from the second', () => {
    const strict = { k: 11, p: 0.5, twoShare: 1, degreesOfFreedom: 10 }
    const made = { nonZero: 40, differing: 40, isExact: true, largest: 100, second: 80 }
    expect(isDominated({ ...made, total: 100 + 80 + 49 }, strict)).toBe(true)
    expect(isDominated({ ...made, total: 100 + 80 + 50 }, strict)).toBe(false)
  })

  test('the (2, n %) rule: two must not make up the whole', () => {
    const strict = { k: 11, p: 0, twoShare: 0.9, degreesOfFreedom: 10 }
    const made = { nonZero: 40, differing: 40, isExact: true, largest: 500, second: 410 }
    expect(isDominated({ ...made, total: 1000 }, strict)).toBe(true)
    expect(isDominated({ ...made, second: 400, total: 1000 }, strict)).toBe(false)
  })
})

describe('establishments', () => {
  const three = { k: 3, differing: 2, p: 0, twoShare: 1, oneShare: 0.85, degreesOfFreedom: 10 }
  const made = { nonZero: 3, differing: 2, total: 100, largest: 85, second: 10 }

  test.each([
    ['three of them', cell(made, 3), []],
    ['two of them', cell({ ...made, nonZero: 2 }, 2), ['T1', 'T2']],
    ['one above 85 %', cell({ ...made, largest: 85.1 }, 3), ['T4']],
    ['one that differs from the others', cell({ ...made, differing: 1 }, 3), ['T3']],
    ['two that make up the whole', cell({ ...made, largest: 60, second: 40 }, 3), []],
  ])('%s', (_, evidence, rules) => expect(failed(evidence, three)).toEqual(rules))

  test('of holders who agreed are shown one by one, but an extreme takes two', () => {
    const consented = { ...thresholds, k: 1, isConsented: true }
    expect(failed(cell({ nonZero: 0, differing: 0 }, 1), consented)).toEqual([])
    expect(failed({ value: 0, persons: 0 }, consented)).toEqual([])
    expect(failed({ value: null, persons: 1, support: 0 }, consented)).toEqual(['T1'])
    expect(isExposed({ value: null, persons: 0 }, consented, true)).toBe(false)
  })
})

describe('what was withheld, taken together', () => {
  const nothing = { nonZero: 0, differing: 0, total: 0, largest: 0, second: 0 }
  test.each([
    ['nobody', { value: null, persons: 0 }, false],
    ['one person', { value: null, persons: 1 }, true],
    ['k - 1 persons', { value: null, persons: 10 }, true],
    ['k persons', { value: null, persons: 11 }, false],
    ['k persons of whom few contribute', cell({ nonZero: 10 }), true],
    ['k persons of whom few differ', cell({ differing: 10 }), true],
    ['k persons of whom none contributes', cell(nothing), false],
    ['k persons and one who dominates', cell({ largest: 390, second: 1 }), true],
  ])('%s', (_, evidence, expected) => expect(isExposed(evidence, thresholds, false)).toBe(expected))

  test.each([
    ['nobody', { value: null, persons: 0 }, true],
    ['k persons', { value: null, persons: 11 }, false],
    ['k persons of whom none contributes', cell(nothing), true],
    ['k persons of whom none differs', cell({ differing: 0 }), true],
    ['k persons who pass', cell(), false],
  ])('where a mark shows that something was: %s', (_, evidence, expected) =>
    expect(isExposed(evidence, thresholds, true)).toBe(expected),
  )
})
