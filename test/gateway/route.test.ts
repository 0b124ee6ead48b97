import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { z } from 'zod'
import { attachReceipt } from '../../services/audit/record.ts'
import { createApp, createWaitingApp } from '../../services/gateway/app.ts'
import { openRoute, type Route, route } from '../../services/gateway/route.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { openDoors } from './doors.ts'

const params = z.strictObject({ id: z.string().regex(/^[a-z]+$/) })
const ok = { 200: { description: '', schema: z.object({ value: z.string() }) } }

const things: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/things/{id}',
    summary: 'reads',
    authorisation: { who: 'account', sees: 'house' },
    records: 'read',
    params,
    query: z.strictObject({ many: z.coerce.number().int().optional() }),
    about: ({ id }) => ({ project: id }),
    responses: ok,
    handler: async (house, { params: { id } }) => {
      if (id === 'absent') throw new Refusal('NOT_FOUND')
      if (id === 'forbidden') throw new Refusal('ROLE', { rule: 'thing.role' })
      if (id === 'recorded') {
        const refusal = new Refusal('SUSPENDED')
        attachReceipt(
          refusal,
          await house.audit.append({ type: 'query.refused', query: 'q', code: 'SUSPENDED' }, {}),
        )
        throw refusal
      }
      if (id === 'bug') throw new TypeError('a bug of ours')
      if (id === 'parser') throw new SyntaxError('Unexpected token in secret-value')
      return { json: { value: id, secret: 'never declared' } }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/things',
    summary: 'makes',
    authorisation: { who: 'account', sees: 'none' },
    records: 'own',
    body: z.strictObject({ name: z.string(), parts: z.array(z.object({ size: z.number() })).optional() }),
    responses: { 201: { description: '', schema: z.object({ value: z.string() }) } },
    handler: async (_house, { body }) => ({ json: { value: body.name } }),
  }),
  openRoute({
    method: 'get',
    path: '/open',
    summary: 'open',
    responses: ok,
    handler: async () => ({ json: { value: 'open' } }),
  }),
]

function open() {
  const doors = openDoors()
  const app = createApp(doors.house, things)
  const get = (path: string, as = 'alice') => request(app).get(path).set('authorization', `Bearer ${as}`)
  const post = (body: string, type = 'application/json') =>
    request(app)
      .post('/api/v1/things')
      .set('authorization', 'Bearer alice')
      .set('content-type', type)
      .send(body)
  return { ...doors, app, get, post }
}

describe('who comes in', () => {
  test.each([[undefined], ['Bearer nobody'], ['Basic YWxpY2U6'], ['alice'], ['Bearer alice bob']])(
    'authorization %s is 401, recorded, and says no reason',
    async (authorization) => {
      const { app, entries } = open()
      const asked = request(app).get('/api/v1/things/one')
      const answer = await (authorization === undefined ? asked : asked.set('authorization', authorization))
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="huisclos", DPoP .*algs="ES256 /)
      expect(answer.body).toMatchObject({ code: 'UNAUTHENTICATED', receipt: { seq: 0 } })
      expect(answer.body).not.toHaveProperty('rule')
      expect(entries[0]?.body).toMatchObject({ type: 'auth.refused', route: 'GET /api/v1/things/{id}' })
    },
  )

  test('nobody’s body is read before it is known who sends it', async () => {
    const { app } = open()
    const answer = await request(app)
      .post('/api/v1/things')
      .set('content-type', 'application/json')
      .send('{"name":')
    expect(answer.status).toBe(401)
  })

  test('a token in the query string opens nothing', async () => {
    const { app } = open()
    expect((await request(app).get('/api/v1/things/one?access_token=alice')).status).toBe(401)
  })

  test('an open call needs nobody and leaves no entry', async () => {
    const { app, entries } = open()
    expect((await request(app).get('/open')).body).toEqual({ value: 'open' })
    expect(entries).toEqual([])
  })
})

