import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { type LoginHouse, openLoginHouse } from '../identity/login-house.ts'
import { loginAttacks } from './login-attacks.ts'

let house: LoginHouse
beforeAll(async () => {
  house = await openLoginHouse()
})
afterAll(() => house.close())
afterEach(() => {
  house.rogue.mend()
  house.time.ahead = 0
})

const sessionsOpened = async () => house.entries.filter(({ body }) => body.type === 'auth.opened').length

describe('an issuer, a browser or somebody between them who lies', () => {
  test('signs in nobody but their own when they do not: the attacks below fail by what they do', async () => {
    const { session } = await house.signIn('rogue')
    expect(await house.sessions.verify(session?.cookie ?? '')).toMatchObject({
      issuer: 'rogue',
      subject: 'eve',
    })
  })

  test.each(Object.entries(loginAttacks))('gets nothing by %s', async (_, { rule, how, opens }) => {
    const before = await sessionsOpened()
    const { code, facts } = await how(house).then(
      () => ({ code: 'none', facts: { rule: 'accepted' } }),
      (error) => error,
    )
    expect(facts.rule).toBe(rule)
    // An issuer that cannot be reached was asked nothing; every other refusal is in the log.
    if (code !== 'UNAVAILABLE')
      expect(house.entries.at(-1)?.body).toMatchObject({ type: 'auth.refused', rule })
    expect(await sessionsOpened()).toBe(before + (opens ?? 0))
    const { session } = await house.signIn('univ')
    expect(await house.sessions.verify(session?.cookie ?? '')).toMatchObject({
      issuer: 'univ',
      subject: 'ann',
    })
  })

  test('would get through by an answer that names no issuer, were that not asked of them (RFC 9207)', async () => {
    const { issuer } = house.rogue
    house.rogue.discovery = (document) => ({
      ...document,
      authorization_response_iss_parameter_supported: false,
    })
    const logins = await house.loginsWith({ ...issuer, login: { ...issuer.login, namesItself: false } })
    const { back, cookie } = await house.away('rogue')
    back.searchParams.delete('iss')
    const { session } = await logins.finish({ issuer: 'rogue', search: back.search, cookie })
    expect(session).toBeDefined()
  })
})
