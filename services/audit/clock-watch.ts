/** Notices a clock that jumps: the log never goes back in time, but who reads it must know that its times cannot be trusted. */
import type { Clock } from '../kernel/clock.ts'

/** A clock may be off by as much as a service that sets it lets it be. */
const jumpMs = 5 * 60_000

export type Jump = 'clock.forward' | 'clock.back'

export class ClockWatch {
  readonly #clock: Clock
  #last: { readonly now: number; readonly elapsed: number | undefined } | undefined
  #jump: Jump | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * The jump since the last look that nobody has taken yet. `ts` is the time of the last entry: at the first look the clock is held
   * against it. A clock without `elapsed` cannot tell a jump forward from time that has passed.
   */
  look(ts: string): Jump | undefined {
    const now = this.#clock.now()
    const elapsed = this.#clock.elapsed?.()
    const last = this.#last ?? { now: ts === '' ? now : Date.parse(ts), elapsed: undefined }
    const moved = now - last.now
    const isFirst = elapsed === undefined || last.elapsed === undefined
    const jumped = isFirst ? Math.min(0, moved) : moved - (elapsed - last.elapsed)
    if (Math.abs(jumped) > jumpMs) this.#jump = jumped > 0 ? 'clock.forward' : 'clock.back'
    this.#last = { now, elapsed }
    return this.#jump
  }

  /** The jump is recorded. */
  settle(): void {
    this.#jump = undefined
  }
}
