/** Forgeries of the header: keys that a token brings along, names of keys that are more than names, types of other tokens. */
import { createPublicKey } from 'node:crypto'
import { each, type Forgeries, headerOf, token } from './scene.ts'

const elsewhere = 'https://forger.example/keys.json'

/** A member that the header must not have; signed well, so that nothing else is wrong. */
const members: Readonly<Record<string, unknown>> = {
  jku: elsewhere,
  x5u: elsewhere,
  x5c: ['MIIB'],
  x5t: 'c2hhMQ',
  'x5t#S256': 'c2hhMjU2',
  jwk: { kty: 'oct', k: 'c2VjcmV0' },
  zip: 'DEF',
  enc: 'A256GCM',
  cty: 'JWT',
  b64: false,
  iss: 'https://forger.example',
  sub: 'claire',
  aud: 'huisclos:api',
  exp: 9_999_999_999,
  nonce: 'n',
  ppt: 'shaken',
  url: elsewhere,
  svt: [],
  iv: 'AAAA',
  tag: 'AAAA',
  p2c: 1,
  epk: { kty: 'EC' },
  apu: 'AAAA',
  ALG: 'none',
  'alg ': 'none',
  '': 'none',
  constructor: {},
  toString: 'x',
}
const extra = each(
  Object.entries(members),
  ([name]) => `a header with ${JSON.stringify(name)}`,
  ([name, value], scene) => token(scene, { header: headerOf(scene, { [name]: value }) }),
)

const crits: readonly unknown[] = [
  [],
  ['exp'],
  ['b64'],
  ['alg'],
  ['unknown'],
  [''],
  ['exp', 'exp'],
  'exp',
  null,
  true,
]
const critical = each(
  crits,
  (crit) => `crit ${JSON.stringify(crit)}`,
  (crit, scene) => token(scene, { header: headerOf(scene, { crit, b64: false }) }),
)

/** The forger signs with a key of its own, and says in the header where to find it. */
const brought = each(
  ['jwk', 'jku', 'x5u', 'x5c'],
  (name) => `a key of the forger, brought along as ${name}`,
  (name, scene) => {
    const jwk = createPublicKey(scene.own.privateKey).export({ format: 'jwk' })
    const value = { jwk, jku: elsewhere, x5u: elsewhere, x5c: [jwk.n ?? jwk.x] }[name]
    return token(scene, { key: scene.own.privateKey, header: headerOf(scene, { [name]: value }) })
  },
)

const paths = [
  ...[
    '../h-1',
    '../../../../dev/null',
    '/dev/null',
    'file:///dev/null',
    'C:\\keys\\1',
    '..%2f..%2fkeys',
    './h-1',
  ],
  ...[
    "' OR '1'='1",
    "1' UNION SELECT 'c2VjcmV0'--",
    '1; DROP TABLE identity_account',
    '"; cat /etc/passwd',
    '$(id)',
    '`id`',
    '|id',
  ],
  ...[
    'jndi:ldap://forger.example',
    '{{7*7}}',
    '%s%n',
    'h-1\u0000',
    'h-1\n',
    ' h-1',
    'h-1 ',
    '\ufeffh-1',
    'ｈ-1',
    '\u202eh-1',
  ],
  ...[
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '0',
    'null',
    'undefined',
    'H-1',
    'U-1',
    'R-1',
    'h',
    '*',
    '',
  ],
  ...[
    'k'.repeat(201),
    'https://forger.example/key',
    'http://169.254.169.254/latest/meta-data',
    'did:web:forger.example#1',
  ],
]
const namedKeys = each(
  paths,
  (kid) => `kid ${JSON.stringify(kid.length > 60 ? `${kid.slice(0, 8)}… of ${kid.length}` : kid)}`,
  (kid, scene) => token(scene, { header: headerOf(scene, { kid }) }),
)
const kinds: readonly unknown[] = [undefined, null, 1, true, [], ['h-1', 'u-1', 'r-1'], { kid: 'h-1' }]
const oddKids = each(
  kinds,
  (kid) => `kid that is ${JSON.stringify(kid) ?? 'absent'}`,
  (kid, scene) => token(scene, { header: headerOf(scene, { kid }) }),
)

const types: readonly unknown[] = [
  ...[
    'JWT',
    'jwt',
    'AT+JWT',
    'at+JWT',
    'at+jwt ',
    ' at+jwt',
    'application/at+jwt',
    'at jwt',
    'at%2Bjwt',
    'at+jwt;v=1',
    'at+jwt\u0000',
  ],
  ...[
    'logout+jwt',
    'dpop+jwt',
    'permit+jwt',
    'visa+jwt',
    'vnd.ga4gh.visa+jwt',
    'vnd.ga4gh.passport+jwt',
    'id+jwt',
    'secevent+jwt',
  ],
  ...['JOSE', 'JOSE+JSON', 'JWE', 'oauth-authz-req+jwt', 'token-introspection+jwt', 'аt+jwt', ''],
  ...[undefined, null, 1, true, ['at+jwt'], { typ: 'at+jwt' }],
]
const typed = each(
  types,
  (typ) => `typ ${JSON.stringify(typ) ?? 'absent'}`,
  (typ, scene) => token(scene, { header: headerOf(scene, { typ }) }),
)

const twice = (['first', 'last'] as const).flatMap((where) =>
  [
    ['alg', 'none'],
    ['typ', 'JWT'],
    ['kid', 'other'],
  ].map(([name = '', value]) => ({ where, name, value })),
)
const repeated = each(
  twice,
  ({ name, where }) => `${name} twice in the header, the false one ${where}`,
  ({ name, value, where }, scene) => {
    const good = JSON.stringify(headerOf(scene))
    const more = `${JSON.stringify(name)}:${JSON.stringify(value)}`
    const header = where === 'first' ? `{${more},${good.slice(1)}` : `${good.slice(0, -1)},${more}}`
    return token(scene, { header })
  },
)

const texts: Forgeries = {
  'a header that is a list': (scene) => token(scene, { header: JSON.stringify([headerOf(scene)]) }),
  'a header that is null': (scene) => token(scene, { header: 'null' }),
  'a header that is a text': (scene) =>
    token(scene, { header: JSON.stringify(JSON.stringify(headerOf(scene))) }),
  'a header that is not closed': (scene) =>
    token(scene, { header: JSON.stringify(headerOf(scene)).slice(0, -1) }),
  'a header with a comma too many': (scene) =>
    token(scene, { header: JSON.stringify(headerOf(scene)).replace('}', ',}') }),
  'a header in single quotes': (scene) =>
    token(scene, { header: JSON.stringify(headerOf(scene)).replaceAll('"', "'") }),
  'a header with a comment': (scene) => token(scene, { header: `${JSON.stringify(headerOf(scene))}/**/` }),
  'a header with a byte order mark': (scene) =>
    token(scene, { header: `\ufeff${JSON.stringify(headerOf(scene))}` }),
  'a header followed by another': (scene) =>
    token(scene, { header: JSON.stringify(headerOf(scene)).repeat(2) }),
  'a header with __proto__': (scene) =>
    token(scene, { header: JSON.stringify(headerOf(scene)).replace('{', '{"__proto__":{"alg":"none"},') }),
  'alg written twice, once with an escape': (scene) =>
    token(scene, { header: JSON.stringify(headerOf(scene)).replace('{', '{"\\u0061lg":"none",') }),
}

export const headerForgeries: Forgeries = {
  ...extra,
  ...critical,
  ...brought,
  ...namedKeys,
  ...oddKids,
  ...typed,
  ...repeated,
  ...texts,
}
