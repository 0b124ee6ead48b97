/** Visas that nobody may ever count: each is the good one of this test with one thing wrong. */
import { createPublicKey } from 'node:crypto'
import {
  b64,
  ecKey,
  forge,
  hmacForge,
  type IssuerHouse,
  jwkOf,
  linked,
  rsaKey,
  source,
} from './visa-issuer.ts'

export interface Forgery {
  readonly name: string
  readonly token: string
  readonly rule: string
}

/** `hostile` is an issuer that nobody trusts, at an address of its own, with keys of the same names. */
export function forgedVisas(honest: IssuerHouse, hostile: IssuerHouse, now: number): readonly Forgery[] {
  return [
    ...ofHeader(honest, hostile),
    ...ofSignature(honest, hostile),
    ...ofForm(honest),
    ...ofClaims(honest, hostile, now),
    ...ofVisa(honest, now),
    ...ofOthers(honest, hostile, now),
  ]
}

const forgery = (name: string, token: string, rule: string): Forgery => ({ name, token, rule })

function ofHeader(honest: IssuerHouse, hostile: IssuerHouse): readonly Forgery[] {
  const { key } = honest
  const theirs = jwkOf(hostile.key)
  const made = (name: string, rule: string, change: object) =>
    forgery(name, forge(honest.header(change), honest.claims(), key), rule)
  const untold = (json: string) => forge(json, honest.claims(), key)
  const head = JSON.stringify(honest.header()).slice(1)
  return [
    made('alg none, signed', 'jws.algorithm', { alg: 'none' }),
    made('alg None', 'jws.algorithm', { alg: 'None' }),
    made('alg nOnE', 'jws.algorithm', { alg: 'nOnE' }),
    made('alg in lower case', 'jws.algorithm', { alg: 'es256' }),
    made('alg HS256, signed', 'jws.algorithm', { alg: 'HS256' }),
    made('alg RS256 with a key of a curve', 'jws.algorithm', { alg: 'RS256' }),
    made('alg PS256', 'jws.algorithm', { alg: 'PS256' }),
    made('alg ES384', 'jws.algorithm', { alg: 'ES384' }),
    made('alg EdDSA', 'jws.algorithm', { alg: 'EdDSA' }),
    made('alg as a list', 'jws.header', { alg: ['ES256'] }),
    made('no alg', 'jws.header', { alg: undefined }),
    made('no kid', 'jws.header', { kid: undefined }),
    made('a kid that is not known', 'jws.key', { kid: 'k9' }),
    made('a kid that is a path', 'jws.header', { kid: '../../k1' }),
    made('a kid that is an address', 'jws.header', { kid: `${hostile.url}/k1` }),
    made('a kid that is SQL', 'jws.header', { kid: "k1' OR '1'='1" }),
    made('a kid that names a member of objects', 'jws.key', { kid: '__proto__' }),
    made('a kid that is a number', 'jws.header', { kid: 1 }),
    forgery(
      'a jku elsewhere',
      forge(honest.header({ jku: hostile.jwks }), honest.claims(), hostile.key),
      'jws.jku',
    ),
    made('a jku elsewhere, signed here', 'jws.jku', { jku: hostile.jwks }),
    made('a jku with a fragment', 'jws.jku', { jku: `${honest.jwks}#` }),
    made('a jku with a path that leads back', 'jws.jku', { jku: `${honest.url}/x/../jwks.json` }),
    made('a jku with somebody before the host', 'jws.jku', { jku: honest.jwks.replace('//', '//evil@') }),
    made('a jku that is a list', 'jws.jku', { jku: [honest.jwks] }),
    made('a jku that is null', 'jws.jku', { jku: null }),
    forgery(
      'a key in the header',
      forge(honest.header({ jwk: theirs }), honest.claims(), hostile.key),
      'jws.header',
    ),
    made('a certificate in the header', 'jws.header', { x5c: ['MIIB'] }),
    made('an address of a certificate', 'jws.header', { x5u: hostile.url }),
    made('crit', 'jws.header', { crit: ['exp'], exp: 1 }),
    made('b64 false', 'jws.header', { b64: false, crit: ['b64'] }),
    made('zip', 'jws.header', { zip: 'DEF' }),
    made('cty', 'jws.header', { cty: 'JWT' }),
    made('a member that is not known', 'jws.header', { iss: honest.url }),
    made('the type of a passport', 'jws.type', { typ: 'vnd.ga4gh.passport+jwt' }),
    made('the type of an access token in capitals', 'jws.type', { typ: 'AT+JWT' }),
    made('the type of a logout token', 'jws.type', { typ: 'logout+jwt' }),
    made('the whole media type', 'jws.type', { typ: 'application/vnd.ga4gh.visa+jwt' }),
    made('a type that is null', 'jws.header', { typ: null }),
    forgery('alg twice', untold(`{"alg":"none",${head}`), 'jws.header'),
    forgery('jku twice', untold(`{"jku":"${hostile.jwks}",${head}`), 'jws.header'),
    forgery('a header that is a list', untold(`[{${head}]`), 'jws.header'),
    forgery('__proto__ in the header', untold(`{"__proto__":{},${head}`), 'jws.header'),
  ]
}

