/** The proxy that makes dependencies ill does to them what its name says, and nothing else. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { garbled, openProxy, type TestProxy } from './proxy.ts'

let server: Server
let proxy: TestProxy
const addressOf = (one: Server) => `http://127.0.0.1:${(one.address() as AddressInfo).port}`
const serve = async (text: string) => {
  const one = createServer((_, response) => response.end(text))
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  return one
}
/** What is answered, or what the connection failed with; a machine with much to do may take its time. */
const ask = (patienceMs = 20_000) =>
  fetch(proxy.url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(patienceMs) }).then(
    (response) => response.text(),
    (error: Error & { cause?: { code?: string } }) => error.cause?.code ?? error.name,
  )

beforeAll(async () => {
  server = await serve('well')
})
afterAll(() => void server.close())
beforeEach(async () => {
  proxy = await openProxy(addressOf(server))
})
afterEach(() => proxy.close())

test('passes on what it is given while all is well', async () => {
  expect(await ask()).toBe('well')
})

test('holds answers back, then passes them on', async () => {
  proxy.answers({ late: 5000 })
  expect(await ask(500)).toBe('TimeoutError')
  proxy.answers({ late: 20 })
  expect(await ask()).toBe('well')
})

test('puts other bytes in the place of an answer, none of them the one that was sent', async () => {
  proxy.answers('garbage')
  expect(await ask()).not.toBe('well')
  const sent = Buffer.from(Array.from({ length: 1000 }, (_, at) => at))
  const got = garbled(sent)
  expect(got).toHaveLength(sent.length)
  expect(got.filter((byte, at) => byte === sent[at])).toHaveLength(0)
})

test('is not there while it is down, and is at the same place when it is up', async () => {
  await proxy.down()
  expect(await ask()).toBe('ECONNREFUSED')
  await proxy.up()
  expect(await ask()).toBe('well')
})

test('cuts what is under way', async () => {
  proxy.answers({ late: 60_000 })
  const reached = once(server, 'request')
  const asked = ask()
  await reached
  proxy.cut()
  expect(await asked).toMatch(/^UND_ERR_SOCKET|ECONNRESET$/)
})

test('leads somewhere else when it is told', async () => {
  const other = await serve('other')
  proxy.leads(addressOf(other))
  expect(await ask()).toBe('other')
  other.close()
})
