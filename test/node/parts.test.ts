import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { silentLog } from '../../services/kernel/log.ts'
import { Closing } from '../../services/node/closing.ts'
import { openDoor } from '../../services/node/listening.ts'
import { readServerFile, writeServerFile } from '../../services/node/server-file.ts'
import { openSteps } from '../../services/node/steps.ts'
import { indexedEntry } from '../../services/review/indexing.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-parts-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('closing', () => {
  test('goes in the reverse order, once, and past what fails or hangs', async () => {
    const order: string[] = []
    const closing = new Closing(silentLog, 20)
    closing.keep('first', { close: async () => void order.push('first') })
    closing.keep('hangs', { close: () => new Promise(() => {}) })
    closing.keep('fails', { close: () => Promise.reject(new Error('no')) })
    closing.keep('last', { close: async () => void order.push('last') })
    await Promise.all([closing.close(), closing.close()])
    expect(order).toEqual(['last', 'first'])
  })
})

test('what is opened after the closing is closed at once', async () => {
  const order: string[] = []
  const closing = new Closing(silentLog)
  await closing.close()
  closing.keep('late', { close: async () => void order.push('late') })
  expect(order).toEqual(['late'])
})

describe('steps', () => {
  test('are known from the start, and each is printed with its time when it ends', async () => {
    const printed: string[] = []
    const steps = openSteps(['a', 'b', 'c'], (line) => printed.push(line))
    await steps.run(
      'a',
      async () => 7,
      (seven) => `saw ${seven}`,
    )
    await expect(steps.run('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(steps.steps.map(({ name, state }) => [name, state])).toEqual([
      ['a', 'done'],
      ['b', 'failed'],
      ['c', 'waiting'],
    ])
    expect(printed).toEqual([
      expect.stringMatching(/^ ✔ a +0,\d s {3}saw 7$/),
      expect.stringMatching(/^ ✘ b +0,\d s$/),
    ])
  })
})

describe('the server file', () => {
  test('is there while a node runs, and is not believed when its process is gone', async () => {
    const written = await writeServerFile(folder, { url: 'http://127.0.0.1:1', pid: process.pid })
    expect(await readServerFile(folder)).toEqual({ url: 'http://127.0.0.1:1', pid: process.pid })
    await written.close()
    expect(await readServerFile(folder)).toBeNull()
    await writeFile(join(folder, 'server.json'), '{"url":"http://127.0.0.1:1","pid":999999999}')
    expect(await readServerFile(folder)).toBeNull()
    await writeFile(join(folder, 'server.json'), '{"url":')
    expect(await readServerFile(folder)).toBeNull()
  })
})

describe('the door', () => {
  test('listens before anything else is open, and what answers may change', async () => {
    const door = await openDoor(
      { host: '127.0.0.1', port: 0 },
      (_request, response) => void response.end('first'),
    )
    expect(await (await fetch(door.url)).text()).toBe('first')
    door.serve((_request, response) => void response.end('second'))
    expect(await (await fetch(door.url)).text()).toBe('second')
    const port = Number(new URL(door.url).port)
    await expect(openDoor({ host: '127.0.0.1', port }, () => {})).rejects.toThrow(String(port))
    await door.close()
    await expect(fetch(door.url)).rejects.toThrow()
  })
})

test('a door that closes waits for the answer in hand and not for the connection, and closes once', async () => {
  let answer = () => {}
  let asked = () => {}
  const asking = new Promise<void>((resolve) => {
    asked = resolve
  })
  const door = await openDoor({ host: '127.0.0.1', port: 0 }, (_request, response) => {
    answer = () => void response.end('done')
    asked()
  })
  const call = fetch(door.url)
  await asking
  const from = performance.now()
  const closed = Promise.all([door.close(), door.close()])
  answer()
  expect(await (await call).text()).toBe('done')
  await closed
  expect(performance.now() - from).toBeLessThan(2_000)
})

describe('what the index keeps of an entry', () => {
  const head = { shard: '2026', seq: 4, ts: '2026-11-21T00:00:00.000Z', leaf: 'a'.repeat(64) }

  test.each([
    [
      { type: 'access.refused', route: 'GET /x', code: 'ROLE', rule: 'r' } as const,
      { outcome: 'refused', code: 'ROLE', rule: 'r' },
    ],
    [
      { type: 'access.read', route: 'GET /x', dataset: 'd' } as const,
      { outcome: 'allowed', datasets: ['d'] },
    ],
    [
      { type: 'bulle.failed', bulle: 'b', dataset: { name: 'd', version: 1 } } as const,
      { outcome: 'failed', datasets: ['d'] },
    ],
    [
      { type: 'habilitation.revoked', habilitation: 'h', state: 's', reason: 'REVOKED' } as const,
      { outcome: 'done', code: 'REVOKED' },
    ],
  ])('%j', (body, facets) => {
    const indexed = indexedEntry({ ...head, numbers: {}, isSealed: false, body })
    expect(indexed).toEqual({
      shard: '2026',
      seq: 4,
      ts: Date.parse(head.ts),
      type: body.type,
      leaf: head.leaf,
      ...facets,
    })
  })
})
