/** The inbox through its calls, on a whole node. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parisDay, systemClock } from '../../services/kernel/clock.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
beforeAll(async () => {
  node = await openTestNode()
}, 60_000)
afterAll(() => node?.close())

const as = 'nadia'
const month = parisDay(systemClock.now()).slice(0, 7)

test('a finding is read, closed with a reason, and closed once', async () => {
  for (let at = 0; at < 5; at += 1) await node.call('GET', '/api/v1/audit/entries', { as: 'alice' })
  const { json } = await node.call('GET', `/api/v1/reviews?month=${month}`, { as })
  expect(json.findings).toMatchObject([{ family: 'A2', actor: 'alice', count: 5, state: 'open' }])
  expect(json.findings[0].sentence).toMatch(/^alice a demandé 5 fois/)
  const [, ...parts] = json.findings[0].id.split('/')
  const path = `/api/v1/reviews/${month}/findings/${parts.join('/')}/closing`
  const body = { conclusion: 'explained', reason: 'Une visite guidée.' }
  expect(await node.call('POST', path, { as, body: { conclusion: 'explained', reason: ' ' } })).toMatchObject(
    {
      status: 422,
    },
  )
  const closed = await node.call('POST', path, { as, body })
  expect(closed).toMatchObject({
    status: 200,
    json: { finding: { state: 'closed', conclusion: 'explained', closedBy: 'nadia' }, receipt: {} },
  })
  const place = `${new Date().getUTCFullYear()}/${closed.json.receipt.seq}`
  const entry = await node.call('GET', `/api/v1/audit/entries/${place}`, { as })
  expect(entry.json).toMatchObject({ body: { type: 'anomaly.closed' }, sealed: 'kept' })
  expect(JSON.stringify(entry.json)).not.toContain('visite')
  expect(await node.call('POST', path, { as, body })).toMatchObject({
    status: 409,
    json: { code: 'CONFLICT' },
  })
})

test.each(['2026-13', '2026', 'november'])('%s is no month', async (wrong) => {
  const answer = await node.call('GET', `/api/v1/reviews?month=${wrong}`, { as })
  expect(answer).toMatchObject({ status: 422, json: { code: 'INVALID' } })
})
