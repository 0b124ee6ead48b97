/** What comes before a request is one, and how slowly it may come: raw sockets against a door with small limits. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { createApp } from '../../services/gateway/app.ts'
import { paced } from '../../services/gateway/arrival.ts'
import { demoLimits, type LimitSettings } from '../../services/gateway/limit-settings.ts'
import { openLimits } from '../../services/gateway/limits.ts'
import { openRoute, type Route, route } from '../../services/gateway/route.ts'
import { type Door, openDoor } from '../../services/node/listening.ts'
import { openDoors } from './doors.ts'
import { partsOf, rawTo } from './raw-client.ts'

const ok = { 200: { description: '', schema: z.object({ bytes: z.number() }) } }

const things: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/open',
    summary: 'for everybody',
    responses: ok,
    handler: async () => ({ json: { bytes: 0 } }),
  }),
  route({
    method: 'post',
    path: '/api/v1/things',
    summary: 'an ordinary call',
    authorisation: { who: 'account', sees: 'house' },
    records: 'own',
    body: z.looseObject({}),
    responses: ok,
    handler: async () => ({ json: { bytes: 0 } }),
  }),
  route({
    method: 'put',
    path: '/api/v1/files',
    summary: 'a file',
    authorisation: { who: 'account', sees: 'house' },
    records: 'own',
    stream: ['text/csv'],
    responses: ok,
    handler: async ({ limits }, { request }) => {
      let bytes = 0
      for await (const chunk of paced(request, limits.settings)) bytes += chunk.byteLength
      return { json: { bytes } }
    },
  }),
]

const opened: Door[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((door) => door.close()))
})

async function open(changes: Partial<LimitSettings>, trustedProxy?: string): Promise<Door> {
  const limits = { ...demoLimits, ...changes }
  const proxy = trustedProxy === undefined ? {} : { trustedProxy }
  const door = await openDoor({ host: '127.0.0.1', port: 0, limits, ...proxy }, () => {})
  opened.push(door)
  door.serve(createApp(openDoors(openLimits(limits, proxy)).house, things))
  return door
}

/** Somebody else, at the same moment, is served as if nothing were. */
async function insistOthersServed({ url }: Door): Promise<void> {
  const headers = { authorization: 'Bearer alice', 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/v1/things`, { method: 'POST', headers, body: '{}' })
  expect(answer.status).toBe(200)
}

const ordinary = 'POST /api/v1/things HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer alice\r\n'
const file =
  'PUT /api/v1/files HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer alice\r\nContent-Type: text/csv\r\n'

describe('before a request is one', () => {
  test('a header block beyond its limit is 431, one below it is served', async () => {
    const door = await open({ headerKiB: 4 })
    const big = await rawTo(door.url, `GET /open HTTP/1.1\r\nHost: h\r\nX-Long: ${'x'.repeat(5000)}\r\n\r\n`)
    const { status, problem, headers } = partsOf(await big.answer)
    expect({ status, problem }).toMatchObject({
      status: 431,
      problem: { status: 431, code: 'TOO_LARGE', rule: 'headers.size' },
    })
    expect(headers.get('content-type')).toBe('application/problem+json')
    const fits = await rawTo(
      door.url,
      `POST /api/v1/things HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Long: ${'x'.repeat(3500)}\r\n\r\n`,
    )
    expect(partsOf(await fits.answer).status).toBe(401)
    await insistOthersServed(door)
  })

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    [
      'two lengths, which a proxy and we might read otherwise',
      `${ordinary}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a header with a naked line feed', 'GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n'],
  ])('%s is 400, and the connection ends', async (_, text) => {
    const door = await open({})
    const { status, problem } = partsOf(await (await rawTo(door.url, text)).answer)
    expect({ status, problem }).toMatchObject({ status: 400, problem: { code: 'INVALID', status: 400 } })
    await insistOthersServed(door)
  })

  test('who dribbles headers is cut off in time, and the others are served meanwhile', async () => {
    const door = await open({ headersSeconds: 0.2 })
    const slow = await rawTo(door.url, 'GET / HTTP/1.1\r\nHost: h\r\n')
    await insistOthersServed(door)
    const { status, problem } = partsOf(await slow.answer)
    expect({ status, problem }).toMatchObject({ status: 408, problem: { code: 'TOO_LARGE', status: 408 } })
  })

  test('a connection that asks nothing more is closed, and one serves so many requests', async () => {
    const idle = await rawTo(
      (await open({ keepAliveSeconds: 0.1 })).url,
      'GET /open HTTP/1.1\r\nHost: h\r\n\r\n',
    )
    // Whole seconds are told; Node’s own would be five.
    expect(partsOf(await idle.answer).headers.get('keep-alive')).toBe('timeout=0')
    const door = await open({ requestsPerSocket: 2 })
    const two = await rawTo(door.url, 'GET /open HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(3))
    expect((await two.answer).match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    expect(await two.answer).toMatch(/connection: close/i)
  })
})

