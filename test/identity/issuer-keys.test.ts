import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openIssuerKeys, readKeys } from '../../services/identity/issuer-keys.ts'
import { type Algorithm, verifyCompact } from '../../services/identity/jws.ts'
import { ecKey, forge, type IssuerHouse, jwkOf, openIssuerHouse, rsaKey } from './visa-issuer.ts'

const minute = 60_000
const time = { now: Date.parse('2026-11-21T09:00:00Z') }
const clock = { now: () => time.now }
let house: IssuerHouse

beforeEach(async () => {
  house = await openIssuerHouse(clock)
})
afterEach(() => house.close())

const many = ecKey('k')
const published = () => JSON.stringify(jwkOf(house.key))
const open = () => openIssuerKeys(house.trust(), clock)
const named = async (keys: Promise<ReadonlyMap<string, unknown>>) => [...(await keys).keys()]

describe('the keys of an issuer', () => {
  test('are not asked for before they are needed, and once for all who need them at once', async () => {
    const keys = open()
    expect(house.asked).toEqual([])
    const all = await Promise.all([keys.current(), keys.current(), keys.current()])
    expect(all.map((each) => [...each.keys()])).toEqual([['k1'], ['k1'], ['k1']])
    expect(house.asked).toEqual(['/jwks.json'])
  })

  test('are kept five minutes, then asked for again; the one that is gone is gone', async () => {
    const keys = open()
    await keys.current()
    house.answer([jwkOf(ecKey('k2'))])
    time.now += 5 * minute - 1
    expect(await named(keys.current())).toEqual(['k1'])
    time.now += 1
    expect(await named(keys.current())).toEqual(['k2'])
    expect(house.asked).toHaveLength(2)
  })

  test('are asked for at once for a name that is not known, at most once a minute', async () => {
    const keys = open()
    await keys.current()
    house.answer([jwkOf(house.key), jwkOf(ecKey('k2'))])
    expect(await named(keys.renewed())).toEqual(['k1'])
    time.now += minute
    expect(await named(keys.renewed())).toEqual(['k1', 'k2'])
    await keys.renewed()
    expect(house.asked).toHaveLength(2)
  })

  test('stand ten minutes while the issuer does not answer, and no longer; it is not asked more than once a minute', async () => {
    const keys = open()
    await keys.current()
    house.answer((_, response) => void response.writeHead(500).end())
    time.now += 10 * minute - 1
    expect(await named(keys.current())).toEqual(['k1'])
    time.now += 1
    expect(await named(keys.current())).toEqual([])
    await keys.current()
    expect(house.asked).toHaveLength(2)
    time.now += minute
    house.answer([jwkOf(house.key)])
    expect(await named(keys.current())).toEqual(['k1'])
  })

  test.each<[string, Parameters<IssuerHouse['answer']>[0]]>([
    ['an answer that is no JSON', (_, response) => void response.end('keys')],
    ['a name that stands twice', (_, response) => void response.end(`{"keys":[],"keys":[${published()}]}`)],
    ['keys that are no list', (_, response) => void response.end('{"keys":{}}')],
    ['no keys', (_, response) => void response.end('{}')],
    ['another status', (_, response) => void response.writeHead(203).end(`{"keys":[${published()}]}`)],
    [
      'a redirection',
      (request, response) => {
        if (request.url === '/elsewhere') response.end(JSON.stringify({ keys: [jwkOf(house.key)] }))
        else response.writeHead(302, { location: '/elsewhere' }).end()
      },
    ],
    [
      'more than 64 KiB',
      (_, response) => void response.end(JSON.stringify({ keys: [jwkOf(house.key)], x: ' '.repeat(65_536) })),
    ],
    ['more than 32 keys', Array.from({ length: 33 }, (_, i) => jwkOf(many, { kid: `k${i}` }))],
    ['a connection that is cut', (request) => void request.socket.destroy()],
  ])('are none with %s', async (_, answer) => {
    house.answer(answer)
    expect(await named(open().current())).toEqual([])
    expect(house.asked).toEqual(['/jwks.json'])
  })

  test('are none while the answer does not come', async () => {
    house.answer(() => undefined)
    expect(await named(open().current())).toEqual([])
  })

  test('are none when nobody is there', async () => {
    const trust = house.trust()
    await house.close()
    expect(await named(openIssuerKeys(trust, clock).current())).toEqual([])
    house = await openIssuerHouse(clock)
  })
})

