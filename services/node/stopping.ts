/** How a node ends: who comes is sent away, who was here gets an answer and its entry, then the floors are closed. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Closable } from '../kernel/id.ts'
import type { Running } from '../query/running.ts'
import type { Door } from './listening.ts'

/** Queries that run when the stop is asked for may end within this; what is left of them is then cut, with its entry. */
export const graceMs = 10_000

export interface Stopping {
  /** From here on every new call is answered 503, and so is /readyz. */
  sendAway(): void
  readonly running: Pick<Running, 'idle' | 'close'>
  readonly door: Pick<Door, 'answered'>
  /** All that was opened, the door too, which still sends away while the floors are closed. */
  readonly closing: Closable
  readonly graceMs: number
}

/** Resolves when nothing is left of the node. */
export async function stopInOrder({ sendAway, running, door, closing, graceMs }: Stopping): Promise<void> {
  sendAway()
  const late = new AbortController()
  const over = pause(graceMs, undefined, { signal: late.signal }).catch(() => undefined)
  await Promise.race([running.idle(), over])
  late.abort()
  running.close()
  await door.answered()
  await closing.close()
}

export interface ProcessEnd {
  /** Begins the end; a later call changes nothing. */
  begin(exitCode: number): void
  /** A signal: the first begins the end, one that comes later ends the process at once. */
  signal(exitCode: number): void
}

export interface ProcessEndNeeds {
  close(): Promise<unknown>
  exit(code: number): void
  /** ms, of a clock that never goes back. */
  now(): number
}

/** However a stop goes, it is over after this. */
const endMs = 30_000
/** One Ctrl-C reaches a process twice where npm passes it on as well: so soon, it is the same one. */
const sameSignalMs = 500

/** The end of the process, which happens once: status 0 or that of the failure, 1 where not all was closed in time. */
export function openProcessEnd({ close, exit, now }: ProcessEndNeeds): ProcessEnd {
  let begunAt: number | undefined
  const begin = (exitCode: number) => {
    if (begunAt !== undefined) return
    begunAt = now()
    setTimeout(() => exit(exitCode || 1), endMs).unref()
    close().then(
      () => exit(exitCode),
      () => exit(exitCode || 1),
    )
  }
  return {
    begin,
    signal(exitCode) {
      if (begunAt === undefined) begin(0)
      else if (now() - begunAt >= sameSignalMs) exit(exitCode)
    },
  }
}
