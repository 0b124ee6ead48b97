/**
 * The embedded issuer of the demo: anybody who reaches the loopback interface of this machine chooses a person. Never
 * opened where a configuration is given (main.ts). It is a real provider otherwise: code flow with PKCE, device grant,
 * access tokens in the form that any issuer would give.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import Provider, {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import type { Clock } from '../kernel/clock.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { hasCode } from '../kernel/system-error.ts'
import { demoAccounts } from './demo-accounts.ts'
import { type DemoKeys, demoAddress, demoMethods, moveDemoIssuer, openDemoKeys } from './demo-keys.ts'
import { openDemoMemory } from './demo-memory.ts'
import { accountsPage, codePage, confirmPage, pageLanguage, pagePolicy, plainPage } from './demo-pages.ts'
import type { Account } from './person.ts'
import { accessTokenLifetime, apiAudience, type TrustedIssuer } from './token.ts'

const mount = '/demo'
const clientId = 'huisclos'
const scope = 'api'
const bodyLimit = 4_096

export interface DemoIssuer extends Closable {
  /** Its address, ending in /demo; discovery is below it (`/.well-known/openid-configuration`). */
  readonly issuer: string
  readonly trust: TrustedIssuer
  /** The name of this node with it. */
  readonly clientId: string
}

export interface DemoIssuerOptions {
  readonly home: string
  readonly clock: Clock
  readonly log: Log
  /** Where the client `huisclos` may be sent back to. Default: any port of loopback, path /connexion/demo/retour. */
  readonly redirectUris?: readonly string[]
}

const defaultRedirects = ['http://127.0.0.1/connexion/demo/retour', 'http://localhost/connexion/demo/retour']

