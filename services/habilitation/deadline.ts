/** The clocks that this house runs, with the lengths that policies/vocabulary/clocks.json gives them (governance.md 2.11). Pure. */
import { dueOf } from './durations.ts'
import type { ClockEntry, Vocabularies } from './vocabulary.ts'

/** Without one of these the rules do not load. The other clocks of the vocabulary are watched by people. */
export const clockIds = [
  'completeness.target',
  'completeness.answer',
  'ethics.opinion',
  'cnil.decision',
  'decision',
  'ehds.decision',
  'ehds.decision.fast',
  'prePermit.accept',
  'emergency.opinions',
  'renewal.ask',
  'revocation.hearing',
  'delete.bulle',
  'results.publish',
  'incident.ehds',
  'incident.ehds.interim',
  'incident.ehds.final',
  'incident.gdpr',
] as const
export type ClockId = (typeof clockIds)[number]

/** How long a clock runs. */
export function clockOf({ clocks }: Pick<Vocabularies, 'clocks'>, id: ClockId): ClockEntry['facts'] {
  const found = clocks.find(({ code }) => code === id)
  if (found === undefined) throw new Error(`no clock ${id} in the rules`)
  return found.facts
}

/** The instant, in ms, at which a clock that starts now runs out. */
export function deadline(
  { vocabularies, now }: { readonly vocabularies: Vocabularies; readonly now: number },
  id: ClockId,
): number {
  return dueOf(clockOf(vocabularies, id), now)
}
