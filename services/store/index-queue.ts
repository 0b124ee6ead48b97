/** What waits to be written to the search index: in order, in batches, again after a failure, and never more than memory holds. */
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'

/** Most entries of one statement. */
export const batchSize = 500
const retryMs = 1_000
/** Beyond this the index stops where it is, until it is rebuilt, rather than take the memory of the process. */
const waitingLimit = 100_000

export interface IndexQueue<T> {
  add(entry: T): void
  flush(): Promise<void>
  /** Takes entries again from now on, while all earlier ones are filled in from the log. */
  restart(fill: () => Promise<void>): Promise<void>
  close(): void
}

/** Writes in the order of adding, one batch at a time: what is added meanwhile makes the next batch. */
export function openIndexQueue<T>(write: (batch: readonly T[]) => Promise<void>, log: Log): IndexQueue<T> {
  let waiting: T[] = []
  let full = false
  let closed = false
  let writing: Promise<void> | null = null
  let retry: NodeJS.Timeout | undefined
  let last: Promise<void> = Promise.resolve()

  /** One at the table at a time: two that insert the same rows in their own order would wait for each other. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  async function writeBatch(): Promise<void> {
    const batch = waiting.slice(0, batchSize)
    if (batch.length > 0) await write(batch)
    waiting = waiting.slice(batch.length)
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) await inTurn(writeBatch)
  }

  function start(): Promise<void> {
    clearTimeout(retry)
    writing ??= drain().finally(() => {
      writing = null
    })
    return writing
  }

  function startSoon(): void {
    // Nobody waits for this one: a failure is tried again, and whoever searches meanwhile is told.
    start().catch(() => {
      if (closed) return
      log.warn('the audit index could not be written: trying again', { waiting: waiting.length })
      retry = setTimeout(startSoon, retryMs).unref()
    })
  }

  return {
    add(entry) {
      if (full || closed) return
      if (waiting.length >= waitingLimit) {
        full = true
        log.error('the audit index stays behind until it is rebuilt')
        return
      }
      waiting.push(entry)
      if (writing === null) startSoon()
    },
    async flush() {
      if (full) throw new Refusal('UNAVAILABLE', { rule: 'store.index-behind' })
      await writing
      await start()
    },
    restart: (fill) =>
      inTurn(async () => {
        if (full) waiting = []
        full = false
        try {
          await fill()
        } catch (error) {
          full = true
          throw error
        }
      }),
    close() {
      closed = true
      clearTimeout(retry)
    },
  }
}
