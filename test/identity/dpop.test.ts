/** Tokens bound to a key (RFC 9449): each rule of a proof with a proof that breaks it alone. Real PostgreSQL, injected clock. */
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { demoAccounts } from '../../services/identity/demo-accounts.ts'
import { thumbprint } from '../../services/identity/jwk.ts'
import { signCompact } from '../../services/identity/jws.ts'
import type { Shown } from '../../services/identity/person.ts'
import { openTokens, type TokenNeeds } from '../../services/identity/token.ts'
import { openUsedDpopProofs } from '../../services/identity/used-dpop-proofs.ts'
import { openTestStore, type TestStore } from '../stored.ts'

const now = Date.UTC(2026, 10, 2, 9)
const seconds = now / 1_000
const time = { now }
const clock = { now: () => time.now }
const address = 'https://huisclos.example'
const path = '/api/v1/projects/p/queries'
const issuerKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const machine = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const b64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64url')

const accounts: TokenNeeds['accounts'] = {
  find: async (actor) => demoAccounts(clock).find(({ subject }) => subject === actor.subject) ?? null,
  list: async () => [],
}
const issuers: TokenNeeds['issuers'] = [
  {
    name: 'demo',
    identifiers: ['https://issuer.example'],
    algorithms: ['ES256'],
    keys: () => new Map([['k1', issuerKey.publicKey]]),
  },
]

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => {
  await store?.close()
})
beforeEach(() => {
  time.now = now
})

const claims = {
  iss: 'https://issuer.example',
  aud: 'huisclos:api',
  sub: 'alice',
  iat: seconds - 10,
  exp: seconds + 3_000,
  jti: 'j1',
  client_id: 'machine',
}
const jkt = thumbprint(machine.publicKey)
const tokenOf = (change: object = {}) =>
  signCompact({
    payload: JSON.stringify({ ...claims, cnf: { jkt }, ...change }),
    key: issuerKey.privateKey,
    kid: 'k1',
    typ: 'at+jwt',
  })
const bound = tokenOf()

interface Forging {
  readonly header?: object
  readonly claims?: object
  readonly key?: KeyObject
}
let made = 0
const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' })

/** A proof of the machine for one call of `bound`, changed as a test has it. */
function proofOf({ header = {}, claims: said = {}, key = machine.privateKey }: Forging = {}): string {
  made += 1
  const ath = createHash('sha256').update(bound).digest('base64url')
  const usual = { jti: `p${made}`, htm: 'POST', htu: address + path, iat: time.now / 1_000, ath }
  const head = { typ: 'dpop+jwt', alg: 'ES256', jwk: jwkOf(machine.publicKey), ...header }
  const signed = `${b64(JSON.stringify(head))}.${b64(JSON.stringify({ ...usual, ...said }))}`
  return `${signed}.${b64(sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }))}`
}

const shownWith = (proof?: string): Shown => ({
  scheme: 'dpop',
  ...(proof !== undefined && { proof }),
  method: 'POST',
  path,
})
const verify = (token: string, shown?: Shown) => {
  const possession = { address, used: openUsedDpopProofs(store, clock) }
  return openTokens({ issuers, accounts, clock, possession }).verify(token, shown)
}
const refused = (rule: string) => ({ code: 'UNAUTHENTICATED', facts: { rule } })

