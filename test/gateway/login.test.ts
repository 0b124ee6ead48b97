import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { oneFactorCalls, sensitiveActs } from '../../services/gateway/proof-floors.ts'
import { routes } from '../../services/gateway/routes.ts'
import { type Browser, openBrowser } from '../identity/browser.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
beforeAll(async () => {
  node = await openTestNode()
}, 60_000)
afterAll(() => node?.close())

/** As far as the way back, with whoever is chosen at the demo issuer. */
async function away(browser: Browser, subject: string, query = ''): Promise<string> {
  const begun = await browser.get(`${node.url}/connexion/demo${query}`)
  expect(begun.status).toBe(303)
  const choice = await browser.follow(await browser.get(begun.headers.get('location') ?? ''))
  const answer = await browser.follow(await browser.post(choice.url, { subject }))
  return answer.headers.get('location') ?? ''
}

const cookieOf = (response: Response, name: string) =>
  response.headers.getSetCookie().find((line) => line.startsWith(`${name}=`)) ?? ''

describe('a browser', () => {
  test('is shown who to sign in with, in its language, without a script', async () => {
    const page = await fetch(`${node.url}/connexion`, { headers: { 'accept-language': 'en' } })
    const text = await page.text()
    expect(text).toContain('<a href="/connexion/demo">Demonstration: choose a person</a>')
    expect(text).toContain('<html lang="en">')
    expect(text).not.toContain('<script')
    expect(await (await fetch(`${node.url}/connexion`)).text()).toContain('Se connecter')
  })

  test('signs in with the demo issuer, by a page and no redirect, and is somebody from then on', async () => {
    const browser = openBrowser()
    const page = await browser.get(await away(browser, 'alice'))
    expect([page.status, page.headers.get('refresh'), page.headers.get('cache-control')]).toEqual([
      200,
      '0; url=/',
      'no-store',
    ])
    expect(await page.text()).toContain('Vous êtes connecté')
    const cookie = cookieOf(page, '__Host-huisclos')
    expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    const headers = { cookie: cookie.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' }
    const me = await fetch(`${node.url}/api/v1/me`, { headers })
    expect(await me.json()).toMatchObject({ subject: 'alice', level: 2, methods: ['pwd', 'mfa'] })
  })

  test('carries a Lax cookie of ten minutes on the way, and none afterwards', async () => {
    const begun = await fetch(`${node.url}/connexion/demo`, { redirect: 'manual' })
    expect(cookieOf(begun, '__Host-huisclos-login')).toMatch(
      /^__Host-huisclos-login=[\w-]{43}; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    )
    const back = await fetch(`${node.url}/connexion/demo/retour?code=a&state=b`)
    expect(cookieOf(back, '__Host-huisclos-login')).toContain('Expires=Thu, 01 Jan 1970')
  })

  test('that came by the other name of loopback is led to the one that the issuer leads back to', async () => {
    const local = node.url.replace('127.0.0.1', 'localhost')
    const begun = await fetch(`${local}/connexion/demo?vers=/catalogue`, { redirect: 'manual' })
    expect([begun.status, begun.headers.get('location')]).toEqual([
      303,
      `${node.url}/connexion/demo?vers=/catalogue`,
    ])
    expect(begun.headers.getSetCookie()).toEqual([])
  })

  test('that did not begin is shown that nothing was opened, and the log says so', async () => {
    const back = await away(openBrowser(), 'alice')
    const page = await openBrowser().get(back)
    expect(page.status).toBe(401)
    expect(await page.text()).toContain('Connexion refusée')
    const { json } = await node.call('GET', '/api/v1/audit/entries?limit=50', { as: 'nadia' })
    expect(JSON.stringify(json)).toContain('login.unknown')
  })

  test('goes on to a page of this node, and to no other site', async () => {
    const browser = openBrowser()
    const page = await browser.get(await away(browser, 'alice', '?vers=/catalogue'))
    expect(page.headers.get('refresh')).toBe('0; url=/catalogue')
    for (const elsewhere of ['//evil.example', '/\\evil.example', 'https://evil.example'])
      expect((await fetch(`${node.url}/connexion/demo?vers=${encodeURIComponent(elsewhere)}`)).status).toBe(
        422,
      )
  })

  test('ties another identity to the account of its session, lists it and unties it', async () => {
    const browser = openBrowser()
    const entered = await browser.get(await away(browser, 'alice'))
    const cookie = cookieOf(entered, '__Host-huisclos').split(';')[0] ?? ''
    const call = async (path: string, body?: unknown) => {
      const headers = { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
      return JSON.parse(await (await fetch(node.url + path, { headers, ...init })).text())
    }
    const page = await browser.get(await away(browser, 'emma', '?acces=lien'))
    expect([page.status, cookieOf(page, '__Host-huisclos')]).toEqual([200, ''])
    expect(await page.text()).toContain('Identité reliée')
    const emma = { issuer: 'demo', subject: 'emma' }
    expect(await call('/api/v1/me/identities')).toMatchObject({ identities: [emma] })
    expect((await node.call('GET', '/api/v1/me', { as: 'emma' })).json).toMatchObject({ subject: 'alice' })
    expect(await call('/api/v1/me/identities/unlinking', emma)).toEqual({ closed: 0 })
    expect((await node.call('GET', '/api/v1/me', { as: 'emma' })).json).toMatchObject({ subject: 'emma' })
  })

  test('ties nothing without a session of its own', async () => {
    expect((await fetch(`${node.url}/connexion/demo?acces=lien`, { redirect: 'manual' })).status).toBe(401)
  })

  test('finds no issuer that is not configured', async () => {
    expect((await fetch(`${node.url}/connexion/nobody`)).status).toBe(404)
    expect((await fetch(`${node.url}/connexion/nobody/retour`)).status).toBe(404)
  })
})

test('every call that takes a fresh proof, or one factor only, is a call of this node', () => {
  const names = new Set(routes.filter(({ auth }) => auth).map(({ name }) => name))
  expect([...sensitiveActs, ...oneFactorCalls].filter((name) => !names.has(name))).toEqual([])
})
