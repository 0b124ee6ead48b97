import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { demoAccounts } from '../../services/identity/demo-accounts.ts'
import { signCompact } from '../../services/identity/jws.ts'
import type { Accounts, Tokens } from '../../services/identity/person.ts'
import { openTokens, type TrustedIssuer } from '../../services/identity/token.ts'

const now = Date.UTC(2026, 10, 2, 9)
let shift = 0
const clock = { now: () => now + shift }
const seconds = now / 1_000
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const next = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const known = demoAccounts(clock)
const accounts: Accounts = {
  find: async ({ issuer, subject }) =>
    known.find((one) => one.issuer === issuer && one.subject === subject) ?? null,
  list: async () => known,
}
const issuer: TrustedIssuer = {
  name: 'demo',
  identifiers: ['http://127.0.0.1:4000/demo', 'http://127.0.0.1:4001/demo'],
  algorithms: ['ES256'],
  keys: () => new Map([['k1', createPublicKey(pair.privateKey)]]),
}

const claims = {
  iss: 'http://127.0.0.1:4000/demo',
  aud: 'huisclos:api',
  sub: 'alice',
  iat: seconds - 10,
  exp: seconds + 3_000,
  jti: 'j1',
  client_id: 'huisclos-cli',
  amr: ['pwd', 'mfa'],
}
const token = (payload: object | string, { typ = 'at+jwt', key = pair.privateKey, kid = 'k1' } = {}) =>
  signCompact({ payload: typeof payload === 'string' ? payload : JSON.stringify(payload), key, kid, typ })

let tokens: Tokens
beforeEach(() => {
  shift = 0
  tokens = openTokens({ issuers: [issuer], accounts, clock })
})

