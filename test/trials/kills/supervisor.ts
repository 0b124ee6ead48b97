/** Starts a real node again and again on one home and one port, and tells how long it took until it was ready. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { mintDemoToken } from '../../../services/identity/demo-keys.ts'
import { systemClock } from '../../../services/kernel/clock.ts'
import { type Answer, freePort, send } from '../../contract/system.ts'
import { root } from '../copy.ts'
import { descendants, processes, type Seen } from '../processes.ts'

interface Call {
  readonly as?: string
  readonly body?: unknown
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export type Caller = (method: string, path: string, call?: Call) => Promise<Answer>

export interface SupervisorOptions {
  readonly home: string
  /** The sources that are run; those of this repository when left out. */
  readonly sources?: string
  /** A second supervisor of the same home listens elsewhere. */
  readonly environment?: Readonly<Record<string, string>>
  /** Modules of the sources that are loaded before the node. */
  readonly imports?: readonly string[]
}

/** Also on a machine that has much else to do; how long it took is told. */
const readyMs = 180_000
const pollMs = 10
const lastLines = 4000

export class Supervisor {
  readonly home: string
  readonly url: string
  readonly #port: number
  readonly #sources: string
  readonly #environment: Readonly<Record<string, string>>
  readonly #imports: readonly string[]
  readonly #tokens = new Map<string, Promise<string>>()
  #child: ChildProcess | undefined
  #ended: Promise<number | null> = Promise.resolve(null)
  #output = ''

  private constructor(
    port: number,
    { home, sources = root, environment = {}, imports = [] }: SupervisorOptions,
  ) {
    this.#port = port
    this.home = home
    this.url = `http://127.0.0.1:${port}`
    this.#sources = sources
    this.#environment = environment
    this.#imports = imports.flatMap((path) => ['--import', join(sources, path)])
  }

  static async on(options: SupervisorOptions): Promise<Supervisor> {
    return new Supervisor(await freePort(), options)
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Exit status of the node, null after a signal. */
  get ended(): Promise<number | null> {
    return this.#ended
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What the node wrote last. */
  get output(): string {
    return this.#output
  }

  spawn(...options: readonly string[]): void {
    this.#output = ''
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', ...this.#imports, 'services/main.ts', ...options],
      {
        cwd: this.#sources,
        env: {
          ...process.env,
          HUISCLOS_HOME: this.home,
          HUISCLOS_PORT: String(this.#port),
          HUISCLOS_WIRE_PORT: '0',
          HUISCLOS_DEMO: 'empty',
          ...this.#environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const keep = (part: unknown) => {
      this.#output = (this.#output + String(part)).slice(-lastLines)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
  }

  /** Starts the node and gives the ms from the start of its process to the first 200 of /readyz; throws when it ends before. */
  async start(): Promise<number> {
    const from = performance.now()
    this.spawn()
    await this.ready()
    return performance.now() - from
  }

  async ready(): Promise<void> {
    const deadline = performance.now() + readyMs
    while (this.isRunning && performance.now() < deadline) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => null)
      await answer?.text()
      if (answer?.status === 200) return
      await wait(pollMs)
    }
    const how = this.isRunning ? 'it still runs' : `it ended with ${await this.#ended}`
    throw new Error(`the node did not become ready, ${how}:\n${this.#output}`)
  }

  /** Stops it where it stands, so that nobody is born between the look and the kill. */
  async freeze(): Promise<readonly Seen[]> {
    if (!this.isRunning) return []
    process.kill(this.pid, 'SIGSTOP')
    return descendants(this.pid)
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    if (this.isRunning) this.#child?.kill(signal)
    return this.#ended
  }

  /** Stops the node in its order, and the database that a killed one left. */
  async close(): Promise<void> {
    await this.kill('SIGTERM')
    const data = join(this.home, 'postgres', 'data')
    for (const { pid, command } of await processes())
      if (command.includes(` -D ${data} `)) process.kill(pid, 'SIGQUIT')
  }

  readonly call: Caller = async (method, path, { as, ...call } = {}) => {
    const headers = new Headers(call.headers)
    if (as !== undefined) headers.set('authorization', `Bearer ${await this.#token(as)}`)
    return send(this.url + path, method, { ...call, headers })
  }

  #token(subject: string): Promise<string> {
    const { home } = this
    const token = this.#tokens.get(subject) ?? mintDemoToken({ home, subject, clock: systemClock })
    this.#tokens.set(subject, token)
    return token
  }
}
