/** The DPO has the whole log verified by the node, and asks how far that is. */
import { z } from 'zod'
import { isoInstant } from '../../kernel/clock.ts'
import { type VerificationState, verificationStates } from '../../review/verification.ts'
import { eventsOf } from '../events.ts'
import type { House } from '../house.ts'
import { type Route, route } from '../route.ts'

const path = '/api/v1/audit/verification'

export const verification = z
  .object({
    log: z.object({
      origin: z.string(),
      size: z.number().int().meta({ description: 'Entries of the current year' }),
    }),
    running: z
      .object({
        by: z.string(),
        since: z.string(),
        entries: z.number().int(),
        total: z.number().int().meta({ description: 'Zero until the verifier has counted' }),
      })
      .nullable(),
    last: z
      .object({
        by: z.string().nullable(),
        at: z.string(),
        ms: z.number().int(),
        status: z.enum(verificationStates),
        entries: z.number().int(),
        bad: z
          .object({ class: z.string(), shard: z.string(), of: z.number().int().optional() })
          .optional()
          .meta({ description: 'What kind of thing is wrong, in which year, at which entry first' }),
      })
      .nullable(),
  })
  .meta({ id: 'AuditVerification' })

export const verificationRoutes: readonly Route[] = [
  route({
    method: 'get',
    path,
    summary: 'How far a verification of the log is, and how the last one ended; DPO only',
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'What runs, and the last', schema: verification } },
    handler: async (house) => ({ json: shownVerification(house, await house.verification.state()) }),
  }),
  eventsOf({
    path,
    summary: 'A verification of the log while it runs; DPO only',
    authorisation: { who: ['dpo'], sees: 'none' },
    schema: verification,
    read: async (house) => shownVerification(house, await house.verification.state()),
    isOver: ({ running }) => running === null,
  }),
  route({
    method: 'post',
    path,
    summary: 'Has the verifier read the whole log on this node; DPO only. One at a time: 409 while one runs',
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'read',
    responses: { 202: { description: 'It has begun', schema: verification } },
    handler: async (house, { by }) => ({
      status: 202,
      json: shownVerification(house, house.verification.begin(by)),
    }),
  }),
]

export function shownVerification(
  { audit }: House,
  { running, last }: VerificationState,
): z.infer<typeof verification> {
  return {
    log: { origin: audit.origin, size: audit.size },
    running: running && { ...running, since: isoInstant(running.since) },
    last: last && { ...last, at: isoInstant(last.at) },
  }
}
