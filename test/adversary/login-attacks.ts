/**
 * Attacks on signing in, each by its name: what a hostile issuer, a hostile browser or somebody between them does. Each ends in a
 * refusal with the rule that is named, opens no session, and leaves the other issuers as they were.
 */
import type { Asked } from '../identity/login-house.ts'
import { forge } from '../identity/visa-issuer.ts'
import {
  announcing,
  answering,
  badAnswer,
  html,
  huge,
  type LoginAttack,
  later,
  minute,
  onTheWay,
  other,
  redirect,
  seconds,
  silent,
  turned,
} from './login-attack.ts'
import { keyAttacks, tokenAttacks } from './login-forgeries.ts'

const discoveryPath = '/.well-known/openid-configuration'
const notAccepted = 'login.discovery.changed'
const unread = 'login.discovery.unread'

/** Answers of one issuer taken for those of another, and answers that were seen before. */
const answers: Readonly<Record<string, LoginAttack>> = {
  'mix-up: the answer of one issuer to a sign-in begun with another': {
    rule: 'login.mixed',
    how: async (house) => {
      const [rogue, chu] = [await house.away('rogue'), await house.away('chu')]
      const search = new URLSearchParams(chu.back.search)
      search.set('state', rogue.back.searchParams.get('state') ?? '')
      return house.logins.finish({ issuer: 'chu', search: `?${search}`, cookie: rogue.cookie })
    },
  },
  'mix-up: a code of one issuer brought to the way back of another': {
    rule: badAnswer,
    how: async (house) => {
      const [rogue, chu] = [await house.away('rogue'), await house.away('chu')]
      const search = new URLSearchParams(chu.back.search)
      search.set('state', rogue.back.searchParams.get('state') ?? '')
      return house.logins.finish({ issuer: 'rogue', search: `?${search}`, cookie: rogue.cookie })
    },
  },
  'an answer that names no issuer': { rule: badAnswer, how: onTheWay((search) => search.delete('iss')) },
  'an answer that names another issuer': {
    rule: badAnswer,
    how: onTheWay((search, _, { univ }) => search.set('iss', univ.url)),
  },
  'an issuer with a slash too many': {
    rule: badAnswer,
    how: onTheWay((search, _, { chu }) => search.set('iss', `${chu.url}/`)),
  },
  'an answer that names two issuers': {
    rule: badAnswer,
    how: onTheWay((search, _, { rogue }) => search.append('iss', rogue.url)),
  },
  'a state that was swapped': {
    rule: 'login.unknown',
    how: onTheWay(async (search, _, house) => {
      search.set('state', (await house.away('chu')).back.searchParams.get('state') ?? '')
    }),
  },
  'no state': { rule: 'login.unknown', how: onTheWay((search) => search.delete('state')) },
  'two states': { rule: badAnswer, how: onTheWay((search) => search.append('state', 'x')) },
  'another browser than the one that began': {
    rule: 'login.unknown',
    how: async (house) => {
      const { back } = await house.away('chu')
      const { cookie } = await house.away('chu')
      return house.logins.finish({ issuer: 'chu', search: back.search, cookie })
    },
  },
  'a browser that never began': {
    rule: 'login.unknown',
    how: async (house) => {
      const { back } = await house.away('chu')
      return house.logins.finish({ issuer: 'chu', search: back.search, cookie: undefined })
    },
  },
  'an answer shown twice': {
    opens: 1,
    rule: 'login.unknown',
    how: async (house) => {
      const { back, cookie } = await house.away('chu')
      const answer = { issuer: 'chu', search: back.search, cookie }
      await house.logins.finish(answer)
      return house.logins.finish(answer)
    },
  },
  'an answer after ten minutes': {
    rule: 'login.unknown',
    how: async (house) => {
      const { back, cookie } = await house.away('chu')
      house.time.ahead += 10 * minute
      return house.logins.finish({ issuer: 'chu', search: back.search, cookie })
    },
  },
  'a code of somebody else put into an answer (PKCE)': {
    rule: 'login.oauth_response_body_error',
    how: onTheWay(async (search, _, house) => {
      search.set('code', (await house.away('chu')).back.searchParams.get('code') ?? '')
    }),
  },
  'a code that was used before': {
    opens: 1,
    rule: 'login.oauth_response_body_error',
    how: onTheWay(async (search, _, house) => {
      const { back, cookie } = await house.away('chu')
      await house.logins.finish({ issuer: 'chu', search: back.search, cookie })
      search.set('code', back.searchParams.get('code') ?? '')
    }),
  },
  'an answer without a code': { rule: badAnswer, how: onTheWay((search) => search.delete('code')) },
  'an error beside a code': {
    rule: 'login.denied',
    how: onTheWay((search) => search.set('error', 'access_denied')),
  },
  'an ID token in the answer itself (implicit flow)': {
    rule: 'login.oauth_unsupported_operation',
    how: onTheWay((search) => search.set('id_token', forge({ alg: 'ES256' }, { sub: 'ann' }, other))),
  },
  'a signed answer that nobody asked for': {
    rule: badAnswer,
    how: onTheWay((search) => search.set('response', forge({ alg: 'ES256' }, { code: 'x' }, other))),
  },
}

