/** Streams of events on a whole node: a query, a verification of the log, an extract, and every end of them. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { demoProject as project } from '../demo-project.ts'
import { longQuery } from '../long-query.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { follow, statesOf } from './follow.ts'

const at = `/api/v1/projects/${project}`

let node: TestNode
beforeAll(async () => {
  node = await openTestNode({ mode: { kind: 'demo', demo: 'full' } })
}, 120_000)
let stopped: Promise<void> | undefined
afterAll(() => stopped ?? node?.close())

async function followAs(subject: string, path: string) {
  const token = await mintDemoToken({ home: node.home, subject, clock: systemClock })
  return follow(node.url + path, { authorization: `Bearer ${token}` })
}

/** A query that runs by now, and whoever waits for it. */
async function begun() {
  const id = randomUUID()
  const leaving = new AbortController()
  const token = await mintDemoToken({ home: node.home, subject: 'alice', clock: systemClock })
  const answer = fetch(`${node.url}${at}/queries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, sql: longQuery }),
    signal: leaving.signal,
  }).then(
    ({ status }) => status,
    () => 'left' as const,
  )
  const isRunning = async () => {
    const { json } = await node.call('GET', `${at}/queries`, { as: 'alice' })
    return json.queries.some(
      (one: { id: string; outcome: string }) => one.id === id && one.outcome === 'running',
    )
  }
  while (!(await isRunning())) await new Promise((resolve) => setTimeout(resolve, 20))
  return { id, answer, leave: () => leaving.abort() }
}

test('one’s own query is told while it runs, and its end once it is stopped', async () => {
  const { id, answer } = await begun()
  const stream = await followAs('alice', `${at}/queries/events`)
  await stream.until('"running"')
  expect((await node.call('POST', `${at}/queries/${id}/cancel`, { as: 'alice', body: {} })).status).toBe(200)
  const told = await stream.all
  const outcomes = statesOf(told).map(
    ({ said }) => said.queries.find((one: { id: string }) => one.id === id).outcome,
  )
  expect([outcomes.at(0), outcomes.at(-1)]).toEqual(['running', 'aborted'])
  expect(told).toContain('event: end')
  await answer
})

test('a project that has its extract is told once, and to nobody who may not see it', async () => {
  const told = await (await followAs('alice', `${at}/events`)).all
  expect(statesOf(told).map(({ said }) => said.bulle.status)).toEqual(['ready'])
  expect(told).toContain('event: end')
  const hidden = await followAs('bruno', `${at}/events`)
  expect([hidden.status, JSON.parse(await hidden.all).code]).toEqual([404, 'NOT_FOUND'])
})

test('a verification is told until its verdict', async () => {
  expect((await node.call('POST', '/api/v1/audit/verification', { as: 'nadia' })).status).toBe(202)
  const told = await (await followAs('nadia', '/api/v1/audit/verification/events')).all
  expect(statesOf(told).at(-1)?.said).toMatchObject({ running: null, last: { status: 'intact' } })
  const refused = await followAs('alice', '/api/v1/audit/verification/events')
  expect([refused.status, JSON.parse(await refused.all).code]).toEqual([403, 'ROLE'])
})

test('a session that is closed ends its stream, though the work goes on', async () => {
  const { leave, answer } = await begun()
  const proved = { level: 2, methods: ['pwd', 'mfa'], authenticatedAt: Date.now() } as const
  const { id, cookie } = await node.house.sessions.open({ issuer: 'demo', subject: 'alice', ...proved })
  const page = { cookie: `__Host-huisclos=${cookie}`, 'sec-fetch-site': 'same-origin' }
  const stream = await follow(`${node.url}${at}/queries/events`, page)
  await stream.until('"running"')
  await node.call('POST', `/api/v1/me/sessions/${id}/closure`, { headers: page, body: {} })
  expect(await stream.all).not.toContain('event: end')
  leave()
  expect(await answer).toBe('left')
})

test('a stop of the node ends streams at once, before the queries that it waits for', async () => {
  const { leave, answer } = await begun()
  const stream = await followAs('alice', `${at}/queries/events`)
  await stream.until('"running"')
  stopped = node.close()
  expect(await stream.all).not.toContain('event: end')
  leave()
  await Promise.all([answer, stopped])
})
