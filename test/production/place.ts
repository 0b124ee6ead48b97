/** What an operator has before the first start: a PostgreSQL with a role of its own, two issuers, a certificate, a configuration. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLog } from '../../services/kernel/log.ts'
import { startEmbedded } from '../../services/store/embedded.ts'
import { freePort } from '../contract/system.ts'
import { administer } from '../house.ts'
import { openTestProvider, type TestProvider } from '../identity/login-provider.ts'
import type { Certificate } from './certificate.ts'
import { accounts } from './people.ts'

export interface Place {
  readonly folder: string
  readonly address: string
  readonly providers: Readonly<Record<'chu' | 'proconnect', TestProvider>>
  /** Of the node: HUISCLOS_CONFIG and what goes with it. */
  readonly environment: Readonly<Record<string, string>>
  /** Writes the file that HUISCLOS_CONFIG names: the example that is shipped, with what is true of this place. */
  configure(more?: object): Promise<void>
  close(): Promise<void>
}

const example = new URL('../../infra/production/huisclos.json', import.meta.url)

export async function openPlace(folder: string, certificate: Certificate): Promise<Place> {
  const database = await openServer(folder)
  const tls = await readPair(certificate)
  const port = await freePort()
  const address = `https://localhost:${port}`
  const configuration = join(folder, 'huisclos.json')
  const kek = join(folder, 'kek')
  await writeFile(kek, randomBytes(32).toString('base64'), { mode: 0o400 })
  const provider = (name: string) => openProvider({ name, folder, address, tls })
  const providers = { chu: await provider('chu'), proconnect: await provider('proconnect') }
  return {
    ...{ folder, address, providers },
    environment: {
      HUISCLOS_CONFIG: configuration,
      HUISCLOS_HOME: join(folder, 'home'),
      HUISCLOS_PORT: String(port),
      DATABASE_URL: database.url,
    },
    async configure(more = {}) {
      const { trustedProxy: _, issuers, ...shipped } = JSON.parse(await readFile(example, 'utf8'))
      const local = issuers.map((one: { name: 'chu' | 'proconnect'; login: object }) => {
        const { issuer, login } = providers[one.name].issuer
        const { organisations } = one.login as { organisations: unknown }
        return { ...one, issuer, login: { ...login, organisations } }
      })
      const keys = { provider: 'file', kek: `file:${kek}` }
      const here = { ...shipped, address, tls: certificate, issuers: local, accounts, keys, ...more }
      await writeFile(configuration, JSON.stringify(here, null, 2))
    },
    async close() {
      await Promise.all([providers.chu.close(), providers.proconnect.close()])
      await database.close()
    },
  }
}

async function readPair({ certificate, key }: Certificate) {
  return { cert: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') }
}

/** A server that the node neither starts nor owns, and a role that may do nothing but what is its own. */
async function openServer(folder: string) {
  const home = join(folder, 'postgresql')
  await mkdir(home)
  const server = await startEmbedded({ home, log: silentLog, durable: false })
  const run = (statement: string) => administer(server.url, statement)
  const password = 'not-a-secret-of-anybody'
  await run(`CREATE ROLE gateway LOGIN PASSWORD '${password}' NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT`)
  await run('CREATE DATABASE huisclos OWNER gateway')
  await run('REVOKE ALL ON DATABASE huisclos FROM PUBLIC')
  const { host } = new URL(server.url)
  return { url: `postgresql://gateway:${password}@${host}/huisclos`, close: server.close }
}

interface Opening {
  readonly name: string
  readonly folder: string
  readonly address: string
  readonly tls: { readonly cert: string; readonly key: string }
}

/** A real provider with TLS, to which the node proves itself with a key of its own. */
async function openProvider({ name, folder, address, tls }: Opening): Promise<TestProvider> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = join(folder, `${name}.pem`)
  await writeFile(key, String(privateKey.export({ type: 'pkcs8', format: 'pem' })), { mode: 0o600 })
  const kid = 'huisclos-1'
  return openTestProvider({
    ...{ name, tls, ahead: () => 0 },
    authentication: { method: 'private_key_jwt', key: `file:${key}`, kid, algorithm: 'ES256' },
    client: {
      redirect_uris: [`${address}/connexion/${name}/retour`],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }] },
    },
  })
}
