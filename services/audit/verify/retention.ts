/** Years that are no longer there: each must have been dropped in its time, and the log must say so. */
import { insist } from './finding.ts'
import type { Entry } from './shapes.ts'
import type { Known, Quoted, ShardState } from './state.ts'

/** What may be lost at the earliest, and may be asked for at most (12 and 36 months). */
const floor = 12
const ceiling = 36

/** The shard that an entry says was dropped; a Finding when it was too early for that. */
export function droppedBy({ seq, ts, origin = '', size = 0, root = '', months = 0 }: Entry): Quoted {
  const year = Number(/\/(\d{4})$/.exec(origin)?.[1])
  const isRule = months >= floor && months <= ceiling
  const isTime = isRule && Date.parse(ts) >= Date.UTC(year + 1, months, 1)
  insist(isTime, 'shard', ['a year was dropped before its time', seq])
  return { origin, size, root }
}

/** The oldest shard that is left is the first of all, or the one before it was dropped as it stood at its end. */
export function insistOnDropped(states: readonly ShardState[]): void {
  const quoted = states[0]?.quoted
  if (!quoted) return
  const isDropped = states.some(({ dropped }) => dropped.some((one) => isSame(one, quoted)))
  insist(isDropped, 'shard', `the log ${quoted.origin} is gone, and no entry says that it was dropped`)
}

/** Whether a log that was verified before is accounted for by an entry that dropped it. */
export function wasDropped(states: readonly ShardState[], origin: string, { size, root }: Known): boolean {
  return states.some(({ dropped }) =>
    dropped.some((one) => one.origin === origin && (one.size > size || isSame(one, { origin, size, root }))),
  )
}

function isSame(one: Quoted, other: Quoted): boolean {
  return one.origin === other.origin && one.size === other.size && one.root === other.root
}
