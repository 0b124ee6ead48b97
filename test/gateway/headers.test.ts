/** The headers of security.md 10, one by one, on every kind of answer. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { createApp, createWaitingApp } from '../../services/gateway/app.ts'
import { productionLimits } from '../../services/gateway/limit-settings.ts'
import { framed } from '../../services/gateway/pages.ts'
import { openRoute, type Route, route } from '../../services/gateway/route.ts'
import { type Door, openDoor } from '../../services/node/listening.ts'
import { openDoors } from './doors.ts'
import { partsOf, rawTo } from './raw-client.ts'

const ok = { 200: { description: '', schema: z.object({}) } }
const things: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/page',
    summary: 'a page',
    responses: ok,
    handler: async () => ({ type: 'text/html', content: framed('fr', 'Une page', []) }),
  }),
  route({
    method: 'get',
    path: '/api/v1/thing',
    summary: 'a call',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: ok,
    handler: async () => ({ json: {} }),
  }),
]

type Answer = ReturnType<typeof partsOf> & { readonly text: string }

async function ask(door: Door, path: string, { method = 'GET', more = '' } = {}): Promise<Answer> {
  const text = `${method} ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${more}\r\n`
  const answer = await (await rawTo(door.url, text)).answer
  return { ...partsOf(answer), text: answer }
}

/** The same house, reached in the clear on loopback and through TLS. */
const answers = new Map<string, Answer>()
const secured = new Map<string, Answer>()

async function collect(into: Map<string, Answer>, address: string): Promise<void> {
  const isSecure = address.startsWith('https')
  const door = await openDoor(
    { host: '127.0.0.1', port: 0, isSecure, trustedProxy: '127.0.0.1' },
    createWaitingApp({ ready: false, steps: [] }, { isSecure, limits: productionLimits }),
  )
  const as = 'Authorization: Bearer alice\r\n'
  into.set('503 while starting, API', await ask(door, '/api/v1/thing', { more: as }))
  into.set('503 while starting, page', await ask(door, '/page'))
  into.set('503 readiness', await ask(door, '/readyz'))
  door.serve(createApp({ ...openDoors().house, address }, things))
  into.set('200 page', await ask(door, '/page'))
  into.set('200 asset', await ask(door, '/assets/app.css'))
  into.set('404 asset', await ask(door, '/assets/nothing.css'))
  into.set('404 asset outside', await ask(door, '/assets/%2e%2e/%2e%2e/config.ts'))
  into.set('200 API', await ask(door, '/api/v1/thing', { more: as }))
  into.set('401 API', await ask(door, '/api/v1/thing'))
  into.set('404 API', await ask(door, '/api/v1/nothing', { more: as }))
  into.set('404 page', await ask(door, '/nothing'))
  into.set('404 that cannot be decoded', await ask(door, '/%E0%A4%A'))
  into.set('405 API', await ask(door, '/api/v1/thing', { method: 'DELETE' }))
  into.set('405 page', await ask(door, '/page', { method: 'POST' }))
  into.set('400 no HTTP', await ask(door, '/ a b'))
  into.set('431 headers', await ask(door, '/', { more: `X-Long: ${'x'.repeat(20_000)}\r\n` }))
  await door.close()
}

beforeAll(async () => {
  await collect(answers, 'http://127.0.0.1:1')
  await collect(secured, 'https://huisclos.example.fr')
})

afterAll(() => answers.clear())

const kinds = [
  '503 while starting, API',
  '503 while starting, page',
  '503 readiness',
  '200 page',
  '200 asset',
  '404 asset',
  '404 asset outside',
  '200 API',
  '401 API',
  '404 API',
  '404 page',
  '404 that cannot be decoded',
  '405 API',
  '405 page',
  '400 no HTTP',
  '431 headers',
] as const

const always = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=()'],
] as const

const never = ['x-powered-by', 'server', 'access-control-allow-origin', 'set-cookie']

describe.each(kinds)('%s', (kind) => {
  const found = (from = answers) => {
    const answer = from.get(kind)
    if (!answer) throw new Error('not collected')
    return answer
  }

  test('has the status of its name', () => {
    expect(found().status).toBe(Number(kind.slice(0, 3)))
  })

  test.each(always)('has %s', (name, value) => {
    expect(found().headers.get(name)).toBe(value)
  })

  test('has a policy under which nothing foreign, inline or framed runs', () => {
    const policy = (found().headers.get('content-security-policy') ?? '').split(';').map((one) => one.trim())
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy.join(' ')).not.toMatch(/unsafe|https?:|data:|\*|nonce/)
  })

  test('names no software, allows no other origin, and sets nothing', () => {
    for (const name of never) expect(found().headers.has(name)).toBe(false)
  })

  test('has two years of HSTS under TLS, and none in the clear', () => {
    expect(found().headers.has('strict-transport-security')).toBe(false)
    expect(found(secured).headers.get('strict-transport-security')).toBe('max-age=63072000')
  })
})

test.each(kinds.filter((kind) => /^[45]/.test(kind) && kind !== '503 readiness'))(
  '%s is a problem document',
  (kind) => {
    const answer = answers.get(kind)
    expect(answer?.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(answer?.problem).toMatchObject({
      type: expect.stringMatching(/^\/help\/refus\//),
      status: answer?.status,
      code: expect.any(String),
      hint: expect.any(String),
    })
  },
)

test.each(['200 API', '401 API', '404 API', '405 API', '503 while starting, API'])(
  '%s is kept by nobody',
  (kind) => {
    expect(answers.get(kind)?.headers.get('cache-control')).toBe('no-store')
  },
)

test('a page may load its own script and style, send its own forms, and nothing else', () => {
  expect(answers.get('200 page')?.headers.get('content-security-policy')?.split(';')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ])
})

test('no page, style sheet or picture of the house has anything inline, or of a third party', () => {
  const own = ['services/gateway', 'services/portal'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  // What is built of packages holds their texts; that a browser finds nothing at fault in it is tried page by page (test/portal).
  const pages = own.filter((path) => /\.(ts|html|css|svg|js)$/.test(path) && !path.includes('dist/parts/'))
  expect(pages.length).toBeGreaterThan(30)
  const inline = /<style|<script(?![^>]*\ssrc=["']\.?\/)|\sstyle=["']|\son[a-z]+=["']|javascript:/i
  const foreign = /(src|action)=["']?https?:|<link[^>]+href=["']?https?:|@import|url\(["']?https?:/i
  const faulty = pages.filter((path) => {
    const text = readFileSync(path, 'utf8')
    return inline.test(text) || foreign.test(text)
  })
  expect(faulty).toEqual([])
})
