/**
 * `node --import tsx infra/compose-files.ts HOST SSO_HOST [FOLDER]`: what infra/compose/compose.yaml mounts from its folder `local`,
 * made once: passwords, the key of the client at Keycloak, a certificate for a first try, the realm, the configuration of the node.
 * What is there already stays as it is, so that a second run loses no password.
 */
import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [host = '', sso = '', folder = fileURLToPath(new URL('compose', import.meta.url))] =
  process.argv.slice(2)
const isName = (name: string) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)
if (!isName(host) || !isName(sso)) {
  process.stderr.write('node --import tsx infra/compose-files.ts HOST SSO_HOST\n')
  process.exit(64)
}

const local = join(folder, 'local')
mkdirSync(local, { recursive: true, mode: 0o700 })

/**
 * A file of the folder, which is closed to others; the file itself is open, because a container reads it as a user that this
 * machine does not have. Answers its text.
 */
function once(name: string, make: () => string): string {
  const path = join(local, name)
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o444, flag: 'wx' })
  return readFileSync(path, 'utf8')
}

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const shown = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
const password = () => randomBytes(24).toString('base64url')

function clientKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

/** Its own authority, for a first try: put the one of your authority in its place. */
function makeCertificate(): void {
  if (existsSync(join(local, 'tls.crt'))) return
  const asked = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90'.split(' ')
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host},DNS:${sso}`]
  const out = ['-keyout', join(local, 'tls.key'), '-out', join(local, 'tls.crt')]
  execFileSync('openssl', ['req', ...asked, ...names, ...out], { stdio: 'ignore' })
  execFileSync('chmod', ['0444', join(local, 'tls.key'), join(local, 'tls.crt')])
}

/** Keycloak knows this node by the public half of its key. */
function realm(pem: string): unknown {
  const template = read('compose/realm.json')
  const [client] = template.clients
  const jwk = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' })
  const keys = [{ ...jwk, kid: 'huisclos-1', alg: 'ES256', use: 'sig' }]
  const place = (url: string) => url.replace('https://huisclos.example.fr', `https://${host}`)
  return {
    ...template,
    clients: [
      {
        ...client,
        redirectUris: client.redirectUris.map(place),
        attributes: {
          ...client.attributes,
          'jwks.string': JSON.stringify({ keys }),
          'backchannel.logout.url': place(client.attributes['backchannel.logout.url']),
        },
      },
    ],
  }
}

/** The example of production with Keycloak as its one issuer, and the two users of the realm as its first accounts. */
function configuration(): unknown {
  const example = read('production/huisclos.json')
  const users: readonly { id: string }[] = read('compose/realm.json').users
  const base = `https://${sso}:8443/realms/chu`
  const place = (url: string) => url.replace('https://sso.chu.example/realms/chu', base)
  const [{ login, ...issuer }] = example.issuers
  const endpoints = Object.entries<string>(login.endpoints).map(([name, url]) => [name, place(url)])
  return {
    ...example,
    address: `https://${host}`,
    // Its file is open, in a folder that is closed: with-secrets.sh makes a variable of it.
    keys: { provider: 'env', kek: 'env:HUISCLOS_KEK' },
    issuers: [
      {
        ...issuer,
        issuer: base,
        login: {
          ...login,
          endpoints: Object.fromEntries(endpoints),
          organisations: example.organisations.map(({ id }: { id: string }) => id),
        },
      },
    ],
    accounts: users.map(({ id }, at) => ({ ...example.accounts[at], issuer: 'chu', subject: id })),
  }
}

const databasePassword = once('database_password', password)
once('database_url', () => `postgresql://huisclos:${databasePassword}@database/huisclos`)
once('kek', () => randomBytes(32).toString('base64'))
once('keycloak_database_password', password)
once('keycloak_admin_password', password)
const pem = once('keycloak_client.pem', clientKey)
makeCertificate()
once('realm.json', () => shown(realm(pem)))
once('huisclos.json', () => shown(configuration()))
writeFileSync(join(folder, '.env'), `HUISCLOS_HOST=${host}\nSSO_HOST=${sso}\n`)
process.stdout.write(`${local}\n`)