/** Documents and endpoints that are no longer those that somebody accepted. */
const published: Readonly<Record<string, LoginAttack>> = {
  'another authorization endpoint': {
    rule: notAccepted,
    how: announcing({ authorization_endpoint: 'http://127.0.0.1:9/auth' }),
  },
  'another token endpoint': {
    rule: notAccepted,
    how: announcing({ token_endpoint: 'http://127.0.0.1:9/token' }),
  },
  'another address of keys': { rule: notAccepted, how: announcing({ jwks_uri: 'http://127.0.0.1:9/jwks' }) },
  'another issuer': { rule: notAccepted, how: announcing({ issuer: 'http://127.0.0.1:9' }) },
  'the issuer with a slash': {
    rule: notAccepted,
    how: later((rogue) => {
      rogue.discovery = (document) => ({ ...document, issuer: `${rogue.url}/` })
    }),
  },
  'no pushed requests any more': {
    rule: notAccepted,
    how: announcing({ pushed_authorization_request_endpoint: undefined }),
  },
  'no name in its answers any more': {
    rule: notAccepted,
    how: announcing({ authorization_response_iss_parameter_supported: false }),
  },
  'another algorithm': {
    rule: notAccepted,
    how: announcing({ id_token_signing_alg_values_supported: ['RS256'] }),
  },
  'no algorithm at all': {
    rule: notAccepted,
    how: announcing({ id_token_signing_alg_values_supported: ['none'] }),
  },
  'PKCE in clear only': {
    rule: notAccepted,
    how: announcing({ code_challenge_methods_supported: ['plain'] }),
  },
  'a document that leads elsewhere': { rule: unread, how: answering(discoveryPath, redirect) },
  'a document without an end': { rule: unread, how: answering(discoveryPath, huge) },
  'a document that never comes': { rule: unread, how: answering(discoveryPath, silent) },
  'a document with a member twice': {
    rule: unread,
    how: answering(discoveryPath, (_, response) => void response.end('{"issuer":"a","issuer":"b"}')),
  },
  'a token endpoint that leads elsewhere': { rule: 'login.fault', how: answering('/token', redirect) },
  'a token endpoint without an end': { rule: 'login.fault', how: answering('/token', huge) },
  'a token endpoint that never answers': { rule: 'login.oauth_timeout', how: answering('/token', silent) },
  'a token endpoint that answers a page': {
    rule: 'login.oauth_response_is_not_json',
    how: answering('/token', html),
  },
  'pushed requests that lead elsewhere': { rule: 'login.pushed', how: answering('/request', redirect) },
}

const steppingUp: Asked = { aim: 'step-up' }

/** Persons and assurance: what was asked for is not what counts. */
const persons: Readonly<Record<string, LoginAttack>> = {
  'the subject of another issuer': {
    rule: 'account.unknown',
    how: turned((rogue) => {
      rogue.person = { subject: 'ann', acr: 'two', amr: ['pwd', 'otp'] }
    }),
  },
  'a class that nobody mapped': {
    rule: 'login.level',
    how: turned((rogue) => {
      rogue.person = { subject: 'eve', amr: [] }
      rogue.idToken = (header, claims) => [header, { ...claims, acr: 'constructor', amr: ['__proto__'] }]
    }),
  },
  'one factor where two were asked for': {
    rule: 'login.level',
    how: turned((rogue) => {
      rogue.idToken = (header, claims) => [header, { ...claims, acr: 'one', amr: ['pwd'] }]
    }, steppingUp),
  },
  'an old proof where a fresh one was asked for': {
    rule: 'login.age',
    how: async (house) => {
      house.rogue.idToken = (header, claims) => [header, { ...claims, auth_time: seconds(house) - 1_000 }]
      return house.signIn('rogue', steppingUp)
    },
  },
  'no word of when, where a fresh proof was asked for': {
    rule: 'login.age',
    how: turned((rogue) => {
      rogue.idToken = (header, { auth_time: _, ...claims }) => [header, claims]
    }, steppingUp),
  },
}

export const loginAttacks: Readonly<Record<string, LoginAttack>> = {
  ...answers,
  ...published,
  ...keyAttacks,
  ...tokenAttacks,
  ...persons,
}
