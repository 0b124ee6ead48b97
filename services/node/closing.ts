import { setTimeout as pause } from 'node:timers/promises'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'

/** What was opened, closed in the reverse order: each within its time, and one that fails does not keep the others open. */
export class Closing implements Closable {
  readonly #opened: { readonly name: string; readonly close: () => Promise<void> }[] = []
  readonly #log: Log
  readonly #timeoutMs: number
  #closed: Promise<void> | undefined

  constructor(log: Log, timeoutMs = 10_000) {
    this.#log = log
    this.#timeoutMs = timeoutMs
  }

  /** Hands back what it is given, to be closed when its turn comes; at once, when all else is closed already. */
  keep<T extends Closable>(name: string, opened: T): T {
    if (this.#closed !== undefined)
      opened.close().catch(() => this.#log.error('did not close', { part: name }))
    this.#opened.push({ name, close: () => opened.close() })
    return opened
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeAll()
    return this.#closed
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#opened.reverse()) {
      const timer = new AbortController()
      const late = pause(this.#timeoutMs, 'late' as const, { signal: timer.signal }).catch(
        () => 'on time' as const,
      )
      try {
        if ((await Promise.race([close(), late])) === 'late')
          this.#log.warn('did not close in time', { part: name })
      } catch (error) {
        this.#log.error('did not close', {
          part: name,
          error: error instanceof Error ? error.name : typeof error,
        })
      } finally {
        timer.abort()
      }
    }
  }
}
