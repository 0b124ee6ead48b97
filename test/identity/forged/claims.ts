/** Claims that a careless reader takes: each token is signed by its issuer, and still says nothing to this house. */
import { b64, claimsOf, each, type Forgeries, headerOf, type Scene, token } from './scene.ts'

const changed = (change: object) => (scene: Scene) => token(scene, { claims: claimsOf(scene, change) })

const required = ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'client_id'] as const
const kinds: readonly unknown[] = [undefined, null, '', true, [], {}]
const odd: Forgeries = Object.assign(
  {},
  ...required.map((name) =>
    each(
      kinds,
      (value) => `${name} that is ${JSON.stringify(value) ?? 'absent'}`,
      (value, scene) => changed({ [name]: value })(scene),
    ),
  ),
)

/** As it stands in the text: JSON has more ways to write a number than JavaScript keeps. */
const moments: Readonly<Record<string, (now: number) => string>> = {
  'a text': (now) => `"${now}"`,
  'a fraction': (now) => `${now}.5`,
  'a negative number': () => '-1',
  'minus zero': () => '-0',
  'more than any number': () => '1e999',
  'less than any number': () => '-1e999',
  'a number beyond exact ones': () => '9007199254740993',
  milliseconds: (now) => `${now}000`,
  'a date': (now) => `"${new Date(now * 1_000).toISOString()}"`,
  'a list of one': (now) => `[${now}]`,
}
const times: Forgeries = Object.assign(
  {},
  ...['iat', 'exp', 'nbf', 'auth_time'].map((name) =>
    each(
      // Long ago is a good time to have proved who one is, and to have begun: those are not forged.
      Object.entries(moments).filter(([what]) =>
        !/^(iat|exp)$/.test(name) ? !/zero|milli|beyond/.test(what) : true,
      ),
      ([what]) => `${name} that is ${what}`,
      ([, write], scene) => {
        const claims = JSON.stringify(claimsOf(scene, { [name]: 'HERE' })).replace('"HERE"', write(scene.now))
        return token(scene, { claims })
      },
    ),
  ),
)

const lives: Readonly<Record<string, (now: number) => object>> = {
  'ended a minute ago': (now) => ({ iat: now - 600, exp: now - 60 }),
  'ended a year ago': (now) => ({ iat: now - 31_536_000, exp: now - 31_535_000 }),
  'begins in more than a minute': (now) => ({ iat: now + 61, exp: now + 600 }),
  'begins tomorrow': (now) => ({ iat: now + 86_400, exp: now + 86_500 }),
  'not before tomorrow': (now) => ({ nbf: now + 86_400 }),
  'ends before it begins': (now) => ({ iat: now, exp: now - 1 }),
  'ends as it begins': (now) => ({ iat: now, exp: now }),
  'lives for an hour and a second': (now) => ({ iat: now, exp: now + 3_601 }),
  'lives for ever': (now) => ({ iat: now, exp: 253_402_300_799 }),
  'has lived since 1970': (now) => ({ iat: 0, exp: now + 600 }),
}
const lived = each(
  Object.entries(lives),
  ([name]) => `one that ${name}`,
  ([, of], scene) => changed(of(scene.now))(scene),
)

const audiences: readonly unknown[] = [
  ...[
    'huisclos',
    'huisclos:API',
    'HUISCLOS:API',
    'huisclos:api ',
    ' huisclos:api',
    'huisclos:api/',
    'huisclos:api2',
    'huisclos:ap',
  ],
  ...[
    'huisclos:permit',
    'huisclos:visa',
    'huisclos-api',
    'huisclos%3Aapi',
    'https://huisclos.example/api',
    'notebook',
    '*',
    'account',
  ],
  ...['huisclos:api,other', 'huisclos:api other', 'huіsclos:api', 'huisclos：api', 'huisclos:api\u0000'],
  ['huisclos:api', 'other'],
  ['other', 'huisclos:api'],
  ['huisclos:api', 'huisclos:api'],
  [['huisclos:api']],
  [{ aud: 'huisclos:api' }],
  { 0: 'huisclos:api' },
  { aud: 'huisclos:api' },
]
const addressed = each(
  audiences,
  (aud) => `aud ${JSON.stringify(aud)}`,
  (aud, scene) => changed({ aud })(scene),
)

