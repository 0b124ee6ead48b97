/** The form of policies/persons.json: personal proofs and how long each stands (governance.md 7). */
import { z } from 'zod'
import { source } from './vocabulary.ts'

/** A figure with where it comes from. */
const parameter = <Value>(value: z.ZodType<Value>) =>
  z.strictObject({ value, why: z.string().min(1), source }).transform((read): Value => read.value)

const version = parameter(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$/))
const months = (most: number) => parameter(z.number().int().min(1).max(most))

/** Ceilings are law here: a longer review does not load. */
export const personRules = z.strictObject({
  training: z.strictObject({ version, months: months(24) }),
  charter: z.strictObject({ version, months: months(60) }),
  workstation: z.strictObject({ months: months(12) }),
  review: z.strictObject({ days: parameter(z.number().int().min(1).max(365)) }),
  accessToken: z.strictObject({ hours: parameter(z.number().int().min(1).max(12)) }).exactOptional(),
})
