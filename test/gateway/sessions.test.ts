/** Sessions on a whole node: the calls that list and close them, the ways out, and what runs in them. */
import { createPrivateKey, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { addSessionCommands } from '../../services/cli/sessions.ts'
import { demoAddress, openDemoKeys } from '../../services/identity/demo-keys.ts'
import { signCompact } from '../../services/identity/jws.ts'
import type { Run } from '../../services/query/running.ts'
import { openBrowser } from '../chromium.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { typedAt } from '../typed.ts'

let node: TestNode
beforeAll(async () => {
  node = await openTestNode()
}, 60_000)
afterAll(async () => {
  for (const run of runs) run.end()
  await node?.close()
})

const alice = { issuer: 'demo', subject: 'alice' }

async function signIn(subject: string, sid = randomUUID()) {
  const proved = { level: 2, methods: ['pwd', 'mfa'], authenticatedAt: Date.now() } as const
  const opened = await node.house.sessions.open({ issuer: 'demo', subject, sid, ...proved })
  const page = { cookie: `__Host-huisclos=${opened.cookie}`, 'sec-fetch-site': 'same-origin' }
  return { ...opened, sid, page }
}

const runs: Run[] = []

/** A query in hand, as far as a stop is concerned. */
function running(session: string): AbortSignal {
  const until = { at: Number.MAX_SAFE_INTEGER, code: 'EXPIRED' } as const
  const by = { ...alice, session }
  const query = { id: randomUUID(), project: 'p', by, until, timeoutMs: 60_000 }
  const run = node.house.query.running.start(query)
  runs.push(run)
  return run.signal
}

const isIn = async (page: Record<string, string>) =>
  (await node.call('GET', '/api/v1/me', { headers: page })).status === 200

/** The newest entry of a type, once it can be found. */
async function newest(type: string) {
  await node.house.auditIndex.flush()
  const { json } = await node.call('GET', `/api/v1/audit/entries?type=${type}&limit=1`, { as: 'nadia' })
  return json.entries[0]
}

describe('the sessions of a person', () => {
  test('are hers to see and to close, and a closed one stops what runs in it', async () => {
    const [here, there, paul] = [await signIn('alice'), await signIn('alice'), await signIn('paul')]
    const { json } = await node.call('GET', '/api/v1/me/sessions', { headers: here.page })
    const listed = json.sessions.map(({ id, isCurrent }: { id: string; isCurrent: boolean }) => [
      id,
      isCurrent,
    ])
    expect(new Map(listed)).toEqual(
      new Map([
        [here.id, true],
        [there.id, false],
      ]),
    )
    const [own, other] = [running(here.id), running(there.id)]
    const close = (id: string) =>
      node.call('POST', `/api/v1/me/sessions/${id}/closure`, { headers: here.page, body: {} })
    expect(await close(paul.id)).toMatchObject({ status: 404 })
    expect(await close(there.id)).toMatchObject({ status: 200, json: { closed: 1 } })
    expect([own.aborted, other.aborted]).toEqual([false, true])
    expect([await isIn(here.page), await isIn(there.page), await isIn(paul.page)]).toEqual([
      true,
      false,
      true,
    ])
    expect(await close(there.id)).toMatchObject({ status: 404 })
  })

  test('end with her last habilitation, and the log says why', async () => {
    const [alice1, paul] = [await signIn('alice'), await signIn('paul')]
    await node.house.habilitation.effects.leave(alice)
    expect([await isIn(alice1.page), await isIn(paul.page)]).toEqual([false, true])
    expect(await newest('auth.closed')).toMatchObject({ rule: 'session.habilitation' })
  })

  test('are the DPO’s to see and to close; the registrar closes without seeing; the log says who did', async () => {
    const [one, two] = [await signIn('bruno'), await signIn('bruno')]
    const person = { issuer: 'demo', subject: 'bruno' }
    const seen = await node.call('GET', '/api/v1/sessions?issuer=demo&subject=bruno', { as: 'nadia' })
    expect(seen.json.sessions.map(({ id }: { id: string }) => id).sort()).toEqual([one.id, two.id].sort())
    const strange = await node.call('GET', '/api/v1/sessions?issuer=demo&subject=%00', { as: 'nadia' })
    expect(strange.status).toBe(422)
    const close = (as: string, session?: string) =>
      node.call('POST', '/api/v1/sessions/closures', { as, body: { person, ...(session && { session }) } })
    expect(await close('nadia', one.id)).toMatchObject({ json: { closed: 1 } })
    expect([await isIn(one.page), await isIn(two.page)]).toEqual([false, true])
    expect(await close('rene')).toMatchObject({ json: { closed: 1 } })
    expect(await isIn(two.page)).toBe(false)
    expect(await newest('auth.closed')).toMatchObject({ actor: 'rene', rule: 'session.closed' })
  })
})

describe('the command line', () => {
  const huisclos = async (...words: readonly string[]) =>
    (await typedAt({ ...node, language: 'en' }, addSessionCommands)(...words)).stdout

  test('lists sessions and closes one, or all of a person', async () => {
    const [one, two] = [await signIn('lucie'), await signIn('lucie')]
    const listed = await huisclos('list', '--as', 'lucie')
    expect(listed).toContain(`${one.id} · niveau / level 2 · pwd+mfa`)
    expect(listed.trim().split('\n')).toHaveLength(2)
    expect(await huisclos('close', one.id, '--as', 'lucie')).toBe('1 fermée(s) / closed\n')
    const { sessions } = JSON.parse(await huisclos('list', '--as', 'nadia', '--person', 'lucie', '--json'))
    expect(sessions).toMatchObject([{ id: two.id }])
    expect(await huisclos('close', '--as', 'nadia', '--person', 'lucie')).toBe('1 fermée(s) / closed\n')
    await expect(huisclos('close', '--as', 'lucie')).rejects.toThrow('SESSION')
  })
})

describe('the way out', () => {
  const leave = (headers: Record<string, string>) =>
    fetch(`${node.url}/connexion/sortie`, { method: 'POST', headers, redirect: 'manual' })

  test('ends the session of the browser and takes its cookie', async () => {
    const { id, page } = await signIn('alice')
    const signal = running(id)
    const answer = await leave(page)
    expect({ status: answer.status, to: answer.headers.get('location') }).toEqual({ status: 303, to: '/' })
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-huisclos=; Path=\/; Expires=Thu, 01 Jan 1970 .*HttpOnly; Secure; SameSite=Strict$/,
    )
    expect([await isIn(page), signal.aborted]).toEqual([false, true])
    expect(await newest('auth.closed')).toMatchObject({ actor: 'alice', rule: 'session.signed-out' })
    expect((await leave(page)).status).toBe(303)
  })

  test('is not taken for somebody by a page of elsewhere', async () => {
    const { page } = await signIn('alice')
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await leave({ ...page, 'sec-fetch-site': site })).status).toBe(401)
    expect(await isIn(page)).toBe(true)
    expect(await newest('auth.refused')).toMatchObject({ rule: 'session.other-site' })
  })
})

