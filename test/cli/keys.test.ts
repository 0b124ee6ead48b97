/** `huisclos keys` on a whole node whose KEK is changed. */
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { addKeyCommands } from '../../services/cli/keys.ts'
import { openDatabase, type TestDatabase } from '../house.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { typedAt } from '../typed.ts'

let home: string
let database: TestDatabase
let node: TestNode
const open = () => openTestNode({ home, databaseUrl: database.url })
const kek = () => join(home, 'keys', 'kek')

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-rotation-'))
  database = await openDatabase()
  node = await open()
}, 60_000)
afterAll(async () => {
  await node?.close()
  await database?.close()
  await rm(home, { recursive: true, force: true })
})

const huisclos = async (subject: string, ...words: string[]) =>
  (await typedAt({ ...node, home }, addKeyCommands)('keys', ...words, '--as', subject)).stdout
const status = async () => JSON.parse(await huisclos('karim', 'status', '--json'))

test('no signing key and no keyring of the node lies plain on its disk', async () => {
  const plain: string[] = []
  for (const name of await readdir(join(home, 'keys'), { recursive: true })) {
    const text = await readFile(join(home, 'keys', name), 'utf8').catch(() => '')
    if (/PRIVATE KEY|"pseudonyms"/.test(text)) plain.push(name)
  }
  expect(plain).toEqual([])
  expect(await readdir(join(home, 'keys', 'habilitation'))).toContain('authority.pem.sealed')
})

describe('the KEK', () => {
  test('is shown to the operator alone, by what it has wrapped and never itself', async () => {
    const { provider, version, wrapped } = await status()
    expect(wrapped).toEqual([{ provider, version, keys: expect.any(Number) }])
    expect(await huisclos('karim', 'status')).toContain(`${provider} ${version}`)
    await expect(huisclos('nadia', 'status')).rejects.toThrow('ROLE')
    await expect(huisclos('alice', 'rotate')).rejects.toThrow('ROLE')
  })

  test('is changed while the node runs, and the log says so', async () => {
    const before = await status()
    await node.close()
    await rename(kek(), `${kek()}.former`)
    node = await open()
    const between = await status()
    expect(between.version).not.toBe(before.version)
    expect(between.wrapped).toEqual(before.wrapped)
    expect(await huisclos('karim', 'status')).toContain('ancienne / former')
    expect(await huisclos('karim', 'rotate')).toMatch(/^\d+ clé\(s\) enveloppée\(s\) de nouveau/)
    const after = await status()
    expect(after).toMatchObject({ rotating: null, isStopped: false })
    expect(after.wrapped).toEqual([{ ...before.wrapped[0], version: between.version }])
    expect(await huisclos('karim', 'rotate')).toMatch(/^0 clé/)
    const { entries } = await node.house.auditIndex.search({ type: 'key.rotated', limit: 10 })
    expect(entries.map(({ outcome }) => outcome)).toEqual(['done'])
  }, 60_000)
})
