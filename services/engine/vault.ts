import type { Log } from '../kernel/log.ts'
import {
  type CountedVault,
  filesOf,
  type Limits,
  type Mount,
  type ReleasedTable,
  type RewrittenStatement,
  type Rows,
  type VaultSession,
} from './engine.ts'
import { queryFailed } from './failure.ts'
import { startEngine } from './pool.ts'
import type { Process } from './process.ts'
import { Queue } from './queue.ts'
import { trustRows } from './rows.ts'

export interface VaultOptions {
  readonly threads: number
  readonly log?: Log
  /** Idle processes kept warm at most, 8 when left out; the one idle for longest goes first. */
  readonly maxProcesses?: number
}

/** A bulle may be asked twice at the same time; further sessions wait their turn. */
const PROCESSES_PER_BULLE = 2
const OPEN_MS = 30_000
const RESET_MS = 5_000

interface Place {
  process?: Process
  /** The mounts and limits that the process was opened with. */
  opened?: string
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
    this.#idle.delete(place)
    try {
      const process = await this.#ready(place, { mounts: bulle.mounts, limits }, signal)
      if (extract.evicted) {
        process.kill()
        throw queryFailed('aborted')
      }
      return new Session(process, { limits, signal }, () => this.#giveBack(extract, place))
    } catch (error) {
      this.#giveBack(extract, place)
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
    const places = Array.from({ length: PROCESSES_PER_BULLE }, (): Place => ({}))
    const extract = { places, queue: new Queue(places), evicted: false }
    this.#extracts.set(id, extract)
    return extract
  }

  /** The place's process, started and opened when it is not, on exactly the wanted files. */
  async #ready(place: Place, { mounts, limits }: Wanted, signal: AbortSignal): Promise<Process> {
    const { threads } = this.#options
    const { memoryBytes } = limits
    const params = { mounts, threads, memoryBytes }
    const opened = JSON.stringify(params)
    if (place.process?.alive && place.opened === opened) return place.process
    place.process?.kill()
    this.#makeRoom()
    const process = await startEngine({
      entry: new URL('./vault-worker.ts', import.meta.url),
      name: 'vault',
      memoryBytes,
      box: { read: filesOf(mounts) },
      ...(this.#options.log && { log: this.#options.log }),
    })
    place.process = process
    place.opened = opened
    try {
      await process.call('open', params, { timeoutMs: OPEN_MS, signal })
    } catch (error) {
      process.kill()
      throw error
    }
    return process
  }

  #makeRoom(): void {
    for (const place of this.#idle) {
      if (this.#idle.size < (this.#options.maxProcesses ?? 8)) return
      this.#idle.delete(place)
      place.process?.kill()
    }
  }

  #giveBack(extract: Extract, place: Place): void {
    if (place.process?.alive) this.#idle.add(place)
    extract.queue.give(place)
  }
}

class Session implements VaultSession {
  readonly #process: Process
  readonly #limits: Limits
  readonly #signal: AbortSignal
  readonly #giveBack: () => void
  #sound = true
  #closed = false

  constructor(
    process: Process,
    { limits, signal }: { limits: Limits; signal: AbortSignal },
    giveBack: () => void,
  ) {
    this.#process = process
    this.#limits = limits
    this.#signal = signal
    this.#giveBack = giveBack
  }

  run(statement: RewrittenStatement): Promise<Rows> {
    const { maxRows } = this.#limits
    return this.#call('run', { statement, maxRows }, (answer) => trustRows(answer, maxRows))
  }

  take(table: ReleasedTable): Promise<void> {
    return this.#call('take', table, () => undefined)
  }

  async #call<T>(method: string, params: unknown, read: (answer: unknown) => T): Promise<T> {
    if (this.#closed) throw queryFailed('failed', 'session closed')
    try {
      const { timeoutMs } = this.#limits
      return read(await this.#process.call(method, params, { timeoutMs, signal: this.#signal }))
    } catch (error) {
      this.#sound = false
      throw error
    }
  }

  /** The answer need not wait for the check of the process; the next session does. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (!this.#sound) this.#process.kill('failed')
    void this.#unchanged().then((unchanged) => {
      if (!unchanged) this.#process.kill('drift')
      this.#giveBack()
    })
  }

  async #unchanged(): Promise<boolean> {
    try {
      return (await this.#process.call('reset', null, { timeoutMs: RESET_MS })) === true
    } catch {
      // It died or hangs: not unchanged.
      return false
    }
  }
}
