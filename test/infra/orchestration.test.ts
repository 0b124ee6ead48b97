/** compose and Kubernetes: files that parse, and what every part of them must say. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { readSettings } from '../../services/config.ts'
import { composeFaults } from './compose-rules.ts'
import { kubernetesFaults } from './kubernetes-rules.ts'
import { infra, said, textOf, toolPath, withTool } from './tools.ts'

/** The documents of a file; a key twice, a tab or an anchor of nobody throws. */
function read(text: string): unknown[] {
  return parseAllDocuments(text, { merge: true }).map((one) => {
    const [error] = [...one.errors, ...one.warnings]
    if (error) throw error
    return one.toJS()
  })
}

const manifests = ['namespace', 'network-policy', 'service', 'service-monitor', 'statefulset'] as const
const allOf = (change: (text: string, name: string) => string) =>
  manifests.flatMap((name) => read(change(textOf(`kubernetes/${name}.yaml`), name)))

describe('compose.yaml', () => {
  const text = textOf('compose/compose.yaml')

  test('pins, closes and bounds each service, and keeps every secret in a file', () => {
    const [compose] = read(text)
    expect(composeFaults(compose)).toEqual([])
  })

  test.each([
    ['database: image', '@sha256:', '#'],
    ['huisclos: root', 'user: "10001:10001"', 'user: "0:0"'],
    ['huisclos: privileges', '- no-new-privileges:true\n', '- label:disable\n'],
    ['huisclos: no profile for boxes', '      - seccomp=../container/seccomp.json\n', ''],
    ['huisclos: /dev/shm', '    shm_size: 4gb\n', ''],
    ['huisclos: memory', '    mem_limit: 12gb\n', ''],
    [
      'database: a secret in the environment',
      'POSTGRES_PASSWORD_FILE: /run/secrets/database_password',
      'POSTGRES_PASSWORD: x',
    ],
    ['huisclos: DATABASE_URI_FILE unknown', 'DATABASE_URL_FILE', 'DATABASE_URI_FILE'],
    ['proxy: another network than the node', 'network_mode: service:huisclos', 'networks: [outside]'],
    ['inside: not internal', 'internal: true', 'internal: false'],
    [
      'database: health',
      'test: ["CMD", "pg_isready", "--username=huisclos"',
      'tests: ["CMD", "pg_isready", "--username=huisclos"',
    ],
  ])('%s is reported', (fault, from, to) => {
    expect(text).toContain(from)
    const first = fault === 'database: image' ? text.indexOf('postgres:17') : 0
    const changed = text.slice(0, first) + text.slice(first).replace(from, to)
    const [compose] = read(changed)
    expect(composeFaults(compose)).toContain(fault)
  })

  test('a key that stands twice is no YAML', () => {
    expect(() => read('a: 1\na: 2\n')).toThrow('unique')
  })

  test('what it mounts is made once, starts a node, and is kept by a second run', () => {
    const folder = mkdtempSync(join(tmpdir(), 'huisclos-compose-'))
    const make = () => {
      const command = ['--import', 'tsx', join(infra, 'compose-files.ts'), 'node.test', 'sso.test', folder]
      execFileSync(process.execPath, command, { cwd: join(infra, '..') })
    }
    const file = (name: string) => join(folder, 'local', name)
    if (toolPath('openssl') === null) return
    make()
    const first = readFileSync(file('database_url'), 'utf8')
    make()
    expect(readFileSync(file('database_url'), 'utf8')).toBe(first)
    expect(statSync(join(folder, 'local')).mode & 0o777).toBe(0o700)
    const [{ files }] = [composeFilesOf(read(text)[0])]
    for (const name of files) expect(statSync(file(name)).size).toBeGreaterThan(20)
    const { mode } = readSettings({ HUISCLOS_CONFIG: file('huisclos.json'), DATABASE_URL: first })
    expect(mode).toMatchObject({
      configuration: {
        address: 'https://node.test',
        issuers: [{ issuer: 'https://sso.test:8443/realms/chu' }],
      },
    })
    const { clients, users } = JSON.parse(readFileSync(file('realm.json'), 'utf8'))
    const { keys } = JSON.parse(clients[0].attributes['jwks.string'])
    expect(keys).toEqual([expect.objectContaining({ kid: 'huisclos-1', alg: 'ES256', kty: 'EC' })])
    expect(keys[0]).not.toHaveProperty('d')
    expect(clients[0].redirectUris).toEqual(['https://node.test/connexion/chu/retour'])
    if (mode.kind !== 'production') throw new Error('a configuration means production')
    expect(mode.configuration.accounts.map(({ subject }) => subject)).toEqual(
      users.map(({ id }: { id: string }) => id),
    )
  }, 30_000)

  withTool('docker compose', 'docker compose takes it', async (docker) => {
    const args = [
      'compose',
      '-f',
      join(infra, 'compose/compose.yaml'),
      'config',
      '--quiet',
      '--no-interpolate',
    ]
    expect(await said(docker, args)).toMatchObject({ status: 0 })
  })
})

