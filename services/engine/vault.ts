import type { Log } from '../kernel/log.ts'
import { type CountedVault, filesOf, type Limits, type Mount, type VaultSession } from './engine.ts'
import { queryFailed } from './failure.ts'
import { startEngine } from './pool.ts'
import type { Process } from './process.ts'
import { Queue } from './queue.ts'
import { Session } from './vault-session.ts'

export interface VaultOptions {
  readonly threads: number
  readonly log?: Log
  /** Idle processes kept warm at most, 8 when left out; the one idle for longest goes first. */
  readonly maxProcesses?: number
  /** Statements after which a process is replaced, 1 000 when left out (security.md 6.1). */
  readonly maxStatements?: number
}

/** A bulle may be asked twice at the same time; further sessions wait their turn. */
const PROCESSES_PER_BULLE = 2
const OPEN_MS = 30_000
const STATEMENTS = 1000
/** Evidence on patient rows (security.md 6.4). */
const ANSWER_BYTES = 64 * 1024 ** 2

interface Place {
  process?: Process
  /** The mounts and limits that the process was opened with. */
  opened?: string
  /** Settles when a successor is up, or could not be. */
  coming?: Promise<void>
  /** Run by this process. */
  statements: number
  isTaken: boolean
}

interface Extract {
  readonly places: readonly Place[]
  readonly queue: Queue<Place>
  evicted: boolean
}

interface Wanted {
  readonly mounts: readonly Mount[]
  readonly limits: Limits
}

/**
 * Opens the vault. Each session has a process of its bulle to itself, from `open` to `close`: a kill never takes a
 * neighbour's statement along. Close every session, in a finally: the next one may be waiting for it.
 *
 * A process goes on to the next session only when every statement of the last one ended well and the database is found
 * unchanged; otherwise it is killed and the next session starts a new one.
 */
export async function openVault(options: VaultOptions): Promise<CountedVault> {
  return new DuckDbVault(options)
}

class DuckDbVault implements CountedVault {
  readonly #options: VaultOptions
  readonly #extracts = new Map<string, Extract>()
  /** Idle places with a living process, the one idle for longest first. */
  readonly #idle = new Set<Place>()

  constructor(options: VaultOptions) {
    this.#options = options
  }

  async open(
    bulle: { id: string; mounts: readonly Mount[] },
    { limits, signal }: { limits: Limits; signal: AbortSignal },
  ): Promise<VaultSession> {
    const extract = this.#extractOf(bulle.id)
    const place = await extract.queue.take(signal)
    place.isTaken = true
    this.#idle.delete(place)
    try {
      const process = await this.#ready(place, { mounts: bulle.mounts, limits }, signal)
      if (extract.evicted) {
        process.kill()
        throw queryFailed('aborted')
      }
      const giveBack = (statements: number) => {
        place.statements += statements
        this.#giveBack(extract, place, { mounts: bulle.mounts, limits })
      }
      return new Session(process, { limits, signal }, giveBack)
    } catch (error) {
      this.#rest(extract, place)
      throw error
    }
  }

  async evict(bulleId: string): Promise<void> {
    const extract = this.#extracts.get(bulleId)
    if (extract === undefined) return
    this.#extracts.delete(bulleId)
    extract.evicted = true
    await Promise.all(
      extract.places.map(async (place) => {
        this.#idle.delete(place)
        place.process?.kill()
        await place.coming
        place.process?.kill()
        await place.process?.closed
      }),
    )
  }

  openBulles(): number {
    const isOpen = ({ places }: Extract) => places.some(({ process }) => process?.alive)
    return [...this.#extracts.values()].filter(isOpen).length
  }

  async close(): Promise<void> {
    await Promise.all([...this.#extracts.keys()].map((id) => this.evict(id)))
  }

  #extractOf(id: string): Extract {
    const known = this.#extracts.get(id)
    if (known !== undefined) return known
    const places = Array.from(
      { length: PROCESSES_PER_BULLE },
      (): Place => ({ statements: 0, isTaken: false }),
    )
    const extract = { places, queue: new Queue(places), evicted: false }
    this.#extracts.set(id, extract)
    return extract
  }

  /** The place's process, opened on exactly the wanted files. */
  async #ready(place: Place, wanted: Wanted, signal: AbortSignal): Promise<Process> {
    await place.coming
    const isOpen = place.opened === JSON.stringify(this.#paramsOf(wanted))
    return place.process?.alive && isOpen ? place.process : this.#start(place, wanted, signal)
  }

  async #start(place: Place, wanted: Wanted, signal: AbortSignal): Promise<Process> {
    const params = this.#paramsOf(wanted)
    place.process?.kill()
    this.#makeRoom()
    const process = await startEngine({
      entry: new URL('./vault-worker.ts', import.meta.url),
      name: 'vault',
      memoryBytes: params.memoryBytes,
      maxAnswerBytes: ANSWER_BYTES,
      box: { read: filesOf(params.mounts) },
      ...(this.#options.log && { log: this.#options.log }),
    })
    place.process = process
    place.opened = JSON.stringify(params)
    place.statements = 0
    try {
      await process.call('open', params, { timeoutMs: OPEN_MS, signal })
    } catch (error) {
      process.kill()
      throw error
    }
    return process
  }

  #paramsOf({ mounts, limits: { memoryBytes } }: Wanted) {
    return { mounts, threads: this.#options.threads, memoryBytes }
  }

  #makeRoom(): void {
    for (const place of this.#idle) {
      if (this.#idle.size < (this.#options.maxProcesses ?? 8)) return
      this.#idle.delete(place)
      place.process?.kill()
    }
  }

  /** A process that did not outlive its session, or has run enough, has its successor before anybody asks. */
  #giveBack(extract: Extract, place: Place, wanted: Wanted): void {
    if (place.statements >= (this.#options.maxStatements ?? STATEMENTS)) place.process?.kill()
    if (!place.process?.alive && !extract.evicted) {
      const { signal } = new AbortController()
      const rest = () => this.#settle(extract, place)
      // One that does not come up is started by whoever needs it, and told there.
      place.coming = this.#start(place, wanted, signal).then(rest, rest)
    }
    this.#rest(extract, place)
  }

  #rest(extract: Extract, place: Place): void {
    place.isTaken = false
    this.#settle(extract, place)
    extract.queue.give(place)
  }

  #settle({ evicted }: Extract, place: Place): void {
    if (place.process?.alive && !place.isTaken && !evicted) this.#idle.add(place)
  }
}
