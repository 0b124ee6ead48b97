/** How a passport is taken, kept and looked at again: its own guards, the log, and what becomes of it as time and keys go by. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { withVisas } from '../../services/identity/passport.ts'
import { explain } from '../../services/kernel/text.ts'
import { openPassportHouse, type PassportHouse, start, type VisaHands, visasOf } from './passport-house.ts'
import { audience, ecKey, forge, jwkOf, source } from './visa-issuer.ts'

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

describe('a passport', () => {
  const refused = async (token: string, as = 'alice') => {
    const passports = await house.open({ issuers: [house.honest.trust()] })
    return passports.receive(house.person(as), token).then(
      () => 'taken',
      (error) => `${error.code} ${error.facts.rule}`,
    )
  }
  const good = () => [link(), house.honest.visa()]
  const made = (change: object, header: object = {}) => {
    const { honest } = house
    const at = Math.floor(start / 1_000)
    const claims = {
      iss: honest.url,
      sub: 'alice',
      aud: audience,
      iat: at,
      exp: at + 3_600,
      ga4gh_passport_v1: good(),
    }
    return forge(
      { alg: 'ES256', typ: 'vnd.ga4gh.passport+jwt', kid: 'k1', ...header },
      { ...claims, ...change },
      honest.key,
    )
  }

  test('of a broker, meant for us, of this person is taken; so is one with its audience in a list', async () => {
    expect(await refused(made({}))).toBe('taken')
    expect(await refused(made({ aud: [audience] }))).toBe('taken')
  })

  test.each<[string, () => string, string]>([
    ['that is no token', () => 'passport', 'passport.issuer'],
    ['of nobody we know', () => house.hostile.passport(good()), 'passport.issuer'],
    ['for somebody else', () => made({ aud: 'https://elsewhere.example' }), 'passport.audience'],
    [
      'for us and somebody else',
      () => made({ aud: [audience, 'https://elsewhere.example'] }),
      'passport.claims',
    ],
    ['for nobody', () => made({ aud: undefined }), 'passport.claims'],
    ['of another person', () => made({ sub: 'bruno' }), 'passport.subject'],
    ['that has ended', () => made({ iat: start / 1_000 - 600, exp: start / 1_000 - 61 }), 'passport.expired'],
    ['that begins later', () => made({ iat: start / 1_000 + 61 }), 'passport.not-yet'],
    ['that is good from later on', () => made({ nbf: start / 1_000 + 61 }), 'passport.not-yet'],
    ['that lives two days', () => made({ exp: start / 1_000 + 2 * 86_400 }), 'passport.lifetime'],
    ['that ends before it begins', () => made({ exp: start / 1_000 - 1 }), 'passport.lifetime'],
    ['without visas', () => made({ ga4gh_passport_v1: undefined }), 'passport.claims'],
    ['with visas that are no texts', () => made({ ga4gh_passport_v1: [{}] }), 'passport.claims'],
    ['with 51 visas', () => made({ ga4gh_passport_v1: Array(51).fill('x') }), 'passport.claims'],
    ['of the type of a visa', () => made({}, { typ: 'vnd.ga4gh.visa+jwt' }), 'jws.type'],
    ['without a type', () => made({}, { typ: undefined }), 'jws.header'],
    ['that says where its key is', () => made({}, { jku: house.honest.jwks }), 'jws.header'],
    ['of which the key is not known', () => made({}, { kid: 'k9' }), 'jws.key'],
    [
      'signed by somebody else',
      () => made({}).replace(/[^.]+$/, house.hostile.visa().split('.')[2] ?? ''),
      'jws.signature',
    ],
    ['of more than 256 KiB', () => made({ more: 'x'.repeat(262_144) }), 'passport.issuer'],
  ])('%s is refused as a whole', async (_, token, rule) => {
    expect(await refused(token())).toBe(`INVALID ${rule}`)
    expect(house.entries).toEqual([])
    expect(await house.needs.store.tokensOf(house.person('alice'))).toEqual([])
  })

  test.each<[string, () => string]>([
    ['issuer', () => house.hostile.passport(good())],
    ['audience', () => made({ aud: 'https://elsewhere.example' })],
    ['subject', () => made({ sub: 'bruno' })],
    ['times', () => made({ exp: start / 1_000 + 2 * 86_400 })],
    ['form', () => made({}, { typ: 'JWT' })],
  ])('that is refused for its %s says so in both languages', async (fact, token) => {
    const passports = await house.open()
    const error = await passports.receive(house.person('alice'), token()).catch((refusal) => refusal)
    expect(error.facts).toMatchObject({
      fact: { key: `fact.passport.${fact}` },
      hint: { key: 'hint.passport' },
    })
    const [french, english] = (['fr', 'en'] as const).map((language) => explain(language, error).detail)
    expect(french).toMatch(/ Ce passeport /)
    expect(english).toMatch(/ This passport /)
  })

  test('of an issuer whose visas alone are trusted is refused', async () => {
    const passports = await house.open({ issuers: [house.honest.trust({ broker: false })] })
    await expect(passports.receive(house.person('alice'), made({}))).rejects.toMatchObject({
      facts: { rule: 'passport.issuer' },
    })
  })

  test('is in the log by its hash, with the hashes of what counted; what was wrong with the rest is sealed', async () => {
    const { visas } = await hand([link(), house.honest.visa(), 'rubbish'])
    const counted = visas.filter(({ counts }) => counts).map(({ sha256 }) => sha256)
    expect(house.entries).toMatchObject([
      {
        body: {
          type: 'passport.received',
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          visas: counted.sort(),
        },
        about: { by: { subject: 'alice' }, sealed: { visas } },
      },
    ])
    expect(JSON.stringify(house.entries)).not.toContain(link().split('.')[1])
  })

  test('is not kept when its entry cannot be written', async () => {
    const append = async () => {
      throw new Error('the log is full')
    }
    const passports = await house.open({ audit: { origin: 'x', append } })
    await expect(passports.receive(house.person('alice'), made({}))).rejects.toThrow('the log is full')
    expect(await house.needs.store.tokensOf(house.person('alice'))).toEqual([])
  })

  test('replaces the one before, and only what counted is kept', async () => {
    await hand([link(), house.honest.visa(), affiliated()])
    expect(await house.needs.store.tokensOf(house.person('alice'))).toHaveLength(2)
    await hand([link(), trained()])
    const vouched = await (await house.open()).vouchedFor(house.person('alice'))
    expect(vouched).toMatchObject([{ proof: 'training' }])
    await hand([link()])
    expect(await house.needs.store.tokensOf(house.person('alice'))).toEqual([])
  })

  test('may be handed in twice at once', async () => {
    const visas = [link(), trained()]
    const both = await Promise.all([hand(visas), hand(visas)])
    expect(both[0]?.vouched).toEqual(both[1]?.vouched)
    expect(await house.needs.store.tokensOf(house.person('alice'))).toHaveLength(2)
  })

  test('takes away what anybody had that has ended', async () => {
    await hand([link(), house.honest.visa()])
    house.time.now = start + 31 * day
    await house.needs.store.replace(house.person('bruno'), [], house.time.now)
    expect(await house.needs.store.tokensOf(house.person('alice'))).toEqual([])
  })
})

describe('an account', () => {
  test('has what its visas are worth now, and no more when one of them has ended', async () => {
    await hand([link(), house.honest.visa()])
    const accounts = withVisas(house.accounts, await house.open())
    expect(await accounts.find(house.person('alice'))).toMatchObject({ vouched: [{ proof: 'charter' }] })
    house.time.now = start + 30 * day
    expect(await accounts.find(house.person('alice'))).not.toHaveProperty('vouched')
  })

  test('has no more than its own where it handed in nothing, and nobody is asked anything', async () => {
    const accounts = withVisas(house.accounts, await house.open())
    house.honest.asked.length = 0
    expect(await accounts.find(house.person('bruno'))).toEqual(
      await house.accounts.find(house.person('bruno')),
    )
    expect(await accounts.find({ issuer: 'demo', subject: 'nobody' })).toBeNull()
    expect(await accounts.list()).toEqual(await house.accounts.list())
    expect(house.honest.asked).toEqual([])
  })

  test('loses what its visas were worth when their key is withdrawn, their issuer does not answer or is trusted no more', async () => {
    await hand([link(), house.honest.visa()])
    const alice = house.person('alice')
    const worth = async (passports: Awaited<ReturnType<typeof house.open>>) =>
      (await passports.vouchedFor(alice)).length
    const passports = await house.open()
    expect(await worth(passports)).toBe(1)
    house.honest.answer([jwkOf(ecKey('k2'))])
    expect(await worth(passports)).toBe(1)
    house.time.now = start + 10 * 60_000
    expect(await worth(passports)).toBe(0)
    house.honest.answer([jwkOf(house.honest.key)])
    house.time.now += 10 * 60_000
    expect(await worth(passports)).toBe(1)
    house.honest.answer((_, response) => void response.writeHead(503).end())
    expect(await worth(await house.open())).toBe(0)
    house.honest.answer([jwkOf(house.honest.key)])
    expect(await worth(await house.open({ issuers: [] }))).toBe(0)
    expect(
      await worth(
        await house.open({ issuers: [house.honest.trust({ sources: { LinkedIdentities: [source] } })] }),
      ),
    ).toBe(0)
    expect(await worth(await house.open())).toBe(1)
  })

  test('of an issuer that changes its key goes on when the next visa comes with the new one', async () => {
    const passports = await house.open()
    const { honest } = house
    await passports.receive(house.person('alice'), honest.passport([link(), honest.visa()]))
    const next = ecKey('k2')
    honest.answer([jwkOf(honest.key), jwkOf(next)])
    const visa = forge(honest.header({ kid: 'k2' }), honest.claims(), next)
    const early = await passports.receive(house.person('alice'), honest.passport([link(), visa]))
    expect(early.visas[1]).toMatchObject({ counts: false, rule: 'jws.key' })
    house.time.now += 60_000
    const late = await passports.receive(house.person('alice'), honest.passport([link(), visa]))
    expect(late.vouched).toMatchObject([{ proof: 'charter' }])
  })
})
