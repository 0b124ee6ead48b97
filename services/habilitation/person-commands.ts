/** What is asked of, and happens to, the grant of one person: bodies of commands and events (governance.md 5.3 and 7). */
import { z } from 'zod'

const name = z.string().min(1).max(100)
const reason = z.string().min(1).max(20_000)
const person = z.strictObject({ issuer: name, subject: name })

export const personBodies = {
  /** T3: the line manager validates … */
  'grant-validation': z.strictObject({ person }),
  /** … and the registrar issues. */
  'grant-issue': z.strictObject({ person }),
  'grant-end': z.strictObject({ person, reason }),
  /** The lead or the line manager confirms that the person still needs the access. */
  'grant-review': z.strictObject({ person }),
  /** Every active grant is to be confirmed by lead and line manager until this day, included. */
  'review-campaign': z.strictObject({ due: z.iso.date() }),
  /** Of the last period, once the access is over. */
  'access-review': z.strictObject({ conclusion: z.enum(['nothing', 'followed-up']), comment: reason }),
} as const

const actor = z.object({ issuer: z.string(), subject: z.string() })

/** Persons that a version names for the first time; `active` where the line manager's standing word was enough. */
export const grantsBegun = z.array(actor.extend({ active: z.boolean() })).readonly()

export const personHappenings = [
  z.object({ type: z.literal('grantValidated'), person: actor }),
  z.object({ type: z.literal('grantIssued'), person: actor }),
  z.object({ type: z.literal('grantEnded'), person: actor, reason: z.string() }),
  z.object({ type: z.literal('grantReviewed'), person: actor, as: z.enum(['lead', 'manager']) }),
  z.object({ type: z.literal('grantLapsed'), person: actor }),
  z.object({ type: z.literal('reviewAsked'), due: z.string() }),
  z.object({
    type: z.literal('accessReviewed'),
    conclusion: z.enum(['nothing', 'followed-up']),
    comment: z.string(),
  }),
] as const
