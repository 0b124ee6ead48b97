/** The queries that run now, and every way to stop one. In memory: what runs dies with the process. */
import type { Part } from '../habilitation/lines.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { type Code, type Facts, Refusal } from '../kernel/refusal.ts'

/** Why a query was stopped, as its log entry says it. */
export type Cause = 'deadline' | 'revoked' | 'client' | 'restart'

/** The reason given to the AbortSignal of a stopped query; it becomes the answer. */
class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly why: Cause
  readonly code: Code

  constructor(why: Cause, code: Code) {
    super(why)
    this.why = why
    this.code = code
  }
}

/** A query in hand. `signal` is aborted with a `Stopped` as its reason. */
export interface Run {
  readonly id: string
  readonly signal: AbortSignal
  /** Names the datasets, once the text has been understood, so that the stop of one line finds this query; each once. */
  reads(datasets: readonly string[]): readonly string[]
  /** Throws what a stopped query answers. */
  check(): void
  /**
   * The same promise, but a stop answers at once, whatever the engine still has to put away. `work` is to watch the signal itself:
   * its own end, good or bad, is then of no interest.
   */
  wait<T>(work: Promise<T>): Promise<T>
  /** Its turn has come: the wall time counts from here. */
  begins(): void
  /** Forgets the query and its timer. */
  end(): void
}

export interface Start {
  readonly id: string
  readonly project: string
  /** Who asks, and in which session. */
  readonly by: Actor & { readonly session?: string }
  /** Instant in ms at which the permission ends by itself: the query ends with it, and answers this code. */
  readonly until: { readonly at: number; readonly code: Code }
  /** Wall time of the whole query, without its wait for a turn. */
  readonly timeoutMs: number
  /** How long it may wait for its turn; not at all when left out. */
  readonly waitMs?: number
  /** The client's own signal. */
  readonly client?: AbortSignal
}

export interface Running {
  /**
   * Refusals: CONFLICT when a query of that id runs already, UNAUTHENTICATED when its session was closed meanwhile, UNAVAILABLE
   * after `close`.
   */
  start(start: Start): Run
  /**
   * Stops the queries of a project, or of a part of it, at once; they answer with this code. The part of a dataset holds those
   * that read it and those not yet understood. A query that starts later sees the new permit in its own decision.
   */
  stop(project: string, code: Code, part?: Part): void
  /** Stops the queries of closed sessions at once; they answer UNAUTHENTICATED, and so does a call that was on its way to one. */
  stopSessions(ids: readonly string[]): void
  /** Resolves when the queries of a project that run now have ended, however long that takes. */
  ended(project: string): Promise<void>
  isRunning(id: string, project: string, by: Actor): boolean
  /** Stops one query of this person; false when none has that id in this project. */
  cancel(id: string, project: string, by: Actor): boolean
  /** Resolves when no query runs and none waits. */
  idle(): Promise<void>
  /** Stops everything, for the end of the process: what runs and what comes answers UNAVAILABLE. */
  close(): void
}

interface Entry extends Start {
  readonly controller: AbortController
  readonly ended: Promise<void>
  datasets: readonly string[] | null
}

/** Longer than any call is on its way from its door to its query. */
const closedKeptMs = 10 * 60_000

const longestTimer = 2 ** 31 - 1

const causes: readonly Cause[] = ['deadline', 'revoked', 'client', 'restart']

/** The cause behind the rule of a refusal, when the query was stopped. */
export function causeOf(rule: string | undefined): Cause | undefined {
  return causes.find((cause) => rule === `query.${cause}`)
}

/** What a stopped query answers. A client that went away reads nothing, but the log does. */
function asRefusal(signal: AbortSignal): Refusal {
  const stopped = signal.reason
  if (stopped instanceof Stopped)
    return new Refusal(stopped.code, { rule: `query.${stopped.why}`, ...factOf(stopped) })
  return new Refusal('QUERY_FAILED', { rule: 'query.client' })
}

/** That it held when the query began; what failed since is said by the code. */
function factOf({ why, code }: Stopped): Pick<Facts, 'fact'> {
  if (code === 'QUERY_FAILED' || code === 'UNAVAILABLE') return {}
  return { fact: { key: why === 'deadline' ? 'fact.endedMeanwhile' : 'fact.stoppedMeanwhile' } }
}

