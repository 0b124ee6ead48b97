/**
 * Group commit: while one flush runs, callers queue; when it returns, all that waits goes out in one write and one flush.
 * No timer: a lone caller waits for one flush, a crowd shares it.
 */
import { Refusal } from '../kernel/refusal.ts'
import type { Segment } from './journal.ts'

const maxEntries = 1024
const maxBytes = 4 * 1024 * 1024
/** A journal file is replaced beyond this size, when all of it is in the tree. */
const segmentLimit = 16 * 1024 * 1024

interface Waiting {
  readonly frame: Buffer
  readonly onDurable: () => void
  readonly resolve: () => void
  readonly reject: (error: Refusal) => void
}

export interface CommitterNeeds {
  /** Makes durable what the entries of the next batch depend on (keys). */
  before(): Promise<void>
  /** Puts everything durable into the tree and opens the next journal file. */
  renew(): Promise<Segment>
  /** Called once; from then on nothing is acknowledged. */
  onFailed(reason: 'disk' | 'fenced', error?: unknown): void
}

export class Committer {
  readonly #needs: CommitterNeeds
  #segment: Segment
  #segmentBytes = 0
  #queue: Waiting[] = []
  #running: Promise<void> | undefined
  #failure: Refusal | undefined

  constructor(needs: CommitterNeeds, segment: Segment) {
    this.#needs = needs
    this.#segment = segment
  }

  /**
   * Resolves when the frame is on disk; rejects with UNAVAILABLE when it never will be. `onDurable` is called at that moment,
   * in the order of the calls, before any caller goes on.
   */
  push(frame: Buffer, onDurable: () => void): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#queue.push({ frame, onDurable, resolve, reject })
      this.#running ??= this.#drain()
    })
  }

  get isFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Whether this writer may still sign; ends all acknowledgements when it may not. */
  async maySign(): Promise<boolean> {
    if (!(this.isFailed || (await this.#segment.isOurs()))) this.fail('fenced')
    return !this.isFailed
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  /** Ends all acknowledgements at once. */
  fail(reason: 'disk' | 'fenced', error?: unknown): void {
    if (this.#failure) return
    this.#failure = new Refusal('UNAVAILABLE', {}, { cause: error })
    for (const { reject } of this.#queue.splice(0)) reject(this.#failure)
    this.#needs.onFailed(reason, error)
  }

  async close(): Promise<void> {
    await this.idle()
    await this.#segment.close()
  }

  async #drain(): Promise<void> {
    // One turn of the loop, so that callers of the same moment share the first flush too.
    await Promise.resolve()
    while (this.#queue.length > 0 && !this.#failure) {
      const batch = this.#take()
      try {
        await this.#flush(batch)
      } catch (error) {
        this.fail('disk', error)
        for (const { reject } of batch) reject(new Refusal('UNAVAILABLE', {}, { cause: error }))
      }
    }
    this.#running = undefined
  }

  /** An error of the disk is never retried: after a failed flush the page may be gone, whatever a second one says. */
  async #flush(batch: readonly Waiting[]): Promise<void> {
    await this.#needs.before()
    const bytes = Buffer.concat(batch.map(({ frame }) => frame))
    const outcome = await this.#segment.append(bytes)
    if (outcome === 'fenced') this.fail('fenced')
    if (this.#failure) {
      for (const { reject } of batch) reject(this.#failure)
      return
    }
    for (const { onDurable } of batch) onDurable()
    for (const { resolve } of batch) resolve()
    this.#segmentBytes += bytes.length
    if (this.#segmentBytes > segmentLimit) await this.#renew()
  }

  async #renew(): Promise<void> {
    const former = this.#segment
    this.#segment = await this.#needs.renew()
    this.#segmentBytes = 0
    await former.close()
  }

  #take(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { frame } of this.#queue) {
      if (count > 0 && (count === maxEntries || bytes + frame.length > maxBytes)) break
      bytes += frame.length
      count += 1
    }
    return this.#queue.splice(0, count)
  }
}
