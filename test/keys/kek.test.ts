import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { keysConfiguration } from '../../services/keys/configuration.ts'
import { configuredProvider, demoProvider, KekRefused } from '../../services/keys/kek.ts'
import { checkValue } from '../../services/keys/provider.ts'

let folder: string
let home: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-kek-'))
  home = join(folder, 'home')
  await mkdir(join(home, 'keys'), { recursive: true })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const base64 = () => randomBytes(32).toString('base64')

async function written(path: string, text = base64(), mode = 0o400): Promise<string> {
  await writeFile(path, text, { mode })
  await chmod(path, mode)
  return `file:${path}`
}
const opened = (configuration: object, environment: Readonly<Record<string, string>> = {}) =>
  configuredProvider(keysConfiguration.parse(configuration), {
    home,
    environment,
    secret: async (reference) =>
      environment[reference.slice('env:'.length)] ?? Promise.reject(new Error(reference)),
  })

describe('the KEK of a production', () => {
  test('is read from a file of its own, or from a variable', async () => {
    const text = base64()
    const version = checkValue(Buffer.from(text, 'base64'))
    const kek = await written(join(folder, 'kek'), `${text}\n`)
    expect(await (await opened({ provider: 'file', kek })).version()).toBe(version)
    const variable = { provider: 'env', kek: 'env:KEK' }
    expect(await (await opened(variable, { KEK: text })).version()).toBe(version)
    await expect(opened(variable)).rejects.toThrow('env:KEK')
  })

  test('is known beside those before it', async () => {
    const [kek, former] = [await written(join(folder, 'new')), await written(join(folder, 'old'))]
    const old = await opened({ provider: 'file', kek: former })
    const both = await opened({ provider: 'file', kek, former: [{ provider: 'file', kek: former }] })
    expect(both.holds({ provider: 'local', version: await old.version() })).toBe(true)
    expect(await both.version()).not.toBe(await old.version())
  })

  test('is refused inside the home, by whatever path', async () => {
    const inside = await written(join(home, 'keys', 'mine'))
    await symlink(join(home, 'keys'), join(folder, 'elsewhere'))
    for (const kek of [inside, `file:${join(folder, 'elsewhere', 'mine')}`, `file:${home}/../home/keys/mine`])
      await expect(opened({ provider: 'file', kek })).rejects.toThrow(/dans HUISCLOS_HOME/)
  })

  test.each([0o440, 0o404, 0o444, 0o600 | 0o020])('of mode %o is refused', async (mode) => {
    const kek = await written(join(folder, `mode-${mode}`), base64(), mode)
    await expect(opened({ provider: 'file', kek })).rejects.toThrow(/lisible par d’autres ; chmod 0400/)
  })

  test.each([
    ['too short', randomBytes(16).toString('base64')],
    ['hexadecimal', randomBytes(32).toString('hex')],
    ['empty', ''],
  ])('that is %s is refused, and not repeated', async (name, text) => {
    const kek = await written(join(folder, name), text)
    const opening = opened({ provider: 'file', kek })
    await expect(opening).rejects.toThrow(KekRefused)
    await expect(opening).rejects.not.toThrow(text.slice(0, 8) || 'undefined')
  })

  test('that is not there is named', async () => {
    const opening = opened({ provider: 'file', kek: `file:${folder}/none` })
    await expect(opening).rejects.toThrow(`${folder}/none ne peut pas être lu`)
  })

  test.each([
    ['none', undefined],
    ['a key in the place of its reference', { provider: 'env', kek: base64() }],
    ['a server without TLS', { provider: 'vault', url: 'http://keys.example', key: 'k', token: 'env:T' }],
    [
      'a token in the place of its reference',
      { provider: 'vault', url: 'https://keys.example', key: 'k', token: 'hvs.x' },
    ],
    ['an unknown provider', { provider: 'cloud' }],
  ])('%s is no configuration', (_name, configuration) => {
    expect(keysConfiguration.safeParse(configuration).success).toBe(false)
  })
})

describe('the KEK of a demo', () => {
  test('is made once, readable by its user alone, and replaced by renaming it', async () => {
    const demo = join(folder, 'demo')
    const first = await demoProvider(demo)
    expect((await stat(join(demo, 'keys', 'kek'))).mode & 0o777).toBe(0o400)
    expect(await (await demoProvider(demo)).version()).toBe(await first.version())
    await rename(join(demo, 'keys', 'kek'), join(demo, 'keys', 'kek.former'))
    const second = await demoProvider(demo)
    expect(await second.version()).not.toBe(await first.version())
    expect(second.holds({ provider: 'local', version: await first.version() })).toBe(true)
  })
})