describe('a key', () => {
  const ec = ecKey('k1')
  const rsa = rsaKey('k1')
  const both = ['RS256', 'ES256'] as const
  const smallExponent = generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 })
  const huge = Buffer.alloc(1_056, 0xff).toString('base64url')
  const read = (jwks: readonly unknown[], algorithms: readonly Algorithm[] = both) => [
    ...(readKeys(JSON.stringify({ keys: jwks }), algorithms) ?? new Map()).keys(),
  ]

  test.each([
    ['as it is published', jwkOf(ec)],
    ['of RSA', jwkOf(rsa)],
    ['that does not say what for', jwkOf(ec, { alg: undefined, use: undefined })],
    ['made to verify', jwkOf(ec, { key_ops: ['verify'] })],
  ])('%s is taken', (_, jwk) => {
    expect(read([jwk])).toEqual(['k1'])
  })

  test.each([
    ['to encrypt', jwkOf(ec, { use: 'enc' })],
    ['made to sign only', jwkOf(ec, { key_ops: ['sign'] })],
    ['for another algorithm', jwkOf(rsa, { alg: 'PS256' })],
    ['for the algorithm of another kind', jwkOf(ec, { alg: 'RS256' })],
    ['for no algorithm', jwkOf(ec, { alg: 'none' })],
    ['that is a secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'k1', alg: 'HS256', use: 'sig' }],
    ['of another curve', jwkOf(ec, { crv: 'P-384' })],
    ['of a curve that is not used', jwkOf(ec, { crv: 'secp256k1' })],
    ['that is not on its curve', jwkOf(ec, { x: jwkOf(ec, {}).toString() })],
    ['of RSA with 1 024 bits', jwkOf(rsaKey('k1', 1_024))],
    ['of RSA with the exponent 3', jwkOf({ ...rsa, ...smallExponent })],
    ['of RSA with more than 8 192 bits', jwkOf(rsa, { n: huge })],
    ['that is published with its private half', { ...ec.privateKey.export({ format: 'jwk' }), kid: 'k1' }],
    ['without a name', jwkOf(ec, { kid: undefined })],
    ['with a path for a name', jwkOf(ec, { kid: '../k1' })],
    ['that is no object', 'k1'],
  ])('%s is not', (_, jwk) => {
    expect(read([jwk])).toEqual([])
  })

  test('is not taken when another one bears its name, whichever comes first', () => {
    const other = jwkOf(ecKey('k1'))
    expect(read([jwkOf(ec), other, jwkOf(ecKey('k2'))])).toEqual(['k2'])
    expect(read([jwkOf(ec, { alg: 'PS256' }), other])).toEqual([])
  })

  test('is not taken for an algorithm that the configuration does not name', () => {
    expect(read([jwkOf(ec)], ['RS256'])).toEqual([])
    expect(read([jwkOf(rsa)], ['ES256'])).toEqual([])
  })

  test.each([
    ['P-384', 'ES384'],
    ['P-521', 'ES512'],
  ] as const)('of the curve %s is taken for %s alone', (namedCurve, algorithm) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve })
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1' }
    const keys = readKeys(JSON.stringify({ keys: [jwk] }), ['ES256', 'ES384', 'ES512', 'RS256'])
    expect(keys?.get('k1')?.algorithms).toEqual([algorithm])
    expect(read([jwk], ['ES256'])).toEqual([])
  })

  test('serves the algorithm that it was published for and no other, though its issuer may use both', () => {
    const algorithms = ['RS256', 'PS256'] as const
    const published = (change: object) =>
      readKeys(JSON.stringify({ keys: [jwkOf(rsa, change)] }), algorithms) ?? new Map()
    const token = forge({ alg: 'RS256', typ: 'at+jwt', kid: 'k1' }, { a: 1 }, rsa)
    const verify = (keys: ReturnType<typeof published>) =>
      verifyCompact({ token, keys, typ: 'at+jwt', algorithms }).kid
    expect(verify(published({ alg: undefined }))).toBe('k1')
    expect(verify(published({ alg: 'RS256' }))).toBe('k1')
    expect(() => verify(published({ alg: 'PS256' }))).toThrow(
      expect.objectContaining({ facts: { rule: 'jws.algorithm' } }),
    )
  })
})