describe('an access token', () => {
  test('gives the person of the account table, with what the token proved', async () => {
    const person = await tokens.verify(token(claims))
    expect(person).toMatchObject({
      issuer: 'demo',
      subject: 'alice',
      organisation: 'chu-rouen',
      roles: ['researcher'],
      level: 2,
      methods: ['pwd', 'mfa'],
      door: 'http',
    })
    expect(person.session).toMatch(/^[0-9a-f]{64}$/)
  })

  test('carries no right: roles and organisation in it change nothing', async () => {
    const person = await tokens.verify(token({ ...claims, roles: ['authority'], organisation: 'gh-havre' }))
    expect(person).toMatchObject({ roles: ['researcher'], organisation: 'chu-rouen' })
  })

  test.each([
    ['two factors', ['pwd', 'mfa'], 2],
    ['one factor', ['pwd'], 1],
    ['an unknown method', ['magic'], 0],
    ['nothing', [], 0],
    ['no claim', undefined, 0],
  ])('has the assurance of %s', async (_, amr, level) => {
    expect(await tokens.verify(token({ ...claims, amr }))).toMatchObject({ level })
  })

  test('is good under an earlier address of the same issuer, and up to a minute around its times', async () => {
    const [, earlier] = issuer.identifiers
    await expect(tokens.verify(token({ ...claims, iss: earlier }))).resolves.toMatchObject({
      subject: 'alice',
    })
    for (const edge of [
      { iat: seconds + 60 },
      { iat: seconds - 3_600, exp: seconds - 59 },
      { aud: ['huisclos:api'] },
    ]) {
      await expect(tokens.verify(token({ ...claims, ...edge }))).resolves.toMatchObject({ subject: 'alice' })
    }
  })

  const { iss, aud, sub, iat, exp, jti, client_id } = claims
  const whole = { iss, aud, sub, iat, exp, jti, client_id }
  const without = (name: keyof typeof whole) => token({ ...whole, [name]: undefined })
  const cases: readonly [name: string, token: string, rule: string][] = [
    ['nothing', '', 'token.issuer'],
    ['a word', 'alice', 'token.issuer'],
    ['another issuer', token({ ...claims, iss: 'https://elsewhere.invalid' }), 'token.issuer'],
    ['a slash behind the issuer', token({ ...claims, iss: `${iss}/` }), 'token.issuer'],
    ['the issuer in capitals', token({ ...claims, iss: iss.toUpperCase() }), 'token.issuer'],
    ['the name instead of the address', token({ ...claims, iss: 'demo' }), 'token.issuer'],
    ['a list of issuers', token({ ...claims, iss: [iss] }), 'token.issuer'],
    ['no issuer', without('iss'), 'token.issuer'],
    ['two issuers', token(`{"iss":"x",${JSON.stringify(claims).slice(1)}`), 'token.issuer'],
    ['a payload that is text', token('alice'), 'token.issuer'],
    ['a payload that is a list', token([claims]), 'token.issuer'],
    ['the type of an ID token', token(claims, { typ: 'JWT' }), 'jws.type'],
    ['the type of a permit', token(claims, { typ: 'permit+jwt' }), 'jws.type'],
    ['a key of somebody else', token(claims, { key: next.privateKey }), 'jws.signature'],
    ['an unknown key', token(claims, { key: next.privateKey, kid: 'k2' }), 'jws.key'],
    ['another audience', token({ ...claims, aud: 'other:api' }), 'token.claims'],
    ['a second audience', token({ ...claims, aud: ['huisclos:api', 'other:api'] }), 'token.claims'],
    ['an audience that begins alike', token({ ...claims, aud: 'huisclos:api2' }), 'token.claims'],
    ['no audience', without('aud'), 'token.claims'],
    ['no subject', without('sub'), 'token.claims'],
    ['an empty subject', token({ ...claims, sub: '' }), 'token.claims'],
    ['a subject that is a number', token({ ...claims, sub: 1 }), 'token.claims'],
    ['no end', without('exp'), 'token.claims'],
    ['an end that is text', token({ ...claims, exp: String(exp) }), 'token.claims'],
    ['an end with a fraction', token({ ...claims, exp: exp + 0.5 }), 'token.claims'],
    [
      'an end beyond all numbers',
      token(JSON.stringify(claims).replace(String(exp), '1e999')),
      'token.claims',
    ],
    ['no beginning', without('iat'), 'token.claims'],
    ['a beginning below zero', token({ ...claims, iat: -1 }), 'token.claims'],
    ['no name of its own', without('jti'), 'token.claims'],
    ['no client', without('client_id'), 'token.claims'],
    ['methods that are text', token({ ...claims, amr: 'mfa' }), 'token.claims'],
    ['a life of more than an hour', token({ ...claims, exp: iat + 3_601 }), 'token.lifetime'],
    ['an end before its beginning', token({ ...claims, exp: iat - 1 }), 'token.lifetime'],
    ['a past end', token({ ...claims, iat: seconds - 3_600, exp: seconds - 60 }), 'token.expired'],
    ['a beginning in the future', token({ ...claims, iat: seconds + 61 }), 'token.not-yet'],
    ['nbf in the future', token({ ...claims, nbf: seconds + 61 }), 'token.not-yet'],
    ['a person without an account', token({ ...claims, sub: 'mallory' }), 'account.unknown'],
    ['an account in other letters', token({ ...claims, sub: 'Alice' }), 'account.unknown'],
    ['a blank around the account', token({ ...claims, sub: 'alice ' }), 'account.unknown'],
    ['a subject named like a member of objects', token({ ...claims, sub: 'constructor' }), 'account.unknown'],
    ['more than 8 KiB', token({ ...claims, more: 'x'.repeat(8_192) }), 'token.issuer'],
    ['Bearer in front', `Bearer ${token(claims)}`, 'jws.form'],
  ]
  test.each(cases)('is refused with %s', async (_, bearer, rule) => {
    await expect(tokens.verify(bearer)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', facts: { rule } })
  })

  test('ends when its hour is over', async () => {
    const bearer = token(claims)
    await tokens.verify(bearer)
    shift = (3_000 + 60) * 1_000
    await expect(tokens.verify(bearer)).rejects.toMatchObject({ facts: { rule: 'token.expired' } })
  })
})

describe('the keys of an issuer', () => {
  test('are read again for an unknown key, once a minute at most', async () => {
    const keys = new Map<string, KeyObject>([['k1', pair.publicKey]])
    let reads = 0
    const rotating: TrustedIssuer = {
      ...issuer,
      keys: () => keys,
      refresh: async () => {
        reads += 1
        if (reads === 2) keys.set('k2', next.publicKey)
      },
    }
    const rotated = openTokens({ issuers: [rotating], accounts, clock })
    const bearer = token(claims, { key: next.privateKey, kid: 'k2' })
    for (let i = 0; i < 3; i++)
      await expect(rotated.verify(bearer)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(reads).toBe(1)
    shift = 60_000
    await expect(rotated.verify(bearer)).resolves.toMatchObject({ subject: 'alice' })
    expect(reads).toBe(2)
  })

  test('of one issuer do not speak for another', async () => {
    const other: TrustedIssuer = {
      name: 'other',
      identifiers: ['https://other.invalid'],
      algorithms: ['ES256'],
      keys: () => new Map([['k1', next.publicKey]]),
    }
    const both = openTokens({ issuers: [issuer, other], accounts, clock })
    await expect(both.verify(token(claims, { key: next.privateKey }))).rejects.toMatchObject({
      facts: { rule: 'jws.signature' },
    })
    const theirs = token({ ...claims, iss: 'https://other.invalid' }, { key: next.privateKey })
    await expect(both.verify(theirs)).rejects.toMatchObject({ facts: { rule: 'account.unknown' } })
  })
})
