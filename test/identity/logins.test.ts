import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { openProvider } from '../../services/identity/issuers/provider.ts'
import { secretsOf } from '../../services/identity/issuers/secret.ts'
import { verifyCompact } from '../../services/identity/jws.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { type LoginHouse, openLoginHouse } from './login-house.ts'
import { ecKey } from './visa-issuer.ts'

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

const minute = 60_000

async function personAfter(signedIn: ReturnType<LoginHouse['signIn']>) {
  const { session } = await signedIn
  return house.sessions.verify(session?.cookie ?? 'none')
}

describe('signing in', () => {
  test.each(['chu', 'univ'])('%s opens a session on the account of (issuer, subject)', async (name) => {
    expect(await personAfter(house.signIn(name))).toMatchObject({
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

  test('keeps nothing that the browser holds: the cookie is kept as its hash', async () => {
    const { cookie } = await house.away('chu')
    const rows = await house.store.db.selectFrom('identity_login').selectAll().execute()
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain(cookie)
  })

  test('forgets what was begun and never ended', async () => {
    await house.away('chu')
    house.time.ahead = 10 * minute
    const { cookie } = await house.away('univ')
    const rows = await house.store.db.selectFrom('identity_login').selectAll().execute()
    expect(rows).toHaveLength(1)
    expect(cookie).toBeDefined()
  })

  test('takes the level from what the issuer says, the highest of class and methods', async () => {
    house.chu.person = { subject: 'ann', acr: 'three', amr: ['pwd'] }
    expect(await personAfter(house.signIn('chu'))).toMatchObject({ level: 3 })
    house.chu.person = { subject: 'ann', amr: ['pwd'] }
    expect(await personAfter(house.signIn('chu'))).toMatchObject({ level: 1 })
  })

  test('opens no account of an organisation that the issuer may not speak for', async () => {
    const { issuer } = house.chu
    const logins = await house.loginsWith({
      ...issuer,
      login: { ...issuer.login, organisations: ['elsewhere'] },
    })
    const { back, cookie } = await house.away('chu')
    await expect(logins.finish({ issuer: 'chu', search: back.search, cookie })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      facts: { rule: 'login.organisation' },
    })
  })

  test('asks an issuer again at each sign-in where the configuration says so', async () => {
    const { issuer } = house.univ
    const logins = await house.loginsWith({ ...issuer, login: { ...issuer.login, asksEachTime: true } })
    const { url } = await logins.begin({ issuer: 'univ', aim: 'sign-in', target: '/' })
    expect(new URL(url).searchParams.get('prompt')).toBe('login')
    expect((await house.away('univ')).asked.searchParams.get('prompt')).toBeNull()
  })

  test('loses nobody while the keys of the issuer change every five seconds', async () => {
    const opened = []
    for (let round = 0; round < 12; round += 1) {
      house.time.ahead += 5_000
      house.chu.keys = [ecKey(`turn-${round}`), ...house.chu.keys.slice(0, 1)]
      opened.push(...(await Promise.all([house.signIn('chu'), house.signIn('chu'), house.signIn('chu')])))
    }
    expect(opened.filter(({ session }) => session !== undefined)).toHaveLength(36)
  })

  test('goes on with keys read less than ten minutes ago while they cannot be read', async () => {
    await house.signIn('chu')
    house.chu.answers.set('/jwks', (_, response) => void response.writeHead(503).end())
    house.time.ahead = 9 * minute
    expect(await personAfter(house.signIn('chu'))).toMatchObject({ subject: 'ann' })
    house.time.ahead = 11 * minute
    await expect(house.signIn('chu')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('proves itself to an issuer with a signed assertion, made for it and for a minute', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { issuer } = house.chu
    let form = new URLSearchParams()
    house.chu.answers.set('/token', (request, response) => {
      request.on('data', (chunk) => {
        form = new URLSearchParams(String(chunk))
        response.writeHead(400).end('{"error":"invalid_grant"}')
      })
    })
    const provider = await openProvider({
      issuer: {
        ...issuer,
        login: {
          ...issuer.login,
          authentication: { method: 'private_key_jwt', key: 'env:KEY', kid: 'node', algorithm: 'ES256' },
        },
      },
      ...{ address: 'http://127.0.0.1:9', clock: { now: house.now }, log: silentLog },
      secret: secretsOf({ KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) }),
    })
    const secrets = { state: 's', nonce: 'n', verifier: 'v'.repeat(43) }
    const answer = `?code=c&state=s&iss=${encodeURIComponent(issuer.issuer)}`
    await expect(provider.claimsFor(answer, secrets)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const { payload } = verifyCompact({
      token: form.get('client_assertion') ?? '',
      keys: new Map([['node', publicKey]]),
      typ: [null],
      algorithms: ['ES256'],
    })
    const { iss, sub, aud, iat, exp } = JSON.parse(payload)
    expect({ iss, sub, aud, life: exp - iat }).toEqual({
      ...{ iss: 'huisclos', sub: 'huisclos', aud: issuer.issuer, life: 60 },
    })
  })

  test('does not open where the secret is not there, and repeats none', async () => {
    const { issuer } = house.chu
    const opening = openProvider({
      ...{ issuer, address: 'http://127.0.0.1:9', clock: { now: house.now }, log: silentLog },
      secret: secretsOf({}),
    })
    await expect(opening).rejects.toThrow('env:CHU_SECRET: no secret there')
  })
})

describe('stepping up', () => {
  test('asks for a class and an age, and takes the place of the session: its old cookie is worth nothing', async () => {
    const first = await house.signIn('univ')
    const by = await house.sessions.verify(first.session?.cookie ?? '')
    const { asked, back, cookie } = await house.away('univ', { aim: 'step-up', by })
    expect([asked.searchParams.get('max_age'), asked.searchParams.get('acr_values')]).toEqual([
      '900',
      'two three',
    ])
    const second = await house.logins.finish({ issuer: 'univ', search: back.search, cookie })
    await expect(house.sessions.verify(first.session?.cookie ?? '')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    expect(await house.sessions.verify(second.session?.cookie ?? '')).toMatchObject({
      session: by.session,
      level: 2,
    })
  })
})
