/**
 * What a project hands in for the public: its results, which are due after the end of the access (REG 61(4)), and publications.
 * A link and a summary, never a file. Pure.
 */
import { z } from 'zod'

const kind = z.enum(['results', 'publication'])
export const resultKinds = kind.options

/** An address that starts with https, or a DOI; without a sign that would end an attribute, and without an address of a person. */
const link = z
  .string()
  .max(500)
  .regex(/^(https:\/\/[^\s<>"'`@]{4,}|10\.\d{4,9}\/[^\s<>"'`@]+)$/)

export const resultBodies = {
  results: z.strictObject({
    kind,
    title: z.string().trim().min(1).max(300),
    summary: z.string().trim().min(1).max(5000),
    link,
  }),
} as const

export const resultHappenings = [
  z.object({
    type: z.literal('resultsHandedIn'),
    kind,
    title: z.string(),
    summary: z.string(),
    link: z.string(),
  }),
] as const

/** Whether the results themselves were handed in: what was published on the way does not end the duty. */
export function areResultsIn({
  results,
}: {
  readonly results: readonly { readonly kind: string }[]
}): boolean {
  return results.some(({ kind: what }) => what === 'results')
}

/** The address of a link, of a DOI too. */
export function addressOfLink(given: string): string {
  return given.startsWith('https://') ? given : `https://doi.org/${given}`
}