describe('a token bound to a key', () => {
  test('is accepted with a proof of that key for this call', async () => {
    expect(await verify(bound, shownWith(proofOf()))).toMatchObject({ subject: 'alice' })
  })

  test('is accepted with a proof of RSA, and of another curve', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const wide = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    for (const [alg, hash, pair] of [
      ['RS256', 'sha256', rsa],
      ['ES384', 'sha384', wide],
    ] as const) {
      const token = tokenOf({ cnf: { jkt: thumbprint(pair.publicKey) } })
      const ath = createHash('sha256').update(token).digest('base64url')
      const said = { jti: `${alg}`, htm: 'POST', htu: address + path, iat: seconds, ath }
      const head = { typ: 'dpop+jwt', alg, jwk: jwkOf(pair.publicKey) }
      const signed = `${b64(JSON.stringify(head))}.${b64(JSON.stringify(said))}`
      const signature = sign(hash, Buffer.from(signed), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })
      await expect(verify(token, shownWith(`${signed}.${b64(signature)}`))).resolves.toMatchObject({
        subject: 'alice',
      })
    }
  })

  test.each<[string, Shown | undefined]>([
    ['as a plain bearer', { scheme: 'bearer', method: 'POST', path }],
    [
      'as a plain bearer with a good proof beside it',
      { scheme: 'bearer', proof: proofOf(), method: 'POST', path },
    ],
    ['nobody says how', undefined],
  ])('is refused when shown %s', async (_, shown) => {
    await expect(verify(bound, shown)).rejects.toMatchObject(refused('dpop.bearer'))
  })

  test('is refused by a house that could not remember proofs', async () => {
    const tokens = openTokens({ issuers, accounts, clock })
    await expect(tokens.verify(bound, shownWith(proofOf()))).rejects.toMatchObject(refused('dpop.bearer'))
  })

  test('that names something that cannot be proved here is refused with any proof', async () => {
    for (const cnf of [
      { 'x5t#S256': jkt },
      { jkt, 'x5t#S256': jkt },
      {},
      { jkt: 'short' },
      { jkt: 1 },
      null,
    ]) {
      const token = tokenOf({ cnf })
      await expect(verify(token, shownWith(proofOf()))).rejects.toMatchObject(refused('token.claims'))
    }
  })

  test('that is bound to no key is no better for a proof: it is refused with one', async () => {
    const plain = tokenOf({ cnf: undefined })
    await expect(verify(plain, shownWith(proofOf()))).rejects.toMatchObject(refused('dpop.unbound'))
    await expect(verify(plain)).resolves.toMatchObject({ subject: 'alice' })
  })
})

const privateJwk = machine.privateKey.export({ format: 'jwk' })
const header = (change: object): Forging => ({ header: change })
const said = (change: object): Forging => ({ claims: change })
const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 })

const forged: readonly (readonly [string, () => string | undefined, string])[] = [
  ['no proof', () => undefined, 'absent'],
  ['an empty proof', () => '', 'form'],
  ['two proofs in one header', () => `${proofOf()}, ${proofOf()}`, 'form'],
  ['more than 4 KiB', () => proofOf(said({ more: 'x'.repeat(4_096) })), 'size'],
  ['padding', () => `${proofOf()}=`, 'form'],
  ['the type of a token', () => proofOf(header({ typ: 'at+jwt' })), 'header'],
  ['the type in capitals', () => proofOf(header({ typ: 'DPOP+JWT' })), 'header'],
  ['no type', () => proofOf(header({ typ: undefined })), 'header'],
  ['alg none', () => proofOf(header({ alg: 'none' })), 'header'],
  ['a symmetric algorithm', () => proofOf(header({ alg: 'HS256' })), 'header'],
  ['another curve than its key has', () => proofOf(header({ alg: 'ES384' })), 'algorithm'],
  ['an algorithm of RSA on a curve', () => proofOf(header({ alg: 'RS256' })), 'algorithm'],
  [
    'a key for another algorithm',
    () => proofOf(header({ jwk: { ...jwkOf(machine.publicKey), alg: 'ES384' } })),
    'algorithm',
  ],
  ['no key', () => proofOf(header({ jwk: undefined })), 'header'],
  ['its private key', () => proofOf(header({ jwk: privateJwk })), 'header'],
  ['a secret as its key', () => proofOf(header({ jwk: { kty: 'oct', k: 'c2VjcmV0' } })), 'header'],
  [
    'a point that is on no curve',
    () => proofOf(header({ jwk: { ...jwkOf(machine.publicKey), x: b64('x'.repeat(32)) } })),
    'key',
  ],
  [
    'an RSA key of 1 024 bits',
    () => proofOf(header({ alg: 'RS256', jwk: jwkOf(weak.publicKey) })),
    'algorithm',
  ],
  ['crit', () => proofOf(header({ crit: ['exp'] })), 'header'],
  ['jku', () => proofOf(header({ jku: 'https://elsewhere.example' })), 'header'],
  ['kid', () => proofOf(header({ kid: 'k1' })), 'header'],
  [
    'a repeated member',
    () =>
      proofOf().replace(/^[^.]+/, (head) =>
        b64(Buffer.from(head, 'base64url').toString().replace('{', '{"alg":"none",')),
      ),
    'header',
  ],
  [
    'another key, which it names',
    () => proofOf({ header: { jwk: jwkOf(other.publicKey) }, key: other.privateKey }),
    'thumbprint',
  ],
  ['another key, which it does not name', () => proofOf({ key: other.privateKey }), 'signature'],
  ['the key of the issuer', () => proofOf({ key: issuerKey.privateKey }), 'signature'],
  ['a signature of zeros', () => proofOf().replace(/[^.]+$/, b64(Buffer.alloc(64))), 'signature'],
  [
    'an HMAC under its public key for a signature',
    () =>
      proofOf().replace(
        /[^.]+$/,
        b64(
          createHmac('sha512', JSON.stringify(jwkOf(machine.publicKey)))
            .update('x')
            .digest(),
        ),
      ),
    'signature',
  ],
  ['another method', () => proofOf(said({ htm: 'GET' })), 'method'],
  ['the method in small letters', () => proofOf(said({ htm: 'post' })), 'method'],
  ['no method', () => proofOf(said({ htm: undefined })), 'claims'],
  ['another path', () => proofOf(said({ htu: `${address}/api/v1/me` })), 'address'],
  ['another house', () => proofOf(said({ htu: `https://elsewhere.example${path}` })), 'address'],
  ['a slash more', () => proofOf(said({ htu: `${address + path}/` })), 'address'],
  ['a query', () => proofOf(said({ htu: `${address + path}?a=1` })), 'address'],
  ['no address', () => proofOf(said({ htu: undefined })), 'claims'],
  [
    'the hash of another token',
    () => proofOf(said({ ath: createHash('sha256').update(`${bound}A`).digest('base64url') })),
    'token',
  ],
  ['no hash of the token', () => proofOf(said({ ath: undefined })), 'claims'],
  ['a time more than a minute ago', () => proofOf(said({ iat: seconds - 61 })), 'time'],
  ['a time more than a minute ahead', () => proofOf(said({ iat: seconds + 61 })), 'time'],
  ['a time that is text', () => proofOf(said({ iat: String(seconds) })), 'claims'],
  ['a time with a fraction', () => proofOf(said({ iat: seconds + 0.5 })), 'claims'],
  ['no time', () => proofOf(said({ iat: undefined })), 'claims'],
  ['no name', () => proofOf(said({ jti: undefined })), 'claims'],
  ['an empty name', () => proofOf(said({ jti: '' })), 'claims'],
  ['the token itself', () => bound, 'header'],
]

