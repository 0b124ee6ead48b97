/** Forgeries of the algorithm: none at all, a secret that everybody knows, or another one than the key was published for. */
import type { KeyObject } from 'node:crypto'
import {
  b64,
  claimsOf,
  each,
  type Forgeries,
  forger,
  headerOf,
  type Scene,
  signature,
  token,
  withSecret,
} from './scene.ts'

const nones = [
  'none',
  'None',
  'NONE',
  'nOnE',
  'noNe',
  'NonE',
  'nONE',
  ' none',
  'none ',
  'none\u0000',
  'ｎｏｎｅ',
  '',
]
const signatures = { 'no signature': '', 'some signature': b64('x'.repeat(64)) } as const

/** The header says that nothing is signed. */
const unsigned: Forgeries = Object.assign(
  {},
  ...Object.entries(signatures).map(([with_, last]) =>
    each(
      nones,
      (alg) => `alg ${JSON.stringify(alg)} with ${with_}`,
      (alg, scene) => {
        const header = headerOf(scene, { alg })
        return `${b64(JSON.stringify(header))}.${b64(JSON.stringify(claimsOf(scene)))}.${last}`
      },
    ),
  ),
)

type Secret = (key: KeyObject, scene: Scene) => string | Uint8Array
/** What everybody knows of a public key, written as one may write it. */
const secrets: Readonly<Record<string, Secret>> = {
  'the public key as PEM': (key) => key.export({ format: 'pem', type: 'spki' }).toString(),
  'the public key as PEM without its last line end': (key) =>
    key.export({ format: 'pem', type: 'spki' }).toString().trimEnd(),
  'the public key as DER': (key) => key.export({ format: 'der', type: 'spki' }),
  'the public key as JWK': (key) => JSON.stringify(key.export({ format: 'jwk' })),
  'the first member of the public key': (key) =>
    key.export({ format: 'jwk' }).n ?? key.export({ format: 'jwk' }).x ?? '',
  'the bytes of that member': (key) =>
    Buffer.from(key.export({ format: 'jwk' }).n ?? key.export({ format: 'jwk' }).x ?? '', 'base64url'),
  'the name of the key': (_, { issuer }) => issuer.kid,
  'the address of the issuer': (_, { issuer }) => issuer.iss,
  nothing: () => '',
  'a word that is often left as it was': () => 'secret',
}
const shared: Forgeries = Object.assign(
  {},
  ...['HS256', 'HS384', 'HS512'].map((algorithm) =>
    each(
      Object.entries(secrets),
      ([what]) => `${algorithm} under ${what}`,
      ([, secret], scene) => withSecret(scene, algorithm, secret(scene.issuer.publicKey, scene)),
    ),
  ),
)

const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const

/** A key of the forger that can sign so, or that of the issuer where it can. */
function keyFor(algorithm: string, { issuer }: Scene): KeyObject {
  const isRsa = !algorithm.startsWith('ES')
  if (isRsa === (issuer.algorithm !== 'ES256') && algorithm !== 'ES384' && algorithm !== 'ES512')
    return issuer.privateKey
  if (isRsa) return forger.rsa.privateKey
  return { ES384: forger.wide, ES512: forger.wider }[algorithm]?.privateKey ?? forger.ec.privateKey
}

/** The kid of the issuer, but signed as it never signs: even with its own key. */
const swapped = each(
  [1, 2, 3, 4, 5, 6, 7, 8],
  (step) => `another algorithm than that of the key, ${step} further in the list`,
  (step, scene) => {
    const at = asymmetric.indexOf(scene.issuer.algorithm)
    const algorithm = asymmetric[(at + step) % asymmetric.length] ?? 'RS256'
    const header = headerOf(scene, { alg: algorithm })
    return token(scene, { header, algorithm, key: keyFor(algorithm, scene) })
  },
)
const disguised = each(
  [1, 2, 3, 4, 5, 6, 7, 8],
  (step) => `another algorithm under the name of the right one, ${step} further in the list`,
  (step, scene) => {
    const at = asymmetric.indexOf(scene.issuer.algorithm)
    const algorithm = asymmetric[(at + step) % asymmetric.length] ?? 'RS256'
    return token(scene, { algorithm, key: keyFor(algorithm, scene) })
  },
)

const words = [
  ...[
    'EdDSA',
    'Ed25519',
    'ES256K',
    'RSA-OAEP',
    'RSA1_5',
    'dir',
    'A256KW',
    'HS1',
    'RS1',
    'MD5',
    'RS256,ES256',
  ],
  ...[
    'rs256',
    'ps256',
    'es256',
    'RS-256',
    'ES256 ',
    ' RS256',
    'PS256\n',
    'RS256\u0000none',
    'constructor',
    '__proto__',
  ],
]
const unknown = each(
  words,
  (alg) => `alg ${JSON.stringify(alg)}`,
  (alg, scene) => token(scene, { header: headerOf(scene, { alg }) }),
)
const kinds: readonly unknown[] = [
  undefined,
  null,
  0,
  true,
  [],
  ['RS256', 'PS256', 'ES256'],
  { alg: 'RS256' },
]
const odd = each(
  kinds,
  (alg) => `alg that is ${JSON.stringify(alg) ?? 'absent'}`,
  (alg, scene) => token(scene, { header: headerOf(scene, { alg }) }),
)

const otherKeys: Forgeries = {
  'the kid of the issuer and a key of the forger': (scene) => token(scene, { key: scene.own.privateKey }),
  'the kid of the issuer and an unknown kid beside': (scene) =>
    token(scene, { key: scene.own.privateKey, header: headerOf(scene, { kid: `${scene.issuer.kid}2` }) }),
  'a signature over the claims alone': (scene) => {
    const claims = b64(JSON.stringify(claimsOf(scene)))
    const made = signature(claims, scene.issuer.algorithm, scene.issuer.privateKey)
    return `${b64(JSON.stringify(headerOf(scene)))}.${claims}.${b64(made)}`
  },
  'a signature over the JSON and not over its base64': (scene) => {
    const [header, claims] = [JSON.stringify(headerOf(scene)), JSON.stringify(claimsOf(scene))]
    const made = signature(`${header}.${claims}`, scene.issuer.algorithm, scene.issuer.privateKey)
    return `${b64(header)}.${b64(claims)}.${b64(made)}`
  },
}

export const algorithmForgeries: Forgeries = {
  ...unsigned,
  ...shared,
  ...swapped,
  ...disguised,
  ...unknown,
  ...odd,
  ...otherKeys,
}
