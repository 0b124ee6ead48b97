/** Unwrapped keys in memory, the last used ones. What leaves it is overwritten; what it gives is a copy. */
export class KeyCache {
  readonly #held = new Map<string, Uint8Array>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  find(about: string): Uint8Array | null {
    const key = this.#held.get(about)
    if (key === undefined) return null
    this.#held.delete(about)
    this.#held.set(about, key)
    return Uint8Array.from(key)
  }

  keep(about: string, key: Uint8Array): void {
    this.forget(about)
    this.#held.set(about, Uint8Array.from(key))
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= this.#most) return
      this.forget(oldest)
    }
  }

  forget(about: string): void {
    this.#held.get(about)?.fill(0)
    this.#held.delete(about)
  }
}