describe('what is recorded before an answer', () => {
  test('a read, with its person, its route and what it is about', async () => {
    const { get, entries } = open()
    const answer = await get('/api/v1/things/one')
    expect(answer.body).toEqual({ value: 'one' })
    expect(entries).toMatchObject([
      {
        body: { type: 'access.read', route: 'GET /api/v1/things/{id}' },
        about: { project: 'one', by: { subject: 'alice' } },
      },
    ])
  })

  test('a refusal, with its code and rule, and its receipt is in the answer', async () => {
    const { get, entries } = open()
    const { body, status } = await get('/api/v1/things/forbidden')
    expect({ body, status }).toMatchObject({
      status: 403,
      body: { code: 'ROLE', rule: 'thing.role', receipt: { seq: 0 } },
    })
    expect(entries).toMatchObject([{ body: { type: 'access.refused', code: 'ROLE', rule: 'thing.role' } }])
  })

  test('a refusal that a use-case recorded is not recorded twice', async () => {
    const { get, entries } = open()
    expect((await get('/api/v1/things/recorded')).body).toMatchObject({
      code: 'SUSPENDED',
      receipt: { seq: 0 },
    })
    expect(entries).toHaveLength(1)
  })

  test('an object that is not there gets no chain of its own in the log', async () => {
    const { get, entries } = open()
    await get('/api/v1/things/absent')
    expect(entries[0]?.about).not.toHaveProperty('project')
  })

  test('a bug is 500 without detail, an entry, and a trace in the operations log', async () => {
    const { get, entries, logged } = open()
    const answer = await get('/api/v1/things/bug')
    expect(answer.status).toBe(500)
    expect(JSON.stringify(answer.body)).not.toMatch(/bug of ours|at /)
    expect(entries).toMatchObject([{ body: { type: 'access.failed' } }])
    expect(logged.join()).toMatch(/TypeError: a bug of ours/)
  })

  test('the message of a parser, which repeats values, reaches neither answer nor log', async () => {
    const { get, logged } = open()
    const answer = await get('/api/v1/things/parser')
    expect(answer.text + logged.join()).not.toContain('secret-value')
  })

  test.each([['one'], ['forbidden'], ['bug']])('when the log cannot be written, %s is 503', async (id) => {
    const { get, breakLog } = open()
    breakLog()
    const answer = await get(`/api/v1/things/${id}`)
    expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } })
    expect(answer.body).not.toHaveProperty('value')
  })

  test('an unknown address below the API is recorded, and 404', async () => {
    const { get, entries } = open()
    expect(await get('/api/v1/nothing')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect(entries).toMatchObject([{ body: { type: 'access.refused', code: 'NOT_FOUND' } }])
  })
})

describe('what goes in', () => {
  test.each([
    ['{"name":', [{ path: '' }]],
    ['{"name":1}', [{ path: 'name' }]],
    ['{}', [{ path: 'name' }]],
    ['{"name":"x","parts":[{"size":1},{"size":"2"}]}', [{ path: 'parts[1].size' }]],
    ['[]', [{ path: '' }]],
  ])('%s is 422 and names its fields', async (body, missing) => {
    const { post } = open()
    const answer = await post(body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID', missing } })
  })

  test('a member that nobody declared is refused', async () => {
    const { post } = open()
    expect((await post('{"name":"x","colour":"blue"}')).status).toBe(422)
  })

  test('an empty body of a call that needs one is 422', async () => {
    const { app } = open()
    const answer = await request(app).post('/api/v1/things').set('authorization', 'Bearer alice')
    expect(answer.status).toBe(422)
  })

  test.each([
    ['a body beyond 1 MiB', `{"name":"${'x'.repeat(1024 * 1024)}"}`],
    ['nesting beyond 64', `{"name":${'['.repeat(65)}${']'.repeat(65)}}`],
  ])('%s is 413', async (_, body) => {
    const { post } = open()
    expect(await post(body)).toMatchObject({ status: 413, body: { code: 'TOO_LARGE' } })
  })

  test('brackets inside a string are no nesting, however long it is', async () => {
    const { post } = open()
    expect((await post(JSON.stringify({ name: `${'["\\'.repeat(200_000)}` }))).status).toBe(201)
  })

  test('a name that stands twice in one object, or that JavaScript gives a meaning, is 422', async () => {
    const { post } = open()
    for (const body of [
      '{"name":"x","name":"y"}',
      '{"name":"x","na\\u006de":"y"}',
      '{"name":"x","__proto__":{}}',
    ])
      expect(await post(body)).toMatchObject({ status: 422, body: { code: 'INVALID', rule: 'body.names' } })
    expect((await post('{"name":"{\\"name\\":1,\\"name\\":2}"}')).status).toBe(201)
    expect(await post('{"name":"\\x"}')).toMatchObject({ status: 422, body: { code: 'INVALID' } })
  })

  test('another media type, or a charset that JSON has not, is 415', async () => {
    const { post } = open()
    expect((await post('name=x', 'application/x-www-form-urlencoded')).status).toBe(415)
    expect((await post('{"name":"x"}', 'application/json; charset=klingon')).status).toBe(415)
    expect((await post('{"name":"x"}', 'application/json; charset=utf-16le')).status).toBe(415)
    expect((await post('{"name":"x"}', 'application/json; charset="UTF-8"')).status).toBe(201)
  })

  test('a path that nothing can have, or that cannot be decoded, is 404', async () => {
    const { get } = open()
    expect((await get('/api/v1/things/ONE')).status).toBe(404)
    expect((await get('/api/v1/things/%E0%A4%A')).status).toBe(404)
  })

  test('an unknown or wrong query parameter is 422', async () => {
    const { get } = open()
    expect(await get('/api/v1/things/one?few=1')).toMatchObject({ status: 422 })
    expect((await get('/api/v1/things/one?many=x')).body.missing).toMatchObject([{ path: 'many' }])
  })

  test('another method is 405 and the answer names those that exist', async () => {
    const { app } = open()
    const answer = await request(app).delete('/api/v1/things').set('authorization', 'Bearer alice')
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } })
    expect(answer.headers['content-type']).toMatch('application/problem+json')
  })
})

