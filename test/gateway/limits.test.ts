/** How often one may come: floods of a person, of a project, of an address; the others are still served. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { z } from 'zod'
import { networkOf } from '../../services/gateway/address.ts'
import { createApp } from '../../services/gateway/app.ts'
import { demoLimits, type LimitSettings, productionLimits } from '../../services/gateway/limit-settings.ts'
import { openLimits } from '../../services/gateway/limits.ts'
import { openRoute, type Route, route } from '../../services/gateway/route.ts'
import { routes } from '../../services/gateway/routes.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { openDoors } from './doors.ts'

const ok = { 200: { description: '', schema: z.object({}) } }
const project = z.strictObject({ id: z.string() })
const about = ({ id }: { id: string }) => ({ project: id })

const asking = (end: string, rate: 'queries' | 'checks'): Route =>
  route({
    method: 'post',
    path: `/api/v1/projects/{id}/${end}`,
    summary: end,
    authorisation: { who: 'account', sees: 'house' },
    records: 'own',
    rate,
    params: project,
    about,
    responses: ok,
    handler: async () => {
      if (end === 'full') throw new Refusal('RATE', { rule: 'query.waiting' })
      return { json: {} }
    },
  })

const things: readonly Route[] = [
  asking('queries', 'queries'),
  asking('check', 'checks'),
  asking('full', 'queries'),
  route({
    method: 'get',
    path: '/api/v1/me',
    summary: 'reads',
    authorisation: { who: 'account', sees: 'none' },
    records: 'own',
    responses: ok,
    handler: async () => ({ json: {} }),
  }),
  openRoute({
    method: 'get',
    path: '/open',
    summary: 'open',
    responses: ok,
    handler: async () => ({ json: {} }),
  }),
  openRoute({
    method: 'get',
    path: '/healthz',
    summary: 'probe',
    rate: 'none',
    responses: ok,
    handler: async () => ({ json: {} }),
  }),
]

/** All calls come from loopback; a proxy there says for whom. */
function open(changes: Partial<LimitSettings>, { seconds = 60, trustedProxy = '' } = {}) {
  const behind = trustedProxy === '' ? {} : { trustedProxy }
  const doors = openDoors(openLimits({ ...demoLimits, ...changes }, { seconds, ...behind }))
  const app = createApp(doors.house, things)
  const call = (method: 'get' | 'post', path: string, headers: Record<string, string> = {}) =>
    request(app)[method](path).set(headers)
  const as = (name: string) => ({ authorization: `Bearer ${name}` })
  const ask = (who: string, path: string) => call('post', `/api/v1/projects/${path}`, as(who))
  return { ...doors, call, as, ask }
}

describe('a flood of one person on one project', () => {
  test('is 429 with what is left and when to come again; other persons and other projects are served', async () => {
    const { ask } = open({ queriesPerMinute: 2 })
    const first = await ask('alice', 'p/queries')
    expect(first.status).toBe(200)
    expect(first.headers['ratelimit-policy']).toContain('"queries";q=2;w=60')
    expect(first.headers.ratelimit).toMatch(/"queries";r=1;t=\d+$/)
    await ask('alice', 'p/queries')
    const refused = await ask('alice', 'p/queries')
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE', rule: 'rate.queries', status: 429 } })
    expect(refused.headers['content-type']).toMatch('application/problem+json')
    expect(refused.headers.ratelimit).toMatch(/"queries";r=0;t=\d+$/)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    expect((await ask('alice', 'q/queries')).status).toBe(200)
    expect((await ask('nadia', 'p/queries')).status).toBe(200)
    expect((await ask('alice', 'p/check')).status).toBe(200)
  })

  test('of checks has a larger bucket of its own', async () => {
    const { ask } = open({ queriesPerMinute: 1, checksPerMinute: 3 })
    for (let times = 0; times < 3; times += 1) expect((await ask('alice', 'p/check')).status).toBe(200)
    expect(await ask('alice', 'p/check')).toMatchObject({ status: 429, body: { rule: 'rate.checks' } })
    expect((await ask('alice', 'p/queries')).status).toBe(200)
    expect(productionLimits.checksPerMinute).toBeGreaterThan(productionLimits.queriesPerMinute)
  })

  test('ends when its window does', async () => {
    const { ask } = open({ queriesPerMinute: 1 }, { seconds: 0.2 })
    let { status } = await ask('alice', 'p/queries')
    // On a slow machine a window may be over before the next call comes.
    while (status === 200) status = (await ask('alice', 'p/queries')).status
    expect(status).toBe(429)
    while (status === 429) status = (await ask('alice', 'p/queries')).status
    expect(status).toBe(200)
  })
})