describe('many connections', () => {
  test('of one address: those beyond its share are closed, another address is served', async () => {
    const door = await open({ socketsPerAddress: 2 })
    const held = [await rawTo(door.url, '', '127.0.0.2'), await rawTo(door.url, '', '127.0.0.2')]
    const third = await rawTo(door.url, 'GET /open HTTP/1.1\r\nHost: h\r\n\r\n', '127.0.0.2')
    expect(await third.answer).toBe('')
    await insistOthersServed(door)
    // Its place is free again once it has gone.
    held[0]?.socket.destroy()
    await held[0]?.answer
    const text = 'GET /open HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'
    let last = ''
    while (last === '') last = await (await rawTo(door.url, text, '127.0.0.2')).answer
    expect(partsOf(last).status).toBe(200)
    held[1]?.socket.destroy()
  })

  test('of the trusted proxy are everybody’s, and are not counted', async () => {
    const door = await open({ socketsPerAddress: 1 }, '127.0.0.3')
    const held = await rawTo(door.url, '', '127.0.0.3')
    const text = 'GET /open HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'
    expect(partsOf(await (await rawTo(door.url, text, '127.0.0.3')).answer).status).toBe(200)
    held.socket.destroy()
  })
})

describe('a body that does not come', () => {
  test('of an ordinary call is 413 in time, and the others are served meanwhile', async () => {
    const door = await open({ requestSeconds: 0.2 })
    const slow = await rawTo(
      door.url,
      `${ordinary}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"`,
    )
    await insistOthersServed(door)
    const { status, problem, headers } = partsOf(await slow.answer)
    expect({ status, problem }).toMatchObject({
      status: 413,
      problem: { code: 'TOO_LARGE', rule: 'body.pace' },
    })
    expect(headers.get('connection')).toBe('close')
  })

  test('of somebody who was refused long ago holds no connection', async () => {
    const door = await open({ requestSeconds: 0.2 })
    const stranger = await rawTo(
      door.url,
      'POST /api/v1/things HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{',
    )
    expect(partsOf(await stranger.answer).status).toBe(401)
  })

  test('of a file below its pace ends it and says how else; a file above it is taken, however long it takes', async () => {
    const door = await open({ requestSeconds: 0.2, fileKiBPerSecond: 64 })
    const slow = await rawTo(door.url, `${file}Content-Length: 99999\r\n\r\n${'x'.repeat(1000)}`)
    await insistOthersServed(door)
    const { status, problem } = partsOf(await slow.answer)
    expect({ status, problem }).toMatchObject({
      status: 413,
      problem: { code: 'TOO_LARGE', rule: 'deposit.pace', hint: expect.stringContaining('--resume') },
    })
    // 64 KiB at once are worth a second of waiting: five times what an ordinary request has.
    const steady = await rawTo(
      door.url,
      `${file}Connection: close\r\nContent-Length: 65537\r\n\r\n${'x'.repeat(65_536)}`,
    )
    setTimeout(() => steady.socket.write('x'), 400)
    expect(await steady.answer).toContain('"bytes":65537')
  })
})

test('the files that one person sends at a time are few; another person is not hindered', async () => {
  const door = await open({ streamsPerPerson: 1 })
  const held = await rawTo(door.url, `${file}Content-Length: 9\r\n\r\nx`)
  const put = (as: string) =>
    fetch(`${door.url}/api/v1/files`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${as}`, 'content-type': 'text/csv' },
      body: 'x',
    })
  let second = await put('alice')
  while (second.status === 200) second = await put('alice')
  expect(second.status).toBe(429)
  expect(second.headers.get('retry-after')).toBe('5')
  expect(await second.json()).toMatchObject({ code: 'RATE', rule: 'rate.streams' })
  expect((await put('rouen')).status).toBe(200)
  held.socket.write('x'.repeat(8))
  let answer = await put('alice')
  while (answer.status === 429) answer = await put('alice')
  expect(answer.status).toBe(200)
  held.socket.destroy()
})
