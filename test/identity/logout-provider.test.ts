import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import Provider from 'oidc-provider'
import { openLogouts } from '../../services/identity/logout.ts'
import { openSessionHouse, type SessionHouse } from './session-house.ts'

const iss = 'http://127.0.0.1:2/oidc'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }

let house: SessionHouse
beforeAll(async () => {
  house = await openSessionHouse()
  house.time.now = Date.now()
})
afterAll(() => house.close())

/** A provider that tells this address of the end of a session. */
function providerFor(backchannel_logout_uri: string): Provider {
  const client = {
    client_id: 'huisclos',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/connexion/demo/retour'],
    application_type: 'native',
    backchannel_logout_uri,
    backchannel_logout_session_required: true,
  } as const
  return new Provider(iss, {
    clients: [client],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [jwk] },
    cookies: { keys: ['none'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: false } },
    // The package's own guard lets nothing go to loopback where it can be set up.
    fetch: (address, { method = 'GET', headers = {}, body = null } = {}) =>
      fetch(address, { method, headers, body }),
  })
}

test('the logout token of a real provider closes the session that it names, of the person that it names', async () => {
  const keys = () => new Map([['k1', publicKey]])
  const trust = { name: 'demo', identifiers: [iss], algorithms: ['ES256'], keys } as const
  const logouts = openLogouts({
    issuers: [{ trust, clientId: 'huisclos' }],
    sessions: house.sessions,
    clock: house.clock,
  })
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const token = new URLSearchParams(body).get('logout_token') ?? ''
    await logouts.receive('demo', token).then(
      () => response.end(),
      () => response.writeHead(400).end(),
    )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const provider = providerFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const client = await provider.Client.find('huisclos')
    // The types of the package do not have this method.
    const tell = client?.backchannelLogout as (subject: string, sid: string) => Promise<void>
    const [one, other] = [
      await house.sessions.open(house.login('alice')),
      await house.sessions.open(house.login('alice', { sid: 'other' })),
    ]
    await tell.call(client, 'alice', 'sid-alice')
    await expect(house.sessions.verify(one.cookie)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await house.sessions.verify(other.cookie)).toMatchObject({ session: other.id })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
