/** What a start insists on of keys and of memory (security.md 11). */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { systemClock } from '../../services/kernel/clock.ts'
import { type Log, silentLog } from '../../services/kernel/log.ts'
import { keysConfiguration } from '../../services/keys/configuration.ts'
import { openKeyring } from '../../services/keys/keyring.ts'
import { type KeyProvider, localProvider } from '../../services/keys/provider.ts'
import { Closing } from '../../services/node/closing.ts'
import { keyNotice, openKeyFloor, readyKeys } from '../../services/node/keys.ts'
import { openVaultServer, type VaultServer } from '../keys/vault-server.ts'
import { openTestStore, type TestStore } from '../stored.ts'

let folder: string
let home: string
let store: TestStore
let server: VaultServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-keys-'))
  store = await openTestStore()
  server = await openVaultServer()
})
afterAll(async () => {
  await server.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  home = await mkdtemp(join(folder, 'home-'))
  server.mood = 'sound'
  await store.db.deleteFrom('keys_wrapped').execute()
})

const told: string[] = []
const log: Log = { ...silentLog, warn: (line) => void told.push(line) }

describe('a production', () => {
  const keys = keysConfiguration.parse({ provider: 'env', kek: 'env:KEK' })
  const reading = () => ({
    home,
    environment: { KEK: randomBytes(32).toString('base64') },
    log,
  })

  test.each([
    ['is not there', () => join(folder, 'nothing'), /absent.*clear\.volume/],
    ['is a disk', () => folder, /pas un tmpfs.*clear\.volume/],
  ])('does not start where memory %s, with 73 and the remedy', async (_name, memory, words) => {
    const start = readyKeys({ keys, clear: {} }, { ...reading(), memory: memory() })
    await expect(start).rejects.toMatchObject({ exitCode: 73, message: expect.stringMatching(words) })
    await expect(start).rejects.toThrow(/^[^\n]+$/)
  })

  test('starts without memory where its operator declares an encrypted volume that is there', async () => {
    const volume = join(folder, 'volume')
    const start = () => readyKeys({ keys, clear: { volume } }, { ...reading(), memory: folder })
    await expect(start()).rejects.toMatchObject({ exitCode: 78, message: expect.stringContaining(volume) })
    await mkdir(volume)
    expect(await start()).toMatchObject({ volume })
  })

  test('does not start without its KEK, with 78', async () => {
    const start = readyKeys({ keys, clear: { volume: folder } }, { ...reading(), environment: {} })
    await expect(start).rejects.toMatchObject({ exitCode: 78, message: expect.stringContaining('env:KEK') })
  })
})

describe('the keys of a node', () => {
  const closing = new Closing(silentLog)
  afterAll(() => closing.close())
  const open = (provider?: KeyProvider) => {
    const ground = { home, clock: systemClock, log, closing, durable: false, onFatal: () => {} }
    const sandbox = Promise.resolve({ kind: 'bubblewrap' } as const)
    const given = provider === undefined ? {} : { provider, volume: folder }
    return openKeyFloor({ ...ground, sandbox }, { store, memory: folder, ...given })
  }
  const wrapOne = (provider: KeyProvider) =>
    openKeyring({ store, provider, clock: systemClock, log }).of({ kind: 'check', id: 'kek' })

  test('open with the KEK that wrapped them, and end the start with 78 by any other', async () => {
    const own = localProvider(randomBytes(32))
    await wrapOne(own)
    expect((await open(own)).clear.kind).toBe('volume')
    const other = open(localProvider(randomBytes(32)))
    await expect(other).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringContaining('keys.former'),
    })
    await expect(other).rejects.toThrow(await own.version())
    await expect(open(server.provider())).rejects.toMatchObject({ exitCode: 78 })
  })

  test.each(['slow', 'garbage', 'sealed', 'lying'] as const)(
    'do not open while the server of keys is %s, and the start ends with one line',
    async (mood) => {
      await wrapOne(server.provider())
      await open(server.provider())
      server.mood = mood
      const start = open(server.provider(mood === 'slow' ? 50 : undefined))
      await expect(start).rejects.toMatchObject({ name: 'StartError', exitCode: 1 })
      await expect(start).rejects.toThrow(/^clés : le fournisseur de clés ne répond pas$/)
    },
  )

  test('do not open where nothing was wrapped yet and nothing can be', async () => {
    server.mood = 'sealed'
    await expect(open(server.provider())).rejects.toMatchObject({ exitCode: 1 })
  })

  test('that are open go on while the server of keys is silent; only what is new waits for it', async () => {
    const { keyring } = await open(server.provider())
    const key = await keyring.of({ kind: 'bulle', id: 'open' })
    server.mood = 'sealed'
    expect(await keyring.find({ kind: 'bulle', id: 'open' })).toEqual(key)
    await expect(keyring.of({ kind: 'bulle', id: 'new' })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    server.mood = 'sound'
    expect(await keyring.of({ kind: 'bulle', id: 'new' })).toHaveLength(32)
  })

  test('of a demo without memory open all the same, and say loudly where plain files lie', async () => {
    told.length = 0
    const floor = await open()
    expect(floor.clear).toMatchObject({ kind: 'home', path: join(home, 'clear') })
    expect(keyNotice(floor)).toContain('⚠ fichiers en clair dans le dossier du nœud')
    expect(told).toEqual([expect.stringContaining('plain files')])
    await writeFile(join(await floor.clear.folder('bulle'), 'rows'), 'rows')
  })
})
