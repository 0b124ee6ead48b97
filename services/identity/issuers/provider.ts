/** One issuer as a sign-in speaks with it: the package of the protocol, held to the pinned addresses and to the clock of the node. */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildAuthorizationUrlWithPAR,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockSkew,
  customFetch,
  enableNonRepudiationChecks,
  None,
  PrivateKeyJwt,
} from 'openid-client'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Keys } from '../issuer-keys.ts'
import type { LoginIssuer } from './configuration.ts'
import { discoveryAddress, openDiscovery } from './discovery.ts'
import { type IdClaims, readIdToken } from './id-token.ts'
import { openLoginKeys } from './login-keys.ts'
import { pinnedFetch, timeoutMs } from './pinned-fetch.ts'
import { importSigningKey, type ReadSecret } from './secret.ts'

/** What one sign-in holds back and sees again in the answer; kept on our side only. */
interface Secrets {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** What a sign-in asks for beside who it is; the answer is looked at, never the question. */
export interface Wish {
  /** In seconds: the person must have proved who she is at most that long ago. */
  readonly maxAge?: number
  readonly classes?: readonly string[]
  /** The issuer asks again, whatever session it has. */
  readonly isAnew?: boolean
}

export interface Provider {
  readonly issuer: LoginIssuer
  /** Asks the issuer what it publishes. UNAUTHENTICATED while that is not what is pinned, UNAVAILABLE while it does not answer. */
  insist(): Promise<void>
  /** Where to send the browser. Refuses while the issuer is not the one that was accepted. */
  urlFor(secrets: Secrets, wish: Wish): Promise<string>
  /** What the issuer says in the end. `search` is the query of its answer; UNAUTHENTICATED for every fault in it. */
  claimsFor(search: string, secrets: Secrets): Promise<IdClaims>
}

export interface ProviderNeeds {
  readonly issuer: LoginIssuer
  /** Where this node is reached, without a slash at the end. */
  readonly address: string
  readonly clock: Clock
  readonly log: Log
  readonly secret: ReadSecret
  /** Of one call to the issuer, in ms. Default 3 s. */
  readonly patienceMs?: number
}

/** Reads the secret of this node, and asks nothing yet. Rejects where the secret is not there. */
export async function openProvider(needs: ProviderNeeds): Promise<Provider> {
  const { issuer, address, clock, log, secret, patienceMs = timeoutMs } = needs
  const { endpoints } = issuer.login
  const pinned = [
    discoveryAddress(issuer),
    endpoints.token,
    endpoints.jwks,
    endpoints.pushed ?? endpoints.token,
  ]
  const fetch = pinnedFetch(pinned, patienceMs)
  const discovery = openDiscovery({ issuer, fetch, clock, log })
  const readKeys = openLoginKeys(issuer, { fetch, clock })
  const authentication = await authenticationOf(issuer, secret)
  const redirectUri = `${address}/connexion/${issuer.name}/retour`

  /** One for each exchange: keys and clock are those of this moment. */
  function configuration(keysRead: (keys: Keys) => void = () => {}): Configuration {
    const skew = Math.round((clock.now() - systemClock.now()) / 1_000)
    const { clientId } = issuer.login
    const made = new Configuration(metadataOf(issuer), clientId, { [clockSkew]: skew }, authentication)
    enableNonRepudiationChecks(made)
    // Only a configuration for this machine may hold such an address.
    if (issuer.issuer.startsWith('http:')) allowInsecureRequests(made)
    made[customFetch] = async (url, asking) => {
      if (url !== endpoints.jwks) return fetch(url, asking)
      const { keys, jwks } = await readKeys()
      keysRead(keys)
      return Response.json(jwks)
    }
    return made
  }

  return {
    issuer,
    insist: discovery.insist,
    async urlFor(secrets, wish) {
      await discovery.insist()
      const parameters = { ...(await parametersOf(issuer, secrets, wish)), redirect_uri: redirectUri }
      if (endpoints.pushed === undefined) return buildAuthorizationUrl(configuration(), parameters).href
      return (await buildAuthorizationUrlWithPAR(configuration(), parameters).catch(refuseUnavailable)).href
    },
    async claimsFor(search, secrets) {
      await discovery.insist()
      let keys: Keys = new Map()
      const asked = configuration((read) => {
        keys = read
      })
      const answer = await authorizationCodeGrant(asked, new URL(search, redirectUri), {
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        pkceCodeVerifier: secrets.verifier,
        idTokenExpected: true,
      }).catch(refuseAnswer)
      const { id_token: idToken = '', access_token: accessToken } = answer
      return readIdToken({ issuer, idToken, accessToken, keys, nonce: secrets.nonce, now: clock.now() })
    },
  }
}

/** What the package may know of the issuer: the pins, and nothing that it published. */
function metadataOf({ issuer, login }: LoginIssuer) {
  const { endpoints, algorithms, namesItself } = login
  return {
    issuer,
    authorization_endpoint: endpoints.authorization,
    token_endpoint: endpoints.token,
    jwks_uri: endpoints.jwks,
    ...(endpoints.pushed !== undefined && { pushed_authorization_request_endpoint: endpoints.pushed }),
    authorization_response_iss_parameter_supported: namesItself,
    id_token_signing_alg_values_supported: [...algorithms],
    code_challenge_methods_supported: ['S256'],
  }
}

async function authenticationOf({ login }: LoginIssuer, secret: ReadSecret): Promise<ClientAuth> {
  const { authentication } = login
  switch (authentication.method) {
    case 'none':
      return None()
    case 'client_secret_basic':
      return ClientSecretBasic(await secret(authentication.secret))
    case 'client_secret_post':
      return ClientSecretPost(await secret(authentication.secret))
    case 'private_key_jwt': {
      const { kid, algorithm } = authentication
      return PrivateKeyJwt({
        key: await importSigningKey(await secret(authentication.key), algorithm),
        kid,
      })
    }
  }
}

async function parametersOf(
  { login }: LoginIssuer,
  { state, nonce, verifier }: Secrets,
  { maxAge, classes = [], isAnew = false }: Wish,
): Promise<Record<string, string>> {
  return {
    scope: ['openid', ...login.scopes].join(' '),
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
    ...(classes.length > 0 && { acr_values: classes.join(' ') }),
    ...(isAnew && { prompt: 'login' }),
  }
}

function refuseUnavailable(cause: unknown): never {
  throw new Refusal('UNAVAILABLE', { rule: 'login.pushed' }, { cause })
}

/** Whatever the package found wrong with an answer; its own code tells the log what. */
function refuseAnswer(cause: unknown): never {
  if (cause instanceof AuthorizationResponseError) {
    throw new Refusal('UNAUTHENTICATED', { rule: 'login.denied' }, { cause })
  }
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'fault'
  throw new Refusal('UNAUTHENTICATED', { rule: `login.${code.toLowerCase()}` }, { cause })
}