const members: Readonly<Record<string, unknown>> = {
  'amr that is a text': { amr: 'mfa' },
  'amr with a number': { amr: ['mfa', 2] },
  'amr with too many': { amr: Array.from({ length: 11 }, () => 'mfa') },
  'acr that is a number': { acr: 2 },
  'acr without end': { acr: 'x'.repeat(101) },
  'a subject without end': { sub: 'a'.repeat(256) },
  'a jti without end': { jti: 'a'.repeat(201) },
  'a client without end': { client_id: 'a'.repeat(201) },
  'a jti that is a number': { jti: 1 },
  'a key that it is bound to': { cnf: { jkt: 'A'.repeat(43) } },
  'a certificate that it is bound to': { cnf: { 'x5t#S256': 'A'.repeat(43) } },
  'a key that it carries': { cnf: { jwk: { kty: 'EC' } } },
  'a binding to nothing': { cnf: {} },
}
const oddMembers = each(
  Object.entries(members),
  ([name]) => name,
  ([, change], scene) => changed(change as object)(scene),
)

/** Two values for one name: readers differ on which one counts. */
const twice: readonly (readonly [string, unknown])[] = [
  ['sub', 'claire'],
  ['iss', 'https://forger.example'],
  ['aud', 'other'],
  ['exp', 1],
  ['iat', 1],
  ['jti', 'other'],
  ['client_id', 'other'],
  ['amr', []],
]
const repeated = each(
  (['first', 'last'] as const).flatMap((where) => twice.map(([name, value]) => ({ where, name, value }))),
  ({ name, where }) => `${name} twice, the false one ${where}`,
  ({ name, value, where }, scene) => {
    const good = JSON.stringify(claimsOf(scene))
    const more = `${JSON.stringify(name)}:${JSON.stringify(value)}`
    return token(scene, {
      claims: where === 'first' ? `{${more},${good.slice(1)}` : `${good.slice(0, -1)},${more}}`,
    })
  },
)

const texts: Readonly<Record<string, (good: string) => string>> = {
  'sub twice, once with an escape': (good) => good.replace('{', '{"\\u0073ub":"claire",'),
  'a name twice, deep within': (good) => good.replace('{', '{"more":{"a":[{"b":1,"b":2}]},'),
  'claims with __proto__': (good) => good.replace('{', '{"__proto__":{"sub":"claire"},'),
  'claims with __proto__, deep within': (good) => good.replace('{', '{"more":[{"__proto__":1}],'),
  'claims in a list': (good) => `[${good}]`,
  'claims as a text': (good) => JSON.stringify(good),
  'claims that are null': () => 'null',
  'claims that are a number': () => '1',
  'claims that are not closed': (good) => good.slice(0, -1),
  'claims with a comma too many': (good) => good.replace(/}$/, ',}'),
  'claims followed by others': (good) => `${good}${good}`,
  'claims with a comment': (good) => `/**/${good}`,
  'claims with a byte order mark': (good) => `\ufeff${good}`,
  'claims in single quotes': (good) => good.replaceAll('"', "'"),
  'claims with a zero byte behind': (good) => `${good}\u0000`,
  'claims one level down': (good) => `{"claims":${good}}`,
  'claims with NaN': (good) => good.replace('{', '{"more":NaN,'),
  'no claims but an empty object': () => '{}',
}
const otherTexts = each(
  Object.entries(texts),
  ([name]) => name,
  ([, write], scene) => token(scene, { claims: write(JSON.stringify(claimsOf(scene))) }),
)

const split: Forgeries = {
  'claims in the header alone': (scene) =>
    token(scene, { header: headerOf(scene, claimsOf(scene)), claims: '{}' }),
  'two issuers in two encodings': (scene) =>
    token(scene, {
      claims: `{"iss":${JSON.stringify(scene.issuer.iss)},"claims":${JSON.stringify(b64('{"iss":"x"}'))}}`,
    }),
}

export const claimForgeries: Forgeries = {
  ...odd,
  ...times,
  ...lived,
  ...addressed,
  ...oddMembers,
  ...repeated,
  ...otherTexts,
  ...split,
}
