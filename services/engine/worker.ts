/**
 * The parent's half of a child process that the house can lose. What the child sends is hostile: bad frames, wrong schemas and
 * long answers kill it. A call that runs too long is interrupted, and its process killed 500 ms later.
 */
import { z } from 'zod'
import { afterArrivals } from '../kernel/arrivals.ts'
import { type Log, silentLog } from '../kernel/log.ts'
import type { Child, Launched, LaunchOptions } from './box/launch.ts'
import { EngineFailure, type FailureKind, queryFailed } from './failure.ts'
import { encodeFrames, FrameReader, type Message } from './frames.ts'
import { watchMemory } from './memory.ts'
import { countEnd, countStart } from './worker-counts.ts'

export interface WorkerOptions {
  /** A word for the log. */
  readonly name: string
  /** Memory of the engine inside. The process is killed when its resident size passes 1.2 × `dataBytes` of this. */
  readonly memoryBytes: number
  readonly log?: Log
  /** Largest answer that the parent reads, 256 MiB when left out; a longer one kills the process. */
  readonly maxAnswerBytes?: number
  /** How long it may take to come up, in ms; 30 s when left out. */
  readonly startMs?: number
}

interface CallOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Told now and then how far the call is, where the worker says so. */
  readonly onProgress?: (progress: Readonly<Record<string, number>>) => void
}

type WorkerFacts = Readonly<Record<string, string | number | boolean>>

/** A child process that answers calls, one after the other, in the order of the calls. */
export interface Process {
  /** What the worker said of itself when it was ready. */
  readonly facts: WorkerFacts
  /**
   * The answer of the worker, not yet checked: it is hostile, parse it. Parameters and answers are JSON, bigint, and
   * Uint8Array as the value itself or a direct member.
   *
   * At `timeoutMs`, or when the signal aborts, the worker is interrupted, and killed 500 ms later unless it has answered by
   * then. Rejects with QUERY_FAILED, whatever happened; `failureOf` tells why.
   */
  call(method: string, params: unknown, options: CallOptions): Promise<unknown>
  /** SIGKILL. Every call in hand rejects; `why` is what their cause says, `aborted` when left out. */
  kill(why?: FailureKind): void
  /** Resolves when the process is gone. */
  readonly closed: Promise<void>
  /** False from the moment the process is known to be dead or dying. */
  readonly alive: boolean
}

const KILL_AFTER_MS = 500
const START_MS = 30_000
const MIB = 1024 * 1024
const ANSWER_BYTES = 256 * MIB
const STDERR_BYTES = 64 * 1024
/** A worker tells twice a second; one that tells more keeps its parent busy. */
const TELLINGS = 20
const TELLINGS_PER_SECOND = 4

const factsSchema = z.record(z.string().max(40), z.union([z.string().max(200), z.number(), z.boolean()]))
const progressSchema = z.record(z.string().max(20), z.number())
const faultSchema = z.strictObject({ detail: z.string().max(80) })

interface Pending {
  readonly resolve: (body: unknown) => void
  readonly reject: (error: unknown) => void
  readonly onProgress?: CallOptions['onProgress']
  readonly began: number
  told: number
  /** Set when the deadline or the caller ended the call: what its failure is then called. */
  ended?: FailureKind
}

/** What a process may hold: the engine's own limit binds its caches, not its string functions (security.md 6.4). */
function dataBytes(memoryBytes: number): number {
  return Math.round(memoryBytes * 1.5) + 512 * MIB
}

/** What it may ask for at all: a part of it is never touched, such as stacks of threads and what allocators keep. */
function askedBytes(memoryBytes: number): number {
  return 2 * dataBytes(memoryBytes)
}

/** What it may hold in memory: above this it is killed. */
function residentBytes(memoryBytes: number): number {
  return Math.round(dataBytes(memoryBytes) * 1.2)
}

/** The bounds of a process whose engine has so much memory, as its launcher takes them. */
export function bytesOf(memoryBytes: number): Pick<LaunchOptions, 'dataBytes' | 'residentBytes'> {
  return { dataBytes: askedBytes(memoryBytes), residentBytes: residentBytes(memoryBytes) }
}

/** A launched child as a process that answers calls; rejects with QUERY_FAILED when it does not come up in time. */
export async function attach(launched: Launched, options: WorkerOptions): Promise<Process> {
  const worker = new Worker(launched, options)
  await worker.ready
  return worker
}

class Worker implements Process {
  readonly ready: Promise<void>
  readonly closed: Promise<void>
  alive = true
  facts: WorkerFacts = {}

  readonly #child: Child
  readonly #log: Log
  readonly #name: string
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #why: EngineFailure | undefined

