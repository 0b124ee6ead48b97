/** Every call without a token, and every role against every call, as far as the role alone decides. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { createApp } from '../services/gateway/app.ts'
import { routes } from '../services/gateway/routes.ts'
import { openDoors } from './gateway/doors.ts'
import { openTestNode, type TestNode } from './node.ts'

const guarded = routes.filter((one) => one.auth)
const filled = (path: string) =>
  path
    .replace('{shard}', '2026')
    .replace('/reports/{name}', '/reports/sec')
    .replace('{tile}', '0/000')
    .replace('{seq}', '999999')
    .replace('{sha256}', '0'.repeat(64))
    .replace('{number}', '999999')
    .replace('{version}', '999999')
    .replace('{month}/findings/{family}/{detector}/{key}', '2026-11/findings/A4/off-hours/0123456789ab')
    .replace('{queryId}', '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001')
    .replaceAll(/\{\w+\}/g, 'nothing')

describe('without a token', () => {
  test.each(guarded.map((one) => [one.name, one] as const))('%s is 401', async (_, one) => {
    const { house, entries } = openDoors()
    const answer = await request(createApp(house, routes))[one.method](filled(one.path))
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } })
    expect(entries).toMatchObject([{ body: { type: 'auth.refused', route: one.name } }])
  })
})

const persons = {
  researcher: 'bruno',
  lead: 'paul',
  dpo: 'nadia',
  secretariat: 'lucie',
  authority: 'claire',
  holder: 'rouen',
  ethics: 'ines',
  checker: 'louis',
  operator: 'karim',
  manager: 'sylvie',
  registrar: 'rene',
} as const
type RoleName = keyof typeof persons
const everybody = Object.keys(persons) as RoleName[]

interface Rule {
  readonly body?: object
  /** Who is not refused for the role; all others get ROLE. */
  readonly may: readonly RoleName[]
  /** What those get who may, on an object that does not exist. */
  readonly status: number
}

const question = { sql: 'SELECT 1' }
const contract = {
  frequency: 'monthly',
  categories: ['plain'],
  contact: { name: 'DIM' },
  optOutFile: 'none',
  manifest: 'optional',
}
const reason = { reason: 'A doubt.' }
const alice = { issuer: 'demo', subject: 'alice' }

