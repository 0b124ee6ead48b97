/** A real provider on this machine, which signs in whoever the test says, and which a test can turn against us. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration, interactionPolicy } from 'oidc-provider'
import { openDemoMemory } from '../../services/identity/demo-memory.ts'
import type { LoginIssuer } from '../../services/identity/issuers/configuration.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { ecKey, forge, jwkOf } from './visa-issuer.ts'

type Json = Record<string, unknown>
type Answer = (request: IncomingMessage, response: ServerResponse) => void
type Key = ReturnType<typeof ecKey>

export interface TestProvider {
  readonly url: string
  readonly issuer: LoginIssuer
  /** Who signs in, and how; changed by the test. */
  person: { subject: string; acr?: string; amr: string[] }
  /** The keys: the first signs, all are published. */
  keys: Key[]
  /** What goes wrong; emptied by `mend`. By path, or in the documents that it answers. */
  answers: Map<string, Answer>
  discovery: (document: Json) => Json
  token: (body: Json) => Json
  /** Of the ID token, before it is signed; a text is sent as it is. */
  idToken: (header: Json, claims: Json) => string | readonly [Json, Json]
  mend(): void
  close(): Promise<void>
}

export interface ProviderOptions {
  readonly name: string
  /** Added to its times, in seconds: the clock of the test. */
  readonly ahead: () => number
  readonly client?: Json
  readonly authentication?: LoginIssuer['login']['authentication']
  readonly isPushed?: boolean
  /** With TLS, as `https://localhost`; else plain, as an address. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Who signs in unless the test says another. Default ann. */
  readonly subject?: string
}

const callbackOf = (name: string) => `http://127.0.0.1:9/connexion/${name}/retour`

export async function openTestProvider(options: ProviderOptions): Promise<TestProvider> {
  const { name, authentication = { method: 'none' }, isPushed = true, subject = 'ann' } = options
  const server = options.tls ? createSecureServer(options.tls) : createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
  const key = ecKey(`${name}-1`)
  const provider = new Provider(
    url,
    configurationOf(options, key, () => test.person),
  )
  const callback = provider.callback()
  const person = () => ({ subject, acr: 'two', amr: ['pwd', 'otp'] })
  const untouched = {
    discovery: (document: Json) => document,
    token: (body: Json) => body,
    idToken: (header: Json, claims: Json) => [header, claims] as const,
  }
  const test: TestProvider = {
    ...{ url, issuer: issuerOf(url, { name, authentication, isPushed }) },
    ...{ person: person(), keys: [key], answers: new Map(), ...untouched },
    mend() {
      Object.assign(test, untouched, { keys: [key], person: person() })
      test.answers.clear()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const own = test.answers.get(path)
    if (own) return own(request, response)
    if (path.startsWith('/interaction/')) return void signIn(provider, test, { request, response })
    if (path === '/jwks') return answerKeys(test, response)
    if (path.endsWith('/openid-configuration')) changing(response, (document) => test.discovery(document))
    if (path === '/token') changing(response, (body) => test.token(signedAgain(test, body, options.ahead())))
    return void callback(request, response)
  })
  return test
}

function configurationOf(
  { name, client = { token_endpoint_auth_method: 'none' }, isPushed = true }: ProviderOptions,
  key: Key,
  person: () => TestProvider['person'],
): Configuration {
  const policy = interactionPolicy.base()
  policy.remove('consent')
  return {
    adapter: openDemoMemory(systemClock),
    jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, alg: 'ES256', use: 'sig' }] },
    cookies: { keys: ['test'] },
    clients: [{ client_id: 'huisclos', redirect_uris: [callbackOf(name)], ...client }],
    clientDefaults: { id_token_signed_response_alg: 'ES256', response_types: ['code'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    acrValues: ['one', 'two', 'three'],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'] },
    pkce: { required: () => true },
    interactions: { policy, url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? person().subject,
      })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
    features: { devInteractions: { enabled: false }, pushedAuthorizationRequests: { enabled: isPushed } },
    ttl: {
      Interaction: 600,
      Session: 600,
      Grant: 600,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
    },
  } as Configuration
}

function issuerOf(
  url: string,
  { name, authentication, isPushed }: Required<Pick<ProviderOptions, 'name' | 'authentication' | 'isPushed'>>,
): LoginIssuer {
  return {
    name,
    issuer: url,
    login: {
      label: { fr: name, en: name },
      clientId: 'huisclos',
      authentication,
      endpoints: {
        ...{ authorization: `${url}/auth`, token: `${url}/token`, jwks: `${url}/jwks` },
        ...(isPushed && { pushed: `${url}/request` }),
      },
      algorithms: ['ES256'],
      namesItself: true,
      acr: { one: 1, two: 2, three: 3 },
      asksFor: [],
      amr: { otp: 2, pwd: 1 },
      organisations: 'any',
      logout: { mode: 'none', type: 'logout+jwt' },
      asksEachTime: false,
      scopes: [],
    },
  }
}

async function signIn(
  provider: Provider,
  { person: { subject, acr, amr } }: TestProvider,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const login = { accountId: subject, amr, remember: false, ...(acr !== undefined && { acr }) }
  await provider.interactionFinished(request, response, { login })
}

function answerKeys({ keys }: TestProvider, response: ServerResponse): void {
  response.setHeader('content-type', 'application/jwk-set+json')
  response.end(JSON.stringify({ keys: keys.map((key) => jwkOf(key)) }))
}

/** The JSON that is about to leave, changed. */
function changing(response: ServerResponse, change: (body: Json) => Json): void {
  const end = response.end.bind(response)
  response.end = ((chunk: unknown) => {
    if (response.statusCode >= 400 || chunk === undefined) return end(chunk as string)
    response.removeHeader('content-length')
    return end(JSON.stringify(change(JSON.parse(String(chunk)))))
  }) as typeof response.end
}

/** The ID token under the first key and the clock of the test, after what the test does to it. */
function signedAgain({ keys, idToken }: TestProvider, body: Json, ahead: number): Json {
  const [header = '', payload = ''] = String(body.id_token).split('.')
  const read = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString())
  const claims = read(payload)
  for (const time of ['iat', 'exp', 'auth_time'])
    if (typeof claims[time] === 'number') claims[time] = claims[time] + ahead
  const [key] = keys
  if (key === undefined) throw new Error('a provider without a key')
  const changed = idToken({ ...read(header), kid: key.kid }, claims)
  return { ...body, id_token: typeof changed === 'string' ? changed : forge(changed[0], changed[1], key) }
}