  constructor({ child, worker }: Launched, options: WorkerOptions) {
    this.#log = options.log ?? silentLog
    this.#name = options.name
    countStart(this.#name)
    this.#child = child
    this.ready = this.#expectReady(options.startMs ?? START_MS)
    this.ready.catch(() => {})
    this.closed = new Promise((resolve) => {
      this.#child.once('error', () => this.#gone(resolve))
      this.#child.once('close', () => this.#gone(resolve))
    })
    this.#readFrames(new FrameReader(options.maxAnswerBytes ?? ANSWER_BYTES))
    this.#readErrors()
    const limit = residentBytes(options.memoryBytes)
    void worker.then((pid) => {
      const stop = watchMemory(pid, limit, () => this.#end(new EngineFailure('memory')))
      void this.closed.then(stop)
    })
  }

  call(method: string, params: unknown, options: CallOptions): Promise<unknown> {
    if (!this.alive) return Promise.reject(this.#refusal())
    if (options.signal?.aborted) return Promise.reject(queryFailed('aborted'))
    this.#lastId += 1
    const id = this.#lastId
    const answer = this.#expect(id, options.onProgress)
    this.#send({ kind: 'call', id, body: { method, params } })
    return this.#within(id, answer, options)
  }

  kill(why: FailureKind = 'aborted'): void {
    this.#end(new EngineFailure(why))
  }

  async #within(id: number, answer: Promise<unknown>, { timeoutMs, signal }: CallOptions): Promise<unknown> {
    let killer: NodeJS.Timeout | undefined
    const stop = (kind: FailureKind) => {
      const pending = this.#pending.get(id)
      if (pending === undefined || pending.ended !== undefined) return
      pending.ended = kind
      this.#send({ kind: 'interrupt', id, body: null })
      killer = setTimeout(() => this.#endUnlessAnswered(id, kind), KILL_AFTER_MS)
    }
    const deadline = setTimeout(() => stop('deadline'), timeoutMs)
    const abort = () => stop('aborted')
    signal?.addEventListener('abort', abort, { once: true })
    try {
      return await answer
    } finally {
      clearTimeout(deadline)
      clearTimeout(killer)
      signal?.removeEventListener('abort', abort)
    }
  }

  /** An answer that came while this process itself stood still has come in time. */
  #endUnlessAnswered(id: number, kind: FailureKind): void {
    afterArrivals(() => {
      if (this.#pending.has(id)) this.#end(new EngineFailure(kind))
    })
  }

  #expect(id: number, onProgress?: CallOptions['onProgress']): Promise<unknown> {
    const began = performance.now()
    return new Promise((resolve, reject) =>
      this.#pending.set(id, { resolve, reject, onProgress, began, told: 0 }),
    )
  }

  #expectReady(startMs: number): Promise<void> {
    const slow = setTimeout(() => this.#end(new EngineFailure('crash', 'did not start')), startMs)
    return this.#expect(0)
      .then((facts) => {
        this.facts = factsSchema.parse(facts)
      })
      .finally(() => clearTimeout(slow))
  }

  #send(message: Message): void {
    if (!this.alive) return
    for (const bytes of encodeFrames(message)) this.#child.stdin.write(bytes)
  }

  #readFrames(reader: FrameReader): void {
    // It hears nothing any more. What it said before is still read: an answer is not lost because a later call found it dead.
    this.#child.stdin.on('error', () => this.#child.kill('SIGKILL'))
    this.#child.stdout.on('data', (bytes: Buffer) => {
      if (!this.alive) return
      try {
        for (const message of reader.push(bytes)) this.#receive(message)
      } catch {
        this.#end(new EngineFailure('crash', 'bad frame'))
      }
    })
  }

  #receive({ kind, id, body }: Message): void {
    const pending = this.#pending.get(id)
    if (pending === undefined || (kind === 'ready') !== (id === 0)) throw new TypeError('nobody asked')
    if (kind === 'progress') {
      this.#tell(pending, body)
      return
    }
    if (kind === 'fault') {
      const { detail } = faultSchema.parse(body)
      this.#log.warn('a worker refused a call', { worker: this.#name, detail })
      pending.reject(queryFailed(pending.ended ?? 'failed', detail))
    } else if (kind === 'ready' || kind === 'answer') {
      if (pending.ended === undefined) pending.resolve(body)
      else pending.reject(queryFailed(pending.ended))
    } else {
      throw new TypeError('a worker does not call')
    }
    this.#pending.delete(id)
  }

  #tell(pending: Pending, body: unknown): void {
    pending.told += 1
    const seconds = (performance.now() - pending.began) / 1000
    if (pending.told > TELLINGS + TELLINGS_PER_SECOND * seconds) throw new TypeError('tells too much')
    const progress = progressSchema.parse(body)
    pending.onProgress?.(progress)
  }

  /** What the child prints is counted, never shown: it may quote a row. */
  #readErrors(): void {
    let printed = 0
    this.#child.stderr.on('data', (bytes: Buffer) => {
      printed += bytes.byteLength
      if (printed > STDERR_BYTES) this.#end(new EngineFailure('crash', 'printed too much'))
    })
  }

  #end(why: EngineFailure): void {
    if (!this.alive) return
    this.alive = false
    this.#why = why
    countEnd(this.#name, why.kind)
    this.#child.kill('SIGKILL')
    this.#rejectAll()
    if (why.kind !== 'aborted')
      this.#log.warn('a worker was killed', { worker: this.#name, cause: why.message })
  }

  #gone(resolve: () => void): void {
    if (this.alive) {
      this.alive = false
      countEnd(this.#name, 'died')
      this.#log.warn('a worker died', { worker: this.#name })
    }
    this.#rejectAll()
    resolve()
  }

  #rejectAll(): void {
    for (const pending of this.#pending.values()) {
      pending.reject(pending.ended === undefined ? this.#refusal() : queryFailed(pending.ended))
    }
    this.#pending.clear()
  }

  #refusal() {
    return queryFailed(this.#why?.kind ?? 'crash', this.#why?.detail)
  }
}
