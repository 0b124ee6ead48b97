/** The stage above windows: within a person they are columns of a query of their own, across persons leaves beside it. */
import type { From } from './relation.ts'
import { type Stage, stageAbove } from './stage.ts'
import { isTotal, newTotals } from './total.ts'
import { bindWindow } from './window.ts'

/** The stage above windows: they are columns of a query of their own, because TRY takes none inside. */
export function windowStage(below: Stage, from: From): Stage {
  const { scope } = below
  return stageAbove(below, (lift, layer) => {
    const totals = newTotals(below, from, layer)
    return {
      window: (window) => (isTotal(window, scope) ? totals.bind(window) : lift(bindWindow(window, scope))),
      beside: totals.close,
    }
  })
}