describe('a proof', () => {
  test.each(forged)('is refused with %s', async (_, make, rule) => {
    await expect(verify(bound, shownWith(make()))).rejects.toMatchObject(refused(`dpop.${rule}`))
  })

  test('is good a minute before and after its time', async () => {
    for (const iat of [seconds - 60, seconds + 60])
      await expect(verify(bound, shownWith(proofOf(said({ iat }))))).resolves.toMatchObject({
        subject: 'alice',
      })
  })

  test('is good once, however often it is shown at the same time, and after a restart', async () => {
    const proof = proofOf(said({ iat: seconds + 60 }))
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => verify(bound, shownWith(proof))))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    time.now = now + 120_000
    await expect(verify(bound, shownWith(proof))).rejects.toMatchObject(refused('dpop.replayed'))
    time.now += 1
    await expect(verify(bound, shownWith(proof))).rejects.toMatchObject(refused('dpop.time'))
  })

  test('of one key does not use up the name of another one’s', async () => {
    const token = tokenOf({ cnf: { jkt: thumbprint(other.publicKey) } })
    const ath = createHash('sha256').update(token).digest('base64url')
    const theirs = {
      header: { jwk: jwkOf(other.publicKey) },
      claims: { jti: 'same', ath },
      key: other.privateKey,
    }
    await expect(verify(bound, shownWith(proofOf(said({ jti: 'same' }))))).resolves.toMatchObject({
      subject: 'alice',
    })
    await expect(verify(token, shownWith(proofOf(theirs)))).resolves.toMatchObject({ subject: 'alice' })
  })

  test('is forgotten when its time is over: what is kept does not grow', async () => {
    time.now = now + 3_600_000
    const used = openUsedDpopProofs(store, clock)
    expect(await used.take('a'.repeat(64), time.now + 1)).toBe(true)
    const rows = await store.db.selectFrom('identity_dpop_proof').select('sha256').execute()
    expect(rows).toEqual([{ sha256: 'a'.repeat(64) }])
  })
})
