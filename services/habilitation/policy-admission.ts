/** Whether a start may put the rules that it found in force (governance.md 5.1, T6; 18, S22). Pure. */
import type { PolicyProposal } from './policy-register.ts'

export interface Found {
  /** The bundle of the folder. */
  readonly sha256: string
  /** What was in force last, as the log says; null in a house that never had any. */
  readonly last: string | null
  /** Proposals whose two entries are in the log, the newest first. */
  readonly proposals: readonly PolicyProposal[]
  readonly isProduction: boolean
}

export type Admission =
  | { readonly basis: 'first' | 'same' | 'demo' | 'refused' }
  | { readonly basis: 'approved'; readonly proposal: PolicyProposal }

/**
 * The shipped rules are taken at the first start. Later ones must be those of the newest approval, and that approval must be of a
 * change of what is in force: an old one does not bring old rules back. A demo takes any, and says so.
 */
export function admissionOf({ sha256, last, proposals, isProduction }: Found): Admission {
  if (last === null) return { basis: 'first' }
  if (sha256 === last) return { basis: 'same' }
  const newest = proposals
    .filter(({ approved }) => approved !== null)
    .toSorted((a, b) => (b.approved?.at ?? 0) - (a.approved?.at ?? 0))[0]
  if (newest?.sha256 === sha256 && newest.previous === last) return { basis: 'approved', proposal: newest }
  return { basis: isProduction ? 'refused' : 'demo' }
}
