/** Work that is done one after the other. */

export interface Turns {
  take<T>(work: () => Promise<T>): Promise<T>
}

/** One after the other, in the order of arrival. */
export function openTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return {
    take(work) {
      const mine = last.then(work, work)
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
