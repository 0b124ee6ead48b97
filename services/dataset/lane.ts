/** Work that is done one piece after the other, in the background. */
export interface Lane {
  /** Queues a piece of work. What it throws goes to `failed`, and the next piece runs. */
  add(work: () => Promise<void>, failed: (error: unknown) => void): void
  /** Resolves when the lane is empty. */
  idle(): Promise<void>
}

export function openLane(): Lane {
  let last: Promise<void> = Promise.resolve()
  return {
    add(work, failed) {
      last = last.then(work).catch(failed)
    },
    async idle() {
      let seen: Promise<void> | undefined
      while (seen !== last) {
        seen = last
        await seen
      }
    },
  }
}