describe('the issuer', () => {
  const address = '/connexion/demo/deconnexion'

  async function logoutToken(change: object): Promise<string> {
    const { jwks, port } = await openDemoKeys(node.home)
    const [key] = jwks.keys
    if (key === undefined) throw new Error('no key')
    const iat = Math.floor(Date.now() / 1_000)
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const times = { iat, exp: iat + 120, jti: randomUUID() }
    const payload = JSON.stringify({ iss: demoAddress(port), aud: 'huisclos', ...times, events, ...change })
    const signing = createPrivateKey({ key, format: 'jwk' })
    return signCompact({ payload, key: signing, kid: key.kid, typ: 'logout+jwt' })
  }

  const post = (body: URLSearchParams | string, path = address) =>
    fetch(node.url + path, { method: 'POST', body })

  test('ends a session with a token, and what runs in it; the second time the token is nothing', async () => {
    const { id, sid, page } = await signIn('alice')
    const signal = running(id)
    const form = new URLSearchParams({ logout_token: await logoutToken({ sid }) })
    const answer = await post(form)
    expect({ status: answer.status, stored: answer.headers.get('cache-control') }).toEqual({
      status: 200,
      stored: 'no-store',
    })
    expect([await isIn(page), signal.aborted]).toEqual([false, true])
    const again = await post(form)
    expect(again.status).toBe(400)
    expect(again.headers.get('cache-control')).toBe('no-store')
    expect(await again.json()).toMatchObject({ error: 'invalid_request', code: 'UNAUTHENTICATED' })
    expect(await newest('auth.refused')).toMatchObject({ rule: 'logout.replayed' })
  })

  test.each([
    ['no token', '', 422],
    ['two tokens', 'logout_token=a&logout_token=b', 422],
    ['a token that is none', 'logout_token=a', 400],
    ['a very long token', `logout_token=${'a'.repeat(20_000)}`, 413],
  ])('ends nothing with %s', async (_, text, status) => {
    expect((await post(new URLSearchParams(text))).status).toBe(status)
    expect(await newest('auth.refused')).toMatchObject({ outcome: 'refused' })
  })

  test('ends nothing with a body that is no form, or under another name', async () => {
    expect((await post('logout_token=a')).status).toBe(415)
    expect(
      (await post(new URLSearchParams({ logout_token: 'a' }), address.replace('demo', 'stranger'))).status,
    ).toBe(404)
    const { shard, seq } = await newest('auth.refused')
    const { json } = await node.call('GET', `/api/v1/audit/entries/${shard}/${seq}`, { as: 'nadia' })
    expect(JSON.stringify(json)).toContain('POST /connexion/{issuer}/deconnexion')
    expect(JSON.stringify(json)).not.toContain('stranger')
  })

  test('ends nothing with half a form: whoever goes away is refused, and nothing has failed', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '100' }
    const half = request(node.url + address, { method: 'POST', headers })
    half.on('error', () => {})
    half.write('logout_token=a')
    half.flushHeaders()
    await once(half, 'socket').then(([socket]) => once(socket, 'connect'))
    setImmediate(() => half.destroy())
    const isTold = async () => (await newest('auth.refused')).rule === 'form.unfinished'
    while (!(await isTold()));
    expect(await newest('access.failed')).toBeUndefined()
  })

  test('ends a session from a frame in the browser', async () => {
    const { sid, page } = await signIn('alice')
    const { port } = await openDemoKeys(node.home)
    const frame = (query: Record<string, string>) =>
      fetch(`${node.url}${address}?${new URLSearchParams(query)}`, {
        headers: { 'sec-fetch-site': 'cross-site' },
      })
    expect((await frame({ iss: 'http://127.0.0.1/demo', sid })).status).toBe(400)
    expect((await frame({ sid })).status).toBe(422)
    expect((await frame({ iss: demoAddress(port), sid: 'a\u0000' })).status).toBe(422)
    expect(await isIn(page)).toBe(true)
    const answer = await frame({ iss: demoAddress(port), sid })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await isIn(page)).toBe(false)
  })
})

