import type { Closable } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { engineVersion } from './capabilities.ts'
import { queryFailed } from './failure.ts'
import { type Process, type ProcessOptions, startProcess } from './process.ts'
import { Queue } from './queue.ts'

/** Like `startProcess`, for a worker that opens the engine: refuses UNAVAILABLE when it is not the pinned one. */
export async function startEngine(options: ProcessOptions): Promise<Process> {
  const engine = await startProcess(options)
  if (engine.facts.engine === engineVersion()) return engine
  engine.kill()
  throw new Refusal('UNAVAILABLE', {}, { cause: new Error('another engine than the pinned one') })
}

interface Place {
  process: Promise<Process>
  /** Pieces of work that it has done. */
  uses: number
}

export interface PoolOptions {
  readonly size: number
  /** Pieces of work after which a process is replaced, 1 000 when left out: what an engine keeps in memory goes with it. */
  readonly maxUses?: number
}

/** A process that dies as soon as it is up is replaced when somebody needs it, and not in a circle. */
const FLASH_MS = 1000

/**
 * A fixed number of warm processes that serve one piece of work each. A process that dies, at work or idle, takes its own work with
 * it and is replaced at once; a piece of work may also ask for a fresh one.
 */
export class Pool implements Closable {
  readonly #places: readonly Place[]
  readonly #queue: Queue<Place>
  readonly #start: () => Promise<Process>
  readonly #maxUses: number
  #closed = false

  private constructor(start: () => Promise<Process>, { size, maxUses = 1000 }: PoolOptions, first: Process) {
    this.#start = start
    this.#maxUses = maxUses
    this.#places = Array.from({ length: size }, (_, index) => ({
      process: index === 0 ? Promise.resolve(first) : quiet(start()),
      uses: 0,
    }))
    for (const place of this.#places) this.#watch(place)
    this.#queue = new Queue(this.#places)
  }

  static async open(options: PoolOptions, start: () => Promise<Process>): Promise<Pool> {
    return new Pool(start, options, await start())
  }

  /** Runs the work on a process of its own for as long as it takes. */
  async use<T>(work: (process: Process) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const place = await this.#queue.take(signal)
    try {
      const { process, started } = await this.#living(place)
      try {
        return await work(process)
      } finally {
        place.uses += 1
        if (place.uses >= this.#maxUses) process.kill()
        // The successor of a dead process starts before anybody waits for it.
        if (!process.alive) this.#replace(place, started)
      }
    } finally {
      this.#queue.give(place)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(
      this.#places.map(async (place) => {
        const process = await place.process.catch(() => undefined)
        process?.kill()
        await process?.closed
      }),
    )
  }

  async #living(place: Place) {
    const { process: kept } = place
    const process = await kept.catch(() => undefined)
    if (process?.alive) return { process, started: kept }
    this.#replace(place, kept)
    const { process: started } = place
    return { process: await started, started }
  }

  /** Whoever finds the process of a place dead calls this; the first one starts its successor. */
  #replace(place: Place, dead: Promise<Process>): void {
    if (place.process !== dead) return
    place.process = this.#closed ? quiet(Promise.reject(queryFailed('aborted'))) : quiet(this.#start())
    place.uses = 0
    this.#watch(place)
  }

  #watch(place: Place): void {
    const { process: started } = place
    const began = performance.now()
    started
      .then((process) => process.closed)
      .then(
        () => {
          const isFlash = performance.now() - began < FLASH_MS
          if (!isFlash && !this.#closed) this.#replace(place, started)
        },
        () => undefined,
      )
  }
}

/** A start that fails is told to whoever needs the process, not to nobody. */
function quiet(process: Promise<Process>): Promise<Process> {
  process.catch(() => {})
  return process
}
