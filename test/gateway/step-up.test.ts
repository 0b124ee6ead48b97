import { beforeEach, describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { createApp } from '../../services/gateway/app.ts'
import type { House } from '../../services/gateway/house.ts'
import { sensitiveActs } from '../../services/gateway/proof-floors.ts'
import { routes } from '../../services/gateway/routes.ts'
import { type Person, roles } from '../../services/identity/person.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { rulebook } from '../habilitation/fixtures.ts'
import { openDoors } from './doors.ts'

const rules = await rulebook()
const now = Date.parse('2026-11-22T10:00:00Z')
const minute = 60_000
const act = '/api/v1/me/identities/unlinking'
const body = { issuer: 'univ', subject: 'bea' }

/** Whose session the cookie opens; it was opened by two factors just now. */
let person: Partial<Person>
let doors: ReturnType<typeof openDoors>
beforeEach(() => {
  person = { level: 2, authenticatedAt: now }
  doors = openDoors()
  const by = () => ({
    issuer: 'demo',
    subject: 'nadia',
    roles,
    displayName: 'Nadia',
    organisation: 'region',
    door: 'http',
    methods: [],
    proofs: {},
    ...person,
  })
  const untied = async () => {
    throw new Refusal('NOT_FOUND')
  }
  Object.assign(doors.house, {
    sessions: { verify: async () => by() },
    links: { untie: untied },
    query: { clock: { now: () => now } },
    habilitation: { rulebook: rules },
  } satisfies { [room in keyof House]?: unknown })
})

function asked(path: string, by: Readonly<Record<string, string>>) {
  return request(createApp(doors.house, routes)).post(path).set(by).send(body)
}
const bySession = { Cookie: `__Host-huisclos=${'a'.repeat(43)}`, 'Sec-Fetch-Site': 'same-origin' }
const byToken = { Authorization: 'Bearer nadia' }

describe('an act that weighs on others', () => {
  test('goes on with two factors that were shown at most fifteen minutes ago', async () => {
    person = { level: 2, authenticatedAt: now - 15 * minute }
    expect(await asked(act, bySession)).toMatchObject({ status: 404 })
  })

  test.each([
    ['one factor', { level: 1, authenticatedAt: now }, 'step-up.level'],
    ['a proof of sixteen minutes ago', { level: 2, authenticatedAt: now - 16 * minute }, 'step-up.age'],
    ['a proof of nobody knows when', { level: 3 }, 'step-up.age'],
  ] as const)(
    'is refused with %s, and the refusal says where to give a better one',
    async (_, held, rule) => {
      person = held
      const answer = await asked(act, { ...bySession, 'Accept-Language': 'en' })
      expect(answer).toMatchObject({ status: 403, body: { code: 'ASSURANCE_TOO_LOW', rule } })
      expect(answer.body.hint).toContain('/connexion/demo?acces=renforce')
      expect(answer.body.detail).toContain('level 2, no older than 15 minutes')
      expect(doors.entries.at(-1)?.body).toMatchObject({ type: 'access.refused', rule })
    },
  )

  test('goes on with an access token of two factors, which ends by itself', async () => {
    expect(await asked(act, byToken)).toMatchObject({ status: 404 })
  })

  test('is every one of the list', async () => {
    person = { level: 2, authenticatedAt: now - 16 * minute }
    const app = createApp(doors.house, routes)
    for (const name of sensitiveActs) {
      const [method = '', path = ''] = name.split(' ')
      const place = path.replaceAll(/\{\w+\}/g, 'x')
      const call = method === 'GET' ? request(app).get(place) : request(app).post(place).send({})
      expect({ name, code: (await call.set(bySession)).body.code }).toEqual({
        name,
        code: 'ASSURANCE_TOO_LOW',
      })
    }
  })
})

describe('one factor', () => {
  const called = (name: string, by: Readonly<Record<string, string>>) => {
    const [method = '', path = ''] = name.split(' ')
    const app = createApp(doors.house, routes)
    const place = path.replaceAll(/\{\w+\}/g, 'x')
    return (method === 'GET' ? request(app).get(place) : request(app).post(place).send({})).set(by)
  }

  test('opens the catalogue and the own profile', async () => {
    person = { level: 1 }
    expect((await called('GET /api/v1/me', bySession)).status).toBe(200)
  })

  test.each([
    'POST /api/v1/projects/{id}/queries',
    'POST /api/v1/habilitations',
    'GET /api/v1/audit/entries',
  ])('does not open %s', async (name) => {
    person = { level: 1, authenticatedAt: now }
    expect((await called(name, bySession)).body).toMatchObject({
      code: 'ASSURANCE_TOO_LOW',
      rule: 'step-up.level',
    })
  })

  test('is more than none, which opens nothing', async () => {
    person = { level: 0 }
    expect((await called('GET /api/v1/me', bySession)).body).toMatchObject({ code: 'ASSURANCE_TOO_LOW' })
  })
})