/** Listens on 127.0.0.1 only, at the port of the first start; where that is taken now, at another one that is kept. */
export async function startDemoIssuer(options: DemoIssuerOptions): Promise<DemoIssuer> {
  const accounts = demoAccounts(options.clock)
  const server = createServer()
  const keys = await listen(server, options)
  const provider = createProvider({ keys, accounts, options })
  server.on('request', (request, response) => {
    answer({ provider, accounts, keys }, request, response).catch(() => {
      options.log.error('the demo issuer could not answer')
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  return {
    issuer: demoAddress(keys.port),
    trust: keys.trust,
    clientId,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function listen(server: Server, { home, log }: DemoIssuerOptions): Promise<DemoKeys> {
  const keys = await openDemoKeys(home)
  if (await takesPort(server, keys.port)) return keys
  const moved = await moveDemoIssuer(home)
  log.warn('the port of the demo issuer was taken: it has a new address', { port: moved.port })
  if (await takesPort(server, moved.port)) return moved
  throw new Error('the demo issuer found no port on loopback')
}

async function takesPort(server: Server, port: number): Promise<boolean> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch (error) {
    if (hasCode(error, 'EADDRINUSE')) return false
    throw error
  }
}

interface Parts {
  readonly keys: DemoKeys
  readonly accounts: readonly Account[]
  readonly options: DemoIssuerOptions
}

function createProvider({ keys, accounts, options }: Parts): Provider {
  const policy = interactionPolicy.base()
  // There is nothing to consent to: one resource, and rights come from permits.
  policy.remove('consent')
  const configuration: Configuration = {
    adapter: openDemoMemory(options.clock),
    jwks: { keys: [...keys.jwks.keys] },
    cookies: { keys: [keys.cookieKey] },
    clients: clients(options.redirectUris ?? defaultRedirects),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    scopes: ['openid', scope],
    // ID tokens tell how and when somebody signed in.
    claims: { openid: ['sub', 'amr', 'auth_time'] },
    pkce: { required: () => true },
    clientBasedCORS: () => false,
    responseTypes: ['code'],
    interactions: { policy, url: (_, { uid }) => `${mount}/interaction/${uid}` },
    extraTokenClaims: () => ({ amr: [...demoMethods] }),
    findAccount: (_, subject) =>
      accounts.some((account) => account.subject === subject)
        ? { accountId: subject, claims: () => ({ sub: subject }) }
        : undefined,
    loadExistingGrant: grantApi,
    ttl: {
      AccessToken: accessTokenLifetime,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 36_000,
      IdToken: accessTokenLifetime,
      Interaction: 600,
      Session: 36_000,
    },
    features: features(),
    renderError: (context) => show(context, plainPage(languageOf(context), 'demo.failed')),
  }
  const provider = new Provider(demoAddress(keys.port), configuration)
  provider.on('server_error', () => options.log.error('the demo issuer failed'))
  return provider
}

/** Both are public: PKCE and loopback stand in for a secret. */
function clients(redirectUris: readonly string[]): NonNullable<Configuration['clients']> {
  const common = { token_endpoint_auth_method: 'none', application_type: 'native' } as const
  return [
    {
      ...common,
      client_id: clientId,
      redirect_uris: [...redirectUris],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
    {
      ...common,
      client_id: 'huisclos-cli',
      redirect_uris: [],
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      response_types: [],
    },
  ]
}

function features(): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: (context, form, ...[, error]) =>
        show(context, codePage(languageOf(context), form, error !== undefined)),
      userCodeConfirmSource: (context, form, ...[, , code]) =>
        show(context, confirmPage(languageOf(context), form, code)),
      successSource: (context) => show(context, plainPage(languageOf(context), 'demo.done')),
    },
    // One audience, asked for or not: every access token is one for our API, in the form of RFC 9068.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => apiAudience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => {
        if (resource !== apiAudience) throw new errors.InvalidTarget()
        return {
          scope,
          audience: apiAudience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenLifetime,
          jwt: { sign: { alg: 'ES256' } },
        }
      },
    },
  }
}

async function grantApi(context: KoaContextWithOIDC) {
  const { client, provider, session } = context.oidc
  if (client === undefined || session?.accountId === undefined) return undefined
  const known = session.grantIdFor(client.clientId)
  const found = known === undefined ? undefined : await provider.Grant.find(known)
  if (found !== undefined) return found
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid')
  grant.addResourceScope(apiAudience, scope)
  await grant.save()
  return grant
}

function languageOf(context: KoaContextWithOIDC) {
  return pageLanguage(context.get('accept-language'))
}

function show(context: KoaContextWithOIDC, html: string): void {
  context.type = 'html'
  context.body = html
}

interface Desk {
  readonly provider: Provider
  readonly accounts: readonly Account[]
  readonly keys: DemoKeys
}

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? ''
  response.setHeader('Content-Security-Policy', pagePolicy)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('Cache-Control', 'no-store')
  // A name that resolves to loopback is no way in (DNS rebinding), and the provider writes this name into its answers.
  if (request.headers.host !== new URL(demoAddress(desk.keys.port)).host) return end(response, 421)
  if (url.startsWith(`${mount}/interaction/`)) return interact(desk, request, response)
  if (!url.startsWith(`${mount}/`)) return end(response, 404)
  // As a framework would mount it: the provider finds its own prefix by comparing the two.
  Object.assign(request, { originalUrl: url, url: url.slice(mount.length) })
  await desk.provider.callback()(request, response)
}

/** Shows the persons, then goes on as the one that was chosen. The cookie of the interaction is bound to its path. */
async function interact(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const language = pageLanguage(request.headers['accept-language'])
  const details = await desk.provider.interactionDetails(request, response).catch(() => null)
  if (details === null) return page(response, 400, plainPage(language, 'demo.failed'))
  const action = `${mount}/interaction/${details.uid}`
  if (request.method === 'GET') return page(response, 200, accountsPage(language, action, desk.accounts))
  if (request.method !== 'POST') return end(response, 405)
  const subject = (await readForm(request))?.get('subject')
  if (!desk.accounts.some((account) => account.subject === subject)) {
    return page(response, 400, plainPage(language, 'demo.failed'))
  }
  await forgetPerson(desk.provider, details)
  await desk.provider.interactionFinished(request, response, {
    login: { accountId: subject ?? '', amr: [...demoMethods], remember: false },
  })
}

/** Whoever was chosen before in this browser is no more, so that somebody else can be without a page in between. */
async function forgetPerson(
  provider: Provider,
  details: Awaited<ReturnType<Provider['interactionDetails']>>,
): Promise<void> {
  const { session } = details
  if (session === undefined) return
  await (await provider.Session.findByUid(session.uid))?.destroy()
  delete details.session
  await details.persist()
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > bodyLimit) return null
  }
  return new URLSearchParams(body)
}

function page(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' })
  response.end(html)
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status)
  response.end()
}
