/** What a route says of its authorisation: it cannot leave it out, it is executed before anything else, and the page is made of it. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { authorisationPage } from '../../infra/authorisation-page.ts'
import { createApp } from '../../services/gateway/app.ts'
import type { Authorisation } from '../../services/gateway/authorisation.ts'
import { route } from '../../services/gateway/route.ts'
import { routes } from '../../services/gateway/routes.ts'
import { openDoors } from '../gateway/doors.ts'
import { rulebook } from '../habilitation/fixtures.ts'

const thing = (authorisation: Authorisation, onCall = () => {}) =>
  route({
    method: 'post',
    path: '/api/v1/things/{dataset}',
    summary: '',
    authorisation,
    records: 'own',
    about: ({ dataset }: { dataset: string }) => ({ dataset }),
    responses: { 200: { description: '' } },
    handler: async () => {
      onCall()
      return { json: {} }
    },
  })

describe('the declaration of a route', () => {
  test('cannot be left out: the house does not start', () => {
    const absent: unknown = undefined
    expect(() => thing(absent as Authorisation)).toThrow()
  })

  test('says whom the object is there for that the path names', () => {
    expect(() => thing({ who: 'account', sees: 'none' })).toThrow('it names an object')
  })

  test('lets somebody in', () => {
    expect(() => thing({ who: [], sees: 'house' })).toThrow('nobody may call it')
  })

  test('is executed before the body is read, and the refusal says which roles it takes', async () => {
    let calls = 0
    const { house, entries } = openDoors()
    const app = createApp(house, [thing({ who: ['holder', 'dpo'], sees: 'holder' }, () => (calls += 1))])
    const post = (as: string) =>
      request(app).post('/api/v1/things/visits').set('authorization', `Bearer ${as}`).type('json').send('{"')
    const refused = await post('alice')
    expect(refused).toMatchObject({ status: 403, body: { code: 'ROLE', rule: 'route.role' } })
    expect(refused.body.detail).toContain('holder, dpo')
    expect(entries).toMatchObject([{ body: { type: 'access.refused', code: 'ROLE', dataset: 'visits' } }])
    expect((await post('rouen')).status).toBe(200)
    expect(calls).toBe(1)
  })

  test('is what docs/authorisation-matrix.md shows', async () => {
    const page = readFileSync(new URL('../../docs/authorisation-matrix.md', import.meta.url), 'utf8')
    expect(page).toBe(authorisationPage(routes, (await rulebook()).vocabularies.roles))
  })

  test('is given by every call under /api that is not open to everybody', () => {
    const open = routes.filter(({ authorisation }) => authorisation === undefined).map(({ name }) => name)
    expect(open.filter((name) => name.includes('/api/'))).toEqual([
      // By nobody yet: what they give is worth nothing before a person has answered.
      'POST /api/v1/device/codes',
      'POST /api/v1/device/tokens',
      'OPTIONS /api/v1/uploads',
      // What the codes of the public register mean.
      'GET /api/v1/vocabularies',
      'GET /api/v1/openapi.json',
    ])
  })
})
