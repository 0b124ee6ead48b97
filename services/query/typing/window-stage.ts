/** The stage above windows: within a person they are columns of a query of their own, across persons leaves beside it. */
import * as sql from '../build.ts'
import { boundColumn } from './expression.ts'
import { newLayer } from './layer.ts'
import type { Bound, Column, From, Scope } from './relation.ts'
import { newSeen, touch } from './scope.ts'
import { type Stage, shared } from './stage.ts'
import { isTotal, newTotals } from './total.ts'
import { bindWindow } from './window.ts'

/** The stage above windows: they are columns of a query of their own, because TRY takes none inside. */
export function windowStage(below: Stage, from: From): Stage {
  const { scope } = below
  const layer = newLayer(scope.task)
  const totals = newTotals(below, from, layer)
  const lift = (bound: Bound): Bound => boundColumn(layer.carry(bound))
  const liftColumn = (column: Column): Column => ({
    ...layer.carry(boundColumn(touch(column, scope)), column.name),
    name: column.name,
  })
  const { pix, aggregate, ...rest } = scope
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
        const own = scope.replace?.(expression)
        // A star is expanded by the scope of the rows: the cast is the one of bindExpanded.
        return own ? lift(own) : boundColumn(liftColumn(expression.column as Column))
      }
      const own = scope.replace?.(expression)
      return own ? lift(own) : null
    },
    ...(aggregate ? { aggregate: (call) => lift(aggregate(call)) } : {}),
    window: (window) => (isTotal(window, scope) ? totals.bind(window) : lift(bindWindow(window, scope))),
  }
  return {
    ...below,
    scope: above,
    tree: () => {
      above.seen.scalars.push(...totals.close())
      const rows = layer.close({ from: below.tree(), where: sql.and(below.where) })
      return sql.beside(rows, above.seen.scalars)
    },
    where: [],
    below,
  }
}
