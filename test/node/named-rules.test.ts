/** Whatever a node answers or records says under which rules it did. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { rulebook } from '../habilitation/fixtures.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { leavesOf } from './leaves.ts'

let node: TestNode
let policy = ''

beforeAll(async () => {
  node = await openTestNode()
  policy = `sha256:${(await rulebook()).sha256}`
}, 60_000)
afterAll(() => node?.close())

async function answer(call: string, { as, body }: { as?: string; body?: object } = {}) {
  const [method = '', path = ''] = call.split(' ')
  const headers = new Headers({ 'content-type': 'application/json' })
  if (as !== undefined) {
    const token = await mintDemoToken({ home: node.home, subject: as, clock: systemClock })
    headers.set('authorization', `Bearer ${token}`)
  }
  return fetch(node.url + path, { method, headers, body: body ? JSON.stringify(body) : null })
}

const question = { sql: 'SELECT 1' }
const queries = '/api/v1/projects/none/queries'
const calls: readonly { what: string; status: number; call: string; as?: string; body?: object }[] = [
  { what: 'a success', status: 200, call: 'GET /api/v1/me', as: 'alice' },
  { what: 'an open page', status: 200, call: 'GET /readyz' },
  { what: 'no token', status: 401, call: 'GET /api/v1/me' },
  { what: 'a refusal', status: 403, call: `POST ${queries}`, as: 'alice', body: question },
  { what: 'a check', status: 403, call: `POST ${queries}/check`, as: 'alice', body: question },
  { what: 'an unknown path', status: 404, call: 'GET /api/v1/nothing', as: 'alice' },
  { what: 'a wrong method', status: 405, call: 'PUT /api/v1/me', as: 'alice' },
  { what: 'a wrong body', status: 422, call: `POST ${queries}`, as: 'alice', body: {} },
]

describe('the rules are named by', () => {
  test.each(calls)('the answer to $what', async ({ status, call, ...how }) => {
    const response = await answer(call, how)
    expect(response.status).toBe(status)
    expect(response.headers.get('huisclos-policy')).toBe(policy)
    if (status !== 200) expect(await response.json()).toMatchObject({ status, policy })
  })

  test('every entry that follows the reading of the rules', async () => {
    const { json } = await node.call('GET', '/api/v1/projects/none', { as: 'alice' })
    const leaves = await leavesOf(node, json.receipt.seq)
    const after = leaves.slice(leaves.findIndex(({ type }) => type === 'log.started'))
    expect(after.length).toBeGreaterThan(3)
    expect(new Set(after.map((leaf) => leaf.policy))).toEqual(new Set([policy.slice(7)]))
  })
})
