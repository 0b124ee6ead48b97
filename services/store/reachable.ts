/** Waits for a control database that is not there yet: after a power cut the node is often up before it. */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { hasCode } from '../kernel/system-error.ts'
import { newClient } from './client.ts'

export interface Waiting {
  /** How long one attempt may take, and so how long a server may keep quiet, in ms. Default 5 000. */
  readonly answerMs?: number | undefined
  /** Between two attempts, in ms. Default 1 000. */
  readonly everyMs?: number
  /** Called once, when it has to wait, with what the first attempt met: a code, never an address or a password. */
  readonly onWait: (code: string) => void
  /** Ends the waiting, which then rejects. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Resolves when the database answers a question. Waits for one that is away, starting, full or silent; rejects at once with the error
 * of `pg` when it answers that it does not want us (password, name of the database), which no waiting mends.
 */
export async function untilReachable(
  url: string,
  { answerMs = 5_000, everyMs = 1_000, onWait, signal }: Waiting,
): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    const failure = await failureOf(url, answerMs)
    if (failure === null) return
    if (isRefusal(failure)) throw failure
    if (isFirst) onWait(codeOf(failure))
    await pause(everyMs, undefined, { ...(signal && { signal }) })
  }
}

/** Null when it answers. */
async function failureOf(url: string, answerMs: number): Promise<unknown> {
  const client = newClient(url, { name: 'start', answerMs })
  try {
    await client.connect()
    await client.query('SELECT 1')
    return null
  } catch (error) {
    return error
  } finally {
    await client.end().catch(() => {})
  }
}

/** 57P: it starts or stops; 53: too many sessions. Whatever else it says in good order stays as it is until somebody mends it. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code !== undefined && !/^(53|57P)/.test(error.code)
}

function codeOf(error: unknown): string {
  const known = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
  const system = known.find((code) => hasCode(error, code))
  const said = error instanceof pg.DatabaseError ? error.code : undefined
  return system ?? said ?? 'no answer'
}