/** Files of the folder `local` that configs and secrets name. */
function composeFilesOf(compose: unknown): { readonly files: readonly string[] } {
  const { configs, secrets } = compose as Record<'configs' | 'secrets', Record<string, { file: string }>>
  const all = [...Object.values(configs), ...Object.values(secrets)].map(({ file }) => file)
  return {
    files: all.filter((path) => path.startsWith('./local/')).map((path) => path.slice('./local/'.length)),
  }
}

describe('the realm of Keycloak', () => {
  const realm = JSON.parse(textOf('compose/realm.json'))
  const [client] = realm.clients

  test('asks its client for a pushed request, PKCE and a signed assertion, and tells it of sign-outs', () => {
    expect(client).toMatchObject({
      ...{ clientId: 'huisclos', publicClient: false, clientAuthenticatorType: 'client-jwt' },
      ...{ implicitFlowEnabled: false, directAccessGrantsEnabled: false, serviceAccountsEnabled: false },
      attributes: {
        'pkce.code.challenge.method': 'S256',
        'require.pushed.authorization.requests': 'true',
        'token.endpoint.auth.signing.alg': 'ES256',
        'backchannel.logout.session.required': 'true',
      },
    })
    expect(client.attributes['backchannel.logout.url']).toMatch(/\/connexion\/chu\/deconnexion$/)
    expect(client.redirectUris).toEqual([expect.stringMatching(/\/connexion\/chu\/retour$/)])
  })

  test('gives the levels that the configuration takes, each by a step of its own', () => {
    const { issuers } = JSON.parse(textOf('production/huisclos.json'))
    const levels = JSON.parse(realm.attributes['acr.loa.map'])
    expect(levels).toEqual(issuers[0].login.acr)
    expect(
      realm.authenticatorConfig.map(({ config }: { config: object }) => Object.values(config)[0]),
    ).toEqual(Object.keys(levels))
    const flows: readonly { alias: string; authenticationExecutions: readonly Record<string, string>[] }[] =
      realm.authenticationFlows
    const named = flows.flatMap((flow) => flow.authenticationExecutions.map(({ flowAlias }) => flowAlias))
    expect(named.filter((one) => one !== undefined).sort()).toEqual(
      flows
        .map(({ alias }) => alias)
        .filter((alias) => alias !== realm.browserFlow)
        .sort(),
    )
  })
})

describe('the manifests of Kubernetes', () => {
  test('run one gateway, closed, bounded and watched, with its secrets by reference', () => {
    expect(kubernetesFaults(allOf((text) => text))).toEqual([])
  })

  test.each([
    ['replicas', 'statefulset', 'replicas: 1', 'replicas: 2'],
    ['huisclos: image', 'statefulset', 'huisclos:0.1.0@sha256:', 'huisclos:latest@sha256:'],
    ['root', 'statefulset', 'runAsNonRoot: true', 'runAsNonRoot: false'],
    [
      'huisclos: privileges',
      'statefulset',
      'allowPrivilegeEscalation: false',
      'allowPrivilegeEscalation: true',
    ],
    [
      'huisclos: root file system',
      'statefulset',
      'readOnlyRootFilesystem: true',
      'readOnlyRootFilesystem: false',
    ],
    ['huisclos: startupProbe', 'statefulset', 'startupProbe:', 'startUpProbe:'],
    ['huisclos: memory', 'statefulset', '              memory: 12Gi\n', ''],
    [
      'huisclos: a secret in the environment',
      'statefulset',
      'name: DATABASE_URL_FILE\n',
      'name: DATABASE_URL\n',
    ],
    ['huisclos: HUISCLOS_HOUSE unknown', 'statefulset', 'name: HUISCLOS_HOME', 'name: HUISCLOS_HOUSE'],
    ['clear area', 'statefulset', '            medium: Memory\n', ''],
    [
      'huisclos: no profile for boxes',
      'statefulset',
      'localhostProfile: profiles/huisclos.json',
      'localhostProfile: x',
    ],
    ['stop', 'statefulset', 'terminationGracePeriodSeconds: 45', 'terminationGracePeriodSeconds: 10'],
    ['default deny', 'network-policy', 'podSelector: {}', 'podSelector: {matchLabels: {a: b}}'],
    ['pod security', 'namespace', 'enforce: restricted', 'enforce: privileged'],
    ['service: https of nobody', 'service', 'targetPort: https', 'targetPort: htttps'],
  ])('%s is reported', (fault, name, ...[from, to]) => {
    const changed = allOf((text, of) => (of === name ? text.replace(from, to) : text))
    expect(textOf(`kubernetes/${name}.yaml`)).toContain(from)
    expect(kubernetesFaults(changed)).toEqual([fault])
  })

  test('have the configuration of production, but for the place of the KEK', () => {
    const { keys, ...ours } = JSON.parse(textOf('kubernetes/huisclos.json'))
    const { keys: _, ...production } = JSON.parse(textOf('production/huisclos.json'))
    expect(ours).toEqual(production)
    expect(keys).toEqual({ provider: 'env', kek: 'env:HUISCLOS_KEK' })
  })

  withTool('kubectl', 'kubectl puts them together', async (kubectl) => {
    const built = await said(kubectl, ['kustomize', infra])
    expect(built.status).toBe(0)
    expect(built.text).toMatch(/name: huisclos-configuration-\w+/)
  })
})
