import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { noteKey, verifierKey } from '../services/audit/note.ts'
import { readSettings } from '../services/config.ts'
import { demoLimits, productionLimits } from '../services/gateway/limit-settings.ts'
import { doorwayOf } from '../services/node/doorway.ts'
import { newPem } from './audit/open-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'huisclos-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const complete = {
  node: 'FR-NOR',
  address: 'https://huisclos.example.fr',
  trustedProxy: '127.0.0.1',
  keys: { provider: 'file', kek: 'file:/etc/huisclos/secrets/kek' },
  issuers: [
    { name: 'chu', issuer: 'https://id.example.fr', audience: 'huisclos', jwks: '/etc/huisclos/chu.jwks' },
  ],
}

function production(configuration: unknown) {
  const path = join(folder, 'node.json')
  writeFileSync(path, typeof configuration === 'string' ? configuration : JSON.stringify(configuration))
  return readSettings({ HUISCLOS_CONFIG: path })
}

const organisations = [{ id: 'chu', name: 'CHU', kind: 'ETABLISSEMENT_SANTE' }]
const person = { issuer: 'chu', subject: 's', displayName: 'S', organisation: 'chu', roles: ['registrar'] }

describe('the environment', () => {
  test('an empty environment is a full demo on the defaults of the contract', () => {
    const settings = readSettings({})
    expect(settings).toMatchObject({ port: 8080, wirePort: 5433, mode: { kind: 'demo', demo: 'full' } })
    expect(settings.home).toMatch(/\/var$/)
    expect(settings).not.toHaveProperty('databaseUrl')
  })

  test('a variable set to nothing is not set', () => {
    expect(readSettings({ HUISCLOS_PORT: '', HUISCLOS_CONFIG: '' })).toMatchObject({
      port: 8080,
      mode: { kind: 'demo' },
    })
  })

  test.each([
    [{ HUISCLOS_PORT: '70000' }, /^HUISCLOS_PORT: /],
    [{ HUISCLOS_PORT: '0' }, /^HUISCLOS_PORT: /],
    [{ HUISCLOS_PORT: 'http' }, /^HUISCLOS_PORT: /],
    [{ HUISCLOS_WIRE_PORT: '-1' }, /^HUISCLOS_WIRE_PORT: /],
    [{ HUISCLOS_DEMO: 'some' }, /^HUISCLOS_DEMO: /],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL: /],
    [{ HUISCLOS_CONFIG: '/nowhere/node.json' }, /^HUISCLOS_CONFIG: \/nowhere\/node.json/],
  ])('%j stops the start with one line that names it', (environment, line) => {
    expect(() => readSettings(environment)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
    expect(() => readSettings(environment)).toThrow(line)
    expect(() => readSettings(environment)).toThrow(/^[^\n]+$/)
  })

  test('a secret in a value is not repeated', () => {
    expect(() => readSettings({ DATABASE_URL: 'mysql://admin:hunter2@db' })).toThrow(/^(?!.*hunter2)/)
  })
})

