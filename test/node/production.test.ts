/** A production node, from its configuration to the sign-in of its first person. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { demoToken } from '../../services/cli/client.ts'
import { lookAtIssuers } from '../../services/cli/doctor-issuers.ts'
import { openAccounts } from '../../services/identity/accounts.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { type Log, silentLog } from '../../services/kernel/log.ts'
import type { Node } from '../../services/node.ts'
import { openStore } from '../../services/store/store.ts'
import { openBrowser } from '../identity/browser.ts'
import { openTestProvider, type TestProvider } from '../identity/login-provider.ts'
import { forge } from '../identity/visa-issuer.ts'
import { address, openProductionHome, type ProductionHome } from './production-node.ts'

let home: ProductionHome
let chu: TestProvider
let univ: TestProvider
let node: Node
const told: string[] = []
const tell = (line: string, facts: object = {}) => void told.push(`${line} ${JSON.stringify(facts)}`)
const log: Log = { info: () => {}, warn: tell, error: tell }

beforeAll(async () => {
  home = await openProductionHome()
  const options = (name: string) => ({
    ...{ name, ahead: () => 0 },
    client: { token_endpoint_auth_method: 'none', redirect_uris: [`${address}/connexion/${name}/retour`] },
  })
  ;[chu, univ] = await Promise.all([openTestProvider(options('chu')), openTestProvider(options('univ'))])
  univ.discovery = (document) => ({ ...document, token_endpoint: 'https://elsewhere.test/token' })
  node = await home.open({}, { logins: [chu.issuer, univ.issuer], log })
}, 60_000)
afterAll(async () => {
  await node?.close()
  await Promise.all([chu?.close(), univ?.close(), home?.close()])
})

/** An access token of `chu` for ann, as this node takes it but for the changes. */
function accessToken(changes: Record<string, unknown> = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const about = { iss: chu.url, sub: 'ann', aud: 'huisclos', client_id: 'r', jti: '1', acr: 'three' }
  const claims = { ...about, iat: now, exp: now + 600, ...changes }
  return forge({ alg: 'ES256', typ: 'at+jwt', kid: home.key.kid }, claims, home.key)
}
const me = (token: string) =>
  fetch(`${node.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })

describe('a production node', () => {
  test('signs the registrar of its configuration in with a configured issuer, and knows her by the cookie', async () => {
    const browser = openBrowser()
    const begun = await browser.get(`${node.url}/connexion/chu`)
    const answer = await browser.follow(await browser.get(begun.headers.get('location') ?? ''))
    const back = answer.headers.get('location') ?? ''
    expect(back).toMatch(/^https:\/\/huisclos\.test\/connexion\/chu\/retour\?/)
    const entered = await browser.get(back.replace(address, node.url))
    const session = entered.headers.getSetCookie().find((line) => line.startsWith('__Host-huisclos=')) ?? ''
    expect(session).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    const headers = { cookie: session.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' }
    const known = await fetch(`${node.url}/api/v1/me`, { headers })
    expect(await known.json()).toMatchObject({
      issuer: 'chu',
      subject: 'ann',
      roles: ['registrar'],
      level: 2,
    })
  })

  test('says Strict-Transport-Security, and names itself by the configured address', async () => {
    const page = await fetch(node.url)
    expect(page.headers.get('strict-transport-security')).toMatch(/^max-age=\d+$/)
    expect(await page.text()).not.toContain('--as alice')
    expect([node.house.address, node.house.audit.origin]).toEqual([
      address,
      expect.stringMatching(/^huisclos\.test\//),
    ])
  })

  test('has no demo issuer, no demo account and no demo project', async () => {
    expect([node.issuer, node.project]).toEqual([null, null])
    expect((await fetch(`${node.url}/connexion/demo`)).status).toBe(404)
    expect((await node.house.accounts.list()).map(({ subject }) => subject)).toEqual(['ann'])
    expect(existsSync(join(home.folder, 'home', 'keys', 'demo-issuer.json'))).toBe(false)
    const setting = { home: join(home.folder, 'home'), language: 'fr', isTerminal: false } as const
    const asked = demoToken({ ...setting, url: undefined, token: undefined }, 'alice')
    await expect(asked).rejects.toThrow('no demo issuer on this home')
  })

  test('takes access tokens of a configured issuer for the configured audience, at the configured levels', async () => {
    const taken = await me(accessToken())
    expect([taken.status, await taken.json()]).toEqual([
      200,
      expect.objectContaining({ subject: 'ann', level: 3 }),
    ])
    expect(await (await me(accessToken({ acr: 'other', amr: ['mfa'] }))).json()).toMatchObject({
      code: 'ASSURANCE_TOO_LOW',
    })
    expect((await me(accessToken({ aud: 'huisclos:api' }))).status).toBe(401)
    expect((await me(accessToken({ sub: 'eve' }))).status).toBe(401)
  })

  test('goes on without an issuer that publishes what nobody accepted, and says so at the start', async () => {
    expect(told).toContainEqual(expect.stringMatching(/nobody accepted.*univ.*token_endpoint/))
    expect((await fetch(`${node.url}/connexion/univ`, { redirect: 'manual' })).status).toBe(401)
    const gone = { ...chu.issuer, name: 'gone', issuer: 'http://127.0.0.1:9' }
    const looked = await lookAtIssuers({ issuers: [chu.issuer, univ.issuer, gone] }, systemClock)
    expect(looked.isWell).toBe(false)
    expect(looked.seen).toMatch(/^chu, univ \(.*publishes something else\), gone \(.*does not answer\)$/)
  })

  test('speaks plain HTTP with its proxy alone', async () => {
    const other = new Promise((resolve, reject) => {
      const { hostname, port } = new URL(node.url)
      request({ hostname, port, path: '/healthz', localAddress: '127.0.0.2' }, resolve)
        .on('error', reject)
        .end()
    })
    await expect(other).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
  })
})

describe('a configuration that cannot be', () => {
  let other: ProductionHome
  beforeAll(async () => {
    other = await openProductionHome()
  })
  afterAll(() => other?.close())

  const refusals: readonly (readonly [string, object, RegExp])[] = [
    [
      'a certificate that is not there',
      { tls: { certificate: '/nowhere', key: '/nowhere' } },
      /tls\.certificate : \/nowhere/,
    ],
    ['nobody who could give a grant', { accounts: [] }, /registrar/],
    [
      'an organisation of a kind that the rules do not know',
      { organisations: [{ id: 'chu-rouen', name: 'x', kind: 'NOTHING' }] },
      /organisations\.0\.kind/,
    ],
    [
      'keys that are none',
      { issuers: [{ name: 'chu', issuer: 'https://a.test', audience: 'a', jwks: '/dev/null' }] },
      /issuers \(chu\): jwks: \/dev\/null/,
    ],
  ]
  test.each(refusals)('%s ends with 78 and one line that names it', async (_name, changes, line) => {
    const opening = other.open(changes)
    await expect(opening).rejects.toMatchObject({ exitCode: 78, message: expect.stringMatching(line) })
    await expect(opening).rejects.toThrow(/^[^\n]+$/)
  })

  test('a Node that takes any certificate of others ends with 78', async () => {
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    await expect(other.open({}, { environment })).rejects.toMatchObject({
      ...{ exitCode: 78, message: expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED') },
    })
  })

  test('a secret that is not there ends with 78, and a pair that TLS does not take', async () => {
    const authentication = { method: 'client_secret_post', secret: 'env:CHU_SECRET' } as const
    const login = { ...chu.issuer.login, authentication }
    await expect(other.open({}, { logins: [{ ...chu.issuer, login }] })).rejects.toMatchObject({
      ...{ exitCode: 78, message: expect.stringContaining('env:CHU_SECRET') },
    })
    const pem = join(other.folder, 'no.pem')
    await writeFile(pem, 'nothing')
    await expect(other.open({ tls: { certificate: pem, key: pem } })).rejects.toMatchObject({
      ...{ exitCode: 78, message: expect.stringContaining('tls') },
    })
  })
})

describe('the base of a production node', () => {
  test('is never opened as a demonstration, nor a demonstration as production', async () => {
    const base = await openProductionHome()
    const store = await openStore({ url: base.database.url, log: silentLog })
    const seed = (issuer: string) =>
      openAccounts(store).seed({
        organisations: [{ id: 'chu', name: 'CHU', kind: 'ETABLISSEMENT_SANTE' }],
        accounts: [{ issuer, subject: 'a', displayName: 'A', organisation: 'chu', roles: [], proofs: {} }],
      })
    const refusal = (words: string) => ({ exitCode: 78, message: expect.stringContaining(words) })
    await seed('chu')
    await expect(base.openDemo()).rejects.toMatchObject(refusal('HUISCLOS_CONFIG manque'))
    expect((await openAccounts(store).list()).map(({ issuer }) => issuer)).toEqual(['chu'])
    await seed('demo')
    await expect(base.open()).rejects.toMatchObject(refusal('HUISCLOS_HOME neuf'))
    await store.close()
    await base.close()
  })
})
