/** Attacks on signing in by keys and ID tokens. */
import { b64, ecKey, forge, hmacForge, jwkOf } from '../identity/visa-issuer.ts'
import {
  answering,
  badAnswer,
  type Claims,
  claiming,
  halfHash,
  huge,
  type LoginAttack,
  later,
  other,
  publishing,
  redirect,
  silent,
  timed,
  turned,
  writing,
} from './login-attack.ts'

const noKey = 'login.oauth_key_selection_failed'

/** Keys that are not, or not only, those of the issuer. */
export const keyAttacks: Readonly<Record<string, LoginAttack>> = {
  'keys that were swapped': { rule: noKey, how: publishing([jwkOf(ecKey('another'))]) },
  'another key under the same name': {
    rule: badAnswer,
    how: publishing([jwkOf(other)]),
  },
  'two keys of one name': {
    rule: noKey,
    how: later((rogue) => {
      rogue.keys = [...rogue.keys, other]
    }),
  },
  'a key with its private part': {
    rule: noKey,
    how: later((rogue) => {
      const [key = other] = rogue.keys
      const set = { keys: [{ ...jwkOf(key), ...key.privateKey.export({ format: 'jwk' }) }] }
      rogue.answers.set('/jwks', (_, response) => void response.end(JSON.stringify(set)))
    }),
  },
  'a secret among the keys': {
    rule: noKey,
    how: publishing([{ kty: 'oct', k: b64('secret'), kid: 'rogue-1', alg: 'HS256', use: 'sig' }]),
  },
  'keys that lead elsewhere': { rule: noKey, how: answering('/jwks', redirect) },
  'keys without an end': { rule: noKey, how: answering('/jwks', huge) },
  'keys that never come': { rule: noKey, how: answering('/jwks', silent) },
  'too many keys': {
    rule: noKey,
    how: later((rogue) => {
      rogue.keys = [...rogue.keys, ...Array.from({ length: 32 }, (_, i) => ({ ...other, kid: `more-${i}` }))]
    }),
  },
  'a key that was taken away': {
    opens: 1,
    rule: noKey,
    how: async (house) => {
      await house.signIn('rogue')
      const [signing = other] = house.rogue.keys
      house.rogue.idToken = (header, claims) => forge({ ...header, kid: signing.kid }, claims, signing)
      house.rogue.keys = [ecKey('rogue-2')]
      return house.signIn('rogue')
    },
  },
}

const unsupported = 'login.oauth_unsupported_operation'

/** ID tokens that an issuer should not give, or that are not its own. */
export const tokenAttacks: Readonly<Record<string, LoginAttack>> = {
  'no ID token': {
    rule: badAnswer,
    how: turned((rogue) => {
      rogue.token = ({ id_token: _, ...body }) => body
    }),
  },
  'an ID token without a signature': {
    rule: badAnswer,
    how: writing((_, claims) => `${b64('{"alg":"none"}')}.${b64(JSON.stringify(claims))}.`),
  },
  'an ID token signed with the public key as a secret': {
    rule: badAnswer,
    how: writing((header, claims) =>
      hmacForge({ ...header, alg: 'HS256' }, claims, JSON.stringify(jwkOf(other))),
    ),
  },
  'an ID token signed by somebody else': {
    rule: badAnswer,
    how: writing((header, claims) => forge(header, claims, other)),
  },
  'a key in the header of the ID token': {
    rule: badAnswer,
    how: writing((header, claims) => forge({ ...header, jwk: jwkOf(other) }, claims, other)),
  },
  'an unknown member in the header': {
    rule: 'jws.header',
    how: claiming({}, { jku: 'http://127.0.0.1:9/jwks' }),
  },
  'a critical extension': { rule: unsupported, how: claiming({}, { crit: ['b64'], b64: false }) },
  'a logout token for an ID token': { rule: 'jws.type', how: claiming({}, { typ: 'logout+jwt' }) },
  'an access token for an ID token': { rule: 'jws.type', how: claiming({}, { typ: 'at+jwt' }) },
  'an encrypted ID token': { rule: unsupported, how: writing(() => 'a.b.c.d.e') },
  'an ID token that is not compact': { rule: badAnswer, how: writing(() => 'a.b') },
  'a claim told twice': {
    rule: 'login.id-token.claims',
    how: async (house) => {
      const [key = other] = house.rogue.keys
      const twice = (claims: Claims) => JSON.stringify(claims).replace('{', '{"sub":"ann",')
      return writing((header, claims) => forge(header, twice(claims), key))(house)
    },
  },
  'the name of another issuer': {
    rule: 'login.oauth_jwt_claim_comparison_failed',
    how: async (house) => claiming({ iss: house.chu.url, sub: 'ann' })(house),
  },
  'its own name with a slash': {
    rule: 'login.oauth_jwt_claim_comparison_failed',
    how: async (house) => claiming({ iss: `${house.rogue.url}/` })(house),
  },
  'another audience': { rule: 'login.oauth_jwt_claim_comparison_failed', how: claiming({ aud: 'somebody' }) },
  'a second audience without a party': {
    rule: 'login.oauth_jwt_claim_comparison_failed',
    how: claiming({ aud: ['huisclos', 'somebody'] }),
  },
  'another party': { rule: 'login.id-token.party', how: claiming({ azp: 'somebody' }) },
  'a nonce that was swapped': {
    rule: 'login.oauth_jwt_claim_comparison_failed',
    how: claiming({ nonce: 'x' }),
  },
  'no nonce': { rule: badAnswer, how: claiming({ nonce: undefined }) },
  'the access token of somebody else (at_hash)': {
    rule: 'login.id-token.at_hash',
    how: turned((rogue) => {
      rogue.idToken = (header, claims) => [header, { ...claims, at_hash: halfHash('mine') }]
      rogue.token = (body) => ({ ...body, access_token: 'another' })
    }),
  },
  'a hash of nothing (at_hash)': { rule: 'login.id-token.at_hash', how: claiming({ at_hash: '' }) },
  'no subject': { rule: badAnswer, how: claiming({ sub: undefined }) },
  'an empty subject': { rule: 'login.id-token.claims', how: claiming({ sub: '' }) },
  'a subject that is no text': { rule: badAnswer, how: claiming({ sub: 7 }) },
  'a token that has ended': {
    rule: 'login.oauth_jwt_timestamp_check_failed',
    how: timed((now) => ({ iat: now - 400, exp: now - 300 })),
  },
  'a token of tomorrow': {
    rule: 'login.id-token.not-yet',
    how: timed((now) => ({ iat: now + 300, exp: now + 900 })),
  },
  'a token of an hour ago that still runs': {
    rule: 'login.id-token.expired',
    how: timed((now) => ({ iat: now - 3_600, exp: now + 600 })),
  },
  'a token for a year': {
    rule: 'login.id-token.lifetime',
    how: timed((now) => ({ iat: now, exp: now + 365 * 86_400 })),
  },
  'a sign-in of tomorrow': {
    rule: 'login.id-token.not-yet',
    how: timed((now) => ({ auth_time: now + 900 })),
  },
}