describe('the file of a production node', () => {
  test('its presence means production', () => {
    expect(production(complete)).toMatchObject({
      mode: {
        kind: 'production',
        configuration: { node: 'FR-NOR', host: '127.0.0.1', queryTimeoutSeconds: 30 },
      },
    })
  })

  test.each(['identity.md', 'identity.fr.md'])('is what docs/%s shows', (page) => {
    const text = readFileSync(new URL(`../docs/${page}`, import.meta.url), 'utf8')
    const [, example = ''] = /```json\n(.*?)```/s.exec(text) ?? []
    expect(production(example)).toMatchObject({
      mode: { configuration: { accounts: [{ roles: ['registrar'] }] } },
    })
  })

  test.each([
    ['an unknown key, before what is absent', { colour: 'blue' }, /colour: unknown key/],
    ['an unknown key', { ...complete, colour: 'blue' }, /colour: unknown key/],
    [
      'an unknown key inside',
      { ...complete, issuers: [{ ...complete.issuers[0], secret: 'x' }] },
      /issuers\.0\.secret/,
    ],
    ['a value out of range', { ...complete, queryTimeoutSeconds: 0 }, /queryTimeoutSeconds/],
    ['no issuer', { ...complete, issuers: [] }, /issuers/],
    [
      'an issuer that takes the name of the demo',
      { ...complete, issuers: [{ ...complete.issuers[0], name: 'demo' }] },
      /name/,
    ],
    ['neither TLS nor a proxy', { ...complete, trustedProxy: undefined }, /tls/],
    [
      'an address with a path',
      { ...complete, address: `${complete.address}/` },
      /address: https:\/\/HOST alone/,
    ],
    [
      'an account of an issuer that is not there',
      { ...complete, organisations, accounts: [{ ...person, issuer: 'other' }] },
      /accounts\.0\.issuer: not one of issuers$/,
    ],
    [
      'an account of an organisation that is not there',
      { ...complete, accounts: [person] },
      /accounts\.0\.organisation: not one of organisations$/,
    ],
    [
      'a line manager who has no account',
      {
        ...complete,
        organisations,
        accounts: [{ ...person, manager: { issuer: 'chu', subject: 'nobody' } }],
      },
      /accounts\.0\.manager: not another one of accounts$/,
    ],
    [
      'somebody who manages herself',
      { ...complete, organisations, accounts: [{ ...person, manager: { issuer: 'chu', subject: 's' } }] },
      /accounts\.0\.manager: not another one of accounts$/,
    ],
    [
      'a person twice',
      { ...complete, organisations, accounts: [person, person] },
      /accounts: the same person twice$/,
    ],
    [
      'a role that there is not',
      { ...complete, organisations, accounts: [{ ...person, roles: ['root'] }] },
      /accounts\.0\.roles\.0/,
    ],
    ['text that is not JSON', '{"node":', /not JSON/],
  ])('%s stops the start with one line', (_, configuration, line) => {
    expect(() => production(configuration)).toThrow(line)
    expect(() => production(configuration)).toThrow(/^[^\n]+$/)
  })
})

describe('witnesses', () => {
  const witness = (name: string) => ({
    name,
    url: `https://${name}.example.fr`,
    vkey: verifierKey(noteKey(`${name}.example.fr/w`, newPem()), 'witness'),
  })
  const three = ['chu', 'region', 'tiers'].map(witness)
  const [one] = three

  test('a majority of them is enough, unless the operator asks for another number', () => {
    expect(production({ ...complete, witnesses: three }).witnesses).toMatchObject({
      witnesses: three,
      quorum: 2,
    })
    expect(production({ ...complete, witnesses: three, quorum: 3 }).witnesses).toMatchObject({ quorum: 3 })
    expect(production(complete)).not.toHaveProperty('witnesses')
  })

  test('that stay silent stop queries after a day, or when the operator says, or never', () => {
    const hour = 3_600_000
    const policy = (changes: object) => production({ ...complete, witnesses: three, ...changes }).witnesses
    expect(policy({})).toMatchObject({ refuseAfterMs: 24 * hour })
    expect(policy({ refuseAfterHours: 3 })).toMatchObject({ refuseAfterMs: 3 * hour })
    expect(policy({ refuseAfterHours: null })).toMatchObject({ refuseAfterMs: null })
    expect(() => production({ ...complete, refuseAfterHours: 0 })).toThrow(/refuseAfterHours/)
  })

  test('a demo may name some in a file of its home', () => {
    expect(readSettings({ HUISCLOS_HOME: folder })).not.toHaveProperty('witnesses')
    const path = join(folder, 'witnesses.json')
    writeFileSync(path, JSON.stringify({ witnesses: [one] }))
    expect(readSettings({ HUISCLOS_HOME: folder }).witnesses).toEqual({
      witnesses: [one],
      quorum: 1,
      refuseAfterMs: null,
    })
    writeFileSync(path, '{"witness": []}')
    expect(() => readSettings({ HUISCLOS_HOME: folder })).toThrow(/witnesses\.json: witness: unknown key$/)
    writeFileSync(path, 'none')
    expect(() => readSettings({ HUISCLOS_HOME: folder })).toThrow(/witnesses\.json not JSON$/)
    rmSync(path)
  })

  test.each([
    ['more than there are', { witnesses: three, quorum: 4 }, /quorum: more than there are witnesses$/],
    ['one key twice', { witnesses: [one, { ...witness('chu2'), vkey: one?.vkey }] }, /the same vkey twice$/],
    ['one address twice', { witnesses: [one, { ...witness('chu2'), url: one?.url }] }, /the same url twice$/],
    ['one name twice', { witnesses: [one, witness('chu')] }, /the same name twice$|the same url twice$/],
    [
      'a key of a log',
      { witnesses: [{ ...one, vkey: verifierKey(noteKey('a', newPem())) }] },
      /witnesses.0.vkey: /,
    ],
    [
      'a slash at the end',
      { witnesses: [{ ...one, url: 'https://w.example/' }] },
      /witnesses.0.url: no slash/,
    ],
  ])('%s: no start', (_, changes, line) => {
    expect(() => production({ ...complete, ...changes })).toThrow(line)
  })
})

