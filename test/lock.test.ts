import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'

interface Locked {
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
const manifest = read('package.json')
const locked: Readonly<Record<string, Locked>> = read('package-lock.json').packages

/** Platform packages that a lock lacks: `npm ci` fails on the platform that wants one. */
function absentPlatforms(packages: Readonly<Record<string, Locked>>): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      )
      .map((name) => `${path} wants ${name}`),
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

  test('names the integrity of every package', () => {
    const bare = Object.entries(locked).filter(
      ([path, { integrity, link }]) => path !== '' && !link && !integrity,
    )
    expect(bare.map(([path]) => path)).toEqual([])
  })
})

test('every direct dependency has an exact version', () => {
  const versions: string[] = Object.values({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(versions.filter((version) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})
