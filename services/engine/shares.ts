import { Queue } from './queue.ts'

interface Share {
  readonly queue: Queue<null>
  /** Those who have a place of it, and those who wait for one. */
  users: number
}

/**
 * Lets nobody hold more than a few places at a time, so that who asks for all of them leaves some to the others. Who holds none is
 * forgotten.
 */
export class Shares {
  readonly #most: number
  readonly #shares = new Map<string, Share>()

  constructor(most: number) {
    this.#most = most
  }

  /** Runs the work when its owner has a place left; rejects with QUERY_FAILED when the signal aborts before. */
  async within<T>(who: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const share = this.#shareOf(who)
    share.users += 1
    try {
      const place = await share.queue.take(signal)
      try {
        return await work()
      } finally {
        share.queue.give(place)
      }
    } finally {
      share.users -= 1
      if (share.users === 0) this.#shares.delete(who)
    }
  }

  #shareOf(who: string): Share {
    const known = this.#shares.get(who)
    if (known !== undefined) return known
    const places = Array.from({ length: this.#most }, () => null)
    const share = { queue: new Queue<null>(places), users: 0 }
    this.#shares.set(who, share)
    return share
  }
}
