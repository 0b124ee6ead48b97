import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { issuers } from '../../services/identity/issuers/configuration.ts'
import { classesFrom, levelOf } from '../../services/identity/issuers/level.ts'
import { secretsOf } from '../../services/identity/issuers/secret.ts'

const schema = issuers({ isLocalAllowed: false })
const folder = new URL('../../infra/issuers/', import.meta.url)
const example = z.strictObject({ toBeConfirmed: z.array(z.string()).min(1), issuer: z.looseObject({}) })
const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
const read = async (name: string) => example.parse(JSON.parse(await readFile(new URL(name, folder), 'utf8')))
const keycloak = (await read('keycloak.json')).issuer

/** The example, with one member changed. */
const changed = (path: string, value: unknown) => {
  const copy = structuredClone(keycloak) as Record<string, unknown>
  const members = path.split('.')
  const last = members.pop() ?? ''
  const place = members.reduce((at, member) => at[member] as Record<string, unknown>, copy)
  place[last] = value
  return copy
}
const faultOf = (value: unknown) => schema.safeParse([value]).error?.issues[0]?.path.join('.') ?? 'none'

describe('a ready-made example', () => {
  test('is there for each federation that a node is known to need', () => {
    expect(names).toEqual([
      'edugain-proxy.json',
      'keycloak.json',
      'pro-sante-connect.json',
      'proconnect.json',
    ])
  })

  test.each(names)('%s is a configuration, and says what the provider must confirm', async (name) => {
    const { issuer, toBeConfirmed } = await read(name)
    expect(schema.safeParse([issuer]).error).toBeUndefined()
    for (const path of toBeConfirmed) {
      const found = path
        .split('.')
        .reduce<unknown>((at, member) => (at as Record<string, unknown>)[member], issuer)
      expect({ path, isThere: found !== undefined }).toEqual({ path, isThere: true })
    }
  })

  test('stands beside the others in one configuration', async () => {
    const all = await Promise.all(names.map(async (name) => (await read(name)).issuer))
    expect(schema.safeParse(all).success).toBe(true)
  })
})

describe('the configuration of an issuer', () => {
  test('of access tokens alone is what it was', () => {
    const old = { name: 'chu', issuer: 'https://id.example.fr', audience: 'huisclos', jwks: '/etc/chu.jwks' }
    expect(schema.parse([old])).toEqual([old])
    expect(faultOf({ ...old, jwks: undefined })).toBe('0.jwks')
    expect(faultOf({ name: 'chu', issuer: 'https://id.example.fr' })).toBe('0.login')
  })

  test.each([
    ['an algorithm with a shared secret', 'login.algorithms', ['HS256']],
    ['no signature', 'login.algorithms', ['none']],
    ['no algorithm', 'login.algorithms', []],
    ['an address without TLS', 'login.endpoints.token', 'http://sso.chu.example/token'],
    ['an address of this machine', 'login.endpoints.jwks', 'http://127.0.0.1:1/jwks'],
    ['an issuer without TLS', 'issuer', 'http://sso.chu.example'],
    [
      'a secret in the file itself',
      'login.authentication',
      { method: 'client_secret_post', secret: 'hunter2' },
    ],
    ['no secret at all', 'login.authentication', { method: 'none' }],
    ['a level that there is not', 'login.acr', { high: 4 }],
    ['no word of organisations', 'login.organisations', undefined],
    ['no organisation', 'login.organisations', []],
    ['the name of the demo', 'name', 'demo'],
    ['a scope that is two', 'login.scopes', ['profile email']],
  ])('is refused with %s', (_, path, value) => {
    expect(faultOf(changed(path, value))).toContain(`0.${path}`)
  })

  test('is refused with a key that nobody knows', () => {
    expect(schema.safeParse([{ ...keycloak, colour: 'blue' }]).success).toBe(false)
    expect(schema.safeParse([changed('login.implicit', true)]).success).toBe(false)
  })

  test('is refused twice under one name, or twice for one issuer', () => {
    expect(schema.safeParse([keycloak, { ...keycloak, issuer: 'https://other.example' }]).success).toBe(false)
    expect(schema.safeParse([keycloak, { ...keycloak, name: 'other' }]).success).toBe(false)
  })
})

describe('the level of a sign-in', () => {
  const maps = { acr: { one: 1, two: 2 }, amr: { pwd: 1, hwk: 3 } } as const

  test.each([
    [{ acr: 'two', amr: [] }, 2],
    [{ acr: 'one', amr: ['hwk'] }, 3],
    [{ amr: ['pwd'] }, 1],
    [{ acr: 'Two', amr: ['PWD'] }, 0],
    [{ acr: 'constructor', amr: ['__proto__', 'toString'] }, 0],
    [{ amr: [] }, 0],
  ] as const)('%j is %i', (said, level) => {
    expect(levelOf(maps, said)).toBe(level)
  })

  test('names the classes that are good enough to ask for', () => {
    expect(classesFrom(maps, 2)).toEqual(['two'])
  })
})

describe('a secret by reference', () => {
  test('is read from a file or from the environment, without the end of the line', async () => {
    const home = await mkdtemp(join(tmpdir(), 'huisclos-secret-'))
    try {
      const path = join(home, 'one.secret')
      await writeFile(path, 'hunter2\n')
      const secret = secretsOf({ TWO: 'hunter3' })
      expect([await secret(`file:${path}`), await secret('env:TWO')]).toEqual(['hunter2', 'hunter3'])
    } finally {
      await rm(home, { recursive: true })
    }
  })

  test.each(['file:/nowhere/at/all', 'env:ABSENT', 'env:EMPTY'])(
    '%s that is not there stops the start',
    async (reference) => {
      await expect(secretsOf({ EMPTY: ' ' })(reference)).rejects.toThrow(`${reference}: no secret there`)
    },
  )
})
