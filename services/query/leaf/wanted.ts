/** What a measure asks for while its leaf is being built. Data only. */
import type { Tree } from '../../engine/engine.ts'
import type { Measure } from '../plan.ts'
import type { Call } from '../statement/nodes.ts'
import type { Column, Kind, Scope } from '../typing/relation.ts'

/** A measure with the names of the row expressions that it needs. */
export interface MeasureDraft extends Omit<Measure, 'type'> {
  readonly value: string | null
  /** The second number of a relation. */
  readonly other?: string | null
  readonly filter: string | null
  /** DuckDB's type of the value, where it is known for certain. */
  readonly type?: string
}

export interface Wanted extends Omit<Measure, 'name' | 'type'> {
  readonly value: Tree | null
  readonly other?: Tree
  readonly filter: Tree | null
  readonly type?: string
  /** What the released column is compared as; a number where it is not said. */
  readonly kind?: Kind | undefined
}

export interface Measures {
  readonly drafts: readonly MeasureDraft[]
  readonly expressions: readonly Tree[]
  readonly add: (wanted: Wanted) => Column
}

export interface Place {
  readonly scope: Scope
  readonly measures: Measures
  readonly labels: readonly string[]
}

/** One call of an aggregate, with its FILTER. */
export type Asked = Place & { readonly call: Call; readonly label: string; readonly filter: Tree | null }
