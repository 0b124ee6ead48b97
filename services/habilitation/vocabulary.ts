/** The form of the files of policies/vocabulary and of policies/disclosure.json (governance.md 2). */
import { z } from 'zod'

/** Where a rule comes from, and how surely: read in the text, second-hand, to be checked by a lawyer, our own choice. */
export const source = z.strictObject({
  text: z.string().min(1),
  via: z.string().min(1),
  mark: z.enum(['verified', 'second-hand', 'lawyer', 'choice']),
})

/** `given` is a merge patch on the least complete request; a denied one lacks something at `path`. Run as a test. */
const example = z.strictObject({
  given: z.record(z.string(), z.unknown()),
  /** The Paris day on which the case is played; without it, a day inside the access period. */
  at: z.iso.date().optional(),
  expect: z.enum(['allow', 'deny']),
  path: z.string().optional(),
})

/** What the checks of completeness need to know of a code; which members there are depends on the vocabulary. */
const facts = z.strictObject({
  /** Purposes: reserved to bodies with a mandate; SNDS codes: the EHDS codes they may stand beside. */
  reserved: z.boolean().optional(),
  neighbours: z.array(z.string()).optional(),
  /** Routes. */
  family: z.enum(['snds', 'ehds', 'any']).optional(),
  kinds: z.array(z.enum(['PERSONAL_HEALTH', 'SECTOR_USEFUL'])).optional(),
  requires: z.array(z.string()).optional(),
  organisations: z.array(z.string()).optional(),
  data: z.literal('non-personal').optional(),
  /** Opinions without which nothing is granted. */
  ethics: z.enum(['favourable', 'favourable-or-conditions']).optional(),
  dpo: z.enum(['favourable', 'favourable-or-conditions']).optional(),
  maxYears: z.number().int().positive().optional(),
  /** Years of history before the current one; what the route shuts out whatever else it allows. */
  maxHistory: z.number().int().positive().optional(),
  noLinkage: z.boolean().optional(),
  noStorage: z.boolean().optional(),
  acceptsFrom: z.iso.date().optional(),
  offered: z.boolean().optional(),
  /** Whether a question stops the clocks of the assessment until its answer (governance.md 2.11). */
  pauseOnQuestion: z.boolean().optional(),
  holderAct: z.enum(['countersign', 'acknowledge']).optional(),
  /** Organisations. */
  publicBody: z.enum(['yes', 'no', 'by-status']).optional(),
  call: z.enum(['yes', 'no', 'partnership']).optional(),
  extraDuty: z.boolean().optional(),
  /** Works for others as a rule: the beneficiary must be named. */
  forOthers: z.boolean().optional(),
})
export type EntryFacts = z.infer<typeof facts>

const entry = z.strictObject({
  code: z.string().regex(/^[A-Za-z0-9_-]{1,60}$/),
  fr: z.string().min(1),
  en: z.string().min(1),
  why: z.string().min(1),
  source,
  since: z.iso.date(),
  until: z.iso.date().nullable(),
  facts: facts.optional(),
  cases: z
    .array(example)
    .refine((cases) => cases.some(({ expect }) => expect === 'allow'), 'one passing case')
    .refine((cases) => cases.some(({ expect }) => expect === 'deny'), 'one failing case'),
})
export type Entry = z.infer<typeof entry>

export const vocabulary = z
  .array(entry)
  .min(1)
  .refine(
    (entries) => new Set(entries.map(({ code }) => code)).size === entries.length,
    'a code is used twice',
  )

/** A figure with where it comes from. */
export const parameter = <Value>(value: z.ZodType<Value>) =>
  z.strictObject({ value, why: z.string().min(1), source }).transform((read): Value => read.value)

/** Floors are law here: a lower k, or a softer share, does not load. */
export const disclosure = z.strictObject({
  k: parameter(z.number().int().min(11)),
  p: parameter(z.number().min(0.1).max(1)),
  twoShare: parameter(z.number().min(0.5).max(0.9)),
  degreesOfFreedom: parameter(z.number().int().min(10)),
  establishment: z.strictObject({
    k: parameter(z.number().int().min(3)),
    share: parameter(z.number().min(0.5).max(0.85)),
  }),
  plan: parameter(z.enum(['fastest', 'exact'])),
})

export const vocabularyNames = [
  'purposes-snds',
  'prohibitions-snds',
  'purposes-ehds',
  'prohibitions-ehds',
  'routes',
  'organisations',
  'quasi-identifiers',
] as const
export type VocabularyName = (typeof vocabularyNames)[number]
export type Vocabularies = Readonly<Record<VocabularyName, readonly Entry[]>>
