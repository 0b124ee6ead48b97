import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import type { Issuer } from '../../services/identity/issuers/configuration.ts'
import { openPinnedIssuers } from '../../services/identity/issuers/pinned-issuers.ts'
import { secretsOf } from '../../services/identity/issuers/secret.ts'
import { openTokens } from '../../services/identity/token.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { ecKey, forge, jwkOf } from './visa-issuer.ts'

const folder = await mkdtemp(join(tmpdir(), 'huisclos-pinned-'))
afterAll(() => rm(folder, { recursive: true }))
const key = ecKey('k1')
const jwks = join(folder, 'keys.jwks')
await writeFile(jwks, JSON.stringify({ keys: [jwkOf(key)] }))

const url = 'https://id.test'
const login: NonNullable<Issuer['login']> = {
  ...{ label: { fr: 'a', en: 'a' }, clientId: 'node', authentication: { method: 'none' } },
  endpoints: { authorization: `${url}/auth`, token: `${url}/token`, jwks: `${url}/jwks` },
  ...{ algorithms: ['ES256'], namesItself: true, acr: {}, asksFor: [], amr: { card: 3 } },
  organisations: ['univ'],
  logout: { mode: 'back-channel', type: 'JWT' },
  ...{ asksEachTime: false, scopes: [] },
}
const issuer: Issuer = { name: 'a', issuer: url, audience: 'node', jwks, login }
const open = (issuers: readonly Issuer[]) =>
  openPinnedIssuers({
    ...{ issuers, address: 'https://node.test', clock: systemClock, log: silentLog, secret: secretsOf({}) },
  })

function verifyOn(trusted: Parameters<typeof openTokens>[0]['issuers'], organisation: string) {
  const account = { issuer: 'a', subject: 's', displayName: 'S', organisation, roles: [], proofs: {} }
  const accounts = { find: async () => account, list: async () => [account] }
  const iat = Math.floor(Date.now() / 1000)
  const about = { iss: url, sub: 's', aud: 'node', client_id: 'r', jti: '1', amr: ['card'] }
  const token = forge({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' }, { ...about, iat, exp: iat + 60 }, key)
  return openTokens({ issuers: trusted, accounts, clock: systemClock }).verify(token)
}

test('an access token opens no account that a sign-in with its issuer would not, at the same level', async () => {
  const { trusted } = await open([issuer])
  expect(await verifyOn(trusted, 'univ')).toMatchObject({ level: 3 })
  await expect(verifyOn(trusted, 'chu')).rejects.toMatchObject({ facts: { rule: 'token.organisation' } })
})

test('an issuer is trusted for what it is configured for, and for nothing else', async () => {
  const { audience: _audience, jwks: _jwks, ...signInOnly } = issuer
  const opened = await open([signInOnly])
  expect([opened.trusted, opened.providers.map((one) => one.issuer.name)]).toEqual([[], ['a']])
  expect(opened.logouts).toMatchObject([{ clientId: 'node', takesPlainType: true, trust: { name: 'a' } }])
  const { login: _login, ...tokensOnly } = issuer
  const quiet = { ...login, logout: { mode: 'none', type: 'JWT' } } as const
  const others = await open([tokensOnly, { ...issuer, name: 'b', issuer: 'https://b.test', login: quiet }])
  expect([others.providers.map((one) => one.issuer.name), others.logouts]).toEqual([['b'], []])
  expect(others.names).toEqual([
    { name: 'a', identifiers: [url] },
    { name: 'b', identifiers: ['https://b.test'] },
  ])
})
