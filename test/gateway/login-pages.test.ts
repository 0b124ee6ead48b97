import { describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { createApp } from '../../services/gateway/app.ts'
import { choicePage } from '../../services/gateway/login-pages.ts'
import { routes } from '../../services/gateway/routes.ts'
import { demoLogin } from '../../services/identity/demo-login.ts'
import { type Code, Refusal } from '../../services/kernel/refusal.ts'
import { openDoors } from './doors.ts'

/** What a browser gets when a sign-in ends in this refusal. */
async function shown(code: Code, rule: string) {
  const { house } = openDoors()
  const finish = async () => {
    throw new Refusal(code, { rule })
  }
  Object.assign(house, { logins: { issuers: [], finish } })
  return request(createApp(house, routes))
    .get('/connexion/demo/retour?code=a&state=b')
    .set('Accept-Language', 'en')
}

describe('a sign-in that is refused', () => {
  test.each([
    ['UNAUTHENTICATED', { rule: 'login.id-token.nonce', status: 401, title: 'Sign-in refused' }],
    ['ASSURANCE_TOO_LOW', { rule: 'login.level', status: 403, title: 'Proof of identity too weak' }],
    ['CONFLICT', { rule: 'link.taken', status: 409, title: 'Identity already tied' }],
    ['UNAVAILABLE', { rule: 'login.discovery.unread', status: 503, title: 'Provider out of reach' }],
  ] as const)('%s is a page that says so, and not why', async (code, { rule, status, title }) => {
    const answer = await shown(code, rule)
    expect(answer.status).toBe(status)
    expect(answer.type).toBe('text/html')
    expect(answer.text).toContain(title)
    expect(answer.text).toContain('href="/connexion"')
    expect(answer.text).not.toContain(rule)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('by our own database is said to be ours', async () => {
    const answer = await shown('UNAVAILABLE', 'store.database')
    expect(answer).toMatchObject({ status: 503, type: 'application/problem+json' })
  })
})

test('the name that an issuer bears on the page is text, whatever the configuration says', () => {
  const issuer = demoLogin('http://127.0.0.1:1/demo')
  const label = { fr: '<script>', en: '<script>' }
  const page = choicePage('fr', [{ ...issuer, login: { ...issuer.login, label } }])
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script>')
})
