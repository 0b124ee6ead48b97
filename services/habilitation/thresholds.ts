/** The form of policies/review.json: from how much on something in the log is shown to the DPO (governance.md 16). */
import { z } from 'zod'
import { source } from './vocabulary.ts'

/** The families of the monthly review, in the order of the guide. */
export type Family = 'A1' | 'A2' | 'A3' | 'A4' | 'A5' | 'A6'

/** Every detector with its family. A detector without a threshold, or a threshold without a detector, does not load. */
export const detectorFamilies = {
  deadlines: 'A1',
  'policy-changed': 'A2',
  'role-refusals': 'A2',
  'unused-grant': 'A2',
  'ungranted-door': 'A3',
  'near-differencing': 'A3',
  'refusal-burst': 'A4',
  'abort-burst': 'A4',
  'off-hours': 'A4',
  'dormant-account': 'A4',
  'habilitation-refusals': 'A4',
  'ungranted-columns': 'A4',
  'sign-in-refusals': 'A4',
  'deposits-failed': 'A5',
  'unplanned-versions': 'A5',
  'own-history': 'A6',
  'project-history': 'A6',
  'rows-released': 'A6',
} as const satisfies Record<string, Family>
export type DetectorName = keyof typeof detectorFamilies

/** `given` are the facts of a month; one case must be found and one must not. Run as tests. */
const example = z.strictObject({
  title: z.string().min(1),
  given: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
  expect: z.enum(['found', 'nothing']),
})

const hour = z.number().int().min(0).max(23)

const threshold = z
  .strictObject({
    /** At this value and above it is found. */
    value: z.number().positive(),
    /** Of a comparison with the past: below so many nothing is compared. */
    least: z.number().int().positive().optional(),
    /** Of the working day in Paris: from the first hour to the one before the last, it is not looked at. */
    workday: z.strictObject({ from: hour, until: hour }).optional(),
    why: z.string().min(1),
    source,
    cases: z
      .array(example)
      .refine((cases) => cases.some(({ expect }) => expect === 'found'), 'one case that is found')
      .refine((cases) => cases.some(({ expect }) => expect === 'nothing'), 'one case that is not'),
  })
  .transform(({ value, least = 1, workday = { from: 0, until: 23 }, cases }) => {
    return { value, least, workday, cases }
  })
export type Threshold = z.infer<typeof threshold>
export type ReviewThresholds = Readonly<Record<DetectorName, Threshold>>

const names = Object.keys(detectorFamilies) as [DetectorName, ...DetectorName[]]
export const reviewThresholds = z.record(z.enum(names), threshold)
