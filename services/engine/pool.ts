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
}

/**
 * A fixed number of warm processes that serve one piece of work each. A process that dies takes its own work with it and is
 * replaced; a piece of work may also ask for a fresh one.
 */
export class Pool implements Closable {
  readonly #places: readonly Place[]
  readonly #queue: Queue<Place>
  readonly #start: () => Promise<Process>
  #closed = false

  private constructor(start: () => Promise<Process>, places: readonly Place[]) {
    this.#start = start
    this.#places = places
    this.#queue = new Queue(places)
  }

  static async open(size: number, start: () => Promise<Process>): Promise<Pool> {
    const first = await start()
    const places = Array.from({ length: size }, (_, index) => ({
      process: index === 0 ? Promise.resolve(first) : quiet(start()),
    }))
    return new Pool(start, places)
  }

  /** Runs the work on a process of its own for as long as it takes. */
  async use<T>(work: (process: Process) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const place = await this.#queue.take(signal)
    try {
      const process = await this.#living(place)
      try {
        return await work(process)
      } finally {
        // The successor of a dead process starts before anybody waits for it.
        if (!process.alive) this.#restart(place)
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

  /** Only the holder of a place calls this, so that no process is started twice and lost. */
  async #living(place: Place): Promise<Process> {
    const process = await place.process.catch(() => undefined)
    if (process?.alive) return process
    this.#restart(place)
    return place.process
  }

  #restart(place: Place): void {
    place.process = this.#closed ? quiet(Promise.reject(queryFailed('aborted'))) : quiet(this.#start())
  }
}

/** A start that fails is told to whoever needs the process, not to nobody. */
function quiet(process: Promise<Process>): Promise<Process> {
  process.catch(() => {})
  return process
}