function ofSignature(honest: IssuerHouse, hostile: IssuerHouse): readonly Forgery[] {
  const { key } = honest
  const good = honest.visa()
  const [head = '', body = '', signature = ''] = good.split('.')
  const secret = (header: object, text: string | Uint8Array) =>
    hmacForge(honest.header(header), honest.claims(), text)
  const spki = createPublicKey(key.privateKey).export({ format: 'pem', type: 'spki' }).toString()
  const der = createPublicKey(key.privateKey).export({ format: 'der', type: 'spki' })
  const claims = (change: object) => b64(JSON.stringify(honest.claims(change)))
  return [
    forgery(
      'alg none without a signature',
      `${b64(JSON.stringify(honest.header({ alg: 'none' })))}.${body}.`,
      'jws.form',
    ),
    forgery('HS256 with the public key as PEM', secret({ alg: 'HS256' }, spki), 'jws.algorithm'),
    forgery('HS256 with the public key as DER', secret({ alg: 'HS256' }, der), 'jws.algorithm'),
    forgery(
      'HS256 with the public key as JWK',
      secret({ alg: 'HS256' }, JSON.stringify(jwkOf(key))),
      'jws.algorithm',
    ),
    forgery('HS256 with nothing', secret({ alg: 'HS256' }, ''), 'jws.algorithm'),
    forgery('a keyed hash that calls itself ES256', secret({}, spki), 'jws.signature'),
    forgery(
      'the key of somebody else under the same name',
      forge(honest.header(), honest.claims(), hostile.key),
      'jws.signature',
    ),
    forgery(
      'an RSA key under the name of a curve',
      forge(honest.header({ alg: 'RS256' }), honest.claims(), rsaKey('k1')),
      'jws.algorithm',
    ),
    forgery('a signature of zeros', `${head}.${body}.${b64(Buffer.alloc(64))}`, 'jws.signature'),
    forgery('a signature of another text', `${head}.${claims({ value: 'x' })}.${signature}`, 'jws.signature'),
    forgery(
      'a header that was changed afterwards',
      `${b64(JSON.stringify(honest.header({ typ: 'JWT' })))}.${body}.${signature}`,
      'jws.signature',
    ),
    forgery(
      'a signature cut short',
      `${head}.${body}.${b64(Buffer.from(signature, 'base64url').subarray(1))}`,
      'jws.signature',
    ),
  ]
}

function ofForm(honest: IssuerHouse): readonly Forgery[] {
  const good = honest.visa()
  const [head = '', body = '', signature = ''] = good.split('.')
  const flat = JSON.stringify({ protected: head, payload: body, signature })
  return [
    forgery('nothing', '', 'visa.issuer'),
    forgery('two parts', `${head}.${body}`, 'jws.form'),
    forgery('four parts', `${good}.${signature}`, 'jws.form'),
    forgery('five parts, as what is encrypted has', `${good}.a.b`, 'jws.form'),
    forgery('the JSON form', flat, 'visa.issuer'),
    forgery('padding', `${good}=`, 'jws.form'),
    forgery('a blank behind', `${good} `, 'jws.form'),
    forgery('more than 8 KiB', honest.visa({}, { more: 'x'.repeat(8_192) }), 'visa.issuer'),
    forgery('a visa in a visa', forge(honest.header(), JSON.stringify(good), honest.key), 'visa.issuer'),
  ]
}

