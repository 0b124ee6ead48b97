import { describe, expect, test } from '@jest/globals'
import {
  type Conditions,
  fits,
  type Matchable,
  meets,
  metBy,
} from '../../services/identity/visa-conditions.ts'
import { type Dice, dice, mixed } from '../property/seed.ts'

const affiliation = {
  type: 'AffiliationAndRole',
  value: 'faculty@univ.example',
  source: 'https://univ.example',
  by: 'so',
}
const status = {
  type: 'ResearcherStatus',
  value: 'https://huisclos.example/formation/1',
  source: 'https://a.example',
}
const links = {
  type: 'LinkedIdentities',
  value: '1,https%3A%2F%2Fa;2,https%3A%2F%2Fb',
  source: 'https://a.example',
  by: 'system',
}

describe('a demand', () => {
  test.each([
    ['const:faculty@univ.example', true],
    ['const:faculty@univ.example ', false],
    ['const:Faculty@univ.example', false],
    ['const:', false],
    ['pattern:faculty@*', true],
    ['pattern:*', true],
    ['pattern:**', true],
    ['pattern:*@univ.example', true],
    ['pattern:*@*.example', true],
    ['pattern:f?culty@univ.example', true],
    ['pattern:f?aculty@univ.example', false],
    ['pattern:faculty', false],
    ['pattern:aculty@*', false],
    ['pattern:faculty@univ.example?', false],
    ['pattern:faculty@univ.exampl\\?', false],
    ['pattern:FACULTY@*', false],
    ['pattern:faculty@univ[.]example', false],
    ['pattern:', false],
    ['split_pattern:faculty@*', true],
    ['regex:.*', false],
    ['CONST:faculty@univ.example', false],
    ['faculty@univ.example', false],
    ['', false],
    [':faculty@univ.example', false],
  ])('%j is met by faculty@univ.example: %j', (demand, met) => {
    expect(fits(demand, 'faculty@univ.example')).toBe(met)
  })

  test('of a part between semicolons is met by one whole part', () => {
    expect(fits('split_pattern:2,https*', links.value)).toBe(true)
    expect(fits('split_pattern:1,*b', links.value)).toBe(false)
    expect(fits('pattern:1,*b', links.value)).toBe(true)
    expect(fits('split_pattern:2', links.value)).toBe(false)
  })

  test('takes any one character for a question mark, one of two units of UTF-16 too', () => {
    expect(fits('pattern:a?c', 'a𝒳c')).toBe(true)
    expect(fits('pattern:a??c', 'a𝒳c')).toBe(false)
  })

  test('of many stars ends', () => {
    expect(fits(`pattern:${'*a'.repeat(120)}b`, 'a'.repeat(255))).toBe(false)
    expect(fits(`pattern:${'a*'.repeat(120)}`, 'a'.repeat(255))).toBe(true)
  })
})

describe('a clause', () => {
  test.each<[string, Record<string, string>, boolean]>([
    ['of one claim', { type: 'AffiliationAndRole', value: 'pattern:faculty@*' }, true],
    [
      'of every claim',
      { type: 'AffiliationAndRole', value: 'pattern:*', source: 'pattern:*', by: 'const:so' },
      true,
    ],
    ['of the type alone', { type: 'AffiliationAndRole' }, false],
    ['without a type', { value: 'pattern:*' }, false],
    ['of another type', { type: 'ResearcherStatus', value: 'pattern:*' }, false],
    ['with a type that is a pattern', { type: 'pattern:*', value: 'pattern:*' }, false],
    [
      'of which one claim is not met',
      { type: 'AffiliationAndRole', value: 'pattern:*', by: 'const:dac' },
      false,
    ],
    [
      'of a claim that is not known',
      { type: 'AffiliationAndRole', value: 'pattern:*', level: 'pattern:*' },
      false,
    ],
    [
      'of when it was asserted',
      { type: 'AffiliationAndRole', value: 'pattern:*', asserted: 'pattern:*' },
      false,
    ],
    ['of conditions', { type: 'AffiliationAndRole', value: 'pattern:*', conditions: 'pattern:*' }, false],
    [
      'of the proto of objects',
      { type: 'AffiliationAndRole', value: 'pattern:*', toString: 'pattern:*' },
      false,
    ],
  ])('%s', (_, clause, met) => {
    expect(meets(clause, affiliation)).toBe(met)
  })

  test('of who asserted is not met where nobody says', () => {
    expect(meets({ type: 'ResearcherStatus', by: 'pattern:*' }, status)).toBe(false)
    expect(meets({ type: 'ResearcherStatus', value: 'pattern:*' }, status)).toBe(true)
  })
})