describe('a flood of one person', () => {
  test('on any call is 429, once in the log for each window, and others are served', async () => {
    const { call, as, entries } = open({ callsPerMinute: 2 })
    for (let times = 0; times < 2; times += 1)
      expect((await call('get', '/api/v1/me', as('alice'))).status).toBe(200)
    for (let times = 0; times < 5; times += 1) {
      const answer = await call('get', '/api/v1/me', as('alice'))
      expect(answer).toMatchObject({ status: 429, body: { code: 'RATE', rule: 'rate.calls' } })
    }
    expect((await call('get', '/api/v1/me', as('nadia'))).status).toBe(200)
    expect(entries.map(({ body }) => body)).toEqual([
      { type: 'access.refused', code: 'RATE', rule: 'rate.calls', route: 'GET /api/v1/me' },
    ])
  })

  test('that the house itself refuses says when to come again too', async () => {
    const { ask } = open({})
    const answer = await ask('alice', 'p/full')
    expect(answer).toMatchObject({ status: 429, body: { rule: 'query.waiting' } })
    expect(answer.headers['retry-after']).toBe('5')
    expect(answer.headers.ratelimit).toMatch(/"query.waiting";r=0;t=5$/)
  })
})

describe('a flood of one address', () => {
  test('of guesses at a token is 429 and one entry more; who holds a good one is served from there', async () => {
    const { call, as, entries } = open({ strangersPerMinute: 2 })
    const guess = () => call('get', '/api/v1/me', as('nobody'))
    expect([(await guess()).status, (await guess()).status]).toEqual([401, 401])
    for (let times = 0; times < 5; times += 1)
      expect(await guess()).toMatchObject({ status: 429, body: { rule: 'rate.strangers' } })
    expect((await call('get', '/api/v1/me')).status).toBe(429)
    expect((await call('get', '/api/v1/me', as('alice'))).status).toBe(200)
    expect(entries.map(({ body }) => ('code' in body ? body.code : body.type))).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
      'RATE',
    ])
  })

  test('of addresses that are nothing is 429 and no flood of entries', async () => {
    const { call, entries } = open({ strangersPerMinute: 1 })
    expect((await call('get', '/api/v1/nothing')).status).toBe(404)
    for (let times = 0; times < 4; times += 1) expect((await call('get', '/api/v1/nothing')).status).toBe(429)
    expect(entries).toHaveLength(2)
  })

  test('of public pages is 429; persons, and the probes of the operator, are served', async () => {
    const { call, as } = open({ readersPerMinute: 1 })
    expect((await call('get', '/open')).status).toBe(200)
    expect((await call('get', '/open')).status).toBe(429)
    expect((await call('get', '/healthz')).status).toBe(200)
    expect((await call('get', '/api/v1/me', as('alice'))).status).toBe(200)
  })

  test('behind the trusted proxy counts by what the proxy saw, and nobody can say to be another', async () => {
    const seen = (address: string) => ({ 'x-forwarded-for': address })
    const behind = open({ readersPerMinute: 1 }, { trustedProxy: '127.0.0.1' })
    expect((await behind.call('get', '/open', seen('203.0.113.1'))).status).toBe(200)
    expect((await behind.call('get', '/open', seen('198.51.100.9, 203.0.113.1'))).status).toBe(429)
    expect((await behind.call('get', '/open', seen('203.0.113.2'))).status).toBe(200)
    const bare = open({ readersPerMinute: 1 })
    expect((await bare.call('get', '/open', seen('203.0.113.1'))).status).toBe(200)
    expect((await bare.call('get', '/open', seen('203.0.113.2'))).status).toBe(429)
  })

  test.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1::7', '2001:db8:0:1'],
    ['2001:0db8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

test('an open call that is more than reading, or a way to sign in, says itself what it counts as', () => {
  const open = routes.filter(({ auth }) => !auth)
  const asked = open.filter(({ method, path }) => method !== 'get' || path.startsWith('/connexion'))
  expect(asked.map(({ name }) => name)).toContain('OPTIONS /api/v1/uploads')
  expect(asked.filter(({ rate }) => rate === undefined).map(({ name }) => name)).toEqual([])
})

test('what asks a question of a project counts as one', () => {
  const rates = routes.filter(({ path }) => path.endsWith('/queries') || path.endsWith('/queries/check'))
  expect(rates.filter(({ method }) => method === 'post').map(({ name, rate }) => [name, rate])).toEqual([
    ['POST /api/v1/datasets/{name}/twin/queries', undefined],
    ['POST /api/v1/projects/{id}/queries', 'queries'],
    ['POST /api/v1/projects/{id}/queries/check', 'checks'],
  ])
})

test('the limits of a production node are those of security.md, and a demo meets none below 100 a second', () => {
  expect(productionLimits).toMatchObject({
    ...{ headerKiB: 16, bodyKiB: 1024, bodyDepth: 64, headersSeconds: 10, requestSeconds: 60 },
    ...{ keepAliveSeconds: 15, requestsPerSocket: 1000, socketsPerAddress: 100, fileKiBPerSecond: 1024 },
    ...{ queriesRunning: 2, queriesWaiting: 10, queriesPerProject: 4 },
    ...{ queriesPerMinute: 30, strangersPerMinute: 60 },
  })
  for (const [name, value] of Object.entries(demoLimits))
    if (name.endsWith('PerMinute')) expect(value).toBeGreaterThanOrEqual(100 * 60)
})

test.each(['docs/limits.md', 'docs/limits.fr.md'])('%s names every setting with its default', (path) => {
  const rows = readFileSync(path, 'utf8').matchAll(/^\| `(\w+)`[^|]*\| (\d+) \|/gm)
  const told = [...rows].map(([, name, value]) => [name, Number(value)])
  expect(Object.fromEntries(told)).toEqual(productionLimits)
})
