/** policies/visas.json: which visa stands for which proof of a person. It opens nothing: a proof is one fact of a decision. */
import { z } from 'zod'
import { asserters, visaTypes } from './visa-trust.ts'

const dayMs = 86_400_000
/** Days since the source said so; beyond them a visa counts for nothing, whatever its end. */
const age = z
  .number()
  .int()
  .positive()
  .max(730)
  .transform((days) => days * dayMs)
const by = z.array(z.enum(asserters)).min(1)

/** Whether a visa as given, thirty days old, stands for the proof. Run as tests. */
const example = z.strictObject({
  title: z.string().min(1),
  given: z.strictObject({
    type: z.enum(visaTypes),
    value: z.string(),
    by: z.enum(asserters).optional(),
    days: z.number().int().nonnegative(),
  }),
  expect: z.enum(['counts', 'nothing']),
})
export type VisaExample = z.infer<typeof example>

const rule = z
  .strictObject({
    proof: z.enum(['training', 'charter', 'review']),
    type: z.enum(visaTypes).exclude(['LinkedIdentities']),
    /** The demand on its `value`, written as in the conditions of a visa. */
    value: z.string().regex(/^(const|pattern):./s),
    by,
    maximumAgeDays: age,
    why: z.string().min(1),
    source: z.strictObject({
      text: z.string().min(1),
      via: z.string().min(1),
      mark: z.enum(['verified', 'second-hand', 'lawyer', 'choice']),
    }),
    cases: z
      .array(example)
      .refine((cases) => cases.some(({ expect }) => expect === 'counts'), 'one case that counts')
      .refine((cases) => cases.some(({ expect }) => expect === 'nothing'), 'one case that does not'),
  })
  .transform(({ maximumAgeDays, ...rest }) => ({ ...rest, maximumAgeMs: maximumAgeDays }))
export type VisaRule = z.infer<typeof rule>

export const visaPolicy = z
  .strictObject({
    /** Of any visa that is looked at, those that link identities and those that meet a condition included. */
    maximumAgeDays: age,
    /** Who may say that two identities are one person. */
    linkedBy: by,
    rules: z.array(rule),
  })
  .transform(({ maximumAgeDays, ...rest }) => ({ ...rest, maximumAgeMs: maximumAgeDays }))
export type VisaPolicy = z.infer<typeof visaPolicy>
