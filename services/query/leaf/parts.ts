/** The rows that all statements of a leaf start from. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'

export interface Parts {
  /** A relation with the keys, the person key and what the measures need of a row, under the alias `inner`. */
  readonly from: Tree
  readonly names: readonly string[]
}

export const inner = 'i'

export const own = (name: string): Tree => sql.column(inner, name)
