/** A real provider binds a token to a key, a real client proves that it holds it (RFC 9449), and the doors take both at their word. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import Provider from 'oidc-provider'
import * as client from 'openid-client'
import { createApp } from '../../services/gateway/app.ts'
import { routes } from '../../services/gateway/routes.ts'
import { demoAccounts } from '../../services/identity/demo-accounts.ts'
import { openIssuerKeys } from '../../services/identity/issuer-keys.ts'
import { openTokens } from '../../services/identity/token.ts'
import { openUsedDpopProofs } from '../../services/identity/used-dpop-proofs.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { openDoors } from '../gateway/doors.ts'
import { ecKey } from '../identity/visa-issuer.ts'
import { openTestStore, type TestStore } from '../stored.ts'

const audience = 'huisclos:api'
const key = ecKey('provider-1')
let store: TestStore
let provider: Server
let house: Server
let config: client.Configuration

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** A provider as it comes, with one machine for a client: its subject is its own name. */
function providerAt(issuer: string): Provider {
  return new Provider(issuer, {
    jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, alg: 'ES256', use: 'sig' }] },
    clients: [
      {
        client_id: 'alice',
        client_secret: 'of-this-test',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    // How it says that the machine proved itself: with a key, one factor.
    extraTokenClaims: () => ({ amr: ['hwk'] }),
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          ...{ scope: 'ask', audience, accessTokenFormat: 'jwt', accessTokenTTL: 600 },
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  })
}

beforeAll(async () => {
  store = await openTestStore()
  provider = await listening()
  house = await listening()
  const issuer = addressOf(provider)
  provider.on('request', providerAt(issuer).callback())
  const keys = openIssuerKeys({ jwks: `${issuer}/jwks`, algorithms: ['ES256'] }, systemClock)
  const known = demoAccounts(systemClock)
  const tokens = openTokens({
    issuers: [{ name: 'provider', identifiers: [issuer], algorithms: ['ES256'], keys: () => keys.current() }],
    accounts: {
      find: async ({ subject }) => known.find((one) => one.subject === subject) ?? null,
      list: async () => known,
    },
    clock: systemClock,
    possession: { address: addressOf(house), used: openUsedDpopProofs(store, systemClock) },
  })
  house.on('request', createApp({ ...openDoors().house, tokens }, routes))
  const options = { execute: [client.allowInsecureRequests] }
  config = await client.discovery(new URL(issuer), 'alice', 'of-this-test', undefined, options)
}, 60_000)
afterAll(async () => {
  for (const server of [provider, house]) {
    server?.close()
    server?.closeAllConnections()
  }
  await store?.close()
})

const ask = (token: string, options?: client.DPoPOptions) =>
  client.fetchProtectedResource(
    config,
    token,
    new URL(`${addressOf(house)}/api/v1/me`),
    'GET',
    null,
    undefined,
    options,
  )

test('a machine with a key opens with the token of its provider, call after call', async () => {
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const granted = await client.clientCredentialsGrant(config, { resource: audience }, { DPoP })
  expect(granted.token_type).toBe('dpop')
  for (let call = 0; call < 3; call++) {
    const answer = await ask(granted.access_token, { DPoP })
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 200,
      body: { subject: 'alice' },
    })
  }
})

test('whoever has found that token opens nothing with it, with a key of his own or with none', async () => {
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const { access_token: token } = await client.clientCredentialsGrant(
    config,
    { resource: audience },
    { DPoP },
  )
  const statusOf = (options?: client.DPoPOptions) =>
    ask(token, options).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof client.WWWAuthenticateChallengeError ? error.status : error),
    )
  expect(await statusOf()).toBe(401)
  const own = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  expect(await statusOf({ DPoP: own })).toBe(401)
})

test('a token that its provider bound to no key is a plain bearer', async () => {
  const { access_token: token, token_type: type } = await client.clientCredentialsGrant(config, {
    resource: audience,
  })
  expect(type).toBe('bearer')
  expect((await ask(token)).status).toBe(200)
})