describe('what comes out', () => {
  test('a member that the schema does not declare does not leave', async () => {
    const { get } = open()
    expect((await get('/api/v1/things/one')).body).not.toHaveProperty('secret')
  })

  test.each([
    ['fr', undefined],
    ['fr', 'de, fr;q=0.5'],
    ['en', 'en-GB,en;q=0.9'],
    ['fr', 'en;q=0.4, fr;q=0.8'],
    ['fr', 'de'],
  ])('sentences are %s for Accept-Language %s', async (language, header) => {
    const { app } = open()
    const asked = request(app).get('/api/v1/things/one')
    const answer = await (header === undefined ? asked : asked.set('accept-language', header))
    expect(answer.headers['content-language']).toBe(language)
  })

  test.each([
    ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), microphone=(), geolocation=()'],
  ])('an answer of the API has %s', async (name, value) => {
    const { get } = open()
    expect((await get('/api/v1/things/one')).headers[name]).toBe(value)
    expect((await get('/api/v1/things/absent')).headers[name]).toBe(value)
  })

  test('a page has the strict policy, and no answer says what serves it', async () => {
    const { app } = open()
    const { headers } = await request(app).get('/open')
    const policy = String(headers['content-security-policy']).split(';')
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(directive)
    }
    expect(policy.join()).not.toMatch(/unsafe|https:|data:/)
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('metrics count by declared route, whatever was asked', async () => {
    const { get, house } = open()
    await get('/api/v1/things/one')
    await get('/api/v1/things/two')
    await get('/api/v1/whatever/asked')
    const text = await house.metrics.text()
    expect(text).toMatch('huisclos_calls_total{route="GET /api/v1/things/{id}",status="200"} 2')
    expect(text).not.toMatch('asked')
  })
})

/** Promise.withResolvers, which Node 20 has not. */
function withResolvers() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

describe('a caller who goes away', () => {
  test('aborts what is being done for it, at once', async () => {
    const { house } = openDoors()
    const began = withResolvers()
    const aborted = withResolvers()
    const slow = route({
      method: 'get',
      path: '/api/v1/slow',
      summary: 'waits',
      authorisation: { who: 'account', sees: 'none' },
      records: 'own',
      responses: ok,
      handler: async (_house, { signal }) => {
        began.resolve()
        signal.addEventListener('abort', () => aborted.resolve())
        await aborted.promise
        throw new Refusal('QUERY_FAILED')
      },
    })
    const server = createServer(createApp(house, [slow])).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const leaving = new AbortController()
    const headers = { authorization: 'Bearer alice' }
    const asked = fetch(`http://127.0.0.1:${port}/api/v1/slow`, { headers, signal: leaving.signal })
    await began.promise
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await aborted.promise
    server.closeAllConnections()
    server.close()
  })
})

describe('while the house opens', () => {
  test('health is 200, readiness 503 with its steps, all else 503', async () => {
    const steps = [{ name: 'PostgreSQL', state: 'running' as const }]
    const app = createWaitingApp({ ready: false, steps })
    expect((await request(app).get('/healthz')).status).toBe(200)
    expect(await request(app).get('/readyz')).toMatchObject({ status: 503, body: { ready: false, steps } })
    const answer = await request(app).get('/api/v1/me')
    expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } })
    expect(answer.headers['retry-after']).toBe('1')
  })
})
