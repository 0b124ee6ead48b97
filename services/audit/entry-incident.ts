/** What the register of incidents records: which one, which of its clocks. What people wrote is sealed beside. */
import { z } from 'zod'
import { count, text } from './entry-words.ts'

const incident = text
const clock = z.enum(['incident.ehds', 'incident.gdpr', 'incident.ehds.interim', 'incident.ehds.final'])

export const incidentBodies = [
  z.strictObject({
    type: z.literal('incident.opened'),
    incident,
    /** The instant from which its clocks run. */
    detected: text,
    /** The entry or the finding that showed it. */
    entry: z.strictObject({ shard: text, seq: count }).optional(),
    finding: text.optional(),
  }),
  z.strictObject({ type: z.literal('incident.described'), incident }),
  z.strictObject({
    type: z.literal('incident.notified'),
    incident,
    clock,
    answer: z.enum(['sent', 'not-due']),
    at: text,
  }),
  z.strictObject({
    type: z.literal('incident.persons'),
    incident,
    decision: z.enum(['told', 'not-told']),
  }),
  /** A clock ran out and nobody had answered it. */
  z.strictObject({ type: z.literal('incident.overdue'), incident, clock }),
  z.strictObject({ type: z.literal('incident.closed'), incident }),
] as const