function ofClaims(honest: IssuerHouse, hostile: IssuerHouse, now: number): readonly Forgery[] {
  const at = Math.floor(now / 1_000)
  const made = (name: string, rule: string, change: object) => forgery(name, honest.visa({}, change), rule)
  const text = (json: string) => forge(honest.header(), json, honest.key)
  const claims = JSON.stringify(honest.claims())
  const twice = (first: string) => text(`{${first},${claims.slice(1)}`)
  return [
    made('expired', 'visa.expired', { iat: at - 9_000, exp: at }),
    made('expired long ago', 'visa.expired', { iat: 1, exp: 2 }),
    made('made in the future', 'visa.not-yet', { iat: at + 61, exp: at + 90 }),
    made('good from tomorrow', 'visa.not-yet', { nbf: at + 86_400 }),
    made('ended before it was made', 'visa.lifetime', { iat: at, exp: at - 1 }),
    made('good for ten years', 'visa.lifetime', { exp: at + 3_650 * 86_400 }),
    made('without an end', 'visa.claims', { exp: undefined }),
    made('without a beginning', 'visa.claims', { iat: undefined }),
    made('an end that is a text', 'visa.claims', { exp: String(at + 900) }),
    made('an end with a fraction', 'visa.claims', { exp: at + 0.5 }),
    made('an end beyond all time', 'visa.claims', { exp: 1e15 }),
    made('a beginning below zero', 'visa.claims', { iat: -1 }),
    made('an end that is a list', 'visa.claims', { exp: [at + 900] }),
    made('without a subject', 'visa.claims', { sub: undefined }),
    made('an empty subject', 'visa.claims', { sub: '' }),
    made('a subject that is a list', 'visa.claims', { sub: ['alice'] }),
    made('another subject', 'visa.identity', { sub: 'bruno' }),
    made('the subject in capitals', 'visa.identity', { sub: 'Alice' }),
    made('the subject with a blank', 'visa.identity', { sub: 'alice ' }),
    made('a look-alike subject', 'visa.identity', { sub: 'аlice' }),
    made('the subject and more', 'visa.identity', { sub: 'alice,bruno' }),
    made('an audience that is not us', 'visa.claims', { aud: 'https://elsewhere.example' }),
    made('an audience that is us: an identity token', 'visa.claims', { aud: 'http://127.0.0.1:1' }),
    made('a nonce: an identity token', 'visa.claims', { nonce: 'n' }),
    made('a scope of an access token', 'visa.scope', { scope: 'openid ga4gh_passport_v1' }),
    made('an issuer that is not known', 'visa.issuer', { iss: hostile.url }),
    made('the issuer with a slash', 'visa.issuer', { iss: `${honest.url}/` }),
    made('the issuer in capitals', 'visa.issuer', { iss: honest.url.toUpperCase() }),
    made('the issuer as a list', 'visa.issuer', { iss: [honest.url] }),
    made('without an issuer', 'visa.issuer', { iss: undefined }),
    forgery('a subject twice', twice('"sub":"alice"'), 'visa.issuer'),
    forgery('an end twice', twice('"exp":1'), 'visa.issuer'),
    forgery('a name twice, written otherwise', twice('"e\\u0078p":1'), 'visa.issuer'),
    forgery('__proto__ among the claims', twice('"__proto__":{}'), 'visa.issuer'),
    forgery(
      'a name twice within',
      text(claims.replace('"by":"self"', '"by":"self","by":"so"')),
      'visa.issuer',
    ),
    forgery('claims in a list', text(`[${claims}]`), 'visa.issuer'),
    forgery('claims deep in lists', text(`${'['.repeat(900)}${']'.repeat(900)}`), 'visa.issuer'),
    forgery('claims that are no JSON', text(`${claims}}`), 'visa.issuer'),
  ]
}

