/**
 * What a start does with entries of the log that have no row: the database is older than the log, or a crash came between the two. What
 * restricts is done again; what permits is not, and is left to a human (security.md 4.10). Where the log does not say enough to do it
 * again, the project is suspended as a whole. Pure.
 */
import type { Body } from '../audit/entry.ts'
import type { Happening } from './event.ts'
import { fold } from './fold.ts'
import { standInRole } from './recorded.ts'
import type { Stored } from './rows.ts'
import type { Habilitation } from './state.ts'

/** An entry about a request or a permit. */
export type HabilitationEntry = Extract<Body, { habilitation: string; state: string }>

export function isHabilitationEntry(body: Body): body is HabilitationEntry {
  return body.type.startsWith('habilitation.') && body.type !== 'habilitation.read'
}

/** States from which nothing is decided any more but the end itself. */
const ended: ReadonlySet<Habilitation['stored']> = new Set([
  ...(['revoked', 'renounced', 'expired', 'withdrawn', 'lapsed', 'refused'] as const),
])

/** Acts that let something happen, or that say something: lost, nothing is allowed that was not. */
const harmless: ReadonlySet<HabilitationEntry['type']> = new Set([
  ...(['habilitation.opened', 'habilitation.changed', 'habilitation.requested'] as const),
  ...(['habilitation.completed', 'habilitation.answered', 'habilitation.opinion'] as const),
  ...(['habilitation.interests', 'habilitation.commented', 'habilitation.countersigned'] as const),
  ...(['habilitation.declined', 'habilitation.proposed', 'habilitation.confirmed'] as const),
  ...(['habilitation.refused', 'habilitation.lifted', 'habilitation.dismissed'] as const),
  ...(['habilitation.validated', 'habilitation.issued', 'habilitation.review_asked'] as const),
  ...(['habilitation.attached', 'habilitation.detached', 'habilitation.reviewed'] as const),
  'habilitation.published',
])

/** Whether an entry says of itself that something is allowed no more, or may say so. */
export function mayRestrict({ type }: Body): boolean {
  return !(harmless as ReadonlySet<string>).has(type)
}

/** What the row of a lost entry must say; null when nothing is to be added, because the act was harmless or nothing is left to restrict. */
export function redoneBy(stored: Stored, entry: HabilitationEntry, why: string): Happening | null {
  const before = fold(stored.id, stored.events)
  if (before.project === undefined) return onRequest(before, entry)
  if (before.stored === 'closing' || before.stored === 'closed') return null
  const dataset = 'dataset' in entry ? entry.dataset : undefined
  if (entry.type === 'habilitation.closed') {
    // An entry about one line is the recall of that line; the others are steps of the end of the whole.
    return dataset === undefined ? { type: 'closing' } : { type: 'recalled', line: dataset, reason: why }
  }
  if (ended.has(before.stored) || harmless.has(entry.type)) return null
  return restriction(entry.type, { dataset, why })
}

function onRequest({ stored }: Habilitation, { type }: HabilitationEntry): Happening | null {
  return type === 'habilitation.withdrawn' && !ended.has(stored) ? { type: 'withdrawn' } : null
}

function restriction(
  type: HabilitationEntry['type'],
  { dataset, why }: { readonly dataset: string | undefined; readonly why: string },
): Happening | null {
  switch (type) {
    case 'habilitation.revoked':
      return { type: 'revoked' }
    case 'habilitation.renounced':
      return { type: 'renounced' }
    case 'habilitation.expired':
      return { type: 'expired' }
    case 'habilitation.returned':
      // About one dataset, a permit has lost its line, which turned out to be of another kind; without one it is a question.
      return dataset === undefined ? null : { type: 'recalled', line: dataset, reason: why }
    case 'habilitation.suspended':
      return suspension(why, dataset)
    default:
      // A version that may have taken something away, a person whose access ended, and what later versions add.
      return suspension(why)
  }
}

function suspension(reason: string, line?: string): Happening {
  return {
    type: 'suspended',
    reason,
    scope: line === undefined ? {} : { line },
    role: standInRole,
  }
}

/** The suspension that stands for what this node cannot know: on the whole of a project that has not ended. Null where nothing is open. */
export function heldShut(stored: Stored, why: string): Happening | null {
  const { project, stored: state } = fold(stored.id, stored.events)
  const isOver = ended.has(state) || state === 'closing' || state === 'closed'
  return project === undefined || isOver ? null : suspension(why)
}
