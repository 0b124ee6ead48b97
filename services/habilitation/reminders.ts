/** Clocks that somebody should be told of: late, or near their end (governance.md 2.11). */
import type { Person } from '../identity/person.ts'
import type { State } from './matrix.ts'
import { listHabilitations, type ReadNeeds } from './read.ts'

export interface Reminder {
  readonly habilitation: string
  readonly title: string
  readonly state: State
  readonly project: string | null
  /** The clock, such as `completeness.target`. */
  readonly clock: string
  readonly dueAt: string
  readonly late: boolean
  /** The notice that is due: so many days before, or `late`. */
  readonly notice: 'late' | 90 | 30 | 7
  /** Who must act. */
  readonly turn: string
}

const DAY_MS = 86_400_000
const notices = [7, 30, 90] as const
/** Clocks of the instruction are short: the last notice is enough. */
const longClocks: ReadonlySet<string> = new Set([
  'access.end',
  'renewal.ask',
  'delete.bulle',
  'review.grant',
  'review.end',
  'results.publish',
])
/** What may be asked until then; afterwards there is nothing to remind of. */
const chances: ReadonlySet<string> = new Set(['renewal.ask'])

/** Everything that is late or near, of what this person may see; the most urgent first. A suspended clock waits. */
export async function listReminders(needs: ReadNeeds, by: Person): Promise<readonly Reminder[]> {
  const now = needs.clock.now()
  const all = await listHabilitations(needs, by)
  const found = all.flatMap(({ id, title = '', state, projectId, turn, clocks }) =>
    clocks.flatMap(({ id: clock, dueAt, late, suspendedAt }): Reminder[] => {
      const notice = suspendedAt === undefined ? noticeOf(clock, Date.parse(dueAt) - now) : null
      if (notice === null) return []
      return [{ habilitation: id, title, state, project: projectId, clock, dueAt, late, notice, turn }]
    }),
  )
  return found.sort((a, b) => a.dueAt.localeCompare(b.dueAt))
}

function noticeOf(clock: string, leftMs: number): Reminder['notice'] | null {
  if (leftMs < 0) return chances.has(clock) ? null : 'late'
  const near = notices.find((days) => leftMs <= days * DAY_MS) ?? null
  return near === 7 || longClocks.has(clock) ? near : null
}