export function openRunning(clock: Clock): Running {
  const entries = new Map<string, Entry>()
  /** By id of the session, when it was closed. */
  const closed = new Map<string, number>()
  let isStopping = false
  const isClosed = ({ session }: Start['by']) => session !== undefined && closed.has(session)
  const halt = (entry: Entry, cause: Cause, code: Code) => entry.controller.abort(new Stopped(cause, code))
  return {
    start(start) {
      if (isStopping) throw new Refusal('UNAVAILABLE', { rule: 'query.restart' })
      if (isClosed(start.by)) throw new Refusal('UNAUTHENTICATED', { rule: 'session.closed' })
      return register(entries, start, clock)
    },
    stop(project, code, part = {}) {
      for (const entry of entries.values())
        if (entry.project === project && isIn(part, entry)) halt(entry, 'revoked', code)
    },
    stopSessions(ids) {
      const now = clock.now()
      for (const [id, at] of closed) if (now - at > closedKeptMs) closed.delete(id)
      for (const id of ids) closed.set(id, now)
      for (const entry of entries.values()) if (isClosed(entry.by)) halt(entry, 'revoked', 'UNAUTHENTICATED')
    },
    async idle() {
      while (entries.size > 0) await Promise.all([...entries.values()].map(({ ended }) => ended))
    },
    async ended(project) {
      const own = [...entries.values()].filter((entry) => entry.project === project)
      await Promise.all(own.map(({ ended }) => ended))
    },
    isRunning: (id, project, by) => own(entries.get(id), project, by) !== undefined,
    cancel(id, project, by) {
      const entry = own(entries.get(id), project, by)
      if (entry) halt(entry, 'client', 'QUERY_FAILED')
      return entry !== undefined
    },
    close() {
      isStopping = true
      for (const entry of entries.values()) halt(entry, 'restart', 'UNAVAILABLE')
    },
  }
}

function isIn({ dataset, person }: Part, { datasets, by }: Entry): boolean {
  const isRead = dataset === undefined || datasets === null || datasets.includes(dataset)
  return isRead && (person === undefined || samePerson(person, by))
}

function register(entries: Map<string, Entry>, start: Start, clock: Clock): Run {
  if (entries.has(start.id)) throw new Refusal('CONFLICT', { rule: 'query.id' })
  const controller = new AbortController()
  let onEnd = () => {}
  const ended = new Promise<void>((resolve) => {
    onEnd = resolve
  })
  const entry: Entry = { ...start, controller, ended, datasets: null }
  entries.set(start.id, entry)
  const abort = (cause: Cause, code: Code) => controller.abort(new Stopped(cause, code))
  const timed = (wallMs: number) => {
    const permittedMs = start.until.at - clock.now()
    const [ms, code]: [number, Code] =
      permittedMs < wallMs ? [permittedMs, start.until.code] : [wallMs, 'QUERY_FAILED']
    return setTimeout(() => abort('deadline', code), Math.min(Math.max(ms, 0), longestTimer))
  }
  let timer = timed(start.timeoutMs + (start.waitMs ?? 0))
  const onClient = () => abort('client', 'QUERY_FAILED')
  start.client?.addEventListener('abort', onClient, { once: true })
  if (start.client?.aborted) onClient()
  return {
    id: start.id,
    signal: controller.signal,
    reads(datasets) {
      entry.datasets = [...new Set(datasets)]
      return entry.datasets
    },
    check() {
      if (controller.signal.aborted) throw asRefusal(controller.signal)
    },
    wait: (work) => untilStopped(work, controller.signal),
    begins() {
      clearTimeout(timer)
      timer = timed(start.timeoutMs)
    },
    end() {
      clearTimeout(timer)
      start.client?.removeEventListener('abort', onClient)
      entries.delete(start.id)
      onEnd()
    },
  }
}

async function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onStop = () => {}
  const stopped = new Promise<never>((_, reject) => {
    onStop = () => reject(asRefusal(signal))
    signal.addEventListener('abort', onStop, { once: true })
    if (signal.aborted) onStop()
  })
  try {
    return await Promise.race([stopped, work])
  } catch (error) {
    // What the engine says of a statement that was interrupted is not why the query ended.
    throw signal.aborted ? asRefusal(signal) : error
  } finally {
    signal.removeEventListener('abort', onStop)
  }
}

function own(entry: Entry | undefined, project: string, by: Actor): Entry | undefined {
  return entry && entry.project === project && samePerson(entry.by, by) ? entry : undefined
}
