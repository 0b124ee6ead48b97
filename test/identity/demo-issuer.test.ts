import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { demoAccounts } from '../../services/identity/demo-accounts.ts'
import { type DemoIssuer, startDemoIssuer } from '../../services/identity/demo-issuer.ts'
import { mintDemoToken, openDemoKeys } from '../../services/identity/demo-keys.ts'
import type { Accounts, Tokens } from '../../services/identity/person.ts'
import { openTokens } from '../../services/identity/token.ts'
import { systemClock as clock } from '../../services/kernel/clock.ts'
import { silentLog as log } from '../../services/kernel/log.ts'
import { openBrowser } from './browser.ts'

const known = demoAccounts(clock)
const accounts: Accounts = {
  find: async ({ issuer, subject }) =>
    known.find((one) => one.issuer === issuer && one.subject === subject) ?? null,
  list: async () => known,
}

let home = ''
let demo: DemoIssuer
let tokens: Tokens
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-issuer-'))
  demo = await startDemoIssuer({ home, clock, log })
  tokens = openTokens({ issuers: [demo.trust], accounts, clock })
})
afterAll(async () => {
  await demo.close()
  await rm(home, { recursive: true, force: true })
})

const callback = 'http://127.0.0.1:8080/connexion/demo/retour'
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')
const wanted = {
  client_id: 'huisclos',
  response_type: 'code',
  redirect_uri: callback,
  scope: 'openid api',
  code_challenge: challenge,
  code_challenge_method: 'S256',
  state: 's1',
  nonce: 'n1',
}

const authorize = (more: Readonly<Record<string, string>> = {}) =>
  `${demo.issuer}/auth?${new URLSearchParams({ ...wanted, ...more })}`

/** What a client gets back at its address. */
async function signIn(subject: string): Promise<URLSearchParams> {
  const browser = openBrowser()
  const page = await browser.follow(await browser.get(authorize()))
  expect(page.status).toBe(200)
  const answer = await browser.follow(await browser.post(page.url, { subject }))
  const target = new URL(answer.headers.get('location') ?? '')
  expect(`${target.origin}${target.pathname}`).toBe(callback)
  return target.searchParams
}

