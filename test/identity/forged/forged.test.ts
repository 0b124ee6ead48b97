/** Tokens that were never issued, against the real verifier: none is good, and each refusal has its reason (security.md 14.5). */
import { beforeAll, describe, expect, test } from '@jest/globals'
import jsonwebtoken from 'jsonwebtoken'
import { demoAccounts } from '../../../services/identity/demo-accounts.ts'
import { openTokens, type TrustedIssuer } from '../../../services/identity/token.ts'
import { Refusal } from '../../../services/kernel/refusal.ts'
import { algorithmForgeries } from './algorithms.ts'
import { claimForgeries } from './claims.ts'
import { exchangedForgeries } from './exchanged.ts'
import { formForgeries } from './forms.ts'
import { headerForgeries } from './headers.ts'
import {
  b64,
  claimsOf,
  type Forgeries,
  headerOf,
  issuers,
  type Scene,
  sceneOf,
  signature,
  token,
} from './scene.ts'

const families: Readonly<Record<string, Forgeries>> = {
  algorithm: algorithmForgeries,
  header: headerForgeries,
  form: formForgeries,
  claims: claimForgeries,
  exchanged: exchangedForgeries,
}
const all = Object.entries(families).flatMap(([family, makers]) =>
  Object.entries(makers).map(([name, make]) => ({ name: `${family}: ${name}`, make })),
)

const now = Date.UTC(2026, 10, 2, 9)
const clock = { now: () => now }
const known = demoAccounts(clock)
const tokens = openTokens({
  clock,
  issuers: issuers.map(
    ({ name, iss, kid, algorithm, publicKey }): TrustedIssuer => ({
      name,
      identifiers: [iss],
      algorithms: [algorithm],
      keys: () => new Map([[kid, { key: publicKey, algorithms: [algorithm] }]]),
    }),
  ),
  accounts: {
    // Every issuer knows these persons, so that no forgery fails for want of an account.
    find: async ({ subject }) => known.find((one) => one.subject === subject) ?? null,
    list: async () => known,
  },
})
const scenes = issuers.map((issuer) => [issuer.algorithm, sceneOf(issuer, now / 1_000)] as const)

/** The rule that refused; null when nobody did. */
const ruleOf = (bearer: string): Promise<string | null> =>
  tokens.verify(bearer).then(
    () => null,
    (error: unknown) =>
      error instanceof Refusal && error.code === 'UNAUTHENTICATED' ? (error.facts.rule ?? '') : 'no refusal',
  )

test('there are more than three hundred forgeries, each of its own name', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  expect(all.length).toBeGreaterThanOrEqual(300)
})

/** What the package is measured to let through (security.md 5.4), in the names of our forgeries. */
const letThrough = [
  'claims: exp that is absent',
  'header: crit ["unknown"]',
  'header: a header with "b64"',
  'header: typ "JWT"',
  'header: typ absent',
  'header: kid that is absent',
  'claims: aud ["huisclos:api","other"]',
  'claims: sub twice, the false one first',
  'header: alg twice in the header, the false one first',
  'claims: one that begins tomorrow',
  'claims: one that lives for ever',
  'claims: a key that it is bound to',
  'form: another spelling of the same signature',
  'exchanged: a logout token',
]

describe.each(scenes)('of an issuer that signs with %s', (algorithm, scene) => {
  let forged: readonly { readonly name: string; readonly text: string }[]
  beforeAll(() => {
    forged = all.map(({ name, make }) => ({ name, text: make(scene) }))
  })

  test('a good token is accepted, so that what is refused is refused for what is forged', async () => {
    expect(await tokens.verify(token(scene))).toMatchObject({ subject: 'alice' })
  })

  test('no forgery is accepted, and each is refused with a reason', async () => {
    const reason = /^(jws|token|account|dpop)\.[a-z-]+$/
    const rules = await Promise.all(
      forged.map(async ({ name, text }) => ({ name, rule: await ruleOf(text) })),
    )
    expect(rules.filter(({ rule }) => rule === null || !reason.test(rule))).toEqual([])
    expect(rules).toHaveLength(all.length)
  })

  test('no two forgeries are the same token', () => {
    expect(new Set(forged.map(({ text }) => text)).size).toBe(forged.length)
  })

  test('the package alone, told algorithm, issuer and audience, accepts what the house refuses', () => {
    const { publicKey, iss } = scene.issuer
    const options = { issuer: iss, audience: 'huisclos:api', clockTimestamp: scene.now }
    const accepted = forged.filter(({ text }) => {
      try {
        jsonwebtoken.verify(text, publicKey, { ...options, algorithms: [algorithm] })
        return true
      } catch {
        return false
      }
    })
    expect(accepted.map(({ name }) => name)).toEqual(expect.arrayContaining(letThrough))
  })
})

test('the mirrored signature of a curve is the same token in other letters: it gives nobody anything, and is not refused', async () => {
  const scene: Scene = sceneOf(issuers[2], now / 1_000)
  const text = `${b64(JSON.stringify(headerOf(scene)))}.${b64(JSON.stringify(claimsOf(scene)))}`
  const made = signature(text, 'ES256', scene.issuer.privateKey)
  const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  const mirrored = (order - BigInt(`0x${made.subarray(32).toString('hex')}`)).toString(16).padStart(64, '0')
  const other = `${text}.${b64(Buffer.concat([made.subarray(0, 32), Buffer.from(mirrored, 'hex')]))}`
  expect(await tokens.verify(other)).toMatchObject({ subject: 'alice' })
})
