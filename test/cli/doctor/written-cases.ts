import { chmod, cp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { timeService } from '../../../services/cli/doctor/clock.ts'
import { twoPersons } from '../../../services/cli/doctor/identity.ts'
import { shippedPolicies } from '../../../services/cli/policies.ts'
import { writeLastBackup } from '../../../services/node/backup/record.ts'
import { versionOf } from '../../../services/node/version.ts'
import { selfSigned } from '../../certificate.ts'
import { type Case, openBlackHole, type Place, production } from './case.ts'

/** A certificate of its own for a name, from some days to some days from now. */
async function withCertificate(place: Place, { name = 'huisclos.test', from = -1, until = 90 } = {}) {
  const made = selfSigned({ name, from, until })
  const certificate = await place.write('root/tls.crt', made.certificate)
  const key = await place.write('root/tls.key', made.key)
  return {
    ...(await production(place, { trustedProxy: undefined, tls: { certificate, key } })),
    key,
    certificate,
  }
}

const dayMs = 24 * 3600 * 1000

const persons = (...roles: readonly string[][]) => ({
  check: twoPersons(async () =>
    roles.map((held, at) => ({ issuer: 'chu', subject: String(at), roles: held as ('dpo' | 'registrar')[] })),
  ),
})

const said = (at: number) => new Date(at).toISOString()

const backup =
  ({ at, verifiedAt }: { readonly at: number; readonly verifiedAt?: number }) =>
  async (place: Place) => {
    await writeLastBackup(place.home, {
      ...{ to: '/backups/one', entries: 1, bytes: 1, sha256: '0'.repeat(64), isRecorded: true },
      ...{ at: said(at), ...(verifiedAt !== undefined && { verifiedAt: said(verifiedAt) }) },
    })
    return {}
  }

/** A node that answers these paths; 404 elsewhere. */
export async function answering(
  place: Place,
  answers: Readonly<Record<string, { status?: number; json: object }>>,
) {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    response.writeHead(answer?.status ?? (answer ? 200 : 404)).end(JSON.stringify(answer?.json ?? {}))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  place.keep(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server: { url: `http://127.0.0.1:${address.port}`, pid: process.pid } }
}

const gone = { server: { url: 'http://127.0.0.1:1', pid: process.pid } }
const alive = (place: Place) =>
  answering(place, {
    '/healthz': { json: { status: 'ok' } },
    '/readyz': { json: { ready: true } },
    '/api/v1/openapi.json': { json: { info: { version: versionOf() } } },
  })

/** A program that says this. */
async function speaking(place: Place, text: string): Promise<string> {
  const path = await place.write('root/timedatectl', `#!/bin/sh\necho ${text}\n`)
  await chmod(path, 0o700)
  return path
}

export const writtenCases: readonly Case[] = [
  {
    name: 'configuration',
    well: production,
    ill: {
      'an unknown key': {
        when: (place) => production(place, { telemetry: true }),
        ...{ severe: true, seen: /telemetry: unknown key/ },
      },
      'a file that is not there': {
        when: () => ({ environment: { HUISCLOS_CONFIG: '/nowhere.json' } }),
        ...{ severe: true, seen: /cannot be read/ },
      },
    },
  },
  {
    name: 'certificate',
    well: (place) => withCertificate(place),
    ill: {
      'that ends soon': {
        when: (place) => withCertificate(place, { until: 20 }),
        severe: false,
        seen: /^(19|20) jours$/,
      },
      'that has ended': {
        when: (place) => withCertificate(place, { until: -2, from: -9 }),
        ...{ severe: true, seen: /expiré/ },
      },
      'that has not begun': {
        when: (place) => withCertificate(place, { from: 2 }),
        ...{ severe: true, seen: /pas encore/ },
      },
      'of another name': {
        when: (place) => withCertificate(place, { name: 'other.test' }),
        ...{ severe: true, seen: /huisclos\.test/ },
      },
      'with the key of another': {
        when: async (place) => {
          const first = await withCertificate(place)
          const certificate = await place.write('kept.crt', await readFile(first.certificate))
          const { key } = await withCertificate(place)
          return production(place, { trustedProxy: undefined, tls: { certificate, key } })
        },
        ...{ severe: true, seen: /n’est pas celle/ },
      },
      'whose key everybody reads': {
        when: async (place) => {
          const made = await withCertificate(place)
          await chmod(made.key, 0o644)
          return made
        },
        ...{ severe: true, seen: /tout le monde/ },
      },
    },
  },
  {
    name: 'proxy',
    well: production,
    ill: {
      'and TLS here as well': {
        when: (place) => production(place, { tls: { certificate: '/a', key: '/b' } }),
        ...{ severe: false, seen: /à la fois/ },
      },
      'on another machine': {
        when: (place) => production(place, { trustedProxy: '10.0.0.7', host: '10.0.0.8' }),
        ...{ severe: false, seen: /10\.0\.0\.7/ },
      },
      'here, and a door open to all': {
        when: (place) => production(place, { host: '0.0.0.0' }),
        ...{ severe: false, seen: /0\.0\.0\.0/ },
      },
    },
  },
  {
    name: 'port',
    well: () => ({ environment: { HUISCLOS_PORT: '58231' } }),
    ill: {
      taken: {
        when: async (place) => ({ environment: { HUISCLOS_PORT: String(await openBlackHole(place)) } }),
        ...{ severe: true, seen: /EADDRINUSE/ },
      },
    },
  },
  {
    name: 'rules',
    well: () => ({}),
    ill: {
      'without its folder': { when: ({ root }) => ({ policies: root }), severe: true, seen: /./ },
      'whose case says something else': {
        when: async ({ root }) => {
          const policies = join(root, 'policies')
          await cp(shippedPolicies, policies, { recursive: true })
          const path = join(policies, 'cases', 'query.json')
          const cases = await readFile(path, 'utf8')
          await writeFile(path, cases.replace('"expect": "SUSPENDED"', '"expect": "REVOKED"'))
          return { policies }
        },
        ...{ severe: true, seen: /./ },
      },
    },
  },
  {
    name: 'issuers',
    well: production,
    ill: {
      'that says nothing': {
        when: async (place) => {
          const url = `https://127.0.0.1:${await openBlackHole(place)}`
          const endpoints = {
            authorization: `${url}/a`,
            token: `${url}/t`,
            jwks: `${url}/j`,
            pushed: `${url}/p`,
          }
          const login = {
            ...{
              label: { fr: 'CHU', en: 'CHU' },
              clientId: 'h',
              endpoints,
              algorithms: ['PS256'],
              acr: { '1': 1 },
            },
            ...{ organisations: ['chu-rouen'], logout: { mode: 'none' } },
            authentication: { method: 'private_key_jwt', key: 'file:/nowhere', kid: 'k' },
          }
          return production(place, { issuers: [{ name: 'chu', issuer: url, login }] })
        },
        ...{ severe: false, seen: /chu \(ne répond pas/ },
      },
    },
  },
  {
    name: 'two persons',
    well: () => persons(['registrar', 'dpo'], ['dpo'], ['authority']),
    ill: {
      'nobody for one': { when: () => persons(['registrar'], ['authority']), severe: false, seen: /dpo/ },
      'one person for two': {
        when: () => persons(['registrar', 'dpo'], ['authority']),
        ...{ severe: false, seen: /une même personne/ },
      },
    },
  },
  {
    name: 'backups',
    well: backup({ at: Date.now() - dayMs, verifiedAt: Date.now() - 3 * dayMs }),
    ill: {
      'never made': { when: () => ({}), severe: false, seen: /aucune/ },
      'never made, in production': { when: production, severe: true, seen: /aucune/ },
      'an old one, in production': {
        when: async (place) => {
          await backup({ at: Date.now() - 10 * dayMs })(place)
          return production(place)
        },
        ...{ severe: true, seen: /10 jours/ },
      },
      'never restored': { when: backup({ at: Date.now() }), severe: false, seen: /jamais vérifiée/ },
      'restored long ago': {
        when: backup({ at: Date.now(), verifiedAt: Date.now() - 40 * dayMs }),
        ...{ severe: false, seen: /40 jours/ },
      },
      'a file of something else': {
        when: async (place) => {
          await place.write('home/backups.json', '[]')
          return {}
        },
        ...{ severe: false, seen: /aucune/ },
      },
    },
  },
  {
    name: 'server',
    well: alive,
    ill: {
      'not running': { when: () => ({}), severe: false, seen: /ne tourne pas/ },
      'that does not answer': { when: () => gone, severe: true, seen: /ne répond pas/ },
    },
  },
  {
    name: 'ready',
    well: alive,
    ill: {
      'not yet': {
        when: (place) => answering(place, { '/readyz': { status: 503, json: {} } }),
        ...{ severe: true, seen: /^503$/ },
      },
    },
  },
  {
    name: 'version',
    well: alive,
    ill: {
      'an older one runs': {
        when: (place) =>
          answering(place, { '/api/v1/openapi.json': { json: { info: { version: '0.0.9' } } } }),
        ...{ severe: false, seen: /0\.0\.9/ },
      },
    },
  },
  {
    name: 'clock',
    well: alive,
    ill: {
      'ahead by an hour': {
        when: async (place) => ({ ...(await alive(place)), now: () => Date.now() + 3_600_000 }),
        ...{ severe: true, seen: /^360\d s/ },
      },
    },
  },
  {
    name: 'time service',
    well: async (place) => ({ check: timeService(await speaking(place, 'yes')) }),
    ill: {
      'that is off': {
        when: async (place) => ({ check: timeService(await speaking(place, 'no')) }),
        ...{ severe: false, seen: /pas synchronisée/ },
      },
    },
  },
]
