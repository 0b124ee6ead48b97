/** Work that is done one after the other, in the order of arrival. */

export interface Turns {
  /** Runs the work when its turn comes; of two works on different things neither waits. */
  take<T>(work: () => Promise<T>, of?: string): Promise<T>
  /** The turn itself, until the function that it gives is called. Whoever holds one never asks for it again. */
  hold(of: string): Promise<() => void>
}

export function openTurns(): Turns {
  const last = new Map<string, Promise<void>>()

  async function hold(of: string): Promise<() => void> {
    const before = last.get(of)
    let end = () => {}
    const mine = new Promise<void>((resolve) => {
      end = resolve
    })
    last.set(of, mine)
    await before
    return () => {
      if (last.get(of) === mine) last.delete(of)
      end()
    }
  }

  return {
    hold,
    async take(work, of = '') {
      const end = await hold(of)
      try {
        return await work()
      } finally {
        end()
      }
    },
  }
}
