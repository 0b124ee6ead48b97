/** One stage of a SELECT: rows of FROM, then groups, then windows. Trees are made last, when all that is used is known. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { boundColumn } from './expression.ts'
import { type Layer, newLayer } from './layer.ts'
import type { Bound, Column, Scope, Seen } from './relation.ts'
import { newSeen, touch } from './scope.ts'
import { bindUnnest } from './unnest.ts'

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
  /** How many rows one row of the stage below becomes at most; one when absent. */
  readonly rowsOfOne?: () => number
  readonly below?: Stage
  readonly at: unknown
}

/** What all stages of one SELECT see together. */
export function shared({
  seen: { uses, outer, released },
}: Scope): Pick<Seen, 'uses' | 'outer' | 'released'> {
  return { uses, outer, released }
}

/** The stage above `unnest` in the list, which makes several rows of one. */
export function unnestStage(below: Stage): Stage {
  const { scope } = below
  const lengths: number[] = []
  const above = stageAbove(below, (lift) => ({
    unnest: (call) => {
      const { bound, length } = bindUnnest(call, scope)
      lengths.push(length)
      return lift(bound)
    },
  }))
  return {
    ...above,
    unique: false,
    isPerPerson: false,
    isSingle: false,
    rowsOfOne: () => Math.max(1, ...lengths),
  }
}

type Lift = (bound: Bound) => Bound

interface Special extends Partial<Scope> {
  /** What stands beside the query when it is closed. */
  readonly beside?: () => readonly Seen['scalars'][number][]
}

/** A stage whose names are columns of a query over the stage below. */
export function stageAbove(below: Stage, special: (lift: Lift, layer: Layer) => Special): Stage {
  const { scope } = below
  const layer = newLayer(scope.task)
  const lift: Lift = (bound) => boundColumn(layer.carry(bound))
  const liftColumn = (column: Column): Column => ({
    ...layer.carry(boundColumn(touch(column, scope)), column.name),
    name: column.name,
  })
  const { beside, ...own } = special(lift, layer)
  const { pix, aggregate, window, ...rest } = scope
  const above: Scope = {
    ...rest,
    ...(pix ? { pix: layer.carryTree(pix) } : {}),
    seen: { ...newSeen(), ...shared(scope) },
    resolve: (name) => {
      const column = scope.resolve(name)
      return column && liftColumn(column)
    },
    replace: (expression) => {
      if (expression.class === 'EXPANDED') {
        const mine = scope.replace?.(expression)
        // A star is expanded by the scope of the rows: the cast is the one of bindExpanded.
        return mine ? lift(mine) : boundColumn(liftColumn(expression.column as Column))
      }
      const mine = scope.replace?.(expression)
      return mine ? lift(mine) : null
    },
    ...(aggregate ? { aggregate: (call) => lift(aggregate(call)) } : {}),
    ...(window ? { window: (one) => lift(window(one)) } : {}),
    ...own,
  }
  return {
    ...below,
    scope: above,
    tree: () => {
      above.seen.scalars.push(...(beside?.() ?? []))
      return sql.beside(layer.close({ from: below.tree(), where: sql.and(below.where) }), above.seen.scalars)
    },
    where: [],
    below,
  }
}