test('documents of a request have limits of their own, within bounds', () => {
  expect(production(complete).attachments).toEqual({ maxMiB: 10, most: 20 })
  expect(production({ ...complete, attachments: { maxMiB: 2 } }).attachments).toEqual({ maxMiB: 2, most: 20 })
  for (const attachments of [{ maxMiB: 0 }, { maxMiB: 101 }, { most: 0 }, { most: 201 }, { any: 1 }]) {
    expect(() => production({ ...complete, attachments })).toThrow(/attachments/)
  }
})

test('how much, how fast and how often one may ask is set by name, within bounds; a demo has its own', () => {
  expect(production(complete).limits).toEqual(productionLimits)
  expect(production({ ...complete, limits: { queriesPerMinute: 5 } }).limits).toEqual({
    ...productionLimits,
    queriesPerMinute: 5,
  })
  for (const limits of [{ bodyKiB: 0 }, { queriesRunning: 0 }, { headersSeconds: 121 }, { any: 1 }]) {
    expect(() => production({ ...complete, limits })).toThrow(/limits/)
  }
  expect(readSettings({})).not.toHaveProperty('limits')
  expect(doorwayOf(readSettings({}))).toEqual({ limits: demoLimits, isSecure: false })
  expect(doorwayOf(production(complete))).toEqual({
    ...{ limits: productionLimits, isSecure: true, trustedProxy: '127.0.0.1' },
  })
})

describe('the grants of persons', () => {
  test('are made one by one, unless the node says that the permit is enough', () => {
    const granting = (changes: object) => production({ ...complete, ...changes }).mode
    expect(granting({})).toMatchObject({ configuration: { grants: 'individual' } })
    expect(granting({ grants: 'by-permit' })).toMatchObject({ configuration: { grants: 'by-permit' } })
    expect(() => production({ ...complete, grants: 'none' })).toThrow(/grants/)
  })
})

describe('the retention of the log', () => {
  const retained = (retention: object) => production({ ...complete, retention }).retention

  test('is 12 months, and up to 36 with a reason', () => {
    expect(production(complete).retention).toEqual({ months: 12 })
    expect(retained({ months: 36, reason: 'An inquiry.' })).toEqual({ months: 36, reason: 'An inquiry.' })
  })

  test.each([{ months: 11 }, { months: 37, reason: 'Long.' }, { months: 13 }, { months: 13, reason: ' ' }])(
    '%j: no start',
    (retention) => {
      expect(() => retained(retention)).toThrow(/retention/)
    },
  )
})
