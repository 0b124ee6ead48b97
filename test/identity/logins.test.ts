import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type LoginHouse, openLoginHouse } from './login-house.ts'

let house: LoginHouse
beforeAll(async () => {
  house = await openLoginHouse()
})
afterAll(() => house.close())
beforeEach(() => {
  house.chu.mend()
  house.univ.mend()
  house.time.ahead = 0
})

const personOf = async (name: string, cookie: string | undefined) => {
  expect(cookie).toBeDefined()
  return { name, ...(await house.sessions.verify(cookie ?? '')) }
}

describe('signing in', () => {
  test.each(['chu', 'univ'])('%s opens a session on the account of (issuer, subject)', async (name) => {
    const { session } = await house.signIn(name)
    expect(await personOf(name, session?.cookie)).toMatchObject({
      issuer: name,
      subject: 'ann',
      displayName: `Ann (${name})`,
      level: 2,
      acr: 'two',
      methods: ['pwd', 'otp'],
    })
  })

  test('sends a challenge of PKCE, a state and a nonce that only we know, and pushes them where that is offered', async () => {
    const plain = (await house.away('univ')).asked.searchParams
    expect(plain.get('code_challenge_method')).toBe('S256')
    for (const name of ['code_challenge', 'state', 'nonce']) expect(plain.get(name)).toMatch(/^[\w-]{43}$/)
    const pushed = (await house.away('chu')).asked.searchParams
    expect([...pushed.keys()].sort()).toEqual(['client_id', 'request_uri'])
  })
})
