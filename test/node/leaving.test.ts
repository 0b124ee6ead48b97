/** How a door lets go of its callers: a connection that is kept meets an answer that ends it, and never a reset. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { createWaitingApp, type Listener } from '../../services/gateway/app.ts'
import { productionLimits } from '../../services/gateway/limit-settings.ts'
import { openLeaving } from '../../services/node/leaving.ts'
import { type Door, openDoor } from '../../services/node/listening.ts'
import { partsOf, rawTo } from '../gateway/raw-client.ts'

const away = createWaitingApp(
  { ready: false, steps: [] },
  { isSecure: false, limits: productionLimits, rule: 'node.stopping' },
)
const get = 'GET /api/v1/me HTTP/1.1\r\nHost: huisclos\r\n\r\n'
let door: Door | undefined
afterEach(() => door?.close())

async function open(listener: Listener): Promise<Door> {
  door = await openDoor({ host: '127.0.0.1', port: 0 }, listener)
  return door
}

/** Each call waits until what it put into `held` is called. */
async function openHeld() {
  const held: (() => void)[] = []
  const opened = await open((_request, response) => {
    held.push(() => void response.end('done'))
  })
  return { held, opened }
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('whoever keeps a connection to a door that closes is answered once more, and the connection ends with it', async () => {
  const door = await open((_request, response) => void response.end('here'))
  const kept = await rawTo(door.url, get)
  await until(() => kept.sofar().endsWith('here'))
  expect(partsOf(kept.sofar()).headers.get('connection')).toBe('keep-alive')
  door.leave(away)
  const closed = door.close()
  kept.socket.write(get)
  const last = (await kept.answer).split('here')[1] ?? ''
  const { status, headers, problem } = partsOf(last.slice(last.indexOf('HTTP/1.1')))
  expect([status, headers.get('connection'), problem]).toEqual([
    503,
    'close',
    expect.objectContaining({ code: 'UNAVAILABLE', rule: 'node.stopping' }),
  ])
  await closed
  await expect(fetch(door.url)).rejects.toThrow()
})

test('an answer that was in hand says that its connection ends, and so does that of the health check', async () => {
  const { held, opened: door } = await openHeld()
  const kept = await rawTo(door.url, get)
  await until(() => held.length === 1)
  door.leave(away)
  const answered = door.answered()
  held[0]?.()
  await answered
  expect(partsOf(await kept.answer).headers.get('connection')).toBe('close')
  const health = await rawTo(door.url, get.replace('/api/v1/me', '/healthz'))
  expect(partsOf(await health.answer)).toMatchObject({ status: 200 })
})

test('what is still being sent is read before it is sent away', async () => {
  const door = await open(away)
  door.leave(away)
  const post = get.replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 4\r\n\r\n')
  const slow = await rawTo(door.url, `${post}ab`)
  expect(partsOf(await (await rawTo(door.url, get)).answer).status).toBe(503)
  expect(slow.sofar()).toBe('')
  slow.socket.write('cd')
  expect(partsOf(await slow.answer).status).toBe(503)
})

test('whoever never sends the rest of a request is sent away all the same, and nothing waits for it', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const door = await open(away)
  const post = get.replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 4\r\n\r\n')
  const slow = await rawTo(door.url, `${post}ab`)
  expect(partsOf(await slow.answer).status).toBe(503)
  await door.close()
  expect(timers()).toBe(before)
})

test('those who wait at a door that closes are let in first, however many', async () => {
  const waiting = 8
  const door = await openDoor({ host: '127.0.0.1', port: 0, lingerMs: 0 }, away)
  door.leave(away)
  const answers = Array.from({ length: waiting }, async () => (await rawTo(door.url, get)).answer)
  await Promise.all([door.close(), ...answers])
  for (const answer of await Promise.all(answers)) expect(partsOf(answer).status).toBe(503)
})

test('a call that takes longer than it may is cut off, and one that came later is not waited for', async () => {
  const server = createServer()
  const leaving = openLeaving(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const early = rawTo(url, get)
  await once(server, 'request')
  leaving.begin()
  const late = rawTo(url, get)
  await once(server, 'request')
  await leaving.answered(0)
  expect(await (await early).answer).toBe('')
  await leaving.answered(60_000)
  const { socket } = await late
  expect(socket.destroyed).toBe(false)
  socket.destroy()
  server.close()
})
