import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { checkValue, localProvider, WrongKek, withFormer } from '../../services/keys/provider.ts'
import { openVaultServer, type VaultServer } from './vault-server.ts'

let server: VaultServer
beforeAll(async () => {
  server = await openVaultServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.mood = 'sound'
})

const kek = randomBytes(32)
const key = randomBytes(32)
const providers = [
  ['a KEK in memory', () => localProvider(kek)],
  ['a server of keys', () => server.provider()],
] as const

describe.each(providers)('%s', (_name, provider) => {
  test('unwraps what it wrapped, and never the same bytes twice', async () => {
    const [one, two] = [await provider().wrap(key, 'a'), await provider().wrap(key, 'a')]
    expect(Buffer.from(await provider().unwrap(one, 'a')).equals(key)).toBe(true)
    expect(Buffer.from(one.bytes).equals(Buffer.from(two.bytes))).toBe(false)
    expect([one.provider, one.version]).toEqual([provider().id, await provider().version()])
    expect(provider().holds(one)).toBe(true)
  })

  test('unwraps it as nothing else', async () => {
    const wrapped = await provider().wrap(key, 'a')
    await expect(provider().unwrap(wrapped, 'b')).rejects.toThrow(WrongKek)
  })

  test('takes nothing that another provider wrapped', async () => {
    const wrapped = { ...(await provider().wrap(key, 'a')), provider: 'other' }
    await expect(provider().unwrap(wrapped, 'a')).rejects.toThrow(WrongKek)
  })
})

describe('a KEK in memory', () => {
  test('refuses what was changed in any bit, and what was cut', async () => {
    const local = localProvider(kek)
    const wrapped = await local.wrap(key, 'a')
    for (let bit = 0; bit < wrapped.bytes.length * 8; bit += 1) {
      const bytes = Buffer.from(wrapped.bytes)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await expect(local.unwrap({ ...wrapped, bytes }, 'a')).rejects.toThrow(WrongKek)
    }
    for (const end of [0, 5, 20, 59])
      await expect(local.unwrap({ ...wrapped, bytes: wrapped.bytes.subarray(0, end) }, 'a')).rejects.toThrow(
        WrongKek,
      )
  })

  test('is told apart by a value that is not the key, and has 32 bytes or is none', () => {
    expect(checkValue(kek)).toMatch(/^[0-9a-f]{16}$/)
    expect(checkValue(kek)).not.toBe(checkValue(randomBytes(32)))
    expect(() => localProvider(randomBytes(16))).toThrow(TypeError)
  })

  test('of before unwraps beside the present one, which alone wraps', async () => {
    const [former, present] = [localProvider(kek), localProvider(randomBytes(32))]
    const both = withFormer(present, [former])
    const old = await former.wrap(key, 'a')
    expect(Buffer.from(await both.unwrap(old, 'a')).equals(key)).toBe(true)
    expect((await both.wrap(key, 'a')).version).toBe(await present.version())
    expect([both.holds(old), present.holds(old)]).toEqual([true, false])
    await expect(withFormer(present, []).unwrap(old, 'a')).rejects.toThrow(WrongKek)
  })
})

describe('a server of keys', () => {
  const unavailable = { code: 'UNAVAILABLE', facts: { rule: 'keys.provider' } }

  test.each(['slow', 'garbage', 'sealed', 'redirecting'] as const)(
    'that is %s is not there',
    async (mood) => {
      const wrapped = await server.provider().wrap(key, 'a')
      server.mood = mood
      const provider = server.provider(mood === 'slow' ? 50 : undefined)
      await expect(provider.wrap(key, 'a')).rejects.toMatchObject(unavailable)
      await expect(provider.unwrap(wrapped, 'a')).rejects.toMatchObject(unavailable)
      await expect(provider.version()).rejects.toMatchObject(unavailable)
    },
  )

  test('that does not know the token, or that nobody is at, is not there', async () => {
    await expect(server.provider(undefined, 'hvs.other').wrap(key, 'a')).rejects.toMatchObject(unavailable)
    const gone = await openVaultServer()
    const provider = gone.provider()
    await gone.close()
    await expect(provider.wrap(key, 'a')).rejects.toMatchObject(unavailable)
  })

  test('says by which version it wrapped, and unwraps the one before', async () => {
    const before = await server.provider().wrap(key, 'a')
    server.rotate()
    const after = await server.provider().wrap(key, 'a')
    expect([before.version, after.version]).toEqual(['v1', 'v2'])
    expect(Buffer.from(await server.provider().unwrap(before, 'a')).equals(key)).toBe(true)
  })
})
