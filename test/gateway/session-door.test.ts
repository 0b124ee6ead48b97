import { describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { z } from 'zod'
import { createApp } from '../../services/gateway/app.ts'
import { openRoute, type Route, route } from '../../services/gateway/route.ts'
import { giveSessionCookie } from '../../services/gateway/session-cookie.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { openDoors } from './doors.ts'

const value = z.object({ value: z.string() })
const answer = { 200: { description: 'a value', schema: value } }
const things: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/things',
    summary: 'reads',
    authorisation: { who: 'account', sees: 'house' },
    records: 'read',
    responses: answer,
    handler: async (_, { by }) => ({ json: { value: by.subject } }),
  }),
  route({
    method: 'post',
    path: '/api/v1/things',
    summary: 'changes',
    authorisation: { who: 'account', sees: 'house' },
    records: 'own',
    responses: answer,
    handler: async (_, { by }) => ({ json: { value: by.subject } }),
  }),
  openRoute({
    method: 'get',
    path: '/given',
    summary: 'gives a cookie',
    responses: answer,
    handler: async (_, { response }) => {
      giveSessionCookie(response, 'new')
      return { json: { value: 'given' } }
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/file',
    summary: 'takes a file',
    authorisation: { who: 'account', sees: 'house' },
    records: 'own',
    stream: ['text/csv'],
    responses: answer,
    handler: async (_, { by }) => ({ json: { value: by.subject } }),
  }),
]

type Headers = Readonly<Record<string, string>>

/** A house in which the cookie `open` is alice's session. */
function open() {
  const { house, entries } = openDoors()
  const sessions = {
    async verify(cookie: string) {
      if (cookie !== 'open') throw new Refusal('UNAUTHENTICATED', { rule: 'session.unknown' })
      return house.tokens.verify('alice')
    },
  }
  const app = createApp({ ...house, sessions: { ...house.sessions, ...sessions } }, things)
  const ask = (method: 'get' | 'post' | 'put', path: string, headers: Headers) =>
    request(app)[method](path).set(headers)
  return { ask, entries }
}

const cookie = '__Host-huisclos=open'
const ours = { cookie, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
const json = { 'content-type': 'application/json' }

describe('the cookie of a session', () => {
  test.each<[string, 'get' | 'post' | 'put', string, Headers]>([
    ['a page of ours that reads', 'get', '/api/v1/things', ours],
    ['a page of ours that changes something', 'post', '/api/v1/things', { ...ours, ...json }],
    ['a page of ours that sends a file', 'put', '/api/v1/file', { ...ours, 'content-type': 'text/csv' }],
    [
      'an address that was typed',
      'get',
      '/api/v1/things',
      { cookie, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    ],
    [
      'a browser that has other cookies too',
      'get',
      '/api/v1/things',
      { ...ours, cookie: `a=b; ${cookie}; c=d` },
    ],
  ])('opens the door to %s', async (...[, method, path, headers]) => {
    const { status, body } = await open().ask(method, path, headers)
    expect({ status, body }).toEqual({ status: 200, body: { value: 'alice' } })
  })

  test('is out of reach of scripts, of other hosts, of http and of the pages of others', async () => {
    const { headers } = await open().ask('get', '/given', {})
    expect(headers['set-cookie']).toEqual(['__Host-huisclos=new; Path=/; HttpOnly; Secure; SameSite=Strict'])
  })

  const sites = ['cross-site', 'same-site', 'none', '']
  test.each(sites)('opens none to a page of elsewhere that reads: Sec-Fetch-Site %s', async (site) => {
    const { ask, entries } = open()
    const headers = site === '' ? { cookie } : { ...ours, 'sec-fetch-site': site }
    expect(await ask('get', '/api/v1/things', headers)).toMatchObject({ status: 401 })
    expect(entries).toMatchObject([{ body: { type: 'auth.refused', rule: 'session.other-site' } }])
  })

  test.each(sites)('opens none to a page of elsewhere that changes: Sec-Fetch-Site %s', async (site) => {
    const headers = { ...ours, ...json, 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' }
    expect(await open().ask('post', '/api/v1/things', headers)).toMatchObject({ status: 401 })
  })

  test.each([
    [{}],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'text/plain; application/json' }],
    [{ 'content-type': 'text/csv' }],
  ])('changes nothing with a body that any page may send: %j', async (type) => {
    const { ask, entries } = open()
    expect(await ask('post', '/api/v1/things', { ...ours, ...type })).toMatchObject({ status: 415 })
    expect(entries).toMatchObject([{ body: { code: 'UNSUPPORTED_TYPE', rule: 'session.content-type' } }])
  })

  test('and a token together open nothing, whatever each is worth', async () => {
    for (const authorization of ['Bearer alice', 'Bearer nobody', 'Basic YQ==']) {
      const { ask, entries } = open()
      expect(await ask('get', '/api/v1/things', { ...ours, authorization })).toMatchObject({ status: 401 })
      expect(entries).toMatchObject([{ body: { rule: 'session.and-token' } }])
    }
  })

  test('opens nothing twice over', async () => {
    const twice = { ...ours, cookie: `${cookie}; __Host-huisclos=other` }
    expect(await open().ask('get', '/api/v1/things', twice)).toMatchObject({ status: 401 })
  })

  test.each([['__Host-huisclos-login=open'], ['huisclos=open'], ['x__Host-huisclos=open']])(
    'is no other one: %s',
    async (other) => {
      const { ask, entries } = open()
      expect(await ask('get', '/api/v1/things', { ...ours, cookie: other })).toMatchObject({ status: 401 })
      expect(entries).toMatchObject([{ body: { rule: 'token.absent' } }])
    },
  )

  test('that opens nothing is refused without a word of it in the entry', async () => {
    const { ask, entries } = open()
    await ask('get', '/api/v1/things', { ...ours, cookie: '__Host-huisclos=stolen' })
    expect(entries).toMatchObject([{ body: { type: 'auth.refused', rule: 'session.unknown' } }])
    expect(JSON.stringify(entries)).not.toContain('stolen')
  })
})