async function post(path: string, form: Readonly<Record<string, string>>) {
  const response = await fetch(`${demo.issuer}${path}`, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

const exchange = (code: string, more: Readonly<Record<string, string>> = {}) =>
  post('/token', {
    client_id: 'huisclos',
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
    ...more,
  })

describe('the demo issuer, as a provider', () => {
  test('tells its endpoints under its own address', async () => {
    const response = await fetch(`${demo.issuer}/.well-known/openid-configuration`)
    const metadata = JSON.parse(await response.text())
    expect(metadata).toMatchObject({
      issuer: demo.issuer,
      token_endpoint: `${demo.issuer}/token`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    })
    expect(demo.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/demo$/)
  })

  test('shows public keys only', async () => {
    const text = await (await fetch(`${demo.issuer}/jwks`)).text()
    const { jwks } = await openDemoKeys(home)
    expect(text).toContain(jwks.keys[0]?.x)
    expect(text).not.toContain(jwks.keys[0]?.d)
  })

  test('gives the person that was chosen an access token that our API accepts (code flow with PKCE)', async () => {
    const answer = await signIn('alice')
    expect(answer.get('state')).toBe('s1')
    expect(answer.get('iss')).toBe(demo.issuer)
    const { status, body } = await exchange(answer.get('code') ?? '')
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3_600 })
    expect(await tokens.verify(body.access_token)).toMatchObject({
      subject: 'alice',
      level: 2,
      methods: ['pwd', 'mfa'],
    })
    await expect(tokens.verify(body.id_token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('gives a command line a token once a person has typed its code (device flow)', async () => {
    const asked = await post('/device/auth', { client_id: 'huisclos-cli', scope: 'openid api' })
    expect(asked.status).toBe(200)
    const poll = () =>
      post('/token', {
        client_id: 'huisclos-cli',
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: asked.body.device_code,
      })
    expect((await poll()).body).toMatchObject({ error: 'authorization_pending' })

    const browser = openBrowser()
    const input = await (await browser.get(asked.body.verification_uri)).text()
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(input)?.[1] ?? ''
    const form = { xsrf, user_code: asked.body.user_code }
    const confirm = await (await browser.post(asked.body.verification_uri, form)).text()
    expect(confirm).toContain(asked.body.user_code)
    const page = await browser.follow(
      await browser.post(asked.body.verification_uri, { ...form, confirm: 'yes' }),
    )
    const done = await browser.follow(await browser.post(page.url, { subject: 'paul' }))
    expect(await done.text()).toContain('Appareil relié')

    const { body } = await poll()
    expect(await tokens.verify(body.access_token)).toMatchObject({
      subject: 'paul',
      roles: ['lead', 'researcher'],
    })
  })

  test.each([
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }],
    ['PKCE in clear', { code_challenge_method: 'plain' }],
    ['an unknown client', { client_id: 'other' }],
    ['a way back to elsewhere', { redirect_uri: 'https://elsewhere.invalid/' }],
    ['a way back to another path', { redirect_uri: 'http://127.0.0.1:8080/other' }],
    ['the implicit flow', { response_type: 'token' }],
    ['another resource', { resource: 'https://elsewhere.invalid/api' }],
  ])('begins nothing with %s', async (_, more) => {
    const answer = await openBrowser().get(authorize(more))
    expect(answer.headers.get('location') ?? '').not.toContain('/interaction/')
    expect(answer.headers.get('location') ?? '').not.toContain('code=')
  })

  test('gives no token for a wrong verifier, and none twice for one code', async () => {
    const wrong = (await signIn('alice')).get('code') ?? ''
    expect((await exchange(wrong, { code_verifier: randomBytes(32).toString('base64url') })).body.error).toBe(
      'invalid_grant',
    )
    const code = (await signIn('alice')).get('code') ?? ''
    expect((await exchange(code)).status).toBe(200)
    expect((await exchange(code)).body.error).toBe('invalid_grant')
  })

  test('knows nobody but the persons of the demo', async () => {
    const browser = openBrowser()
    const page = await browser.follow(await browser.get(authorize()))
    const answer = await browser.post(page.url, { subject: 'mallory' })
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  })

  test('goes on with a sign-in only in the browser that began it', async () => {
    const browser = openBrowser()
    const page = await browser.follow(await browser.get(authorize()))
    const answer = await openBrowser().post(page.url, { subject: 'alice' })
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  })

  test('shows pages of its own: no script, nothing from elsewhere, the demo said on each', async () => {
    const browser = openBrowser()
    const pages = [
      await browser.follow(await browser.get(authorize())),
      await browser.get(`${demo.issuer}/device`),
      await browser.get(`${demo.issuer}/auth?client_id=other`),
    ]
    for (const page of pages) {
      const html = await page.text()
      expect(html).not.toMatch(/<script|javascript:| on\w+=|https?:\/\/(?!127\.0\.0\.1)|@import|url\(/)
      expect(html).toContain('class="demo"')
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
      const css = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? ''
      const hash = createHash('sha256').update(css).digest('base64')
      expect(page.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`)
    }
  })

  test('answers to no other name than its address', async () => {
    const { hostname, port } = new URL(demo.issuer)
    const asked = request({
      hostname,
      port,
      path: '/demo/jwks',
      headers: { host: `rebound.invalid:${port}` },
    }).end()
    const [answer] = await once(asked, 'response')
    answer.resume()
    expect(answer.statusCode).toBe(421)
  })
})

describe('the keys of the demo', () => {
  test('are for nobody else on this machine', async () => {
    const modes = ['keys', 'keys/demo-issuer.json'].map(
      async (path) => (await stat(join(home, path))).mode & 0o777,
    )
    expect(await Promise.all(modes)).toEqual([0o700, 0o600])
  })

  test('make a token of one hour for the command line, like those of the issuer', async () => {
    const minted = await mintDemoToken({ home, subject: 'nadia', clock })
    expect(await tokens.verify(minted)).toMatchObject({ subject: 'nadia', roles: ['dpo'], level: 2 })
    const claims = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
    const { body } = await exchange((await signIn('nadia')).get('code') ?? '')
    const { iss, aud, sub, amr, iat, exp } = claims(minted)
    expect({ iss, aud, sub, amr }).toEqual({
      iss: demo.issuer,
      aud: 'huisclos:api',
      sub: 'nadia',
      amr: ['pwd', 'mfa'],
    })
    expect(exp - iat).toBe(3_600)
    expect(claims(body.access_token)).toMatchObject({ iss, aud, sub, amr })
  })

  test('survive a restart, also on another port: no token ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'huisclos-issuer-'))
    const first = await startDemoIssuer({ home: folder, clock, log })
    const minted = await mintDemoToken({ home: folder, subject: 'alice', clock })
    await first.close()
    const again = await startDemoIssuer({ home: folder, clock, log })
    expect(again.issuer).toBe(first.issuer)
    await again.close()

    const taken = createServer().listen(Number(new URL(first.issuer).port), '127.0.0.1')
    await once(taken, 'listening')
    const moved = await startDemoIssuer({ home: folder, clock, log })
    try {
      expect(moved.issuer).not.toBe(first.issuer)
      const later = openTokens({ issuers: [moved.trust], accounts, clock })
      await expect(later.verify(minted)).resolves.toMatchObject({ subject: 'alice' })
      const fresh = await mintDemoToken({ home: folder, subject: 'alice', clock })
      await expect(later.verify(fresh)).resolves.toMatchObject({ subject: 'alice' })
      await expect(tokens.verify(fresh)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    } finally {
      await moved.close()
      taken.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('that were damaged stop the start, and are not replaced', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'huisclos-issuer-'))
    try {
      await openDemoKeys(folder)
      const path = join(folder, 'keys', 'demo-issuer.json')
      await writeFile(path, '{"v":1}')
      await expect(openDemoKeys(folder)).rejects.toThrow()
      expect(await readFile(path, 'utf8')).toBe('{"v":1}')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
