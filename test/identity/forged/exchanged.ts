/** Forgeries of who speaks and of whom: addresses that look alike, tokens of others, tokens made for something else. */
import { b64, claimsOf, each, type Forgeries, headerOf, type Scene, signature, token } from './scene.ts'

/** Addresses that a person, a proxy or a careless comparison takes for that of the issuer. */
const alike: Readonly<Record<string, (iss: string) => unknown>> = {
  'a slash more': (iss) => `${iss}/`,
  'a slash less, or two more': (iss) => (iss.endsWith('/') ? iss.slice(0, -1) : `${iss}//`),
  capitals: (iss) => iss.toUpperCase(),
  'a capital in its scheme': (iss) => iss.replace('https', 'Https'),
  'a capital in its host': (iss) => iss.replace('example', 'Example'),
  'a plain scheme': (iss) => iss.replace('https:', 'http:'),
  'no scheme': (iss) => iss.replace('https:', ''),
  'the usual port': (iss) => iss.replace('.example', '.example:443'),
  'another port': (iss) => iss.replace('.example', '.example:8443'),
  'a name and a password': (iss) => iss.replace('https://', 'https://user:pass@'),
  'another host behind an at sign': (iss) => `${iss}@forger.example`,
  'another host in front': (iss) => iss.replace('https://', 'https://forger.example/https://'),
  'a host that goes on': (iss) => iss.replace('.example', '.example.forger.example'),
  'a dot behind its host': (iss) => iss.replace('.example', '.example.'),
  'a query': (iss) => `${iss}?a=1`,
  'a fragment': (iss) => `${iss}#a`,
  'a path that goes back': (iss) => `${iss}/../realm`,
  'a dot as a path': (iss) => `${iss}/.`,
  'an escaped letter': (iss) => iss.replace('e', '%65'),
  'a Cyrillic letter': (iss) => iss.replace('e', 'е'),
  'a full-width letter': (iss) => iss.replace('e', 'ｅ'),
  'a soft hyphen': (iss) => iss.replace('example', 'exam\u00adple'),
  'a zero-width blank': (iss) => `${iss}\u200b`,
  'a combining accent': (iss) => iss.replace('e', 'e\u0301'),
  'a blank behind': (iss) => `${iss} `,
  'a blank in front': (iss) => ` ${iss}`,
  'a line end': (iss) => `${iss}\n`,
  'a zero byte': (iss) => `${iss}\u0000`,
  'back slashes': (iss) => iss.replaceAll('/', '\\'),
  'a list around it': (iss) => [iss],
  'an object around it': (iss) => ({ iss }),
  'half of it': (iss) => iss.slice(0, iss.length / 2),
  'nobody known': () => 'https://forger.example',
  'the name of the demonstration': () => 'demo',
  'this house': () => 'https://huisclos.example',
  'a name of every object': () => 'constructor',
}
const issuers = each(
  Object.entries(alike),
  ([name]) => `an issuer with ${name}`,
  ([, change], scene) => token(scene, { claims: claimsOf(scene, { iss: change(scene.issuer.iss) }) }),
)

const subjects: readonly unknown[] = [
  ...[
    'Alice',
    'ALICE',
    'alice ',
    ' alice',
    'alice\u0000',
    'аlice',
    'ａlice',
    'alice\u200b',
    'alic\u0435',
    'nobody',
    'root',
    'admin',
  ],
  ...[
    'demo:alice',
    'hospital:alice',
    'alice@hospital.example',
    '*',
    '%',
    'alice%',
    '_lice',
    "alice' --",
    '../alice',
    'constructor',
    '__proto__',
  ],
  ...['{"subject":"alice"}', 'alice,claire', '\ud800'],
  ...[0, 1, { subject: 'alice' }, ['alice']],
]
const persons = each(
  subjects,
  (sub) => `sub ${JSON.stringify(sub)}`,
  (sub, scene) => token(scene, { claims: claimsOf(scene, { sub }) }),
)

