import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'

/** A clock may be off by as much as a service that sets it lets it be. */
const jumpMs = 5 * 60_000
const holdMs = 60 * 60_000

/**
 * Whether what time has ended may be written down, and destroyed: not for an hour after the clock was set forward by more than five
 * minutes, unless it is set back before. No decision waits for that, and what a wrong clock would end could not be given back. To be
 * asked again and again; a clock without `elapsed` cannot be told to have jumped.
 */
export function steadiness({ now, elapsed }: Clock, log: Log): () => boolean {
  let before: number | undefined
  let heldUntil = Number.NEGATIVE_INFINITY
  return () => {
    if (elapsed === undefined) return true
    const since = elapsed()
    const ahead = now() - since
    const jumped = ahead - (before ?? ahead)
    before = ahead
    if (jumped > jumpMs) {
      log.error('the clock was set forward: nothing is written down as over for an hour')
      heldUntil = since + holdMs
    }
    if (jumped < -jumpMs) heldUntil = Number.NEGATIVE_INFINITY
    return since >= heldUntil
  }
}
