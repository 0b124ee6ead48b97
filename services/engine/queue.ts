import { queryFailed } from './failure.ts'

/** Hands out a fixed number of places, first come first served. */
export class Queue<T> {
  readonly #free: T[]
  readonly #waiting: ((place: T) => void)[] = []

  constructor(places: readonly T[]) {
    this.#free = [...places]
  }

  /** A place, when there is one; rejects with QUERY_FAILED when the signal aborts before. Give it back. */
  take(signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(queryFailed('aborted'))
    const place = this.#free.pop()
    if (place !== undefined) return Promise.resolve(place)
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(receive), 1)
        reject(queryFailed('aborted'))
      }
      const receive = (freed: T) => {
        signal?.removeEventListener('abort', abort)
        resolve(freed)
      }
      this.#waiting.push(receive)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  give(place: T): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(place)
    else next(place)
  }
}