/** What this house, its issuers and their clients make for other ends, signed as they sign it. */
const others: Readonly<Record<string, { readonly typ?: string; readonly claims: (scene: Scene) => object }>> =
  {
    'an ID token': {
      typ: 'JWT',
      claims: (scene) => claimsOf(scene, { aud: 'notebook', nonce: 'n', client_id: undefined }),
    },
    'an ID token without a type': { claims: (scene) => claimsOf(scene, { aud: 'notebook', nonce: 'n' }) },
    'an ID token for this API': {
      typ: 'JWT',
      claims: (scene) => claimsOf(scene, { nonce: 'n', at_hash: 'x' }),
    },
    'an ID token under the type of an access token': {
      typ: 'at+jwt',
      claims: (scene) => claimsOf(scene, { aud: 'notebook', nonce: 'n' }),
    },
    'a logout token': {
      typ: 'logout+jwt',
      claims: (scene) =>
        claimsOf(scene, { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
    },
    'a visa': {
      typ: 'visa+jwt',
      claims: (scene) => claimsOf(scene, { ga4gh_visa_v1: { type: 'ControlledAccessGrants' } }),
    },
    'a passport': {
      typ: 'vnd.ga4gh.passport+jwt',
      claims: (scene) => claimsOf(scene, { ga4gh_passport_v1: [] }),
    },
    'a passport-scoped access token': {
      typ: 'at+jwt',
      claims: (scene) => claimsOf(scene, { aud: undefined, scope: 'openid ga4gh_passport_v1' }),
    },
    'a permit': {
      typ: 'permit+jwt',
      claims: (scene) => claimsOf(scene, { aud: 'huisclos:permit', base: 'FR-NOR-2026-000001' }),
    },
    'a proof of possession': {
      typ: 'dpop+jwt',
      claims: (scene) => ({ jti: 'p', htm: 'GET', htu: 'https://huisclos.example/', iat: scene.now }),
    },
    'a signed request': {
      typ: 'oauth-authz-req+jwt',
      claims: (scene) => claimsOf(scene, { response_type: 'code' }),
    },
    'an assertion of a client': {
      typ: 'JWT',
      claims: (scene) => claimsOf(scene, { iss: 'notebook', sub: 'notebook' }),
    },
    'an answer of introspection': {
      typ: 'token-introspection+jwt',
      claims: (scene) => claimsOf(scene, { token_introspection: { active: true } }),
    },
    'a security event': { typ: 'secevent+jwt', claims: (scene) => claimsOf(scene, { events: {} }) },
    'an old access token without its claims': {
      typ: 'at+jwt',
      claims: ({ issuer, now }) => ({ iss: issuer.iss, sub: 'alice', exp: now + 600 }),
    },
  }
const otherEnds = each(
  Object.entries(others),
  ([name]) => name,
  ([, { typ, claims }], scene) => token(scene, { header: headerOf(scene, { typ }), claims: claims(scene) }),
)

/** One of the other two issuers speaks for this one, or is replayed as if it were. */
const mixed: Forgeries = Object.assign(
  {},
  ...([0, 1] as const).map((at) => ({
    [`issuer ${at + 1} of the others signs for this one`]: (scene: Scene) => {
      const other = scene.others[at]
      const header = { alg: other.algorithm, typ: 'at+jwt', kid: other.kid }
      return token(scene, { header, algorithm: other.algorithm, key: other.privateKey })
    },
    [`issuer ${at + 1} of the others signs for this one under its kid`]: (scene: Scene) => {
      const other = scene.others[at]
      return token(scene, { algorithm: other.algorithm, key: other.privateKey })
    },
    [`this one signs for issuer ${at + 1} of the others`]: (scene: Scene) =>
      token(scene, { claims: claimsOf(scene, { iss: scene.others[at].iss }) }),
    [`this one signs for issuer ${at + 1} of the others under its kid`]: (scene: Scene) =>
      token(scene, {
        header: headerOf(scene, { kid: scene.others[at].kid }),
        claims: claimsOf(scene, { iss: scene.others[at].iss }),
      }),
    [`the claims of this one behind the header and signature of issuer ${at + 1} of the others`]: (
      scene: Scene,
    ) => {
      const other = scene.others[at]
      const head = b64(JSON.stringify({ alg: other.algorithm, typ: 'at+jwt', kid: other.kid }))
      const theirs = `${head}.${b64(JSON.stringify(claimsOf(scene, { iss: other.iss })))}`
      const made = b64(signature(theirs, other.algorithm, other.privateKey))
      return `${head}.${b64(JSON.stringify(claimsOf(scene)))}.${made}`
    },
  })),
)

const opaque: Forgeries = {
  'a word': () => 'alice',
  'a random opaque token': () => b64('0123456789abcdef0123456789abcdef'),
  'the form of a personal token': () => `hc_${'0'.repeat(72)}`,
  'name and password': () => b64('alice:password'),
  'the key of the issuer itself': ({ issuer }) =>
    b64(issuer.publicKey.export({ format: 'der', type: 'spki' })),
}

export const exchangedForgeries: Forgeries = { ...issuers, ...persons, ...otherEnds, ...mixed, ...opaque }
