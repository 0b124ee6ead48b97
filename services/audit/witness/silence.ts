/** How long the quorum of the witnesses has been silent, and what that means (security.md 4.11). */
import { cosignedAt, textOf } from '../note.ts'
import type { WitnessPolicy } from './client.ts'

const minuteMs = 60_000

/** `stale`: an entry of the log; `alarming`: somebody must look; `refusing`: no new query starts. */
export type Silence = 'none' | 'stale' | 'alarming' | 'refusing'

/** What a silence of so many ms is; none where nobody is asked. */
export function silenceOf(ageMs: number, { quorum, refuseAfterMs = null }: WitnessPolicy): Silence {
  if (quorum === 0) return 'none'
  if (refuseAfterMs !== null && ageMs > refuseAfterMs) return 'refusing'
  if (ageMs > 60 * minuteMs) return 'alarming'
  return ageMs > 5 * minuteMs ? 'stale' : 'none'
}

/** When a quorum had cosigned this note, in ms by the clocks of the witnesses; null when none had. */
export function quorumAt(note: string, { witnesses, quorum }: WitnessPolicy): number | null {
  const text = textOf(note)
  const lines = note.split('\n')
  const times = witnesses.flatMap(({ vkey }) => {
    const own = lines.flatMap((line) => cosignedAt(text, line, vkey) ?? [])
    return own.length === 0 ? [] : [Math.max(...own)]
  })
  const seconds = times.sort((a, b) => b - a)[quorum - 1]
  return seconds === undefined ? null : seconds * 1000
}
