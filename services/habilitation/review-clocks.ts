/** The clocks of reviews (governance.md 2.11): the next one of a grant, and the one of the last period. Pure. */
import { standingOfGrant } from './grant-state.ts'
import type { Habilitation } from './state.ts'

interface Due {
  readonly id: 'review.grant' | 'review.end'
  readonly from: number
  readonly due: number
}

const endReviewMs = 30 * 86_400_000

/** While the access lasts, the first active grant to be reviewed again; once it is over, the review of the end, until it is there. */
export function reviewClocks(
  { grants, accessReview }: Habilitation,
  { isOver, over }: { readonly isOver: boolean; readonly over: number },
): readonly Due[] {
  if (isOver) return accessReview ? [] : [{ id: 'review.end', from: over, due: over + endReviewMs }]
  const dues = grants.flatMap((grant): Due[] => {
    if (grant.stored !== 'active') return []
    const { leadUntil, managerUntil, managerDue } = standingOfGrant(grant)
    const manager = managerUntil === 0 ? [] : [managerUntil]
    const due = Math.min(leadUntil, ...manager, ...(managerDue === undefined ? [] : [managerDue]))
    return [{ id: 'review.grant', from: grant.asked?.at ?? grant.since, due }]
  })
  return dues.sort((a, b) => a.due - b.due).slice(0, 1)
}
