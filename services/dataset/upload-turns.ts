/** One at a time per upload. Whoever comes next asks the one before to stop: behind a dead connection nobody is left to end it. */
interface Turn {
  /** Aborted when somebody waits for this turn. */
  readonly signal: AbortSignal
  end(): void
}

export interface Turns {
  take(id: string): Promise<Turn>
}

export function openTurns(): Turns {
  const last = new Map<string, { readonly stop: AbortController; readonly over: Promise<void> }>()
  return {
    async take(id) {
      const before = last.get(id)
      const stop = new AbortController()
      let resolve = () => {}
      const over = new Promise<void>((done) => {
        resolve = done
      })
      const mine = { stop, over }
      last.set(id, mine)
      before?.stop.abort()
      await before?.over
      return {
        signal: stop.signal,
        end() {
          if (last.get(id) === mine) last.delete(id)
          resolve()
        },
      }
    },
  }
}
