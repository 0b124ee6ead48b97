/** The form of the files of policies/vocabulary (governance.md 2): one shape for all, with facts and cases of its own for each. */
import { z } from 'zod'
import { unit } from './durations.ts'
import { capacities, commandNames, rulesActs, states } from './matrix.ts'

/** Where a rule comes from, and how surely: read in the text, second-hand, to be checked by a lawyer, our own choice. */
export const source = z.strictObject({
  text: z.string().min(1),
  via: z.string().min(1),
  mark: z.enum(['verified', 'second-hand', 'lawyer', 'choice']),
})

/** At least one case that passes and one that fails, whatever a case is made of. All are run as tests. */
export function cases<Case extends { readonly expect: 'allow' | 'deny' }>(one: z.ZodType<Case>) {
  return z
    .array(one)
    .refine((all) => all.some(({ expect }) => expect === 'allow'), 'one passing case')
    .refine((all) => all.some(({ expect }) => expect === 'deny'), 'one failing case')
    .readonly()
}

export const expected = z.enum(['allow', 'deny'])
const casesOf = <Given>(given: z.ZodType<Given>) => cases(z.strictObject({ given, expect: expected }))

const code = z.string().regex(/^[A-Za-z0-9_.-]{1,60}$/)

/** What every entry says, whatever it is about. */
const common = {
  code,
  fr: z.string().min(1),
  en: z.string().min(1),
  why: z.string().min(1),
  source,
  since: z.iso.date(),
  /** A code is never renamed or used again: it ends. */
  until: z.iso.date().nullable(),
}

function listOf<Of extends { readonly code: string }>(entry: z.ZodType<Of>) {
  return z
    .array(entry)
    .min(1)
    .readonly()
    .refine(
      (entries) => new Set(entries.map((one) => one.code)).size === entries.length,
      'a code is used twice',
    )
}

/** What a route asks for, and what it does to what follows (governance.md 2.6). */
const routeFacts = z.strictObject({
  family: z.enum(['snds', 'ehds', 'any']),
  kinds: z.array(z.enum(['PERSONAL_HEALTH', 'SECTOR_USEFUL'])).min(1),
  /** Members that a request must have. */
  requires: z.array(z.string()),
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
  offered: z.literal(false).optional(),
  /** Whether a question stops the clocks of the assessment until its answer (governance.md 2.11). */
  pauseOnQuestion: z.boolean(),
  holderAct: z.enum(['countersign', 'acknowledge']).optional(),
})
/** Of an unknown route nothing is known. */
export type RouteFacts = Partial<z.infer<typeof routeFacts>>

const opinion = z.strictObject({
  role: z.enum(['dpo', 'ethics']),
  opinion: z.enum(['favourable', 'conditions', 'unfavourable', 'recused']),
})

const requestCase = z.strictObject({
  /** A merge patch on the request of policies/cases/base.json. */
  given: z.record(z.string(), z.unknown()),
  /** The Paris day on which it is played; without it, the one of the base. */
  at: z.iso.date().exactOptional(),
  /** Opinions that were given: `opinions.<role>` is what lacks. */
  opinions: z.array(opinion).exactOptional(),
  /** A question was asked while it is assessed: `clocks` is what goes on all the same. */
  question: z.literal(true).exactOptional(),
  expect: expected,
  /** Of a request that is denied: what it lacks. */
  path: z.string().exactOptional(),
})
export type RequestCase = z.infer<typeof requestCase>
const requestCases = cases(requestCase)

const entry = z.strictObject({ ...common, cases: requestCases })
/** Any entry whose code stands in a request. */
export type Entry = Omit<z.infer<typeof entry>, 'cases'> & { readonly facts?: unknown }

/** Reserved: to bodies with a mandate (REG 53(2)). */
const purpose = z.strictObject({
  ...common,
  facts: z.strictObject({ reserved: z.boolean() }),
  cases: requestCases,
})
const route = z.strictObject({ ...common, facts: routeFacts, cases: requestCases })
const organisation = z.strictObject({
  ...common,
  facts: z.strictObject({
    publicBody: z.enum(['yes', 'no', 'by-status']),
    /** Whether it may answer the call for projects; nothing executes this yet. */
    call: z.enum(['yes', 'no', 'partnership']),
    /** CSP L.1461-3 II. */
    extraDuty: z.boolean(),
    /** Works for others as a rule: the beneficiary must be named. */
    forOthers: z.boolean().optional(),
  }),
  cases: requestCases,
})
/** Of an unknown organisation nothing is known. */
export type OrganisationFacts = Partial<z.infer<typeof organisation>['facts']>

