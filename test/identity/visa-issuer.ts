/** An issuer of visas as a test opens it: real keys, a real address on this machine, and tokens made well or badly. */
import { createHmac, createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { VisaIssuer } from '../../services/identity/visa-trust.ts'

export const b64 = (data: string | Uint8Array) => Buffer.from(data as string).toString('base64url')

interface Key {
  readonly kid: string
  readonly alg: 'RS256' | 'ES256'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export function ecKey(kid: string): Key {
  return { kid, alg: 'ES256', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
}

export function rsaKey(kid: string, modulusLength = 2_048): Key {
  return { kid, alg: 'RS256', ...generateKeyPairSync('rsa', { modulusLength }) }
}

export function jwkOf({ publicKey, kid, alg }: Key, change: object = {}): object {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig', ...change }
}

/** A compact token of any header and payload: objects, or texts where the JSON itself is what is wrong. */
export function forge(header: object | string, payload: object | string, key: Key): string {
  const text = (part: object | string) => (typeof part === 'string' ? part : JSON.stringify(part))
  const signed = `${b64(text(header))}.${b64(text(payload))}`
  return `${signed}.${b64(signature(signed, key))}`
}

function signature(signed: string, { alg, privateKey }: Key): Uint8Array {
  if (alg === 'RS256') return createSign('sha256').update(signed).sign(privateKey)
  return sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
}

export function hmacForge(header: object, payload: object, secret: string | Uint8Array): string {
  const signed = `${b64(JSON.stringify(header))}.${b64(JSON.stringify(payload))}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface IssuerHouse {
  readonly url: string
  readonly jwks: string
  /** Paths asked for, in their order. */
  readonly asked: string[]
  readonly key: Key
  /** What is answered from now on; keys as a rule. */
  answer(next: Answer | readonly object[]): void
  /** This issuer, trusted for every type and one source. */
  trust(change?: Partial<VisaIssuer>): VisaIssuer
  header(change?: object): object
  claims(visa?: object, change?: object): Readonly<Record<string, unknown>>
  visa(visa?: object, change?: object): string
  passport(visas: readonly string[], change?: object): string
  close(): Promise<void>
}

export const source = 'https://univ.example'
export const charter = 'https://huisclos.example/charte/1'
export const training = 'https://huisclos.example/formation/1'
export const audience = 'http://127.0.0.1:1'

/** Listens on a free port; `now` in ms is when its tokens are made. */
export async function openIssuerHouse({
  now,
  key = ecKey('k1'),
}: {
  now: () => number
  key?: Key
}): Promise<IssuerHouse> {
  const asked: string[] = []
  let current: Answer = keys([jwkOf(key)])
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    current(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const jwks = `${url}/jwks.json`
  const seconds = () => Math.floor(now() / 1_000)
  const day = 86_400
  const house: IssuerHouse = {
    ...{ url, jwks, asked, key },
    answer(next) {
      current = typeof next === 'function' ? next : keys(next)
    },
    trust: (change = {}) => ({
      issuer: url,
      jwks,
      algorithms: ['RS256', 'ES256'],
      broker: true,
      sources: {
        AcceptedTermsAndPolicies: [source],
        AffiliationAndRole: [source],
        ControlledAccessGrants: [source],
        LinkedIdentities: [source],
        ResearcherStatus: [source],
      },
      ...change,
    }),
    header: (change = {}) => ({
      alg: key.alg,
      typ: 'vnd.ga4gh.visa+jwt',
      kid: key.kid,
      jku: jwks,
      ...change,
    }),
    claims: (visa = {}, change = {}) => ({
      iss: url,
      sub: 'alice',
      jti: 'one',
      iat: seconds() - day,
      exp: seconds() + 30 * day,
      ga4gh_visa_v1: {
        type: 'AcceptedTermsAndPolicies',
        asserted: seconds() - 30 * day,
        value: charter,
        source,
        by: 'self',
        ...visa,
      },
      ...change,
    }),
    visa: (visa, change) => forge(house.header(), house.claims(visa, change), key),
    passport: (visas, change = {}) =>
      forge(
        { alg: key.alg, typ: 'vnd.ga4gh.passport+jwt', kid: key.kid },
        {
          ...{ iss: url, sub: 'alice', aud: audience, iat: seconds(), exp: seconds() + 3_600 },
          ga4gh_passport_v1: visas,
          ...change,
        },
        key,
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return house
}

function keys(all: readonly object[]): Answer {
  return (_, response) => void response.end(JSON.stringify({ keys: all }))
}

/** The value of LinkedIdentities: each name as its issuer knows it. */
export function linked(...names: readonly (readonly [subject: string, issuer: string])[]): string {
  return names.map((pair) => pair.map(encodeURIComponent).join(',')).join(';')
}
