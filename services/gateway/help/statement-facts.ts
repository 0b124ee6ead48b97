/** What the trial `accessibility` found on every page, and how much of it is met. Read once. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** What the trial writes into docs/accessibility.json. */
export const statementFacts = z.object({
  /** Day of the trial. */
  testedAt: z.iso.date(),
  axe: z.string(),
  /** One page in one language and light. */
  visits: z.array(
    z.object({
      page: z.string(),
      language: z.enum(['fr', 'en']),
      theme: z.enum(['light', 'dark']),
      /** How many rules the page was tried by and met. */
      passes: z.number().int(),
      /** Rules it broke, by name. */
      violations: z.array(z.string()),
      /** Rules that the tool could not decide and leaves to a person. */
      incomplete: z.array(z.string()),
    }),
  ),
  /** Criteria of the RGAA that a rule of the tool speaks of, on any page. */
  criteria: z.array(
    z.object({
      criterion: z.string().regex(/^\d{1,2}\.\d{1,2}$/),
      /** Visits on which a rule of this criterion was met, broken, left to a person. */
      met: z.number().int(),
      broken: z.number().int(),
      undecided: z.number().int(),
    }),
  ),
  /** Pages of the plan that this version does not have yet. */
  absent: z.array(z.string()),
})
export type StatementFacts = z.infer<typeof statementFacts>

function read(): StatementFacts | null {
  let text: string
  try {
    text = readFileSync(new URL('../../../docs/accessibility.json', import.meta.url), 'utf8')
  } catch {
    // A version whose trial was never run says so, and starts.
    return null
  }
  return statementFacts.parse(JSON.parse(text))
}

/** Null where the trial was never run. */
export const tested: StatementFacts | null = read()

/** Of the criteria that the trial could decide, the share that no page breaks, in whole percents, rounded down. */
export function rateOf({ criteria }: Pick<StatementFacts, 'criteria'>): number | null {
  const decided = criteria.filter(({ met, broken }) => met + broken > 0)
  if (decided.length === 0) return null
  return Math.floor((100 * decided.filter(({ broken }) => broken === 0).length) / decided.length)
}

/** The rate of the last trial; null where none was run. */
export function testedRate(): number | null {
  return tested === null ? null : rateOf(tested)
}
