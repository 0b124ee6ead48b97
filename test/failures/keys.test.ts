/** A server of keys that fails under a production node: what is open goes on, what needs a new key is told, and no node starts. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Node } from '../../services/node.ts'
import { openTestProvider, type TestProvider } from '../identity/login-provider.ts'
import { forge } from '../identity/visa-issuer.ts'
import { openVaultServer, type VaultServer, vaultToken } from '../keys/vault-server.ts'
import { address, openProductionHome, type ProductionHome } from '../node/production-node.ts'
import { type Condition, conditions, type Observed } from './cell.ts'
import { cellOf } from './table.ts'

let home: ProductionHome
let server: VaultServer
let issuer: TestProvider
let node: Node

const ann = {
  issuer: 'chu',
  subject: 'ann',
  displayName: 'Ann',
  organisation: 'chu-rouen',
  roles: ['lead', 'registrar'],
}
const open = () =>
  home.open(
    { accounts: [ann] },
    {
      keys: {
        ...{ provider: 'vault', url: server.url, mount: 'transit', key: 'huisclos', former: [] },
        token: 'env:VAULT_TOKEN',
      },
      environment: { VAULT_TOKEN: vaultToken },
      logins: [issuer.issuer],
    },
  )

beforeAll(async () => {
  home = await openProductionHome()
  server = await openVaultServer()
  const client = { token_endpoint_auth_method: 'none', redirect_uris: [`${address}/connexion/chu/retour`] }
  issuer = await openTestProvider({ name: 'chu', ahead: () => 0, client })
  node = await open()
}, 60_000)
afterAll(async () => {
  await node?.close()
  await Promise.all([server?.close(), issuer?.close(), home?.close()])
})

function call(method: string, path: string, sent: { readonly type: string; readonly body: string } | null) {
  const now = Math.floor(Date.now() / 1000)
  const about = { iss: issuer.url, sub: 'ann', aud: 'huisclos', client_id: 'r', jti: '1', acr: 'three' }
  const claims = { ...about, iat: now, auth_time: now, exp: now + 600 }
  const token = forge({ alg: 'ES256', typ: 'at+jwt', kid: home.key.kid }, claims, home.key)
  const headers = {
    authorization: `Bearer ${token}`,
    ...(sent && { 'content-type': sent.type }),
  }
  return fetch(node.url + path, { method, headers, body: sent?.body ?? null })
}

/** A document of a request that has none yet is the first thing under its key. */
async function attach() {
  const opened = await call('POST', '/api/v1/habilitations', {
    type: 'application/json',
    body: JSON.stringify({ title: 'A study' }),
  })
  const { id } = (await opened.json()) as { id: string }
  const pdf = { type: 'application/pdf', body: '%PDF-1.7\n%%EOF\n' }
  const answer = await call('POST', `/api/v1/habilitations/${id}/attachments?name=a.pdf`, pdf)
  const json = (await answer.json()) as { code?: string; rule?: string }
  return { status: answer.status, code: json.code ?? null, rule: json.rule }
}

const moods = { down: 'sealed', slow: 'slow', garbage: 'garbage' } as const satisfies Record<
  Condition,
  string
>

describe('a provider of keys', () => {
  test.each(conditions)(
    'that is %s holds back what is new, and a start',
    async (condition) => {
      server.mood = moods[condition]
      const { status, code, rule } = await attach()
      expect(rule).toBe('keys.provider')
      expect((await call('GET', '/api/v1/me', null)).status).toBe(200)
      await node.close()
      await expect(open()).rejects.toMatchObject({ name: 'StartError', exitCode: 1 })
      server.mood = 'sound'
      node = await open()
      const seen: Observed = { status, code, exit: null, isBack: (await attach()).status === 201 }
      expect(seen).toEqual(cellOf('keys', condition).expected)
    },
    60_000,
  )

  test('that is well turns each of these cells red', async () => {
    const { status } = await attach()
    for (const condition of conditions) expect(status).not.toBe(cellOf('keys', condition).expected.status)
  })
})
