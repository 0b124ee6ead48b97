import type { Limits, ReleasedTable, RewrittenStatement, Rows, VaultSession } from './engine.ts'
import { queryFailed } from './failure.ts'
import type { Process } from './process.ts'
import { trustRows } from './rows.ts'

const RESET_MS = 5_000

/** One session on a process of a bulle. `giveBack` is told how many statements it ran, once the process is found as it was, or killed. */
export class Session implements VaultSession {
  readonly #process: Process
  readonly #limits: Limits
  readonly #signal: AbortSignal
  readonly #giveBack: (statements: number) => void
  #statements = 0
  #sound = true
  #closed = false

  constructor(
    process: Process,
    { limits, signal }: { limits: Limits; signal: AbortSignal },
    giveBack: (statements: number) => void,
  ) {
    this.#process = process
    this.#limits = limits
    this.#signal = signal
    this.#giveBack = giveBack
  }

  run(statement: RewrittenStatement): Promise<Rows> {
    const { maxRows } = this.#limits
    this.#statements += 1
    return this.#call('run', { statement, maxRows }, (answer) => trustRows(answer, maxRows))
  }

  take(table: ReleasedTable): Promise<void> {
    return this.#call('take', table, () => undefined)
  }

  async #call<T>(method: string, params: unknown, read: (answer: unknown) => T): Promise<T> {
    if (this.#closed) throw queryFailed('failed', 'session closed')
    try {
      const { timeoutMs } = this.#limits
      return read(await this.#process.call(method, params, { timeoutMs, signal: this.#signal }))
    } catch (error) {
      this.#sound = false
      throw error
    }
  }

  /** The answer need not wait for the check of the process; the next session does. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (!this.#sound) this.#process.kill('failed')
    void this.#unchanged().then((unchanged) => {
      if (!unchanged) this.#process.kill('drift')
      this.#giveBack(this.#statements)
    })
  }

  async #unchanged(): Promise<boolean> {
    try {
      return (await this.#process.call('reset', null, { timeoutMs: RESET_MS })) === true
    } catch {
      // It died or hangs: not unchanged.
      return false
    }
  }
}
