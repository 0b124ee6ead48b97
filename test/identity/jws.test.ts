import {
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Algorithm, signCompact, verifyCompact } from '../../services/identity/jws.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const wide = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 })
const loose = generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 })
const strong = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const secret = randomBytes(32)

const keys: ReadonlyMap<string, KeyObject> = new Map([
  ['k1', pair.publicKey],
  ['k2', other.publicKey],
  ['wide', wide.publicKey],
  ['weak', weak.publicKey],
  ['loose', loose.publicKey],
  ['strong', strong.publicKey],
  ['secret', createSecretKey(secret)],
])
const every: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512']
const text = '{"permit":"déjà"}'
const b64 = (data: string | Uint8Array) => Buffer.from(data as string).toString('base64url')
const head = { alg: 'ES256', typ: 'permit+jwt', kid: 'k1' }

/** Signs whatever header and payload are given, well or not. */
function forge(
  header: string | object,
  payload: string | Uint8Array = text,
  key: KeyObject = pair.privateKey,
): string {
  const signed = `${b64(typeof header === 'string' ? header : JSON.stringify(header))}.${b64(payload)}`
  return `${signed}.${b64(sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }))}`
}

function hmacForge(header: object, key: Uint8Array | string): string {
  const signed = `${b64(JSON.stringify(header))}.${b64(text)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

const good = signCompact({ payload: text, key: pair.privateKey, kid: 'k1', typ: 'permit+jwt' })
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.')
const verify = (token: string) => verifyCompact({ token, keys, typ: 'permit+jwt', algorithms: every })

/** Flips the lowest bit of the last character, which no byte depends on: 64 bytes leave 4 bits over. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const otherForm = `${good.slice(0, -1)}${alphabet[alphabet.indexOf(good.slice(-1)) ^ 1]}`

describe('a signed text', () => {
  test('comes back byte for byte, with the key that signed it', () => {
    expect(verify(good)).toEqual({ payload: text, kid: 'k1' })
  })

  test('is accepted from the forger of these tests, so that what is refused below is refused for its own reason', () => {
    expect(verify(forge(head))).toEqual({ payload: text, kid: 'k1' })
  })

  test('of an issuer with an RSA key of 2 048 bits or of another curve is accepted', () => {
    expect(verify(forge({ ...head, alg: 'RS256', kid: 'strong' }, text, strong.privateKey)).kid).toBe(
      'strong',
    )
    const signed = `${b64(JSON.stringify({ ...head, alg: 'ES384', kid: 'wide' }))}.${b64(text)}`
    const signature = sign('sha384', Buffer.from(signed), { key: wide.privateKey, dsaEncoding: 'ieee-p1363' })
    expect(verify(`${signed}.${b64(signature)}`).kid).toBe('wide')
  })

  test('may be any text, and is not taken for claims', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (payload) => {
        const token = signCompact({ payload, key: pair.privateKey, kid: 'k1', typ: 'permit+jwt' })
        expect(verify(token).payload).toBe(payload)
      }),
      { numRuns: 50 },
    )
    expect(verify(forge(head, '{"exp":1,"nbf":99999999999}')).kid).toBe('k1')
  })

  test('is refused when any one of its characters is changed', () => {
    for (let i = 0; i < good.length; i++) {
      const changed = `${good.slice(0, i)}${good[i] === 'A' ? 'B' : 'A'}${good.slice(i + 1)}`
      if (changed !== good) expect(() => verify(changed)).toThrow('UNAUTHENTICATED')
    }
  })

  const cases: readonly [name: string, token: string, rule: string][] = [
    ['nothing', '', 'form'],
    ['two parts', `${goodHeader}.${goodPayload}`, 'form'],
    ['four parts', `${good}.${goodSignature}`, 'form'],
    ['an empty signature', `${goodHeader}.${goodPayload}.`, 'form'],
    ['an empty header', `.${goodPayload}.${goodSignature}`, 'form'],
    ['an empty payload', `${goodHeader}..${goodSignature}`, 'form'],
    ['padding', `${good}=`, 'form'],
    ['a blank in front', ` ${good}`, 'form'],
    ['a line end behind', `${good}\n`, 'form'],
    ['the alphabet of plain base64', good.replaceAll('-', '+').replaceAll('_', '/').concat('+'), 'form'],
    ['another form of the same bytes', otherForm, 'form'],
    ['a payload that is not UTF-8', forge(head, Buffer.from([0x7b, 0xff, 0x7d])), 'form'],
    ['more than 8 KiB', forge(head, 'x'.repeat(8_192)), 'size'],
    ['a header that is no JSON', forge('alg=ES256'), 'header'],
    ['a header that is a list', forge([head]), 'header'],
    ['a header that is null', forge('null'), 'header'],
    ['a repeated algorithm', forge('{"alg":"none","alg":"ES256","typ":"permit+jwt","kid":"k1"}'), 'header'],
    [
      'a repeated name written otherwise',
      forge('{"alg":"none","\\u0061lg":"ES256","typ":"permit+jwt","kid":"k1"}'),
      'header',
    ],
    ['__proto__', forge('{"alg":"ES256","typ":"permit+jwt","kid":"k1","__proto__":{}}'), 'header'],
    ['crit', forge({ ...head, crit: ['exp'] }), 'header'],
    ['b64', forge({ ...head, b64: false }), 'header'],
    [
      'jwk',
      forge({ ...head, jwk: other.publicKey.export({ format: 'jwk' }) }, text, other.privateKey),
      'header',
    ],
    ['jku', forge({ ...head, jku: 'https://elsewhere.invalid' }), 'header'],
    ['x5u', forge({ ...head, x5u: 'https://elsewhere.invalid' }), 'header'],
    ['x5c', forge({ ...head, x5c: [] }), 'header'],
    ['cty', forge({ ...head, cty: 'JWT' }), 'header'],
    ['zip', forge({ ...head, zip: 'DEF' }), 'header'],
    ['no kid', forge({ alg: 'ES256', typ: 'permit+jwt' }), 'header'],
    ['a kid that is a path', forge({ ...head, kid: '../k1' }), 'header'],
    ['a kid that is a number', forge({ ...head, kid: 1 }), 'header'],
    ['a kid that is too long', forge({ ...head, kid: 'k'.repeat(201) }), 'header'],
    ['no type', forge({ alg: 'ES256', kid: 'k1' }), 'header'],
    ['another type', forge({ ...head, typ: 'JWT' }), 'type'],
    ['the type in other letters', forge({ ...head, typ: 'PERMIT+JWT' }), 'type'],
    ['an unknown key', forge({ ...head, kid: 'k9' }), 'key'],
    ['a kid named like a member of objects', forge({ ...head, kid: 'constructor' }), 'key'],
    ['the signature of another key', forge({ ...head, kid: 'k2' }), 'signature'],
    [
      'alg none',
      `${b64('{"alg":"none","typ":"permit+jwt","kid":"k1"}')}.${goodPayload}.${goodSignature}`,
      'algorithm',
    ],
    ['alg none in other letters', forge({ ...head, alg: 'nOnE' }), 'algorithm'],
    ['an algorithm for another curve', forge({ ...head, alg: 'ES384' }), 'algorithm'],
    ['a key of another curve', forge({ ...head, kid: 'wide' }, text, wide.privateKey), 'algorithm'],
    ['an RSA algorithm on a curve', forge({ ...head, alg: 'RS256' }), 'algorithm'],
    [
      'an RSA key of 1 024 bits',
      forge({ ...head, alg: 'RS256', kid: 'weak' }, text, weak.privateKey),
      'algorithm',
    ],
    [
      'an RSA key with the exponent 3',
      forge({ ...head, alg: 'RS256', kid: 'loose' }, text, loose.privateKey),
      'algorithm',
    ],
    ['a shared secret', hmacForge({ ...head, alg: 'HS256', kid: 'secret' }, secret), 'algorithm'],
    [
      'the public key as a shared secret',
      hmacForge({ ...head, alg: 'HS256' }, pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()),
      'algorithm',
    ],
    ['a signature of zeros', `${goodHeader}.${goodPayload}.${b64(Buffer.alloc(64))}`, 'signature'],
    [
      'a signature in DER',
      `${goodHeader}.${goodPayload}.${b64(sign('sha256', Buffer.from(`${goodHeader}.${goodPayload}`), pair.privateKey))}`,
      'signature',
    ],
    ['another payload', `${goodHeader}.${b64('{"permit":"other"}')}.${goodSignature}`, 'signature'],
  ]
  test.each(cases)('is refused with %s', (_, token, rule) => {
    expect(() => verify(token)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED', facts: { rule: `jws.${rule}` } }),
    )
  })

  test('is refused when its algorithm is not one of those asked for', () => {
    const asked = { token: good, keys, typ: 'permit+jwt', algorithms: ['RS256'] as const }
    expect(() => verifyCompact(asked)).toThrow(expect.objectContaining({ facts: { rule: 'jws.algorithm' } }))
  })

  describe('where it may say where its key is published', () => {
    const jku = 'https://issuer.example/jwks.json'
    const asked = { keys, typ: ['visa+jwt', null], jku, algorithms: every } as const
    const taken = (header: object) => verifyCompact({ ...asked, token: forge(header) }).kid
    const visa = { alg: 'ES256', kid: 'k1', typ: 'visa+jwt' }

    test.each([
      ['as is expected', { ...visa, jku }],
      ['not at all', visa],
      ['beside the print of a certificate', { ...visa, jku, x5t: 'c2hhMQ' }],
      ['without a type', { alg: 'ES256', kid: 'k1' }],
    ])('it is accepted: %s', (_, header) => {
      expect(taken(header)).toBe('k1')
    })

    test.each([
      ['elsewhere', { ...visa, jku: 'https://elsewhere.example/jwks.json' }, 'jku'],
      ['in other letters', { ...visa, jku: jku.toUpperCase() }, 'jku'],
      ['as a list', { ...visa, jku: [jku] }, 'jku'],
      ['with a key', { ...visa, jku, jwk: other.publicKey.export({ format: 'jwk' }) }, 'header'],
      ['with another type', { ...visa, jku, typ: 'JWT' }, 'type'],
      ['with a type that is null', { ...visa, jku, typ: null }, 'header'],
    ])('it is refused: %s', (_, header, rule) => {
      expect(() => taken(header)).toThrow(expect.objectContaining({ facts: { rule: `jws.${rule}` } }))
    })

    test('our own say it after the kid', () => {
      const token = signCompact({ payload: text, key: pair.privateKey, kid: 'k1', typ: 'visa+jwt', jku })
      expect(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).toBe(
        `{"alg":"ES256","typ":"visa+jwt","kid":"k1","jku":"${jku}"}`,
      )
      expect(verifyCompact({ ...asked, token }).kid).toBe('k1')
    })
  })

  test('may be larger where that is said, and is refused with the code that is asked for', () => {
    const token = forge(head, 'x'.repeat(100_000))
    const asked = {
      token,
      keys,
      typ: 'permit+jwt',
      algorithms: every,
      maxBytes: 262_144,
      code: 'PERMIT_INVALID',
    } as const
    expect(verifyCompact(asked).payload).toHaveLength(100_000)
    expect(() => verifyCompact({ ...asked, token: `${token}A` })).toThrow('PERMIT_INVALID')
  })

  test('is not made with a key or a name that could not be verified', () => {
    const sound = { payload: text, key: pair.privateKey, kid: 'k1', typ: 'permit+jwt' }
    expect(() => signCompact({ ...sound, key: wide.privateKey })).toThrow(TypeError)
    expect(() => signCompact({ ...sound, key: createSecretKey(secret) })).toThrow(TypeError)
    expect(() => signCompact({ ...sound, kid: 'a b' })).toThrow(TypeError)
  })
})
