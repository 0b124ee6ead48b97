/** How long a session lives (security.md 5.3). Instants in ms. */
const idleMs = 30 * 60_000
const longestMs = 10 * 3_600_000

/** How often a call is written down: a session may end that much before half an hour of silence, never after it. */
export const seenEveryMs = 60_000
/** How long a closed session can still be told apart from one that never was. */
export const keptClosedMs = 7 * 24 * 3_600_000

interface Lived {
  readonly created_at: number
  readonly seen_at: number
}

export function latestEnd(createdAt: number): number {
  return createdAt + longestMs
}

/** When it ends if nobody calls. */
export function endsAt({ created_at, seen_at }: Lived): number {
  return Math.min(latestEnd(created_at), seen_at + idleMs)
}

/** What time has ended it by; null while it lives. */
export function overdueCause(lived: Lived, now: number): 'idle' | 'age' | null {
  if (now >= latestEnd(lived.created_at)) return 'age'
  return now >= endsAt(lived) ? 'idle' : null
}