function ofVisa(honest: IssuerHouse, now: number): readonly Forgery[] {
  const at = Math.floor(now / 1_000)
  const made = (name: string, rule: string, change: object) => forgery(name, honest.visa(change), rule)
  const nested = (value: unknown) => honest.visa({}, { ga4gh_visa_v1: value })
  const met = [{ type: 'AcceptedTermsAndPolicies', value: 'pattern:*' }]
  return [
    made('by missing', 'visa.by', { by: undefined }),
    made('by somebody unheard of', 'visa.claims', { by: 'god' }),
    made('by a list', 'visa.claims', { by: ['self', 'so'] }),
    made('by a colleague, where that is not enough', 'visa.unused', { by: 'peer' }),
    made('a type that is not known', 'visa.type', { type: 'SuperUser' }),
    made('the type in other letters', 'visa.type', { type: 'acceptedTermsAndPolicies' }),
    made('without a type', 'visa.claims', { type: undefined }),
    made('a type that is a list', 'visa.claims', { type: ['AcceptedTermsAndPolicies'] }),
    made('another version of the charter', 'visa.unused', { value: 'https://huisclos.example/charte/10' }),
    made('the charter with a slash', 'visa.unused', { value: 'https://huisclos.example/charte/1/' }),
    made('the charter in capitals', 'visa.unused', { value: 'HTTPS://huisclos.example/charte/1' }),
    made('without a value', 'visa.claims', { value: undefined }),
    made('a value that is a list', 'visa.claims', { value: ['https://huisclos.example/charte/1'] }),
    made('a value of 256 characters', 'visa.value', { value: `https://huisclos.example/${'c'.repeat(231)}` }),
    made('a source that is not trusted', 'visa.source', { source: 'https://elsewhere.example' }),
    made('the source with a slash', 'visa.source', { source: `${source}/` }),
    made('without a source', 'visa.claims', { source: undefined }),
    made('asserted too long ago', 'visa.age', { asserted: at - 366 * 86_400 }),
    made('asserted tomorrow', 'visa.not-yet', { asserted: at + 86_400 }),
    made('not said when', 'visa.claims', { asserted: undefined }),
    made('said when as a text', 'visa.claims', { asserted: String(at) }),
    made('an affiliation without an organisation', 'visa.value', {
      type: 'AffiliationAndRole',
      value: 'faculty',
    }),
    made('an affiliation without a role', 'visa.value', {
      type: 'AffiliationAndRole',
      value: '@univ.example',
    }),
    made('no alternative of conditions', 'visa.unused', { conditions: [] }),
    made('an alternative without a clause', 'visa.unused', { conditions: [[]] }),
    made('a condition that only it would meet itself', 'visa.unused', { conditions: [met] }),
    made('a condition of a form that is not known', 'visa.unused', {
      conditions: [[{ type: 'ResearcherStatus', value: 'regex:.*' }]],
    }),
    made('a condition of a claim that is not known', 'visa.unused', {
      conditions: [[{ type: 'ResearcherStatus', level: 'pattern:*' }]],
    }),
    made('a condition on conditions', 'visa.claims', {
      conditions: [[{ type: 'ResearcherStatus', conditions: [met] }]],
    }),
    made('conditions that are no lists', 'visa.claims', { conditions: { type: 'ResearcherStatus' } }),
    made('conditions nested once more', 'visa.claims', { conditions: [[met]] }),
    made('conditions that are null', 'visa.claims', { conditions: null }),
    forgery('a list of visas in one', nested([honest.claims().ga4gh_visa_v1]), 'visa.claims'),
    forgery('a visa as a text', nested(JSON.stringify(honest.claims().ga4gh_visa_v1)), 'visa.claims'),
    forgery('no visa', nested(undefined), 'visa.claims'),
    forgery('a visa that is null', nested(null), 'visa.claims'),
  ]
}

function ofOthers(honest: IssuerHouse, hostile: IssuerHouse, now: number): readonly Forgery[] {
  const at = Math.floor(now / 1_000)
  const link = (value: string, change: object = {}, claims: object = {}) =>
    honest.visa({ type: 'LinkedIdentities', by: 'system', value, ...change }, { sub: 'mallory', ...claims })
  const own = linked(['alice', honest.url])
  return [
    forgery('whole and good, of a stranger', hostile.visa(), 'visa.issuer'),
    forgery(
      'of a stranger with our address of keys',
      forge(hostile.header({ jku: honest.jwks }), hostile.claims(), hostile.key),
      'visa.issuer',
    ),
    forgery('a passport in the place of a visa', honest.passport([]), 'jws.type'),
    forgery(
      'a key of an issuer that no longer publishes it',
      forge(honest.header({ kid: 'old' }), honest.claims(), ecKey('old')),
      'jws.key',
    ),
    forgery('a link by oneself', link(own, { by: 'self' }), 'visa.identity'),
    forgery('a link by nobody', link(own, { by: undefined }), 'visa.identity'),
    forgery(
      'a link of a source that may not link',
      link(own, { source: 'https://elsewhere.example' }),
      'visa.source',
    ),
    forgery('a link that is too old', link(own, { asserted: at - 366 * 86_400 }), 'visa.age'),
    forgery(
      'a link with conditions',
      link(own, { conditions: [[{ type: 'ResearcherStatus', value: 'pattern:*' }]] }),
      'visa.identity',
    ),
    forgery('a link that cannot be read', link('alice'), 'visa.value'),
    forgery('a link with three halves', link(`${own},x`), 'visa.value'),
    forgery('a link with a wrong sign', link(`%E0%A4%A,${encodeURIComponent(honest.url)}`), 'visa.value'),
    forgery('a link to nobody', link(`,${encodeURIComponent(honest.url)}`), 'visa.value'),
  ]
}