test('a browser keeps the cookie on loopback, and another port of the same host does nothing with it', async () => {
  const { cookie, page: own } = await signIn('alice')
  const other = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>x'))
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const browser = await openBrowser()
  try {
    const context = await browser.newContext()
    const [name, domain] = ['__Host-huisclos', '127.0.0.1']
    const attributes = { secure: true, httpOnly: true, sameSite: 'Strict', path: '/' } as const
    await context.addCookies([{ name, value: cookie, domain, ...attributes }])
    const page = await context.newPage()
    // What comes back to another origin is withheld by the browser; that it was sent is what counts.
    const leave = () =>
      page.evaluate(
        (url) =>
          fetch(`${url}/connexion/sortie`, { method: 'POST', mode: 'no-cors', credentials: 'include' }).then(
            ({ ok }) => ok,
            () => false,
          ),
        node.url,
      )
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}`)
    expect(await leave()).toBe(false)
    expect(await newest('auth.refused')).toMatchObject({ rule: 'session.other-site' })
    expect(await isIn(own)).toBe(true)
    await page.goto(node.url)
    expect(await leave()).toBe(true)
    expect([await isIn(own), await context.cookies()]).toEqual([false, []])
  } finally {
    await browser.close()
    other.closeAllConnections()
    other.close()
  }
}, 60_000)