/** Of a SNDS purpose, the EHDS purposes that it may stand beside; of an EHDS purpose, that it has none (governance.md 2.5). */
const neighbours = z.strictObject({
  ...common,
  facts: z.strictObject({ neighbours: z.array(code).readonly() }),
  cases: requestCases,
})

/** What happens when a clock has run out: told to people; what the machine does of it is in lifetime.ts. */
const expiries = [
  ...['alarm', 'late', 'public', 'incident', 'hide'],
  ...['lapse', 'withdraw', 'refuse', 'suspend', 'may-revoke'],
] as const

/** `from` to `at`: allowed while the clock has not run out. */
const clock = z.strictObject({
  ...common,
  facts: z
    .strictObject({
      unit,
      count: z.number().int().positive(),
      /** Added once, by somebody who says why. */
      extension: z.number().int().positive().exactOptional(),
      /** It ends so long before the instant that it is about. */
      before: z.literal(true).exactOptional(),
      onExpiry: z.enum(expiries),
    })
    .refine(({ before, unit: by }) => !before || by === 'days', 'what runs backwards is counted in days'),
  cases: casesOf(
    z.strictObject({ from: z.iso.datetime(), at: z.iso.datetime(), extended: z.boolean().exactOptional() }),
  ),
})
export type ClockEntry = z.infer<typeof clock>

const kept = z.union([z.number().int().nonnegative(), z.literal('register')])

function isOrdered(months: readonly z.infer<typeof kept>[]): boolean {
  const long = months.map((one) => (one === 'register' ? Number.POSITIVE_INFINITY : one))
  return long.every((one, i) => one >= (long[i - 1] ?? 0))
}

/** In whole months; `register` is as long as the register itself. Above the usual duration it takes a reason. */
const retention = z.strictObject({
  ...common,
  facts: z
    .strictObject({ floorMonths: kept, usualMonths: kept, ceilingMonths: kept })
    .refine(
      ({ floorMonths, usualMonths, ceilingMonths }) => isOrdered([floorMonths, usualMonths, ceilingMonths]),
      'floor, usual and ceiling are in this order',
    ),
  cases: casesOf(z.strictObject({ months: kept, reason: z.string().exactOptional() })),
})
export type RetentionEntry = z.infer<typeof retention>

const state = z.enum(states)
const commands = z.partialRecord(z.enum(commandNames), z.array(state).readonly()).readonly()
const rulesAct = z.enum(rulesActs)

/** `commands`: in these states. `besides`: any command in any state but these. `opens`, `rules`: those parts. */
const role = z.strictObject({
  ...common,
  code: z.enum(capacities),
  facts: z.strictObject({ opens: z.boolean(), rules: z.array(rulesAct).readonly(), commands }),
  cases: casesOf(
    z.union([
      z.strictObject({ opens: z.literal(true) }),
      z.strictObject({ rules: rulesAct }),
      z.strictObject({ commands }),
      z.strictObject({ besides: commands }),
    ]),
  ),
})
export type RoleEntry = z.infer<typeof role>

const requestEntries = listOf(entry)

/** Every file of policies/vocabulary with its form. */
export const vocabularyFiles = {
  'purposes-snds': requestEntries,
  'prohibitions-snds': requestEntries,
  'purposes-ehds': listOf(purpose),
  'prohibitions-ehds': requestEntries,
  'purpose-crosswalk': listOf(neighbours),
  routes: listOf(route),
  organisations: listOf(organisation),
  'quasi-identifiers': requestEntries,
  clocks: listOf(clock),
  retention: listOf(retention),
  roles: listOf(role),
} as const

export type VocabularyName = keyof typeof vocabularyFiles
/** The vocabularies whose codes stand in a request. */
export type RequestVocabulary = Exclude<
  VocabularyName,
  'purpose-crosswalk' | 'clocks' | 'retention' | 'roles'
>
export type Vocabularies = { readonly [Name in VocabularyName]: z.infer<(typeof vocabularyFiles)[Name]> }
export const vocabularyNames = Object.keys(vocabularyFiles) as readonly VocabularyName[]
