/** One check on a machine that the test prepares: once well, and once for each thing that can be wrong. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { About, Check } from '../../../services/cli/doctor/check.ts'
import { shippedPolicies } from '../../../services/cli/policies.ts'
import type { DatabaseFacts } from '../../../services/store/database-facts.ts'

/** A machine with nothing on it: folders of its own, and what is to be closed when the test ends. */
export interface Place {
  readonly home: string
  readonly root: string
  /** Writes a file below the place, its folders included; gives its path. */
  write(path: string, text: string | Uint8Array): Promise<string>
  /** Closed in the reverse order. */
  keep(close: () => Promise<unknown>): void
}

export interface Prepared extends Partial<About> {
  /** Another one than that of the list, where what it asks cannot be brought about here. */
  readonly check?: Check
}

type Prepare = (place: Place) => Prepared | Promise<Prepared>

interface Ill {
  readonly when: Prepare
  readonly severe: boolean
  /** In French. */
  readonly seen: RegExp
}

export interface Case {
  readonly name: string
  readonly well: Prepare
  readonly ill: Readonly<Record<string, Ill>>
}

export async function openPlace(): Promise<Place & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-doctor-'))
  const closing: (() => Promise<unknown>)[] = []
  const [home, root] = [join(folder, 'home'), join(folder, 'root')]
  await mkdir(home, { mode: 0o700 })
  await mkdir(root)
  return {
    ...{ home, root },
    async write(path, text) {
      const whole = join(folder, path)
      await mkdir(dirname(whole), { recursive: true, mode: 0o700 })
      await writeFile(whole, text, { mode: 0o600 })
      return whole
    },
    keep: (close) => void closing.push(close),
    async close() {
      for (const close of closing.reverse()) await close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function aboutOf({ home, root }: Place, changes: Prepared): About {
  const { check: _check, ...about } = changes
  return {
    ...{ home, root, environment: {}, server: null, policies: shippedPolicies },
    now: Date.now,
    database: async () => null,
    ...about,
  }
}

/** Listens and never says a word. */
export async function openBlackHole(place: Place): Promise<number> {
  const sockets = new Set<{ destroy(): unknown }>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    sockets.add(socket)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  place.keep(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const file = {
  node: 'FR-NOR',
  address: 'https://huisclos.test',
  trustedProxy: '127.0.0.1',
  organisations: [{ id: 'chu-rouen', name: 'CHU de Rouen', kind: 'ETABLISSEMENT_SANTE' }],
}

/** A production configuration, written; the environment that names it. */
export async function production(place: Place, changes: object = {}): Promise<Pick<About, 'environment'>> {
  const jwks = await place.write('chu.jwks', '{"keys":[]}')
  const issuers = [{ name: 'chu', issuer: 'https://id.chu.test', audience: 'huisclos', jwks }]
  const kek = await place.write('kek', `${Buffer.alloc(32, 7).toString('base64')}\n`)
  await chmod(kek, 0o400)
  const keys = { provider: 'file', kek: `file:${kek}` }
  const path = await place.write('node.json', JSON.stringify({ ...file, issuers, keys, ...changes }))
  return { environment: { HUISCLOS_CONFIG: path, HUISCLOS_HOME: place.home } }
}

const sound: DatabaseFacts = {
  version: 180_004,
  settings: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', data_checksums: 'on' },
  encoding: 'UTF8',
  connections: { used: 4, most: 100 },
  rights: { mayCreate: true, closed: [] },
  migrations: { kind: 'level', applied: 30 },
  indexed: [],
}

/** What a database says that cannot be had here. */
export function saying(changes: Partial<DatabaseFacts> = {}): Pick<About, 'database'> {
  return { database: async () => ({ ...sound, ...changes }) }
}
