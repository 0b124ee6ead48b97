/** The revision that a change was written on. */
import { Refusal } from '../kernel/refusal.ts'

/**
 * RFC 9110 13.1.1, with the revision of the text as its tag; `*` and an absent header ask for nothing. INVALID for any other form. No
 * answer carries it as its ETag: the state of a request moves on while its text stays, and a cache would take the two for the same.
 */
export function revisionAsked(header: string | undefined): { readonly revision?: number } {
  if (header === undefined || header === '*') return {}
  const [, revision] = /^(?:W\/)?"(\d{1,9})"$/.exec(header) ?? []
  if (revision === undefined) throw new Refusal('INVALID', { rule: 'if-match' })
  return { revision: Number(revision) }
}
