/**
 * One incident of the register: what GDPR 33(5) wants kept, its clocks (governance.md 2.11), and what is still lacking before it may
 * be closed (SEC-INC-2). Pure.
 */
import { z } from 'zod'
import { clockOf } from '../habilitation/deadline.ts'
import { dueOf } from '../habilitation/durations.ts'
import type { Vocabularies } from '../habilitation/vocabulary.ts'
import { isoInstant } from '../kernel/clock.ts'
import type { Missing } from '../kernel/refusal.ts'

/** The first runs out first. Each waits for a notice that was sent, or for the reason why none is due. */
export const incidentClocks = [
  'incident.ehds',
  'incident.gdpr',
  'incident.ehds.interim',
  'incident.ehds.final',
] as const
export type IncidentClock = (typeof incidentClocks)[number]

/** What was lost of the data. */
export const breachKinds = ['confidentiality', 'integrity', 'availability'] as const

const text = z.string().trim().min(1).max(4000)
const instant = z.number().int()

/** What happened, whom it touches, what came of it, what was done (GDPR 33(3) and 33(5)). */
export const incidentFacts = z.strictObject({
  kinds: z.array(z.enum(breachKinds)).min(1).max(3),
  nature: text,
  /** Categories and numbers, about: a band is enough. */
  persons: text,
  records: text,
  effects: text,
  measures: text,
})
export type IncidentFacts = z.infer<typeof incidentFacts>

const notice = z.strictObject({
  clock: z.enum(incidentClocks),
  answer: z.enum(['sent', 'not-due']),
  at: instant,
  /** The reference of what was sent, or why nothing is due. */
  text,
  /** Why it was sent after its clock had run out (GDPR 33(1)). */
  delay: text.exactOptional(),
  by: z.string(),
})
export type Notice = z.infer<typeof notice>

/** Whether the persons are told, and why (GDPR 34). */
const personsDecision = z.strictObject({
  decision: z.enum(['told', 'not-told']),
  reason: text,
  at: instant,
  by: z.string(),
})

const incident = z.strictObject({
  id: z.string(),
  title: z.string(),
  detectedAt: instant,
  openedAt: instant,
  openedBy: z.string(),
  project: z.string().exactOptional(),
  entry: z.strictObject({ shard: z.string(), seq: z.number().int() }).exactOptional(),
  finding: z.string().exactOptional(),
  facts: incidentFacts.exactOptional(),
  notices: z.array(notice),
  persons: personsDecision.exactOptional(),
  /** Clocks that ran out without an answer, as the log says too. */
  overdue: z.array(z.enum(incidentClocks)),
  closed: z.strictObject({ at: instant, by: z.string() }).exactOptional(),
  /** Entries of the log about it. */
  acts: z.number().int(),
})
/** Instants in ms; persons by their subject. */
export type Incident = z.infer<typeof incident>

export function readIncident(body: unknown): Incident {
  return incident.parse(body)
}

export interface RunningClock {
  readonly id: IncidentClock
  /** ISO 8601, UTC. */
  readonly dueAt: string
  readonly notice?: Notice
  /** It ran out before it was answered, or runs over now. */
  readonly late: boolean
}

/** Every clock of an incident, the one that runs out first before the others. */
export function clocksOfIncident(
  { detectedAt, notices }: Pick<Incident, 'detectedAt' | 'notices'>,
  { vocabularies, now }: { readonly vocabularies: Pick<Vocabularies, 'clocks'>; readonly now: number },
): readonly RunningClock[] {
  return incidentClocks.map((id) => {
    const due = dueOf(clockOf(vocabularies, id), detectedAt)
    const answer = notices.find(({ clock }) => clock === id)
    return {
      id,
      dueAt: isoInstant(due),
      ...(answer && { notice: answer }),
      late: answer === undefined ? now > due : answer.answer === 'sent' && answer.at > due,
    }
  })
}

/** What an incident lacks to be closed: the facts, an answer to every clock, the decision about the persons. */
export function lackingOf({ facts, notices, persons }: Incident): readonly Missing[] {
  const answered = new Set(notices.map(({ clock }) => clock))
  return [
    ...(facts === undefined ? [lack('facts')] : []),
    ...incidentClocks.filter((clock) => !answered.has(clock)).map((clock) => lack(clock)),
    ...(persons === undefined ? [lack('persons')] : []),
  ]
}

function lack(path: 'facts' | 'persons' | IncidentClock): Missing {
  return { path, message: path, sentence: { key: `incident.lacks.${path}` } }
}
