/** One stage of a SELECT: rows of FROM, then groups, then windows. Trees are made last, when all that is used is known. */
import type { Tree } from '../../engine/engine.ts'
import type { Scope, Seen } from './relation.ts'

export interface Stage {
  readonly scope: Scope
  /** The relation of FROM for what stands above. Called once, last. */
  readonly tree: () => Tree
  /** Conditions on its rows; those of HAVING are added to the stage of the groups. */
  readonly where: Tree[]
  readonly unique: boolean
  /** Rows are groups of persons. */
  readonly isGrouped: boolean
  /** Grouped by the person and nothing else: one row each, which the verifier does not follow. */
  readonly isPerPerson?: boolean
  /** One row, whatever is read. */
  readonly isSingle: boolean
  readonly below?: Stage
  readonly at: unknown
}

/** What all stages of one SELECT see together. */
export function shared({
  seen: { uses, outer, released },
}: Scope): Pick<Seen, 'uses' | 'outer' | 'released'> {
  return { uses, outer, released }
}
