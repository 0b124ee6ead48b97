import { describe, expect, test } from '@jest/globals'
import { type Lock, type Locked, locked, manifest, others } from './lock.ts'

/** Platform packages that a lock lacks: `npm ci` fails on the platform that wants one. */
function absentPlatforms(packages: Lock): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      )
      .map((name) => `${path} wants ${name}`),
  )
}

/** What lets `npm ci` install other bytes than those that were reviewed. */
function looseEntries(packages: Lock): string[] {
  const rules: Readonly<Record<string, (entry: Locked) => boolean>> = {
    'no exact version': ({ version = '' }) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version),
    'no SHA-512': ({ integrity = '' }) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity),
    'another host': ({ resolved }) => resolved?.startsWith('https://registry.npmjs.org/') === false,
    'a link': ({ link }) => link === true,
  }
  return others(packages).flatMap(([path, entry]) =>
    Object.entries(rules).flatMap(([what, breaks]) => (breaks(entry) ? [`${path}: ${what}`] : [])),
  )
}

describe('the lock file', () => {
  test('holds the packages of every platform', () => {
    expect(absentPlatforms(locked)).toEqual([])
  })

  test('a lock without one of them would be reported', () => {
    const [path = ''] =
      Object.entries(locked).find(([, { optionalDependencies }]) => optionalDependencies) ?? []
    const [name = ''] = Object.keys(locked[path]?.optionalDependencies ?? {})
    const { [`node_modules/${name}`]: _, ...rest } = locked
    expect(absentPlatforms(rest)).toContain(`${path} wants ${name}`)
  })

  test('gives every package one version, one SHA-512 and no host but that of the registry', () => {
    expect(looseEntries(locked)).toEqual([])
  })

  test.each<[string, Locked]>([
    ['no exact version', { version: '^8.3.0' }],
    ['no exact version', { version: 'git+ssh://git@host.example/helmet.git' }],
    ['no SHA-512', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
    ['another host', { resolved: 'https://registry.example/helmet/-/helmet-8.3.0.tgz' }],
    ['another host', { resolved: 'http://registry.npmjs.org/helmet/-/helmet-8.3.0.tgz' }],
    ['a link', { link: true }],
  ])('an entry with %s is reported: %j', (what, change) => {
    const path = 'node_modules/helmet'
    expect(looseEntries({ ...locked, [path]: { ...locked[path], ...change } })).toEqual([`${path}: ${what}`])
  })
})

test('every direct dependency has an exact version', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(versions.filter((version) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})
