/**
 * What a permit says of opt-outs (governance.md 12, rules 3 and 6): nothing, and they reach its open project too; or the mode
 * `ehds71_3`, decided by the authority as a condition whose text gives the reference. Pure.
 */
import { z } from 'zod'
import type { Missing } from '../kernel/refusal.ts'
import type { Condition } from './clauses.ts'
import { lacks } from './lacking.ts'

/** Absent: `strict`, persons who object leave the open project with a generation of its extracts. */
export const optOutClause = z.strictObject({ mode: z.literal('ehds71_3') })
export type OptOutClause = z.infer<typeof optOutClause>

const prefix = 'optOut.'
const modeClause = 'optOut.ehds71_3'

/**
 * The mode is one of the European regulation: only a permit of a route of that family may have it. No other word is taken, above all
 * not the exception of article 71(4), which waits for a French law.
 */
export function optOutFaults(
  conditions: readonly Condition[],
  family: string | undefined,
): readonly Missing[] {
  return conditions.flatMap(({ clause }, index) => {
    if (!clause.startsWith(prefix)) return []
    const path = `conditions[${index}].clause`
    if (clause !== modeClause) return [lacks(path, 'optOutException')]
    return family === 'ehds' ? [] : [lacks(path, 'optOutMode')]
  })
}

/** The clause to sign; undefined for `strict`. */
export function optOutOf(conditions: readonly Condition[]): OptOutClause | undefined {
  return conditions.some(({ clause }) => clause === modeClause) ? { mode: 'ehds71_3' } : undefined
}
