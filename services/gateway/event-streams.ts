/**
 * Long work told as it goes (security.md 10): a stream says again what the GET of the same thing answers, whenever it has changed.
 * Nothing is kept for it: each event has the hash of what it says as its id, and whoever comes back with it is not told it twice.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Response } from 'express'
import type { Sessions } from '../identity/sessions.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { traceOf } from './problem.ts'

/** What a stream tells, and to whom. */
interface Followed {
  /** The session that it is of; its end is the end of the stream. */
  readonly session: string | undefined
  /** What was said when the stream was asked for. */
  readonly first: unknown
  /** What is to be said now, looked up anew with all rights: a Refusal ends the stream, and says no more than that. */
  read(): Promise<unknown>
  /** Whether the work is over: what is said then is the last that is said. */
  isOver(said: unknown): boolean
}

export interface EventStreams extends Closable {
  /** Answers with a stream, which ends with the work, the right, the session, the connection or the node, whichever is first. */
  follow(response: Response, followed: Followed): void
}

interface StreamNeeds {
  readonly log: Log
  readonly sessions: Pick<Sessions, 'watch'>
  /** A comment so often keeps proxies from closing what is silent. Default 15 s. */
  readonly heartbeatMs?: number
  /** How often is looked whether there is something to say, and whether it may still be said. Default half a second. */
  readonly lookMs?: number
  /** After this the client has to come again, and to say again who it is. Default 5 min. */
  readonly longestMs?: number
}

const usual = { heartbeatMs: 15_000, lookMs: 500, longestMs: 5 * 60_000 } as const

/** How soon a client that was cut off comes back. */
const retryMs = 2_000
/** Whoever reads so much less than is said reads nothing any more. */
const mostUnread = 1024 ** 2

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  // nginx would keep back what is short.
  'X-Accel-Buffering': 'no',
} as const

interface Stream {
  readonly response: Response
  readonly followed: Followed
  readonly ending: AbortController
}

/** Streams of one node. Closing it ends all of them. */
export function openEventStreams(needs: StreamNeeds): EventStreams {
  const { sessions, log, ...times } = { ...usual, ...needs }
  const open = new Set<Stream>()
  let isClosed = false
  sessions.watch((closed) => {
    const ids = new Set(closed.map(({ id }) => id))
    for (const { followed, ending } of open)
      if (followed.session !== undefined && ids.has(followed.session)) ending.abort()
  })
  return {
    follow(response, followed) {
      const stream = { response, followed, ending: new AbortController() }
      open.add(stream)
      response.once('close', () => {
        stream.ending.abort()
        open.delete(stream)
      })
      if (isClosed) stream.ending.abort()
      tell(stream, times).catch((error: unknown) => {
        log.error('a stream of events failed', { trace: traceOf(error) })
        response.destroy()
      })
    },
    async close() {
      isClosed = true
      for (const { ending } of open) ending.abort()
    },
  }
}

async function tell(stream: Stream, times: Required<Pick<StreamNeeds, keyof typeof usual>>): Promise<void> {
  const { response, ending } = stream
  response.status(200).set(headers)
  response.write(`retry: ${retryMs}\n\n`)
  const beat = setInterval(() => write(response, ':\n\n'), times.heartbeatMs)
  const longest = setTimeout(() => ending.abort(), times.longestMs)
  try {
    if (await sayUntilOver(stream, times.lookMs)) write(response, 'event: end\ndata: {}\n\n')
  } finally {
    clearInterval(beat)
    clearTimeout(longest)
    response.end()
  }
}

/** Whether nothing more is to come: the work is over, or the right is gone. */
async function sayUntilOver({ response, followed, ending: { signal } }: Stream, lookMs: number) {
  let said = followed.first
  let last = response.req.get('last-event-id')
  while (!signal.aborted) {
    last = sayNew(response, said, last)
    if (followed.isOver(said)) return true
    await pause(lookMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return false
    try {
      said = await followed.read()
    } catch (error) {
      if (error instanceof Refusal) return true
      throw error
    }
  }
  return false
}

/** The id of what the client knows now. */
function sayNew(response: Response, said: unknown, last: string | undefined): string {
  const data = JSON.stringify(said)
  const id = sha256(data).slice(0, 32)
  if (id !== last) write(response, `id: ${id}\nevent: state\ndata: ${data}\n\n`)
  return id
}

function write(response: Response, text: string): void {
  if (response.writableLength > mostUnread) response.destroy()
  else if (response.writable) response.write(text)
}
