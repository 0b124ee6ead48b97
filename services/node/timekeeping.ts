/** What the passing of time asks of a running node: written down in the background, and never what a decision waits for. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'

export interface Timekeeping {
  readonly everyMs: number
  readonly work: () => Promise<unknown>
  readonly log: Log
}

/** Does the work again and again, one round after the other, until it is closed; a round that fails is logged and the next one comes. */
export function keepTime({ everyMs, work, log }: Timekeeping): Closable {
  const stopping = new AbortController()
  const done = rounds()
  async function rounds(): Promise<void> {
    while (await waited(everyMs, stopping.signal)) {
      await work().catch((error: unknown) => {
        log.error('what time has ended could not be written down', {
          error: error instanceof Error ? error.name : typeof error,
        })
      })
    }
  }
  return {
    close: () => {
      stopping.abort()
      return done
    },
  }
}

/** False when it was interrupted. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  return pause(ms, true, { signal, ref: false }).catch(() => false)
}
