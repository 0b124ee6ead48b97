/** What a worker tells its parent of the call in hand. */
import type { Told } from './progress.ts'

export interface Watch {
  /** The next part of the call, from one share of it to another; the engine's own count says how far inside. */
  part(from: number, to: number): void
  /** Where it is not the engine that works: how far the part is, and rows so far. */
  told(share: number, rows?: number): void
  /** Undefined between calls. */
  now(): Told | undefined
  end(): void
}

/** `engine` answers how far the running statement is, between 0 and 1, or less than 0 when that is not known. */
export function openWatch(engine: () => number): Watch {
  let part: { readonly from: number; readonly to: number } | undefined
  let own: number | undefined
  let rows = 0
  return {
    part(from, to) {
      part = { from, to }
      own = undefined
    },
    told(share, read = rows) {
      own = share
      rows = read
    },
    now() {
      if (part === undefined) return undefined
      const inside = Math.min(1, Math.max(0, own ?? engine()))
      return { share: part.from + (part.to - part.from) * inside, rows }
    },
    end() {
      part = undefined
      rows = 0
    },
  }
}
