/**
 * Rolling restarts under load: a new node is started beside the old one, on another port and the same home, and takes over when the
 * old one stops. The clients do what a proxy does: on 503, and where nobody listens, they try the other port. `restart=ROUNDS`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { deposit, grant } from '../contract/study.ts'
import type { Answer } from '../contract/system.ts'
import { Judge } from './kills/judge.ts'
import { type Caller, Supervisor } from './kills/supervisor.ts'
import { Told } from './kills/told.ts'
import { type Spread, spread } from './spread.ts'

export interface RestartOptions {
  readonly rounds: number
  readonly say?: (line: string) => void
}

export interface RestartFigures {
  readonly rounds: number
  readonly calls: number
  readonly answers: number
  /** Longest time without a 200, in ms, of each restart. */
  readonly gapMs: Spread
  readonly exits: readonly (number | null)[]
  /** Answers other than 200 that a client saw who tries again. */
  readonly errors: readonly string[]
  readonly faults: readonly string[]
}

const clients = 4
const giveUpMs = 30_000

export async function main({ rounds, say = () => {} }: RestartOptions): Promise<RestartFigures> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-restart-'))
  const both = [await Supervisor.on({ home }), await Supervisor.on({ home })] as const
  const told = new Told()
  const exits: (number | null)[] = []
  try {
    await both[0].start()
    await deposit(both[0])
    const { project } = await grant(both[0])
    const traffic = new Traffic(both, told, project)
    for (let round = 0; round < rounds; round += 1) {
      const [old, next] = round % 2 === 0 ? both : [both[1], both[0]]
      next.spawn('--take-over')
      await listening(next)
      traffic.beginRound()
      exits.push(await old.kill('SIGTERM'))
      await next.ready()
      await traffic.answered()
      say(`${round + 1}/${rounds}: ${traffic.gapsMs.at(-1)?.toFixed(0)} ms without an answer`)
    }
    await traffic.end()
    const last = both[rounds % 2]
    exits.push((await last?.kill('SIGTERM')) ?? null)
    const judge = new Judge({ home, call: both[0].call, told, projects: [project] })
    const { calls, answers } = told
    return {
      rounds,
      calls,
      answers: answers.length,
      gapMs: spread(traffic.gapsMs),
      exits,
      errors: traffic.errors,
      faults: [...(await judge.log()), ...judge.ends(true)],
    }
  } finally {
    for (const one of both) await one.close()
    await rm(home, { recursive: true, force: true })
  }
}

/** Its door is open, and says that there is nothing behind it yet. */
async function listening(node: Supervisor): Promise<void> {
  for (let waited = 0; waited < giveUpMs; waited += 20) {
    const answer = await fetch(`${node.url}/readyz`).catch(() => null)
    await answer?.text()
    if (answer?.status === 503) return
    await wait(20)
  }
  throw new Error(`nobody listens:\n${node.output}`)
}

class Traffic {
  readonly gapsMs: number[] = []
  readonly errors: string[] = []
  readonly #both: readonly Supervisor[]
  readonly #told: Told
  readonly #all: Promise<unknown>
  #isOver = false
  #lastAt = performance.now()

  constructor(both: readonly Supervisor[], told: Told, project: string) {
    this.#both = both
    this.#told = told
    this.#all = Promise.all([...Array.from({ length: clients }, () => this.#ask(project)), this.#read()])
  }

  beginRound(): void {
    this.gapsMs.push(0)
  }

  /** Resolves with the next 200, which ends the gap of this round. */
  async answered(): Promise<void> {
    const before = this.#lastAt
    while (this.#lastAt === before) await wait(20)
  }

  async end(): Promise<void> {
    this.#isOver = true
    await this.#all
  }

  async #ask(project: string): Promise<void> {
    while (!this.#isOver) {
      const sql = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex'
      const answer = await this.#tried('POST', `/api/v1/projects/${project}/queries`, {
        as: 'alice',
        body: { sql },
      })
      if (answer?.status === 200)
        this.#told.answers.push({ id: answer.json.id, project, seq: answer.json.receipt.seq })
    }
  }

  async #read(): Promise<void> {
    while (!this.#isOver) {
      await this.#tried('GET', '/api/v1/me', { as: 'alice' })
      await wait(5)
    }
  }

  /** The first answer that is no 503. */
  async #tried(...given: Parameters<Caller>): Promise<Answer | null> {
    const from = performance.now()
    for (let i = 0; performance.now() - from < giveUpMs; i += 1) {
      const answer = await this.#once(this.#both[i % this.#both.length] as Supervisor, given)
      if (answer !== 'again') return answer
      await wait(10)
    }
    this.errors.push('no answer')
    return null
  }

  /** A connection that breaks off in the middle is an error that nobody may hide. */
  async #once(node: Supervisor, given: Parameters<Caller>): Promise<Answer | null | 'again'> {
    try {
      const answer = await this.#told.hearing(node.call)(...given)
      if (answer.status === 503) return 'again'
      if (answer.status === 200) this.#noteAnswer()
      else this.errors.push(`${answer.status} ${answer.json?.code ?? ''}`)
      return answer
    } catch (error) {
      if (isRefused(error)) return 'again'
      this.errors.push(String(error instanceof Error ? (error.cause ?? error) : error))
      return null
    }
  }

  #noteAnswer(): void {
    const now = performance.now()
    const last = this.gapsMs.length - 1
    this.gapsMs[last] = Math.max(this.gapsMs[last] ?? 0, now - this.#lastAt)
    this.#lastAt = now
  }
}

/** No connection came about: nothing was sent, so that it may be sent again. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'syscall' in cause && cause.syscall === 'connect'
}
