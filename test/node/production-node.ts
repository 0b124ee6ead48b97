/** A production node in this process: a configuration as an operator writes it, and a provider on this machine in its place. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Configuration, readSettings, type Settings } from '../../services/config.ts'
import type { LoginIssuer } from '../../services/identity/issuers/configuration.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { type Log, silentLog } from '../../services/kernel/log.ts'
import type { KeysConfiguration } from '../../services/keys/configuration.ts'
import { type Node, openNode } from '../../services/node.ts'
import { openDatabase, type TestDatabase } from '../house.ts'
import { ecKey, jwkOf } from '../identity/visa-issuer.ts'

export const address = 'https://huisclos.test'

interface Around {
  /** Stand in for what a file could never name: issuers without TLS. */
  readonly logins: readonly LoginIssuer[]
  /** The same: a server of keys without TLS. */
  readonly keys: KeysConfiguration
  readonly log: Log
  readonly environment: Readonly<Record<string, string>>
}

export interface ProductionHome {
  readonly folder: string
  readonly database: TestDatabase
  /** Of the access tokens of `chu`. */
  readonly key: ReturnType<typeof ecKey>
  open(changes?: object, around?: Partial<Around>): Promise<Node>
  /** As somebody who forgot the configuration would. */
  openDemo(): Promise<Node>
  close(): Promise<void>
}

/** The file of an operator; the provider `chu` gives access tokens and sign-ins, `univ` sign-ins. */
const written = (folder: string) => ({
  node: 'FR-NOR',
  address,
  trustedProxy: '127.0.0.1',
  keys: { provider: 'file', kek: `file:${join(folder, 'kek')}` },
  issuers: [
    {
      ...{ name: 'chu', issuer: 'https://id.chu.test', audience: 'huisclos' },
      jwks: join(folder, 'chu.jwks'),
    },
    { name: 'univ', issuer: 'https://id.univ.test', audience: 'huisclos', jwks: join(folder, 'chu.jwks') },
  ],
  organisations: [{ id: 'chu-rouen', name: 'CHU de Rouen', kind: 'ETABLISSEMENT_SANTE' }],
  accounts: [
    {
      ...{ issuer: 'chu', subject: 'ann', displayName: 'Ann', organisation: 'chu-rouen' },
      roles: ['registrar'],
    },
  ],
})

export async function openProductionHome(): Promise<ProductionHome> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-production-'))
  const database = await openDatabase()
  const key = ecKey('chu-1')
  await writeFile(join(folder, 'kek'), randomBytes(32).toString('base64'), { mode: 0o400 })
  await writeFile(join(folder, 'chu.jwks'), JSON.stringify({ keys: [jwkOf(key)] }))

  async function settingsWith(
    changes: object,
    { logins = [], keys }: Partial<Pick<Around, 'logins' | 'keys'>>,
  ): Promise<Settings> {
    const path = join(folder, 'node.json')
    await writeFile(path, JSON.stringify({ ...written(folder), ...changes }))
    const settings = readSettings({
      HUISCLOS_CONFIG: path,
      HUISCLOS_HOME: join(folder, 'home'),
      DATABASE_URL: database.url,
    })
    if (settings.mode.kind !== 'production') throw new Error('a configuration means production')
    const { configuration } = settings.mode
    return {
      ...settings,
      port: 0,
      mode: {
        kind: 'production',
        configuration: { ...configuration, ...(keys && { keys }), issuers: locally(configuration, logins) },
      },
    }
  }

  return {
    ...{ folder, database, key },
    async open(changes = {}, { log = silentLog, environment = {}, ...others } = {}) {
      const settings = await settingsWith(changes, others)
      return start(settings, log, environment)
    },
    async openDemo() {
      const { mode: _mode, ...settings } = await settingsWith({}, {})
      return start({ ...settings, mode: { kind: 'demo', demo: 'empty' } }, silentLog)
    },
    async close() {
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function start(settings: Settings, log: Log, environment: Around['environment'] = {}): Promise<Node> {
  // What a machine without one would end the test for is tried in sandbox.test.ts.
  const sandbox = Promise.resolve({ kind: 'bubblewrap' } as const)
  return openNode({ settings, clock: systemClock, log, print: () => {}, sandbox, environment })
}

function locally({ issuers }: Configuration, logins: readonly LoginIssuer[]): Configuration['issuers'] {
  return issuers.map((one) => ({ ...one, ...logins.find(({ name }) => name === one.name) }))
}