/** The right of each role to knock (contract, sections 4 to 9). A call that is not here is open to every account. */
const rules: Readonly<Record<string, Rule>> = {
  'POST /api/v1/datasets': { body: {}, may: ['holder'], status: 422 },
  'POST /api/v1/datasets/{name}/versions/{version}/recall': { body: reason, may: ['holder'], status: 404 },
  'GET /api/v1/datasets/{name}/versions/{version}/certificate': { may: ['holder'], status: 404 },
  'PUT /api/v1/datasets/{name}/contract': { body: contract, may: ['holder'], status: 404 },
  'GET /api/v1/datasets/{name}/contract': { may: ['holder', 'dpo'], status: 404 },
  'POST /api/v1/datasets/{name}/opt-outs': {
    body: { pseudonyms: [`h1k01_${'0'.repeat(32)}`] },
    may: ['holder'],
    status: 404,
  },
  'GET /api/v1/datasets/{name}/opt-outs': { may: ['holder', 'dpo'], status: 404 },
  'POST /api/v1/datasets/{name}/opt-outs/{number}/reversal': { may: ['holder'], status: 404 },
  'POST /api/v1/datasets/{name}/deposits': { may: ['holder'], status: 404 },
  'PUT /api/v1/deposits/{id}/tables/{table}': { may: ['holder'], status: 404 },
  'POST /api/v1/uploads': { may: ['holder'], status: 422 },
  'GET /api/v1/uploads': { may: ['holder'], status: 200 },
  'GET /api/v1/uploads/{id}': { may: ['holder'], status: 404 },
  'PATCH /api/v1/uploads/{id}': { may: ['holder'], status: 422 },
  'DELETE /api/v1/uploads/{id}': { may: ['holder'], status: 422 },
  'GET /api/v1/deposits/{id}/tables/{table}/preview': { may: ['holder'], status: 404 },
  'PUT /api/v1/deposits/{id}/manifest': { body: { jws: 'a.b.c' }, may: ['holder'], status: 404 },
  'POST /api/v1/deposits/{id}/submit': { may: ['holder'], status: 404 },
  'GET /api/v1/deposits/{id}': { may: ['holder'], status: 404 },
  'GET /api/v1/deposits/{id}/findings.csv': { may: ['holder'], status: 404 },
  'GET /api/v1/deposits/{id}/findings.json': { may: ['holder'], status: 404 },
  'POST /api/v1/habilitations': { body: {}, may: ['lead'], status: 201 },
  'PATCH /api/v1/habilitations/{id}': { body: {}, may: ['lead'], status: 404 },
  'POST /api/v1/habilitations/{id}/submission': { may: ['lead'], status: 404 },
  'POST /api/v1/habilitations/{id}/completeness': {
    body: { complete: true },
    may: ['secretariat'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/interests': {
    body: { none: true },
    may: ['dpo', 'ethics', 'authority'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/comments': {
    body: { field: 'aim', text: 'Why?' },
    may: ['lead', 'secretariat', 'dpo', 'ethics', 'authority', 'holder'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/attachments?name=a.pdf': { may: ['lead'], status: 404 },
  'POST /api/v1/habilitations/{id}/attachments/6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001/deletion': {
    may: ['lead'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/opinions': {
    body: { opinion: 'favourable', comment: '' },
    may: ['dpo', 'ethics'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/countersignatures': {
    body: { dataset: 'visits', decision: 'accept' },
    may: ['holder'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/decision': {
    body: { decision: 'grant', reasons: 'Good.' },
    may: ['authority'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/confirmation': { may: ['authority'], status: 404 },
  'POST /api/v1/habilitations/{id}/acceptance': { may: ['lead'], status: 404 },
  'POST /api/v1/habilitations/{id}/suspension': {
    body: reason,
    may: ['dpo', 'authority', 'operator', 'holder'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/revocation': { body: reason, may: ['authority'], status: 404 },
  'POST /api/v1/habilitations/simulation': {
    body: { person: { issuer: 'demo', subject: 'alice' }, project: 'nothing' },
    may: ['dpo', 'authority', 'lead'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/grant-validation': {
    body: { person: alice },
    may: ['manager'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/grant-issue': { body: { person: alice }, may: ['registrar'], status: 404 },
  'POST /api/v1/habilitations/{id}/grant-end': {
    body: { person: alice, ...reason },
    may: ['lead', 'dpo', 'manager', 'registrar'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/grant-review': {
    body: { person: alice },
    may: ['lead', 'manager'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/review-campaign': {
    body: { due: '2099-01-01' },
    may: ['dpo'],
    status: 404,
  },
  'POST /api/v1/habilitations/{id}/access-review': {
    body: { conclusion: 'nothing', comment: 'x' },
    may: ['lead', 'dpo'],
    status: 404,
  },
  'POST /api/v1/habilitations/reviews/campaigns': {
    body: { due: '2099-01-01' },
    may: ['dpo'],
    status: 201,
  },
  'POST /api/v1/proofs': {
    body: { person: { issuer: 'demo', subject: 'nobody' }, proof: 'training', version: '2026-1' },
    may: ['registrar'],
    status: 404,
  },
  'GET /api/v1/habilitations/{id}/recheck': { may: ['dpo', 'authority'], status: 404 },
  'GET /api/v1/sessions?issuer=demo&subject=alice': { may: ['dpo'], status: 200 },
  'POST /api/v1/sessions/closures': { body: { person: alice }, may: ['dpo', 'registrar'], status: 404 },
  'GET /api/v1/audit/entries': { may: ['dpo'], status: 200 },
  'GET /api/v1/audit/entries/{shard}/{seq}': { may: ['dpo'], status: 404 },
  'POST /api/v1/audit/entries/{shard}/{seq}/opening': { body: reason, may: ['dpo'], status: 404 },
  'GET /api/v1/audit/statistics': { may: ['dpo'], status: 200 },
  'GET /api/v1/audit/export': { may: ['dpo'], status: 200 },
  'POST /api/v1/audit/reindex': { may: ['dpo', 'operator'], status: 200 },
  'GET /api/v1/reviews?month=2026-11': { may: ['dpo'], status: 200 },
  'POST /api/v1/reviews/{month}/findings/{family}/{detector}/{key}/closing': {
    body: { conclusion: 'explained', ...reason },
    may: ['dpo'],
    status: 404,
  },
  'GET /api/v1/policies/proposals': { may: ['dpo', 'authority'], status: 200 },
  'GET /api/v1/policies/proposals/{sha256}': { may: ['dpo', 'authority'], status: 404 },
  'POST /api/v1/policies/proposals': {
    body: { files: [{ path: 'query.cedar', text: '' }], ...reason },
    may: ['dpo', 'authority'],
    status: 422,
  },
  'POST /api/v1/policies/proposals/{sha256}/approval': { may: ['dpo', 'authority'], status: 404 },
  'GET /api/v1/reports/{name}?from=2026-01-02&until=2026-01-01': { may: ['dpo', 'authority'], status: 422 },
  'GET /audit/{shard}/checkpoint': { may: ['dpo', 'holder'], status: 200 },
}

const forAll: Readonly<Record<string, Omit<Rule, 'may'>>> = {
  'GET /api/v1/me': { status: 200 },
  'GET /api/v1/me/identities': { status: 200 },
  'POST /api/v1/me/identities/unlinking': { body: alice, status: 404 },
  'GET /api/v1/me/sessions': { status: 200 },
  'POST /api/v1/me/sessions/{queryId}/closure': { status: 404 },
  'GET /api/v1/me/passport': { status: 200 },
  'GET /api/v1/me/tokens': { status: 200 },
  'POST /api/v1/me/tokens': { body: { project: 'nothing' }, status: 403 },
  'DELETE /api/v1/me/tokens/{id}': { status: 404 },
  'PUT /api/v1/me/passport': { body: { passport: 'none' }, status: 422 },
  'GET /api/v1/datasets': { status: 200 },
  'GET /api/v1/datasets/{name}': { status: 404 },
  'GET /api/v1/datasets/{name}/schema': { status: 404 },
  'GET /api/v1/datasets/{name}/profile': { status: 404 },
  'GET /api/v1/projects/{id}/opt-outs': { status: 404 },
  'GET /api/v1/habilitations': { status: 200 },
  'GET /api/v1/habilitations/reminders': { status: 200 },
  'GET /api/v1/habilitations/form': { status: 200 },
  'GET /api/v1/habilitations/{id}/completeness': { status: 404 },
  'GET /api/v1/habilitations/{id}/minimisation': { status: 404 },
  'GET /api/v1/habilitations/{id}/attachments': { status: 404 },
  'GET /api/v1/habilitations/{id}/attachments/{queryId}': { status: 404 },
  'GET /api/v1/habilitations/reviews': { status: 200 },
  'GET /api/v1/proofs': { status: 200 },
  'GET /api/v1/habilitations/{id}': { status: 404 },
  'GET /api/v1/audit/receipts/{seq}': { status: 404 },
  'GET /api/v1/policies': { status: 200 },
  'GET /api/v1/projects': { status: 200 },
  'GET /api/v1/projects/{id}': { status: 404 },
  'POST /api/v1/datasets/{name}/twin/queries': { body: question, status: 404 },
  'GET /api/v1/projects/{id}/queries': { status: 403 },
  'POST /api/v1/projects/{id}/queries': { body: question, status: 403 },
  'POST /api/v1/projects/{id}/queries/check': { body: question, status: 403 },
  'POST /api/v1/projects/{id}/queries/{queryId}/cancel': { status: 404 },
}

describe('each role', () => {
  let node: TestNode

  beforeAll(async () => {
    node = await openTestNode()
  }, 60_000)

  afterAll(() => node?.close())

  async function call(name: string, role: RoleName, body: object | undefined) {
    const [method = 'GET', path = ''] = name.split(' ')
    const year = String(new Date().getFullYear())
    return node.call(method, filled(path.replace('{shard}', year).replace('{seq}', '999999')), {
      as: persons[role],
      ...(body ? { body } : {}),
    })
  }

  test.each(Object.entries(rules))('%s is for its roles only', async (name, { body, may, status }) => {
    for (const role of everybody) {
      const answer = await call(name, role, body)
      const expected = may.includes(role) ? { role, status } : { role, status: 403, code: 'ROLE' }
      expect({ role, status: answer.status, code: answer.json?.code }).toMatchObject(expected)
    }
  })

  test.each(Object.entries(forAll))('%s answers every account alike', async (name, { body, status }) => {
    for (const role of everybody) {
      expect({ role, status: (await call(name, role, body)).status }).toEqual({ role, status })
    }
  })

  test('every guarded call of the contract is in one of the two tables', () => {
    const further = /\/habilitations\/\{id\}\/|\/tile\/|\/me\/sessions\/\{id\}\//
    const listed = new Set([...Object.keys(rules), ...Object.keys(forAll)].map((name) => name.split('?')[0]))
    const missing = guarded.map(({ name }) => name).filter((name) => !listed.has(name) && !further.test(name))
    expect(missing).toEqual([])
  })
})