describe('conditions', () => {
  const faculty = { type: 'AffiliationAndRole', value: 'pattern:faculty@*' }
  const trained = { type: 'ResearcherStatus', value: 'pattern:*formation*' }
  const never = { type: 'ResearcherStatus', value: 'const:never' }

  test.each<[string, Conditions, number]>([
    ['both clauses', [[faculty, trained]], 1],
    ['one clause of two', [[faculty, never]], 0],
    ['the second alternative', [[never], [trained]], 1],
    ['both alternatives', [[faculty], [trained]], 2],
    ['no alternative', [], 0],
    ['an alternative without a clause', [[]], 0],
  ])('%s: %#', (_, conditions, alternatives) => {
    expect(metBy(conditions, [affiliation, status, links])).toHaveLength(alternatives)
  })

  test('one clause is met by one visa: two visas do not share it', () => {
    const clause = {
      type: 'AffiliationAndRole',
      value: 'pattern:faculty@*',
      source: 'const:https://other.example',
    }
    const other = { ...affiliation, value: 'student@other.example', source: 'https://other.example' }
    expect(metBy([[clause]], [affiliation, other])).toEqual([])
  })

  test('the first visa that meets a clause is taken', () => {
    expect(
      metBy(
        [[{ type: 'AffiliationAndRole', value: 'pattern:*' }]],
        [status, affiliation, { ...affiliation, by: 'dac' }],
      ),
    ).toEqual([[affiliation]])
  })
})

/** The specification read word for word, slowly: a pattern is tried against every way to cut the text. */
function naiveLike(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first === '*') return text.some((_, i) => naiveLike(rest, text.slice(i))) || naiveLike(rest, [])
  return text.length > 0 && (first === '?' || first === text[0]) && naiveLike(rest, text.slice(1))
}

function naiveClause({ type, ...demands }: Record<string, string>, visa: Matchable): boolean {
  const named = Object.entries(demands)
  return (
    type === visa.type &&
    named.length > 0 &&
    named.every(([name, demand]) => {
      const claim = (
        { value: visa.value, source: visa.source, by: visa.by } as Record<string, string | undefined>
      )[name]
      const [prefix, ...rest] = demand.split(':')
      const wanted = rest.join(':')
      if (claim === undefined || rest.length === 0) return false
      if (prefix === 'const') return wanted === claim
      if (prefix === 'pattern') return naiveLike([...wanted], [...claim])
      return prefix === 'split_pattern' && claim.split(';').some((part) => naiveLike([...wanted], [...part]))
    })
  )
}

/** Mostly claims of the visas themselves with a sign or two replaced, so that what is met and what is not are both common. */
function randomQuestion({ below, chance, pick }: Dice): {
  asked: Record<string, string>[][]
  visas: Matchable[]
} {
  const times = <T>(most: number, make: () => T) => Array.from({ length: below(most + 1) }, make)
  const word = () => Array.from({ length: 1 + below(4) }, () => pick(['a', 'b', ';', '@'])).join('')
  const type = () => pick(['ResearcherStatus', 'AffiliationAndRole'])
  const visas = times(4, () => ({
    ...{ type: type(), value: word(), source: word() },
    ...(chance(0.6) && { by: pick(['so', 'dac']) }),
  }))
  const wanted = (from: string) =>
    [...from].map((sign) => (chance(0.3) ? pick(['*', '?', 'a', '']) : sign)).join('')
  const clause = (): Record<string, string> => {
    const visa: Matchable =
      visas.length > 0 && chance(0.9) ? pick(visas) : { type: type(), value: word(), source: word() }
    const demands = times(2, () => {
      const name = pick(['value', 'value', 'source', 'by'] as const)
      const prefix = pick([
        'const:',
        'pattern:',
        'pattern:',
        'split_pattern:',
        chance(0.2) ? 'other:' : 'pattern:',
      ])
      return [chance(0.05) ? 'asserted' : name, `${prefix}${wanted(visa[name] ?? 'so')}`] as const
    })
    return { ...(chance(0.95) && { type: visa.type }), ...Object.fromEntries(demands) }
  }
  return { asked: times(3, () => times(3, clause)), visas }
}

test('50 000 random conditions are judged as by the specification read word for word', () => {
  const seen = { met: 0, not: 0 }
  const wrong: unknown[] = []
  for (let i = 0; i < 50_000; i++) {
    const { asked, visas } = randomQuestion(dice(mixed(42, i)))
    const expected = asked.some(
      (clauses) => clauses.length > 0 && clauses.every((one) => visas.some((each) => naiveClause(one, each))),
    )
    seen[expected ? 'met' : 'not'] += 1
    if (metBy(asked, visas).length > 0 !== expected) wrong.push({ asked, visas, expected })
  }
  expect(wrong.slice(0, 1)).toEqual([])
  expect(seen.met).toBeGreaterThan(4_000)
  expect(seen.not).toBeGreaterThan(5_000)
})
