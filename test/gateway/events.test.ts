/** Streams of events at a door without rooms: what is said, to whom, how long, and what ends it. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { createApp } from '../../services/gateway/app.ts'
import { openEventStreams } from '../../services/gateway/event-streams.ts'
import { eventsOf } from '../../services/gateway/events.ts'
import { demoLimits, type LimitSettings } from '../../services/gateway/limit-settings.ts'
import { openLimits } from '../../services/gateway/limits.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { openDoors } from './doors.ts'
import { follow as followAt, statesOf } from './follow.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

interface Work {
  step: number
  total: number
  /** Told with it, and another each time. */
  pad?: string
}

/** A house with one work, which tests move on by changing `work`, and what else ends a stream. */
async function open(
  times: { readonly heartbeatMs?: number; readonly longestMs?: number } = {},
  limits: Partial<LimitSettings> = {},
) {
  const doors = openDoors(openLimits({ ...demoLimits, ...limits }))
  const accounts = new Map([
    ['alice', ['researcher']],
    ['nadia', ['dpo']],
  ])
  const watchers: ((closed: readonly { id: string }[]) => void)[] = []
  const sessions = { watch: (watcher: (typeof watchers)[number]) => void watchers.push(watcher) }
  const events = openEventStreams({ log: doors.house.log, sessions: sessions as never, lookMs: 5, ...times })
  const verify = doors.house.tokens.verify.bind(doors.house.tokens)
  const house = {
    ...doors.house,
    events,
    accounts: {
      find: async ({ subject }: { subject: string }) => {
        const roles = accounts.get(subject)
        return roles === undefined ? null : { subject, roles }
      },
    },
    tokens: { verify: async (bearer: string) => ({ ...(await verify(bearer)), session: `of ${bearer}` }) },
  }
  const state: { work: Work; failure?: unknown } = { work: { step: 0, total: 2 } }
  const things = eventsOf({
    path: '/api/v1/works',
    summary: 'Work',
    authorisation: { who: ['researcher', 'dpo'], sees: 'none' },
    schema: z.object({ step: z.number(), total: z.number(), pad: z.string().optional() }),
    read: async () => {
      if (state.failure !== undefined) throw state.failure
      const { pad } = state.work
      if (pad) state.work.step -= 1
      return { ...state.work, secret: 'never declared' }
    },
    isOver: ({ step, total }) => step === total,
  })
  const server: Server = createServer(createApp(house as never, [things]))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push(async () => {
    await events.close()
    server.closeAllConnections()
    server.close()
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/works/events`
  const follow = (as: string, headers = {}) =>
    followAt(address, { authorization: `Bearer ${as}`, ...headers })
  return { ...doors, state, accounts, events, watchers, follow, address }
}

describe('a stream of events', () => {
  test('says what is so, says it again when it has changed, and ends with the work', async () => {
    const { follow, state, entries } = await open()
    const stream = await follow('alice')
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(stream.headers['cache-control']).toBe('no-store')
    await stream.until('"step":0')
    state.work = { step: 1, total: 2 }
    await stream.until('"step":1')
    state.work = { step: 2, total: 2 }
    const all = await stream.all
    expect(statesOf(all).map(({ said }) => said)).toEqual([
      { step: 0, total: 2 },
      { step: 1, total: 2 },
      { step: 2, total: 2 },
    ])
    expect(all.endsWith('event: end\ndata: {}\n\n')).toBe(true)
    expect(entries.map(({ body }) => body)).toEqual([
      { type: 'access.read', route: 'GET /api/v1/works/events' },
    ])
  })

  test('is not told again what its Last-Event-ID names', async () => {
    const { follow, state } = await open()
    const before = await follow('alice')
    const [first] = statesOf(await before.until('"step":0'))
    before.leave()
    const again = await follow('alice', { 'last-event-id': first?.id ?? '' })
    await again.until('retry: ')
    state.work = { step: 2, total: 2 }
    expect(statesOf(await again.all).map(({ said }) => said.step)).toEqual([2])
  })

  test('has a heartbeat while nothing changes', async () => {
    const { follow } = await open({ heartbeatMs: 10 })
    const stream = await follow('alice')
    expect(statesOf(await stream.until(':\n\n:\n\n'))).toHaveLength(1)
  })

  test('is one of three that a person has; another person is not hindered, and a place comes back', async () => {
    const { follow, entries } = await open({}, { eventStreamsPerPerson: 3 })
    const held = [await follow('alice'), await follow('alice'), await follow('alice')]
    const fourth = await follow('alice')
    expect(fourth.status).toBe(429)
    expect(JSON.parse(await fourth.all)).toMatchObject({ code: 'RATE', rule: 'rate.events' })
    expect(entries.at(-1)?.body).toMatchObject({ type: 'access.refused', code: 'RATE' })
    expect((await follow('nadia')).status).toBe(200)
    held[0]?.leave()
    let next = await follow('alice')
    while (next.status === 429) next = await follow('alice')
    expect(next.status).toBe(200)
  })

  test('that is refused at once is a problem document, and takes no place', async () => {
    const { follow, state } = await open({}, { eventStreamsPerPerson: 1 })
    state.failure = new Refusal('NOT_FOUND')
    for (const _ of [1, 2]) {
      const refused = await follow('alice')
      expect(refused.status).toBe(404)
      expect(refused.headers['content-type']).toContain('application/problem+json')
      await refused.all
    }
  })

  test('that cannot be recorded says nothing', async () => {
    const { follow, breakLog } = await open()
    breakLog()
    const stream = await follow('alice')
    expect(stream.status).toBe(503)
    expect(await stream.all).not.toContain('step')
  })
})

describe('what ends a stream', () => {
  const endings: readonly (readonly [string, (house: Awaited<ReturnType<typeof open>>) => unknown])[] = [
    ['the right to the object', ({ state }) => (state.failure = new Refusal('NOT_FOUND'))],
    ['the role', ({ accounts }) => accounts.set('alice', ['operator'])],
    ['the account', ({ accounts }) => accounts.delete('alice')],
  ]
  test.each(endings)('%s is gone: the end is told, and nothing of what came after', async (_, end) => {
    const house = await open()
    const stream = await house.follow('alice')
    await stream.until('"step":0')
    end(house)
    house.state.work = { step: 1, total: 2 }
    const all = await stream.all
    expect(statesOf(all)).toHaveLength(1)
    expect(all).toContain('event: end')
  })

  test('the session is closed, and only hers', async () => {
    const { follow, watchers, state } = await open()
    const hers = await follow('alice')
    const another = await follow('nadia')
    await Promise.all([hers.until('"step":0'), another.until('"step":0')])
    for (const watcher of watchers) watcher([{ id: 'of alice' }])
    expect(await hers.all).not.toContain('event: end')
    state.work = { step: 1, total: 2 }
    expect(await another.until('"step":1')).toContain('"step":1')
    another.leave()
  })

  test('the node stops: each is closed, and so is one that comes meanwhile', async () => {
    const { follow, events } = await open()
    const stream = await follow('alice')
    await stream.until('"step":0')
    await events.close()
    expect(await stream.all).not.toContain('event: end')
    expect(statesOf(await (await follow('alice')).all)).toEqual([])
  })

  test('it has lasted long: the client is to come again, and to say again who it is', async () => {
    const { follow } = await open({ longestMs: 20 })
    const all = await (await follow('alice')).all
    expect(all).toContain('"step":0')
    expect(all).not.toContain('event: end')
  })

  test('nobody reads it: it is cut, and its place is free again', async () => {
    const { follow, state, address } = await open({}, { eventStreamsPerPerson: 1 })
    state.work = { step: -1, total: 1, pad: 'x'.repeat(2 ** 20) }
    const { hostname, port, pathname } = new URL(address)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer alice\r\n\r\n`)
    // It has begun, and nothing of it is read.
    await once(socket, 'readable')
    let another = await follow('alice')
    while (another.status === 429) another = await follow('alice')
    expect(another.status).toBe(200)
    socket.destroy()
  })

  test('a fault: the connection is cut, and the log of the node has it', async () => {
    const { follow, state, logged } = await open()
    const stream = await follow('alice')
    await stream.until('"step":0')
    state.failure = new Error('a bug')
    expect(await stream.all).not.toMatch(/event: end|a bug/)
    expect(logged.join()).toContain('a stream of events failed')
  })
})
