/** An issuer that changes its key every five seconds while persons come in (security.md 14.5): nobody is turned away, no old key lives on. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { demoAccounts } from '../../services/identity/demo-accounts.ts'
import { openIssuerKeys } from '../../services/identity/issuer-keys.ts'
import { openTokens, type TrustedIssuer } from '../../services/identity/token.ts'
import { ecKey, forge, type IssuerHouse, jwkOf, openIssuerHouse } from './visa-issuer.ts'

const start = Date.parse('2026-11-21T09:00:00Z')
const time = { now: start }
const clock = { now: () => time.now }
const rotationMs = 5_000
const seconds = 20 * 60
/** Published two minutes before they sign, as long as a node may not ask again; 32 at most at a time. */
const [ahead, behind] = [26, 5]
const keys = Array.from({ length: seconds / 5 + ahead + 1 }, (_, i) => ecKey(`k${i}`))
const keyAt = (now: number) => Math.floor((now - start) / rotationMs)
const published = () => keys.slice(Math.max(0, keyAt(time.now) - behind), keyAt(time.now) + ahead + 1)

let house: IssuerHouse
let trust: TrustedIssuer
const open = (issuer: TrustedIssuer) => {
  const known = demoAccounts(clock)
  const find = async ({ subject }: { subject: string }) =>
    known.find((one) => one.subject === subject) ?? null
  return openTokens({ issuers: [issuer], accounts: { find, list: async () => known }, clock })
}

beforeAll(async () => {
  house = await openIssuerHouse(clock)
  house.answer((_, response) => {
    response.end(JSON.stringify({ keys: published().map((key) => jwkOf(key)) }))
  })
})
afterAll(() => house?.close())
beforeEach(() => {
  time.now = start
  const { jwks } = house.trust()
  const known = openIssuerKeys({ jwks, algorithms: ['ES256'] }, clock)
  trust = {
    name: 'turning',
    identifiers: ['https://turning.example'],
    algorithms: ['ES256'],
    keys: () => known.current(),
    refresh: async () => void (await known.renewed()),
  }
})

function tokenBy(index: number): string {
  const key = keys[index] ?? ecKey('none')
  const iat = Math.floor(time.now / 1_000)
  const who = {
    iss: 'https://turning.example',
    sub: 'alice',
    aud: 'huisclos:api',
    jti: `j${iat}`,
    client_id: 'c',
  }
  return forge({ alg: 'ES256', typ: 'at+jwt', kid: key.kid }, { ...who, iat, exp: iat + 600 }, key)
}

/** Instants at which a person with a fresh token was turned away, second by second. */
async function failures(issuer: TrustedIssuer): Promise<readonly number[]> {
  const tokens = open(issuer)
  const failed: number[] = []
  for (let second = 0; second < seconds; second++) {
    time.now = start + second * 1_000
    const isGood = await tokens.verify(tokenBy(keyAt(time.now))).then(
      () => true,
      () => false,
    )
    if (!isGood) failed.push(second)
  }
  return failed
}

describe('while an issuer changes its key every five seconds', () => {
  test('nobody is turned away in twenty minutes, and it is asked once a minute at most', async () => {
    house.asked.length = 0
    expect(await failures(trust)).toEqual([])
    expect(house.asked.length).toBeLessThanOrEqual(seconds / 60)
  })

  test('a key that it has withdrawn is refused within ten minutes, whatever comes in meanwhile', async () => {
    const tokens = open(trust)
    await tokens.verify(tokenBy(0))
    const withdrawn = start + (behind + 1) * rotationMs
    for (time.now = withdrawn; time.now < withdrawn + 10 * 60_000; time.now += 60_000) {
      await tokens.verify(tokenBy(keyAt(time.now)))
    }
    await expect(tokens.verify(tokenBy(0))).rejects.toMatchObject({ facts: { rule: 'jws.key' } })
  })

  test('keys that are kept without an end would turn people away and let the old key in', async () => {
    const first = await trust.keys()
    const forever: TrustedIssuer = { ...trust, keys: () => first, refresh: async () => undefined }
    expect((await failures(forever)).length).toBeGreaterThan(0)
    time.now = start + 15 * 60_000
    await expect(open(forever).verify(tokenBy(0))).resolves.toMatchObject({ subject: 'alice' })
  })
})
