/** Passports of others: what counts, what never does, and for how long. Real issuers on this machine, one of them hostile. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { openVisa } from '../../services/identity/visa.ts'
import { forgedVisas } from './forged-visas.ts'
import {
  openPassportHouse,
  type PassportHouse,
  signIn,
  start,
  type VisaHands,
  visasOf,
} from './passport-house.ts'
import { charter, forge, jwkOf, linked, rsaKey, training } from './visa-issuer.ts'

const day = 86_400_000
let house: PassportHouse

beforeAll(async () => {
  house = await openPassportHouse()
}, 60_000)
afterAll(() => house?.close())
beforeEach(() => house.begin())

const link: VisaHands['link'] = (...change) => visasOf(house).link(...change)
const trained: VisaHands['trained'] = (...change) => visasOf(house).trained(...change)
const affiliated: VisaHands['affiliated'] = (...change) => visasOf(house).affiliated(...change)
const hand: VisaHands['hand'] = (visas) => visasOf(house).hand(visas)
const proofsOf = async (visas: readonly string[]) =>
  (await hand(visas)).vouched.map(({ proof }) => proof).sort()

describe('a good visa', () => {
  test('counts for the proof that the policy maps it to, until the first end of all that counted', async () => {
    const { visas, vouched } = await hand([link(), house.honest.visa()])
    expect(visas).toMatchObject([
      { type: 'LinkedIdentities', counts: true },
      { type: 'AcceptedTermsAndPolicies', counts: true },
    ])
    expect(vouched).toEqual([
      { proof: 'charter', until: start + 30 * day, visas: [visas[1]?.sha256, visas[0]?.sha256] },
    ])
  })

  test.each<[string, { visa?: object; claims?: object; ofLink?: Record<string, unknown>; days: number }]>([
    ['the visa itself', { claims: { exp: (start + day) / 1_000 }, days: 1 }],
    ['our maximum age of what it asserts', { visa: { asserted: (start - 363 * day) / 1_000 }, days: 2 }],
    ['the link it is reached by', { ofLink: { exp: (start + 3 * day) / 1_000 }, days: 3 }],
  ])('ends with %s', async (_, { visa = {}, claims = {}, ofLink = {}, days }) => {
    const { vouched } = await hand([link({}, ofLink), house.honest.visa(visa, claims)])
    expect(vouched).toMatchObject([{ proof: 'charter', until: start + days * day }])
  })

  test('of a rule with a shorter patience than the whole policy ends with that', async () => {
    const [charterRule, ...rest] = house.needs.policy.rules
    if (charterRule === undefined) throw new Error('no rule')
    const policy = { ...house.needs.policy, rules: [{ ...charterRule, maximumAgeMs: 31 * day }, ...rest] }
    const passports = await house.open({ policy })
    const { vouched } = await passports.receive(
      house.person('alice'),
      house.honest.passport([link(), house.honest.visa()]),
    )
    expect(vouched).toMatchObject([{ until: start + day }])
  })

  test.each([
    ['JWT', { typ: 'JWT' }],
    ['that of an access token', { typ: 'at+jwt' }],
    ['none', { typ: undefined }],
  ])('may have the older types: %s', async (_, change) => {
    const { honest } = house
    expect(await proofsOf([link(), forge(honest.header(change), honest.claims(), honest.key)])).toEqual([
      'charter',
    ])
  })

  test('needs no jku, and may name a certificate that nobody reads', async () => {
    const { honest } = house
    const header = honest.header({ jku: undefined, x5t: 'c2hhMQ' })
    expect(await proofsOf([link(), forge(header, honest.claims(), honest.key)])).toEqual(['charter'])
  })

  test('may carry members that GA4GH may add, and a scope that is not of an access token', async () => {
    const visa = house.honest.visa({ note: 'new' }, { scope: 'ga4gh', other: 1 })
    expect(await proofsOf([link(), visa])).toEqual(['charter'])
  })

  test('signed by RSA counts too', async () => {
    const { honest } = house
    const key = rsaKey('r1')
    honest.answer([jwkOf(honest.key), jwkOf(key)])
    const visa = forge(honest.header({ alg: 'RS256', kid: 'r1' }), honest.claims(), key)
    expect(await proofsOf([link(), visa])).toEqual(['charter'])
  })

  test('of which one is bad harms no other', async () => {
    expect(await proofsOf([link(), 'rubbish', house.honest.visa({}, { sub: 'bruno' }), trained()])).toEqual([
      'training',
    ])
  })

  test('counts by the best of several', async () => {
    const short = house.honest.visa({}, { exp: (start + day) / 1_000 })
    const { vouched, visas } = await hand([link(), short, house.honest.visa()])
    expect(vouched).toMatchObject([{ until: start + 30 * day }])
    expect(visas.map(({ counts, rule }) => [counts, rule])).toEqual([
      [true, undefined],
      [false, 'visa.unused'],
      [true, undefined],
    ])
  })
})

describe('the conditions of a visa', () => {
  const asks = (value: string, further = {}) => ({
    conditions: [[{ type: 'AffiliationAndRole', value, ...further }]],
  })

  test('are met by another visa of the person, and its end is theirs', async () => {
    const faculty = affiliated()
    const { vouched } = await hand([link(), trained(asks('pattern:faculty@*')), faculty])
    expect(vouched).toMatchObject([{ proof: 'training', until: start + 30 * day }])
    expect(vouched[0]?.visas).toHaveLength(3)
    const ends = house.honest.visa(
      { type: 'AffiliationAndRole', value: 'faculty@univ.example', by: 'so' },
      { exp: (start + day) / 1_000 },
    )
    expect((await hand([link(), trained(asks('pattern:faculty@*')), ends])).vouched[0]?.until).toBe(
      start + day,
    )
  })

  test('are met by the second alternative', async () => {
    const conditions = [...asks('const:nobody').conditions, ...asks('const:faculty@univ.example').conditions]
    expect(await proofsOf([link(), trained({ conditions }), affiliated()])).toEqual(['training'])
  })

  test.each([
    ['nothing', () => []],
    ['another value', () => [affiliated({ value: 'student@univ.example' })]],
    [
      'a visa of somebody else',
      () => [
        house.honest.visa(
          { type: 'AffiliationAndRole', value: 'faculty@univ.example', by: 'so' },
          { sub: 'bruno' },
        ),
      ],
    ],
    ['a visa of a source that is not trusted', () => [affiliated({ source: 'https://elsewhere.example' })]],
    [
      'a visa that has conditions itself',
      () => [affiliated({ conditions: [[{ type: 'ResearcherStatus', value: 'pattern:*' }]] })],
    ],
    [
      'a visa that has ended',
      () => [
        house.honest.visa(
          { type: 'AffiliationAndRole', value: 'faculty@univ.example', by: 'so' },
          { iat: 1, exp: 2 },
        ),
      ],
    ],
    ['a visa that is too old', () => [affiliated({ asserted: (start - 366 * day) / 1_000 })]],
  ])('are not met by %s', async (_, others) => {
    expect(await proofsOf([link(), trained(asks('pattern:faculty@*')), ...others()])).toEqual([])
  })
})

describe('a forged visa', () => {
  test('never counts, whatever is wrong with it; each is told why, and nothing is asked of where it points', async () => {
    const forgeries = forgedVisas(house.honest, house.hostile, start)
    expect(forgeries.length).toBeGreaterThan(140)
    const wrong: unknown[] = []
    for (const { name, token, rule } of forgeries) {
      const { visas, vouched } = await hand([link(), token])
      const told = visas[1]
      const isRight = vouched.length === 0 && told?.counts === false && told.rule === rule
      if (!isRight) wrong.push({ name, told, rule, vouched })
    }
    expect(wrong).toEqual([])
    expect(house.hostile.asked).toEqual([])
    expect(new Set(house.honest.asked)).toEqual(new Set(['/jwks.json']))
    expect(await house.needs.store.tokensOf(house.person('alice'))).toEqual([])
  }, 120_000)

  test('counts once what is wrong with it is put right: the good one of the forgeries is good', async () => {
    expect(await proofsOf([link(), house.honest.visa()])).toEqual(['charter'])
  })

  test('beside good ones adds nothing to them', async () => {
    const bad = forgedVisas(house.honest, house.hostile, start).map(({ token }) => token)
    for (let i = 0; i < bad.length; i += 40)
      expect(await proofsOf([link(), ...bad.slice(i, i + 40), trained()])).toEqual(['training'])
  })
})

describe('the names of a person', () => {
  test('are not what somebody else says of theirs: a visa of alice is worth nothing to bruno', async () => {
    const passports = await house.open()
    const own = house.honest.visa(
      { type: 'LinkedIdentities', by: 'system', value: linked(['bruno', signIn]) },
      { sub: 'bruno' },
    )
    const passport = house.honest.passport([own, link(), house.honest.visa()], { sub: 'bruno' })
    const { visas, vouched } = await passports.receive(house.person('bruno'), passport)
    expect(vouched).toEqual([])
    expect(visas.map(({ rule }) => rule)).toEqual(['visa.unused', 'visa.identity', 'visa.identity'])
  })

  test('are those of the sign-in without any link', async () => {
    const issuers = [house.honest.trust()]
    const identitiesOf = ({ subject }: { subject: string }) => [{ issuer: house.honest.url, subject }]
    const passports = await house.open({ issuers, identitiesOf })
    const { vouched } = await passports.receive(
      house.person('alice'),
      house.honest.passport([house.honest.visa()]),
    )
    expect(vouched).toMatchObject([{ proof: 'charter', visas: [expect.any(String)] }])
  })

  test('lead from one issuer to the next by links of trusted ones', async () => {
    const { honest, hostile: second } = house
    const issuers = [honest.trust(), second.trust({ broker: false })]
    const passports = await house.open({ issuers })
    const onward = honest.visa({ type: 'LinkedIdentities', by: 'so', value: linked(['a-2', second.url]) })
    const there = second.visa({}, { sub: 'a-2' })
    const passport = (visas: readonly string[]) => honest.passport(visas)
    const found = await passports.receive(house.person('alice'), passport([onward, link(), there]))
    expect(found.vouched).toMatchObject([{ proof: 'charter' }])
    expect(found.vouched[0]?.visas).toHaveLength(3)
    const without = await passports.receive(house.person('alice'), passport([link(), there]))
    expect(without.vouched).toEqual([])
  })

  const sure = [[{ type: 'AffiliationAndRole', value: 'pattern:*' }]]
  test.each<[string, Record<string, unknown>, number]>([
    ['of a trusted source, said by a system', {}, 1],
    ['of another source', { source: 'https://elsewhere.example' }, 0],
    ['said by oneself', { by: 'self' }, 0],
    ['said by nobody', { by: undefined }, 0],
    ['asserted too long ago', { asserted: (start - 366 * day) / 1_000 }, 0],
    ['with conditions, met or not', { conditions: sure }, 0],
  ])('grow by a link %s: %#', async (_, change, proofs) => {
    const more = link({ value: linked(['a-2', house.honest.url]), ...change })
    const visa = house.honest.visa({}, { sub: 'a-2' })
    expect((await hand([link(), affiliated(), more, visa])).vouched).toHaveLength(proofs)
  })

  test('are those of the issuer that signs: it speaks for no other', () => {
    const keys = new Map([['k1', house.honest.key.publicKey]])
    const issuer = { ...house.honest.trust(), issuer: house.hostile.url }
    const open = (trust: typeof issuer) =>
      openVisa(house.honest.visa(), { issuer: trust, keys, now: start }).type
    expect(open(house.honest.trust())).toBe('AcceptedTermsAndPolicies')
    expect(() => open(issuer)).toThrow(expect.objectContaining({ facts: { rule: 'visa.issuer' } }))
  })

  test('are as long as the longest of two ways', async () => {
    const short = link({}, { exp: (start + day) / 1_000 })
    expect((await hand([short, link(), house.honest.visa()])).vouched[0]?.until).toBe(start + 30 * day)
    expect((await hand([link(), short, house.honest.visa()])).vouched[0]?.until).toBe(start + 30 * day)
  })
})

test('the charter and the training of the policy are those of these tests', () => {
  expect(house.needs.policy.rules.map(({ value }) => value)).toEqual([
    `const:${charter}`,
    `const:${training}`,
  ])
})
