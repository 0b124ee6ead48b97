/** An incident as the API shows it. */
import { z } from 'zod'
import { isoInstant } from '../../kernel/clock.ts'
import {
  breachKinds,
  clocksOfIncident,
  type Incident,
  incidentClocks,
  lackingOf,
  type Notice,
} from '../../review/incident.ts'
import type { House } from '../house.ts'

const notice = z.object({
  answer: z.enum(['sent', 'not-due']),
  at: z.string(),
  text: z.string().meta({ description: 'The reference of what was sent, or why nothing is due' }),
  delay: z.string().optional().meta({ description: 'Why it was late' }),
  by: z.string(),
})

export const incident = z
  .object({
    id: z.string().meta({ description: 'Such as I-2026-0001' }),
    title: z.string(),
    detected: z.string(),
    opened: z.string(),
    openedBy: z.string(),
    project: z.string().optional(),
    entry: z.object({ shard: z.string(), seq: z.number().int() }).optional(),
    finding: z.string().optional(),
    state: z.enum(['open', 'closed']),
    closed: z.string().optional(),
    closedBy: z.string().optional(),
    facts: z
      .object({
        kinds: z.array(z.enum(breachKinds)),
        nature: z.string(),
        persons: z.string(),
        records: z.string(),
        effects: z.string(),
        measures: z.string(),
      })
      .optional(),
    clocks: z.array(
      z.object({
        id: z.enum(incidentClocks),
        dueAt: z.string(),
        late: z.boolean(),
        notice: notice.optional(),
      }),
    ),
    persons: z
      .object({ decision: z.enum(['told', 'not-told']), reason: z.string(), at: z.string(), by: z.string() })
      .optional(),
    lacks: z
      .array(z.string())
      .meta({ description: '`facts`, a clock, `persons`: what it takes to close it' }),
  })
  .meta({ id: 'Incident' })

/** With its clocks as they stand now, and what it lacks to be closed. */
export function shownIncident({ review }: Pick<House, 'review'>, found: Incident): z.infer<typeof incident> {
  const {
    detectedAt,
    openedAt,
    closed,
    persons,
    notices: _notices,
    overdue: _overdue,
    acts: _acts,
    ...rest
  } = found
  const { vocabularies } = review.rulebook
  return {
    ...rest,
    detected: isoInstant(detectedAt),
    opened: isoInstant(openedAt),
    state: closed === undefined ? 'open' : 'closed',
    ...(closed && { closed: isoInstant(closed.at), closedBy: closed.by }),
    clocks: clocksOfIncident(found, { vocabularies, now: review.clock.now() }).map(
      ({ notice, ...clock }) => ({
        ...clock,
        ...(notice && { notice: noticeOf(notice) }),
      }),
    ),
    ...(persons && { persons: { ...persons, at: isoInstant(persons.at) } }),
    lacks: closed === undefined ? lackingOf(found).map(({ path: what }) => what) : [],
  }
}

function noticeOf({ clock: _clock, at, ...rest }: Notice): z.infer<typeof notice> {
  return { ...rest, at: isoInstant(at) }
}
