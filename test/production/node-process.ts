/** `npm start` as a process of its own, with the environment of an operator. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const patienceMs = 90_000

export interface NodeProcess {
  /** All that it wrote so far. */
  output(): string
  /** Resolves when /readyz says so; rejects with its last words when it ends first. */
  ready(address: string): Promise<void>
  /** SIGTERM as a supervisor sends it; answers the exit status, null where npm stood in front and died of it. */
  stop(): Promise<number | null>
  /** The exit status of a start that does not go on. */
  readonly ended: Promise<number | null>
}

/** Any command of the repository that goes on until it is stopped. */
export function startProcess(
  [file = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): NodeProcess {
  const child = spawn(file, args, {
    cwd: repository,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm keeps a signal to itself: what it runs gets it as the group that both are in.
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      output += part
    })
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  return {
    ended,
    output: () => output,
    async ready(address) {
      for (const until = Date.now() + patienceMs; Date.now() < until; ) {
        if (isOver()) throw new Error(`it has ended:\n${output}`)
        const answer = await fetch(`${address}/readyz`).catch(() => null)
        if (answer?.status === 200) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error(`it is not ready:\n${output}`)
    },
    async stop() {
      if (!isOver() && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
      return ended
    },
  }
}
