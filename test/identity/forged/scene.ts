/** What forgers have at hand: three issuers with keys of different kinds, keys of their own, and a pen that signs anything. */
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Algorithm } from '../../../services/identity/jws.ts'

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export interface Issuer extends Pair {
  readonly name: string
  readonly iss: string
  readonly kid: string
  readonly algorithm: Algorithm
}

export interface Scene {
  /** Whose tokens are forged. */
  readonly issuer: Issuer
  /** The other two that the node trusts. */
  readonly others: readonly [Issuer, Issuer]
  /** A key of the forger, of the same kind as that of the issuer. */
  readonly own: Pair
  /** Seconds since 1970. */
  readonly now: number
}

type Maker = (scene: Scene) => string
/** Name of the forgery → who makes it. */
export type Forgeries = Readonly<Record<string, Maker>>

const rsa = (): Pair => generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ec = (namedCurve = 'P-256'): Pair => generateKeyPairSync('ec', { namedCurve })

/** Keys of the forger, made once: RSA keys take their time. */
export const forger = { rsa: rsa(), ec: ec(), wide: ec('P-384'), wider: ec('P-521') } as const

export const issuers: readonly [Issuer, Issuer, Issuer] = [
  { name: 'hospital', iss: 'https://id.hospital.example/realm', kid: 'h-1', algorithm: 'RS256', ...rsa() },
  { name: 'university', iss: 'https://sso.university.example', kid: 'u-1', algorithm: 'PS256', ...rsa() },
  { name: 'region', iss: 'https://id.region.example/', kid: 'r-1', algorithm: 'ES256', ...ec() },
]

export function sceneOf(issuer: Issuer, now: number): Scene {
  const [first = issuer, second = issuer] = issuers.filter(({ name }) => name !== issuer.name)
  return { issuer, others: [first, second], own: issuer.algorithm === 'ES256' ? forger.ec : forger.rsa, now }
}

export const b64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64url')
const textOf = (part: object | string) => (typeof part === 'string' ? part : JSON.stringify(part))

export const headerOf = ({ issuer }: Scene, change: object = {}): object => ({
  alg: issuer.algorithm,
  typ: 'at+jwt',
  kid: issuer.kid,
  ...change,
})

/** Claims that are accepted as they stand. */
export const claimsOf = ({ issuer, now }: Scene, change: object = {}): Readonly<Record<string, unknown>> => ({
  iss: issuer.iss,
  aud: 'huisclos:api',
  sub: 'alice',
  iat: now - 10,
  exp: now + 600,
  jti: 'a-token',
  client_id: 'notebook',
  amr: ['pwd', 'mfa'],
  ...change,
})

/** The signature that an algorithm makes with a key; the hash and the padding are those of its name. */
export function signature(text: string, algorithm: string, key: KeyObject): Buffer {
  const hash = `sha${algorithm.slice(-3)}`
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  if (algorithm.startsWith('PS')) return sign(hash, Buffer.from(text), { key, ...pss })
  return sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
}

interface Written {
  readonly header?: object | string
  readonly claims?: object | string
  readonly key?: KeyObject
  /** How it is really signed, whatever its header says. */
  readonly algorithm?: string
}

/** A compact token of the issuer; what is not given is as it should be. */
export function token(scene: Scene, written: Written = {}): string {
  const { header = headerOf(scene), claims = claimsOf(scene) } = written
  const text = `${b64(textOf(header))}.${b64(textOf(claims))}`
  const { key = scene.issuer.privateKey, algorithm = scene.issuer.algorithm } = written
  return `${text}.${b64(signature(text, algorithm, key))}`
}

/** Signed with a secret. */
export function withSecret(scene: Scene, algorithm: string, secret: string | Uint8Array): string {
  const text = `${b64(textOf(headerOf(scene, { alg: algorithm })))}.${b64(textOf(claimsOf(scene)))}`
  return `${text}.${createHmac(`sha${algorithm.slice(-3)}`, secret)
    .update(text)
    .digest('base64url')}`
}

/** One forgery for each item, named after it. */
export function each<Item>(
  items: readonly Item[],
  name: (item: Item) => string,
  make: (item: Item, scene: Scene) => string,
): Forgeries {
  return Object.fromEntries(items.map((item) => [name(item), (scene: Scene) => make(item, scene)]))
}
