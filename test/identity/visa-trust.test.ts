/** Whose visas a node listens to: the file of the configuration, and that of a demo. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readSettings } from '../../services/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'huisclos-visas-'))
afterAll(() => rmSync(folder, { recursive: true }))

const one = {
  issuer: 'https://visas.example',
  jwks: 'https://visas.example/jwks.json',
  algorithms: ['ES256'],
  sources: { AcceptedTermsAndPolicies: ['https://univ.example'] },
}
const local = { ...one, issuer: 'http://127.0.0.1:9000', jwks: 'http://127.0.0.1:9000/jwks.json' }

function production(visaIssuers: unknown) {
  const path = join(folder, 'node.json')
  const issuers = [
    { name: 'chu', issuer: 'https://id.example.fr', audience: 'huisclos', jwks: '/etc/chu.jwks' },
  ]
  const complete = {
    node: 'FR-NOR',
    address: 'https://huisclos.example.fr',
    trustedProxy: '127.0.0.1',
    keys: { provider: 'env', kek: 'env:KEK' },
    issuers,
  }
  writeFileSync(path, JSON.stringify({ ...complete, visaIssuers }))
  return readSettings({ HUISCLOS_CONFIG: path }).visaIssuers
}

test('nobody is listened to by default', () => {
  expect(production(undefined)).toBeUndefined()
  expect(production([])).toBeUndefined()
  expect(readSettings({ HUISCLOS_HOME: folder }).visaIssuers).toBeUndefined()
})

test('an issuer is taken as it is written, and puts no passport together unless that is said', () => {
  expect(production([one])).toEqual([{ ...one, broker: false }])
})

test('a demo names its own in a file of its home, on this machine too', () => {
  const path = join(folder, 'visas.json')
  writeFileSync(path, JSON.stringify({ visaIssuers: [local] }))
  expect(readSettings({ HUISCLOS_HOME: folder }).visaIssuers).toEqual([{ ...local, broker: false }])
  writeFileSync(path, JSON.stringify({ visaIssuers: [{ ...one, jwks: 'http://visas.example/jwks.json' }] }))
  expect(() => readSettings({ HUISCLOS_HOME: folder })).toThrow(/visas\.json: visaIssuers\.0\.jwks: /)
  writeFileSync(path, '{"issuers": []}')
  expect(() => readSettings({ HUISCLOS_HOME: folder })).toThrow(/visas\.json: issuers: unknown key$/)
  rmSync(path)
})

test.each([
  ['an issuer without TLS', { ...one, issuer: 'http://visas.example' }, /issuer/],
  ['an issuer on this machine', local, /issuer/],
  ['keys without TLS', { ...one, jwks: local.jwks }, /jwks/],
  ['keys in a file', { ...one, jwks: 'file:///etc/jwks.json' }, /jwks/],
  ['an algorithm with a shared secret', { ...one, algorithms: ['HS256'] }, /algorithms/],
  ['no algorithm at all', { ...one, algorithms: ['none'] }, /algorithms/],
  ['an algorithm that visas do not have', { ...one, algorithms: ['PS256'] }, /algorithms/],
  ['an empty list of algorithms', { ...one, algorithms: [] }, /algorithms/],
  ['a type that is not known', { ...one, sources: { SuperUser: ['https://univ.example'] } }, /sources/],
  ['a type without a source', { ...one, sources: { ResearcherStatus: [] } }, /sources/],
  ['a source longer than a name', { ...one, sources: { ResearcherStatus: ['x'.repeat(256)] } }, /sources/],
  ['a key that is not known', { ...one, trusted: true }, /trusted: unknown key/],
])('%s: no start', (_, issuer, line) => {
  expect(() => production([issuer])).toThrow(line)
})

test('the same issuer twice: no start', () => {
  expect(() => production([one, { ...one, jwks: 'https://elsewhere.example' }])).toThrow(
    /the same issuer twice/,
  )
})

test.each(['passports.md', 'passports.fr.md'])(
  'the names that docs/%s tells are those of the house',
  (page) => {
    const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
    const [, example] = /```json\n(.*?)```/s.exec(text) ?? []
    if (page === 'passports.md') expect(production(JSON.parse(example ?? '').visaIssuers)).toHaveLength(1)
    const rules = [...text.matchAll(/`(visa\.[a-z-]+)`/g)].map((match) => match[1] ?? '')
    const source = ['visa.ts', 'visa-proofs.ts', 'passport.ts'].map((file) =>
      readFileSync(new URL(`../../services/identity/${file}`, import.meta.url), 'utf8'),
    )
    const written = [...source.join('').matchAll(/refuse\('([a-z.-]+)'\)|'(visa\.[a-z-]+)'/g)]
    const known = written.map(([, short, whole]) => whole ?? (short?.includes('.') ? short : `visa.${short}`))
    const ofVisas = known.filter((rule) => rule.startsWith('visa.'))
    expect([...new Set(rules)].filter((rule) => rule !== 'visa.issued').sort()).toEqual(
      [...new Set(ofVisas)].sort(),
    )
  },
)
