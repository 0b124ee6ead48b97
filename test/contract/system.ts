/**
 * The whole system as an outsider meets it: a process, an address, a command line. Of services/ only what mints a demo token is
 * imported here: `huisclos token` does the same (test/contract/cli.test.ts), and would be one more process for each person.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'

const repository = new URL('../..', import.meta.url).pathname

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type, each assertion looks at one member
  readonly json: any
}

interface Call {
  readonly as?: string
  readonly body?: unknown
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface System {
  readonly url: string
  readonly home: string
  readonly child: ChildProcess
  /** All that the process wrote so far. */
  output(): string
  call(method: string, path: string, call?: Call): Promise<Answer>
  huisclos(...args: readonly string[]): Promise<Ended>
  stop(signal?: NodeJS.Signals): Promise<number | null>
  remove(): Promise<void>
}

/** Each worker of Jest has ports of its own. */
const lanes = 16
const lane = Number(process.env.JEST_WORKER_ID ?? 0) % lanes
const given = new Set<number>()

/**
 * A port for a program that must be told one. It lies below those that the system gives to connections and to whoever listens on port 0:
 * until the program takes it, nobody else does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_240 + lanes * randomInt(1400) + lane
    if (!given.has(port) && (await isFree(port))) {
      given.add(port)
      return port
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Runs a program of the repository to its end. */
export function run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
      cwd: repository,
      env: { ...process.env, ...environment },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (part) => {
      stdout += part
    })
    child.stderr.on('data', (part) => {
      stderr += part
    })
    child.once('close', (status) => resolve({ status: status ?? -1, stdout, stderr }))
  })
}

/** Starts `npm start` on a home of its own and waits until it is ready. */
export async function startSystem(options: { demo?: 'full' | 'empty'; home?: string } = {}): Promise<System> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'huisclos-contract-')))
  const port = await freePort()
  const environment = {
    HUISCLOS_HOME: home,
    HUISCLOS_PORT: String(port),
    HUISCLOS_WIRE_PORT: '0',
    HUISCLOS_DEMO: options.demo ?? 'empty',
  }
  const child = spawn(process.execPath, ['--import', 'tsx', 'services/main.ts'], {
    cwd: repository,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (part) => {
    output += part
  })
  child.stderr.on('data', (part) => {
    output += part
  })
  const url = `http://127.0.0.1:${port}`
  const tokens = new Map<string, Promise<string>>()
  const huisclos = (...args: readonly string[]) => run(['services/cli.ts', ...args], environment)
  const token = (subject: string): Promise<string> => {
    const known = tokens.get(subject) ?? mintDemoToken({ home, subject, clock: systemClock })
    tokens.set(subject, known)
    return known
  }
  const system: System = {
    url,
    home,
    child,
    output: () => output,
    huisclos,
    async call(method, path, call = {}) {
      const headers = new Headers(call.headers)
      if (call.as !== undefined) headers.set('authorization', `Bearer ${await token(call.as)}`)
      return send(url + path, method, { ...call, headers })
    },
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode)
        child.once('exit', (code) => resolve(code))
        child.kill(signal)
      }),
    async remove() {
      await system.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
  await ready(system)
  return system
}

export async function send(
  url: string,
  method: string,
  { headers, body, raw, signal }: Omit<Call, 'headers'> & { readonly headers: Headers },
): Promise<Answer> {
  if (body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json')
  const sent = raw ?? (body === undefined ? null : JSON.stringify(body))
  const init = { method, headers, body: sent, ...(signal ? { signal } : {}) }
  const response = await fetch(url, init as RequestInit)
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null }
}

async function ready(system: System): Promise<void> {
  const deadline = Date.now() + 120_000
  while (Date.now() < deadline) {
    if (system.child.exitCode !== null) throw new Error(`the system stopped:\n${system.output()}`)
    const answer = await system.call('GET', '/readyz').catch(() => null)
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the system is not ready:\n${system.output()}`)
}

/** Asks until an answer satisfies; the last answer is returned when time is over, for the assertion to show. */
export async function until(
  ask: () => Promise<Answer>,
  satisfied: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = Date.now() + 60_000
  let answer = await ask()
  while (!satisfied(answer) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    answer = await ask()
  }
  return answer
}
