/** The signing keys of a node and the keyring of its log, sealed on disk. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { systemDisk } from '../../services/audit/disk.ts'
import { Files } from '../../services/audit/files.ts'
import { SecretFiles } from '../../services/audit/secret-files.ts'
import { openNodeSecrets } from '../../services/keys/node-secrets.ts'
import { type KeyProvider, localProvider, withFormer } from '../../services/keys/provider.ts'

let folder: string
let home: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-secrets-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  home = await mkdtemp(join(folder, 'home-'))
})

const kek = localProvider(randomBytes(32))
const pem = '-----BEGIN PRIVATE KEY-----'
const at = () => join(home, 'keys', 'audit-2026.pem')
const open = async (provider: KeyProvider = kek) =>
  new SecretFiles(new Files(systemDisk), await openNodeSecrets({ home, provider }))

describe('a secret of a node', () => {
  test('is read as it was written, and is in no file of the home', async () => {
    await (await open()).write(at(), pem)
    expect((await (await open()).read(at()))?.toString()).toBe(pem)
    const names = await readdir(join(home, 'keys'))
    expect(names.sort()).toEqual(['audit-2026.pem.sealed', 'node.json'])
    for (const name of names)
      expect(await readFile(join(home, 'keys', name), 'utf8')).not.toContain('PRIVATE')
  })

  test('opens under no other name, and not when a bit has changed', async () => {
    const secrets = await open()
    await secrets.write(at(), pem)
    const sealed = await readFile(`${at()}.sealed`)
    const other = join(home, 'keys', 'audit-2027.pem')
    await writeFile(`${other}.sealed`, sealed)
    await expect(secrets.read(other)).rejects.toMatchObject({ name: 'LogDamaged', exitCode: 72 })
    await writeFile(`${at()}.sealed`, sealed.fill(0, 60))
    await expect(secrets.read(at())).rejects.toMatchObject({ name: 'LogDamaged' })
  })

  test('of before there was a KEK is sealed at the next start', async () => {
    const secrets = await open()
    await writeFile(at(), pem)
    await secrets.adopt(at())
    expect(await readdir(join(home, 'keys'))).not.toContain('audit-2026.pem')
    expect((await secrets.read(at()))?.toString()).toBe(pem)
    await secrets.remove(at())
    expect(await secrets.read(at())).toBeNull()
  })

  test('stays as it is while the KEK is changed; the former one opens nothing more', async () => {
    await (await open()).write(at(), pem)
    const before = await readFile(`${at()}.sealed`)
    const next = localProvider(randomBytes(32))
    const secrets = await openNodeSecrets({ home, provider: withFormer(next, [kek]) })
    expect(secrets.wrappedBy().version).toBe(await kek.version())
    await secrets.rewrap()
    expect(secrets.wrappedBy().version).toBe(await next.version())
    expect((await readFile(`${at()}.sealed`)).equals(before)).toBe(true)
    expect((await (await open(next)).read(at()))?.toString()).toBe(pem)
    await expect(open()).rejects.toMatchObject({ name: 'WrongKek' })
  })

  test('is written while the provider is silent', async () => {
    let isSilent = false
    const failing: KeyProvider = {
      ...kek,
      unwrap: (...given) => (isSilent ? Promise.reject(new Error('silent')) : kek.unwrap(...given)),
      wrap: (...given) => (isSilent ? Promise.reject(new Error('silent')) : kek.wrap(...given)),
    }
    const secrets = await open(failing)
    isSilent = true
    await secrets.write(at(), pem)
    expect((await secrets.read(at()))?.toString()).toBe(pem)
  })
})
